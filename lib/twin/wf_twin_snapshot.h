/* SPDX-License-Identifier: BSD-3-Clause
 * The statistics of an offline run.
 */
#ifndef WF_TWIN_SNAPSHOT_H
#define WF_TWIN_SNAPSHOT_H

#include "wf_twin.h"

/* From the closed bank of the run's only worker. NULL: out of memory. */
struct wf_snapshot *wf_twin_snapshot(const struct wf_twin_params *q, const struct wf_bank *bank,
	wf_ns_t first_ns, wf_ns_t last_ns);

#endif
