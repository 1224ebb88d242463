/* SPDX-License-Identifier: BSD-3-Clause
 * The list of drop causes as a table.
 */
#include "wf_drop.h"

const struct wf_drop_info wf_drop_info[WF_DROP_COUNT] = {
#define WF_DROP_ROW(name, by, help) [WF_DROP_##name] = { #name, WF_DROP_BY_##by, help },
	WF_DROP_CAUSES(WF_DROP_ROW)
#undef WF_DROP_ROW
};
