/* SPDX-License-Identifier: BSD-3-Clause
 * A target that is known by formulas: so many packets a second pass, so many wait, the rest is
 * lost; and a tester that may be slower than it should be.
 */
#ifndef MODEL_H
#define MODEL_H

#include "wf_load.h"

struct model {
	double capacity_pps, buffer; /* packets */
	double police_pps;           /* beyond, nothing comes; 0: never mind */
	double tester_pps;           /* more it can't send; 0: any */
	wf_ns_t delay_ns, spread_ns; /* least, and most above it */
	uint64_t missed;             /* by us, of every trial */
	wf_ns_t recovered_ns;
	uint32_t trials;
	uint32_t fail_at; /* this trial loses everything; 0: none */
};

/* A test of the model, with these options ("sizes=64+512", ...; NULL ends them) and this traffic.
 */
void model_load(struct wf_load *l, struct model *m, const char *test, const char *traffic,
	const char *const *options);
/* Runs it; it succeeds. */
void model_run(struct wf_load *l);
/* Finding number i has this name, value and outcome. */
void model_found(const struct wf_load *l, uint32_t i, const char *name, double value,
	enum wf_load_outcome outcome);

#endif
