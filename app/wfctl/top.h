/* SPDX-License-Identifier: BSD-3-Clause
 * The view of `wfctl top`: two stats documents after another, and the last second of the history,
 * as a screen or as lines. One thread.
 */
#ifndef WFCTL_TOP_H
#define WFCTL_TOP_H

#include <jansson.h>
#include <stdio.h>

#include "wf_types.h"

struct top_style {
	bool screen; /* else a line a direction, under a heading at first */
	bool colour, utf8;
	unsigned rows; /* of the screen; 0: no bound */
};

/* What has been seen, to scale bars by; zeroed at first. */
struct top_scale {
	double bps, drops;
	uint64_t delay_ns;
	bool headed;
};

/* What is shown: what is in `now`, at what rate since `before`, and delays of `second`. */
struct top_seen {
	const json_t *before, *now;
	const json_t *second; /* a history of one sample; NULL: there has been none */
};

void top_print(const struct top_style *style, struct top_scale *scale, const struct top_seen *seen,
	FILE *out);

#endif
