/* SPDX-License-Identifier: BSD-3-Clause
 * From setups to the data path: make the next one, arm its plan, offer it; on any error nothing
 * changes. Control thread.
 */
#include "live.h"

#include <errno.h>
#include <event2/event.h>

/* A change is in force so long after it has been asked for: every worker has it before. */
#define AHEAD_NS WF_NS_PER_MS

void
wf_live_look_in(struct event *timer, wf_ns_t ns)
{
	const struct timeval tv = { (time_t)(ns / WF_NS_PER_S),
		(suseconds_t)((ns % WF_NS_PER_S + 999) / 1000) };

	evtimer_add(timer, &tv);
}

const struct wf_setup *
wf_live_in_force(const struct wf_live *live)
{
	return wf_offered_in_force(&live->before, live->setup, wf_dp_now(live->dp));
}

int
wf_live_offer(struct wf_live *live, struct wf_setup *next)
{
	wf_ns_t soonest_ns = wf_dp_now(live->dp) + AHEAD_NS;
	int rc;

	if (soonest_ns < live->setup->plan->from_ns)
		soonest_ns = live->setup->plan->from_ns;
	if (next->plan->from_ns < soonest_ns)
		wf_setup_begin(next, soonest_ns);
	rc = wf_dp_offer(live->dp, wf_plan_hold(next->plan));
	if (rc < 0)
		return rc;
	wf_live_tell_late(live, next);
	if (live->ready != next)
		wf_setup_free(live->ready);
	live->ready = NULL;
	live->again_ns = 0;
	live->failing = false;
	wf_live_tell_begun(live, next);
	wf_live_tell_ended(live, next);
	wf_live_tell_stale(live, next->plan);
	wf_offered_follow(&live->before, live->setup, next);
	live->setup = next;
	wf_live_look_in(live->timer, WF_LIVE_LOOK_EVERY_NS);
	return 0;
}

int
wf_live_make(const struct wf_live *live, struct wf_node *base, const struct wf_overrides *overrides,
	wf_ns_t from_ns, struct wf_setup **next, struct wf_err *err)
{
	int rc = wf_setup_next(live->setup, base, overrides, from_ns, next, err);

	if (rc == 0 && (wf_plan_arm((*next)->plan, err) < 0 ||
			       wf_dp_check_carrier(live->dp, (*next)->plan, err) < 0)) {
		wf_setup_free(*next);
		*next = NULL;
		rc = -EINVAL;
	}
	return rc;
}

int
wf_live_step(struct wf_live *live, struct wf_node *base, const struct wf_overrides *overrides,
	wf_ns_t from_ns, struct wf_err *err)
{
	struct wf_setup *next;
	int rc = wf_live_make(live, base, overrides, from_ns, &next, err);

	if (rc == 0 && (rc = wf_live_offer(live, next)) < 0)
		wf_setup_free(next);
	return rc;
}

wf_ns_t
wf_live_soon(const struct wf_live *live)
{
	wf_ns_t now_ns = wf_dp_now(live->dp), last_ns = live->setup->plan->from_ns;

	return now_ns > last_ns ? now_ns : last_ns;
}
