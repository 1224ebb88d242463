/* SPDX-License-Identifier: BSD-3-Clause
 * What a plan has of files that can't be read any more. Control thread.
 */
#include "live.h"

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
				"what "
				"was read of it before stays until it can, or until a reload",
				plan->link_name[d / 2], side[d % 2], now->name);
		}
}
