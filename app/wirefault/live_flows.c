/* SPDX-License-Identifier: BSD-3-Clause
 * What workers count of flows, for the server. Control thread.
 */
#include "live.h"
#include "wf_flow_top.h"

bool
wf_live_flows(void *live_ctx, struct wf_flow_top *list, uint32_t budget)
{
	const struct wf_live *live = live_ctx;
	const struct wf_flow_accounts *a;

	while ((a = wf_dp_flow_accounts(live->dp, list->worker)) != NULL)
		if (!wf_flow_top_walk(list, a, &budget))
			return false;
	return true;
}
