/* SPDX-License-Identifier: BSD-3-Clause
 * How late packets of a direction may leave before it matters. Pure.
 */
#include "wf_plan_on_time.h"

#include <math.h>

#include "wf_snapshot.h"

wf_ns_t
wf_plan_on_time_ns(const struct wf_plan_dir *d)
{
	double least_ns = -1;

	for (uint16_t i = 0; i < d->n_classes; i++) {
		double mean_ns = d->classes[i].about->forecast.delay_mean_ns;

		if (least_ns < 0 || mean_ns < least_ns)
			least_ns = mean_ns;
	}
	least_ns *= WF_PLAN_ON_TIME_SHARE;
	return least_ns > (double)WF_ON_TIME_NS ? (wf_ns_t)llround(least_ns) : WF_ON_TIME_NS;
}
