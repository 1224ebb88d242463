/* SPDX-License-Identifier: BSD-3-Clause
 * What a plan will do to traffic, predicted, as a table and as JSON.
 */
#ifndef CHECK_FORECAST_H
#define CHECK_FORECAST_H

#include <jansson.h>
#include <stdio.h>

#include "check_simulate.h"

void wf_forecast_table(
	const char *path, const struct wf_conf *conf, const struct wf_plan *plan, FILE *out);
/* With what has been simulated of each class. */
json_t *wf_forecast_json(const struct wf_conf *conf, const struct wf_plan *plan,
	const struct wf_simulated *simulated);

#endif
