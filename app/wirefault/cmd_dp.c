/* SPDX-License-Identifier: BSD-3-Clause
 * What --huge, --no-huge and --force are to the data path.
 */
#include "cmd_dp.h"

struct wf_dp_options
wf_cmd_dp(const struct wf_cmd *cmd, const struct wf_option_values *v, struct wf_err *err)
{
	bool huge = wf_cmd_value(cmd, v, "huge") != NULL;
	bool no_huge = wf_cmd_value(cmd, v, "no-huge") != NULL;

	if (huge && no_huge)
		wf_err_add(err, NULL, "Choose one", "--huge and --no-huge contradict each other");
	return (struct wf_dp_options){
		.huge = huge      ? WF_DP_HUGE_YES
			: no_huge ? WF_DP_HUGE_NO
				  : WF_DP_HUGE_AUTO,
		.force = wf_cmd_value(cmd, v, "force") != NULL,
		.quiet = true,
		.claim_cores = true,
	};
}
