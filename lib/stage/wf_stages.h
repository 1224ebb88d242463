/* SPDX-License-Identifier: BSD-3-Clause
 * The impairments that exist, one file each, for the registry and for tests.
 */
#ifndef WF_STAGES_H
#define WF_STAGES_H

#include "wf_stage.h"

extern const struct wf_stage_ops wf_stage_blackhole;
extern const struct wf_stage_ops wf_stage_rate;
extern const struct wf_stage_ops wf_stage_queue;
extern const struct wf_stage_ops wf_stage_loss;
extern const struct wf_stage_ops wf_stage_duplicate;
extern const struct wf_stage_ops wf_stage_delay;

/* Parameters of the queue, which the rate stage acts on. */
enum wf_queue_drop { WF_QUEUE_TAIL };
struct wf_queue_params {
	uint64_t given;
	struct wf_limit limit;
	int drop; /* enum wf_queue_drop */
};

#endif
