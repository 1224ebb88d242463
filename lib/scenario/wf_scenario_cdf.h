/* SPDX-License-Identifier: BSD-3-Clause
 * The distribution of delays, as it was configured against as it was: in the document of a run, and
 * from it as a plot. Control threads only.
 */
#ifndef WF_SCENARIO_CDF_H
#define WF_SCENARIO_CDF_H

#include <jansson.h>

#include "wf_configured.h"
#include "wf_doc.h"
#include "wf_measure.h"

/* NULL: nothing left, or nothing was configured. */
json_t *wf_scenario_cdf_json(const struct wf_configured_law *law, const struct wf_measure *m);
/* Of a measure of the document that is called so; nothing if no delay was configured. Returns
 * whether there is one. */
bool wf_scenario_cdf_plot(struct wf_doc *p, const json_t *measure, const char *name);

#endif
