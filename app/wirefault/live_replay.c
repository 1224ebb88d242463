/* SPDX-License-Identifier: BSD-3-Clause
 * Replays of the running ports, for the server. Control thread.
 */
#include "live.h"

bool
wf_live_replay(void *live_ctx, uint32_t index, struct wf_ctl_replay *out)
{
	const struct wf_live *live = live_ctx;

	for (uint32_t p = 0; p < live->start.conf->n_ports; p++) {
		out->replay = wf_dp_replay(live->dp, p, &out->port);
		if (out->replay == NULL || index-- > 0)
			continue;
		out->now_ns = wf_dp_now(live->dp);
		return true;
	}
	return false;
}
