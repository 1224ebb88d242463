/* SPDX-License-Identifier: BSD-3-Clause
 * `wirefault check`: every stage that can be tried (wf_verify.h), tried, and what came of it as a
 * table and as JSON.
 */
#ifndef CHECK_SIMULATE_H
#define CHECK_SIMULATE_H

#include <jansson.h>
#include <stdio.h>

#include "wf_verify.h"
#include "wf_whole.h"

struct wf_simulated_stage {
	uint32_t dir;
	uint16_t class_id;
	struct wf_verdict v;
};

struct wf_simulated_class {
	uint32_t dir;
	uint16_t class_id;
	struct wf_whole whole;
};

struct wf_simulated {
	uint32_t n;
	uint32_t left_out; /* stages that are too many to be tried unasked */
	struct wf_simulated_stage *stage;
	uint32_t n_classes; /* that do anything */
	struct wf_simulated_class *class;
};

/* Tries all stages of the plan, and each class as a whole under the traffic, with so many packets
 * each; 0: so many that it takes no time to speak of. Starts EAL if there is anything to try. 0 or
 * -EINVAL with reasons in err. */
int wf_simulate(const struct wf_plan *plan, const struct wf_whole_traffic *traffic,
	struct wf_simulated *out, struct wf_err *err);
void wf_simulated_free(struct wf_simulated *s);

void wf_simulated_table(const struct wf_simulated *s, const struct wf_plan *plan, FILE *out);
/* A class as a whole: null where it has not been tried. */
json_t *wf_simulated_whole_json(const struct wf_simulated *s, uint32_t dir, uint16_t class_id);
/* What belongs to one class: an array. */
json_t *wf_simulated_json(const struct wf_simulated *s, uint32_t dir, uint16_t class_id);

#endif
