/* SPDX-License-Identifier: BSD-3-Clause
 * A run again by its decision log: the same packets leave at the same nanoseconds with the same
 * bytes, or are dropped, without a draw. One thread.
 */
#ifndef WF_TWIN_AGAIN_H
#define WF_TWIN_AGAIN_H

#include "wf_fates.h"
#include "wf_stats.h"
#include "wf_twin.h"

struct wf_twin_again {
	uint64_t packets; /* that came */
	uint64_t sent;    /* copies included */
	uint64_t copies;
	uint64_t dropped[WF_DROP_COUNT];
	uint64_t changed; /* left with other bytes than they came with, as they did then */
	uint64_t made;    /* by stages, of no packet that came; and sent, as they were then */
};

/* Of params in, n_in, out and plan->n_dirs are used. The inputs must be those of the log: each
 * packet with its bytes and its time. 0, or -errno with reasons in err. */
int wf_twin_again(const struct wf_twin_params *params, struct wf_fates_reader *log,
	struct wf_twin_again *out, struct wf_err *err);

#endif
