/* SPDX-License-Identifier: BSD-3-Clause
 * What capabilities the process still needs when its ports are up, and all its threads without the
 * others. Control thread.
 */
#ifndef WF_DP_RIGHTS_H
#define WF_DP_RIGHTS_H

#include "wf_types.h"

struct wf_dp;

/* Of WF_RIGHT_...: what running, and teardown, take. */
uint64_t wf_dp_rights_needed(const struct wf_dp *dp);

#endif
