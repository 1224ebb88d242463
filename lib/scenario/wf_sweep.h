/* SPDX-License-Identifier: BSD-3-Clause
 * One scenario as several: a parameter over values beside a run without any impairment, or the load
 * of its generators from little to much. Each of them is a scenario as any, which can be run,
 * judged and run again by itself. Control threads only.
 */
#ifndef WF_SWEEP_H
#define WF_SWEEP_H

#include "wf_param.h"

struct wf_node;
struct wf_scenario;

#define WF_SWEEP_ROWS 100

struct wf_sweep {
	bool load;       /* of the generators, and there is no run without impairments */
	char *parameter; /* "links.wan.ab.loss", "phases.bad.both.delay.mean", or of a load "rate"
			  */
	uint32_t n;
	char **value; /* [n] */
	unsigned line;
};

/* Keys of both, for the manual. */
extern const struct wf_param wf_sweep_table[], wf_load_strategy_table[];

/* Of a scenario's group; *out NULL: it has neither. 0, or -errno with all reasons. */
int wf_sweep_read(const struct wf_node *scenario, struct wf_sweep **out, struct wf_err *err);
void wf_sweep_free(struct wf_sweep *w);

/* How many scenarios that makes. */
uint32_t wf_sweep_rows(const struct wf_sweep *w);
/* The value of a row; NULL: the baseline. */
const char *wf_sweep_value(const struct wf_sweep *w, uint32_t row);
/* The scenario of a row, as a file would have it. NULL with reasons. */
struct wf_node *wf_sweep_scenario(const struct wf_scenario *s, uint32_t row, struct wf_err *err);
/* Makes the configuration that of the row. 0, or -errno with reasons. */
int wf_sweep_config(
	const struct wf_scenario *s, uint32_t row, struct wf_node *tree, struct wf_err *err);

#endif
