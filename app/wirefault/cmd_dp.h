/* SPDX-License-Identifier: BSD-3-Clause
 * Options of the verbs that start a data path.
 */
#ifndef CMD_DP_H
#define CMD_DP_H

#include "wf_cmd.h"
#include "wf_dp.h"

/* Two rows of their tables. */
#define WF_CMD_MEMORY_OPTIONS                                                                      \
	{ "huge", 0, NULL, "use hugepages or fail" },                                              \
	{                                                                                          \
		"no-huge", 0, NULL, "do without hugepages even if there are some"                  \
	}

/* What these and --force say; cores are claimed, and little is said. An error if they contradict
 * each other. */
struct wf_dp_options wf_cmd_dp(
	const struct wf_cmd *cmd, const struct wf_option_values *v, struct wf_err *err);

#endif
