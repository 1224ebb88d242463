/* SPDX-License-Identifier: BSD-3-Clause
 * What is told of setups when they are offered. Control thread.
 */
#include <stdio.h>

#include "live_runs.h"
#include "wf_units.h"

void
wf_live_tell_ended(const struct wf_live *live, const struct wf_setup *next)
{
	char text[WF_CHANGE_TEXT + 64], change[WF_CHANGE_TEXT];

	for (uint32_t i = 0; i < live->setup->overrides.n; i++) {
		const struct wf_override *o = &live->setup->overrides.at[i];

		if (!o->merged || o->until_ns > next->plan->from_ns ||
			live_runs_have(live->runs, o->id) ||
			wf_overrides_have(&next->overrides, o->id) ||
			wf_overrides_have(&next->dropped, o->id))
			continue;
		snprintf(text, sizeof(text), "a change ends by itself: %s",
			wf_change_format(o->change, change));
		wf_event_add(live->events,
			&(struct wf_event){ .kind = WF_EVENT_ended,
				.generation = next->plan->generation,
				.at_ns = wf_dp_monotonic(live->dp, next->plan->from_ns),
				.text = text });
	}
}

void
wf_live_tell_late(const struct wf_live *live, const struct wf_setup *next)
{
	wf_ns_t now_ns = wf_dp_now(live->dp);
	char text[WF_UNITS_TEXT];

	if (now_ns <= next->plan->from_ns)
		return;
	wf_event_say(live->events, WF_EVENT_warning, NULL,
		"configuration %llu was offered %s after its time: packets received in between "
		"went by the one before",
		(unsigned long long)next->plan->generation,
		wf_units_format_duration(now_ns - next->plan->from_ns, text));
}

/* Is that one merged, or was it to begin later? NULL: neither. */
static const struct wf_override *
find(const struct wf_overrides *list, uint64_t id)
{
	for (uint32_t i = 0; i < list->n; i++)
		if (list->at[i].id == id)
			return &list->at[i];
	return NULL;
}

void
wf_live_tell_begun(const struct wf_live *live, const struct wf_setup *next)
{
	char text[WF_CHANGE_TEXT + 64], change[WF_CHANGE_TEXT];

	for (uint32_t i = 0; i < next->overrides.n; i++) {
		const struct wf_override *o = &next->overrides.at[i];
		const struct wf_override *was = find(&live->setup->overrides, o->id);

		if (!o->merged || (was != NULL && was->merged) ||
			live_runs_begun(live->runs, o->id, next->plan->from_ns) || was == NULL)
			continue;
		snprintf(text, sizeof(text), "a change begins by itself: %s",
			wf_change_format(o->change, change));
		wf_event_add(live->events,
			&(struct wf_event){ .kind = WF_EVENT_begun,
				.generation = next->plan->generation,
				.at_ns = wf_dp_monotonic(live->dp, next->plan->from_ns),
				.text = text });
	}
}

void
wf_live_tell_stale(const struct wf_live *live, const struct wf_plan *plan)
{
	static const char *const side[] = { "ab", "ba" };

	for (uint32_t d = 0; d < plan->n_dirs; d++)
		for (uint16_t i = 0; i < plan->dir[d].n_classes; i++) {
			const struct wf_plan_about *now = plan->dir[d].classes[i].about;
			const struct wf_plan_class *was =
				wf_plan_class_of(live->setup->plan, d, now->name);

			if (!now->stale || (was != NULL && was->about->stale))
				continue;
			wf_event_say(live->events, WF_EVENT_warning, NULL,
				"%s %s, class \"%s\": a file of it can't be read as it is now: "
				"what was read of it before stays until it can, or until a reload",
				plan->link_name[d / 2], side[d % 2], now->name);
		}
}
