/* SPDX-License-Identifier: BSD-3-Clause
 * What the files of wf_verify share.
 */
#ifndef WF_VERIFY_PRIVATE_H
#define WF_VERIFY_PRIVATE_H

#include "wf_queue.h"
#include "wf_verify.h"

#define WF_VERIFY_OFFERED 1.25 /* of the rate */

struct wf_verify_work {
	const struct wf_plan_class *k;
	struct wf_trial_params q;
	const struct wf_trial *t;
	struct wf_verdict *out;
	double *x, *scratch; /* [q.packets] */
};

/* What serves the class's packets. NULL: nothing limits its rate. */
const struct wf_serve *wf_verify_server(const struct wf_plan_class *k);
/* Bits of a frame on the wire, and the time that they take at the class's rate. */
double wf_verify_frame_bits(const struct wf_plan_class *k);
double wf_verify_frame_ns(const struct wf_plan_class *k);

/* Adds what the trial shows of its stage. 0, or -1: out of memory. */
int wf_verify_find(struct wf_verify_work *w);

#endif
