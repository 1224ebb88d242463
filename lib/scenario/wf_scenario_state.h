/* SPDX-License-Identifier: BSD-3-Clause
 * How far a run is, for whoever looks at it while it goes on: where it stands in its phases, and
 * what of what is expected can be said by now. Control threads only.
 */
#ifndef WF_SCENARIO_STATE_H
#define WF_SCENARIO_STATE_H

#include <jansson.h>

#include "wf_scenario.h"

struct wf_seen;

enum wf_scenario_stage {
	WF_SCENARIO_WAITING, /* another one runs before it */
	WF_SCENARIO_RUNNING,
	WF_SCENARIO_DONE,   /* it has a report */
	WF_SCENARIO_FAILED, /* it broke off without one */
};
extern const char *const wf_scenario_stages[]; /* "waiting" ... */

struct wf_scenario_state {
	uint64_t id;
	enum wf_scenario_stage stage;
	const struct wf_scenario *s;
	const struct wf_plan *plan; /* names of links */
	const struct wf_seen *seen; /* NULL: nothing yet */
	uint64_t seed;
	wf_ns_t begun_ns;     /* by the wall clock; 0: it has not */
	wf_ns_t elapsed_ns;   /* since then */
	const json_t *report; /* NULL: there is none */
	const char *why;      /* it has failed; NULL: it has not */
};

/* A document "wirefault.run/1"; not `whole`: without phases, windows and expectations. NULL: out of
 * memory. */
json_t *wf_scenario_state_json(const struct wf_scenario_state *s, bool whole);

#endif
