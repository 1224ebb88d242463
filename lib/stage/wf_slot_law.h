/* SPDX-License-Identifier: BSD-3-Clause
 * The law of the time until a window of a slot opens: keys and their meaning.
 */
#ifndef WF_SLOT_LAW_H
#define WF_SLOT_LAW_H

#include "wf_law.h"

/* What the keys say; the first member of the stage's parameters, for wf_param_given. */
struct wf_slot_law_params {
	uint64_t given;
	int law; /* enum wf_law_name */
	wf_ns_t min, max;
	wf_ns_t mean, stddev, scale, mean2, stddev2, cap;
	double shape, share2;
	char *file;
};

/* Rows of the keys, in this order at the start of the stage's table. */
enum {
	WF_SLOT_MIN,
	WF_SLOT_MAX,
	WF_SLOT_LAW,
	WF_SLOT_MEAN,
	WF_SLOT_STDDEV,
	WF_SLOT_SHAPE,
	WF_SLOT_SCALE,
	WF_SLOT_MEAN2,
	WF_SLOT_STDDEV2,
	WF_SLOT_SHARE2,
	WF_SLOT_FILE,
	WF_SLOT_CAP,
	WF_SLOT_LAW_KEYS
};

extern const char *const wf_slot_law_names[];

/* 0 or -EINVAL with reasons in c->err. *longest_ns: no time is longer; 0: there is no bound. */
int wf_slot_law(const struct wf_slot_law_params *p, struct wf_block_compile *c, struct wf_law *out,
	wf_ns_t *longest_ns);

#endif
