/* SPDX-License-Identifier: BSD-3-Clause
 * Plots of a direction over the time of a run, with what stood when behind them.
 */
#ifndef WF_SCENARIO_PLOTS_H
#define WF_SCENARIO_PLOTS_H

#include <jansson.h>

#include "wf_doc.h"

/* Of the document of a run, and one of its directions. */
void wf_scenario_plots(struct wf_doc *p, const json_t *doc, const json_t *direction);

#endif
