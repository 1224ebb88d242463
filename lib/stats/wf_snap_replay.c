/* SPDX-License-Identifier: BSD-3-Clause
 * States of replays by name.
 */
#include "wf_snap_replay.h"

const char *
wf_replay_state_name(enum wf_replay_state state)
{
	static const char *const names[WF_REPLAY_STATES] = {
		[WF_REPLAY_WAITING] = "waiting",
		[WF_REPLAY_RUNNING] = "running",
		[WF_REPLAY_PAUSED] = "paused",
		[WF_REPLAY_STOPPED] = "stopped",
		[WF_REPLAY_DONE] = "done",
		[WF_REPLAY_FAILED] = "failed",
	};

	return names[state];
}
