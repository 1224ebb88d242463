/* SPDX-License-Identifier: BSD-3-Clause
 * A live run in a process of its own: EAL can be had once in a process, and one that dies takes its
 * ports with it. Control thread.
 */
#ifndef SCENARIO_CHILD_H
#define SCENARIO_CHILD_H

#include "scenario_live.h"

/* As scenario_live_run; of the parent only signals are handed on, USR1 too. */
json_t *scenario_child_run(
	struct scenario *c, const struct wf_dp_options *opt, struct scenario_tell *tell, bool *cut);

#endif
