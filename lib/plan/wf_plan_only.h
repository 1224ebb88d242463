/* SPDX-License-Identifier: BSD-3-Clause
 * A plan of one class and some of its stages, out of another plan: for trials. Control threads
 * only.
 */
#ifndef WF_PLAN_ONLY_H
#define WF_PLAN_ONLY_H

#include "wf_plan.h"

/* A bit for each enum wf_block_id. The real queue is WF_BLOCK_QUEUE. */
#define WF_PLAN_ALL_STAGES UINT64_MAX

/* One link, whose ab does with every packet what those of the class's stages do that are in
 * `stages`, and nothing else; ba does nothing. It needs no arming. It borrows the compiled stages,
 * so what is tried is what will run: free it before `from`. NULL: out of memory. */
struct wf_plan *wf_plan_only(
	const struct wf_plan *from, uint32_t dir, uint16_t class_id, uint64_t stages);

#endif
