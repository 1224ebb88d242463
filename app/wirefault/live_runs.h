/* SPDX-License-Identifier: BSD-3-Clause
 * Scenarios in a running wirefault, one after the other, above its configuration: what was asked
 * for, what runs, and the last ones with their reports. Control thread; nothing waits.
 */
#ifndef WF_LIVE_RUNS_H
#define WF_LIVE_RUNS_H

#include "live.h"

struct live_runs;

/* While a scenario runs, what stands is its business: what begins next is made, and offered, so
 * long before its time. */
#define LIVE_RUNS_LEAD_NS  (250 * WF_NS_PER_MS)
#define LIVE_RUNS_OFFER_NS (100 * WF_NS_PER_MS)

/* NULL: out of memory. `live` begins with the loop, and outlives it. */
struct live_runs *live_runs_new(struct wf_live *live, struct event_base *base);
void live_runs_free(struct live_runs *r);

/* Nobody else may change anything now: -EBUSY with a reason; 0: everybody may. r NULL: 0. */
int live_runs_refuse(const struct live_runs *r, struct wf_err *err);
/* Does a scenario run, or is one about to? */
bool live_runs_busy(const struct live_runs *r);

/* How long before its time what begins then may be offered; `usual`: where no scenario runs. */
wf_ns_t live_runs_offer_ns(const struct live_runs *r, wf_ns_t at_ns, wf_ns_t usual_ns);

/* An override has begun with a plan that is in force from then on. Is it a step of what runs? */
bool live_runs_begun(struct live_runs *r, uint64_t override, wf_ns_t from_ns);
/* Is it such a step? */
bool live_runs_have(const struct live_runs *r, uint64_t override);

/* As struct wf_ctl_ops has them, over a struct wf_live. */
int live_runs_start(
	void *live, const struct wf_ctl_run_order *o, uint64_t *first, struct wf_err *err);
int live_runs_stop(void *live, uint64_t id);
int live_runs_trigger(void *live, uint64_t id);
bool live_runs_look(void *live, uint32_t index, struct wf_scenario_state *out);

#endif
