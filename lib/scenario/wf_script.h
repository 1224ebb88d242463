/* SPDX-License-Identifier: BSD-3-Clause
 * A scenario as what is done when: changes that follow each other without a gap, each of which says
 * all that stands while it lasts. At any instant that is: the phase in force, in the place of what
 * the configuration says of the directions and classes that it names; above it the faults whose
 * windows have the instant, in the order in which they are written. Control threads only.
 */
#ifndef WF_SCRIPT_H
#define WF_SCRIPT_H

#include "wf_scenario.h"
#include "wf_timeline.h"

#define WF_SCRIPT_STEPS 20000

struct wf_script_step {
	struct wf_change *change; /* at_ns from the start; for_ns 0: it has no end. A reference */
	uint32_t phase;           /* of the scenario; UINT32_MAX: none */
	uint64_t faults;          /* bit i: that one stands */
	bool begins;              /* the phase */
};

struct wf_script {
	uint64_t run_key;
	uint32_t n;
	struct wf_script_step *step;
};

/* Of links that `base`, a configuration, has. The first one begins a run of this key; each that
 * begins a phase begins the clocks of all directions. What is wrong with phases and faults is found
 * here, all of it at once. 0; or with reasons in err -EINVAL, or -ENOMEM, and then *out is none. */
int wf_script_make(const struct wf_scenario *s, const struct wf_node *base, uint64_t run_key,
	struct wf_script *out, struct wf_err *err);
/* The same again when a phase has ended before its time: up to there nothing is different. 0; or
 * with reasons in err -errno, and then it is as it was. */
int wf_script_remake(struct wf_script *script, const struct wf_scenario *s,
	const struct wf_node *base, struct wf_err *err);
void wf_script_fini(struct wf_script *s);

/* The setups that follow from a script which begins at start_ns, one by one. */
struct wf_script_walk {
	const struct wf_script *script;
	wf_ns_t start_ns;
	uint32_t next;          /* step; script->n: the end of all */
	struct wf_setup *setup; /* in force from setup->plan->from_ns on */
};
/* The configuration as it is, before the first step. 0, or -errno with reasons. */
int wf_script_begin(struct wf_script_walk *w, const struct wf_script *script,
	const struct wf_node *base, wf_ns_t start_ns, struct wf_err *err);
/* The next one into w->setup. 1; 0: there is none; -errno with reasons. */
int wf_script_next(struct wf_script_walk *w, struct wf_err *err);
void wf_script_end(struct wf_script_walk *w);

/* All of it as a timeline of armed plans (NULL: is there anything wrong with it?), which begins
 * with the configuration as it is. 0, or -errno with reasons. */
int wf_script_timeline(const struct wf_script *script, const struct wf_node *base, wf_ns_t start_ns,
	struct wf_timeline *out, struct wf_err *err);

/* What happens when, a line for each phase and each instant at which a fault begins or ends. 0 or
 * -EIO. */
int wf_script_print(const struct wf_scenario *s, const struct wf_script *script, FILE *out);

#endif
