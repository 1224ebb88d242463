/* SPDX-License-Identifier: BSD-3-Clause
 * A scenario on the real clock, through the ports of its configuration. In a process of its own, as
 * EAL can be had once. Control thread.
 */
#ifndef SCENARIO_LIVE_H
#define SCENARIO_LIVE_H

#include <jansson.h>

#include "scenario_tell.h"
#include "wf_dp.h"

/* Can it be run so? Adds all that speaks against it. 0 or -EINVAL. */
int scenario_live_check(const struct scenario *c, struct wf_err *err);
/* Its document; what happens is told. INT and TERM end it before its time, *cut. NULL with reasons,
 * on stderr. */
json_t *scenario_live_run(
	struct scenario *c, const struct wf_dp_options *opt, struct scenario_tell *tell, bool *cut);

#endif
