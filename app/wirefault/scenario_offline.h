/* SPDX-License-Identifier: BSD-3-Clause
 * A scenario on the virtual clock: exact, and the same for the same seed. Needs EAL. Control
 * thread.
 */
#ifndef SCENARIO_OFFLINE_H
#define SCENARIO_OFFLINE_H

#include <jansson.h>

#include "scenario_tell.h"

/* Can it be run so? Adds all that speaks against it. 0 or -EINVAL. */
int scenario_offline_check(const struct scenario *c, struct wf_err *err);
/* Its document (wf_scenario_report.h); what happens is told. NULL with reasons. */
json_t *scenario_offline_run(struct scenario *c, struct scenario_tell *tell, struct wf_err *err);

#endif
