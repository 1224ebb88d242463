/* SPDX-License-Identifier: BSD-3-Clause
 * Measures. One thread.
 */
#include "wf_measure.h"

#include <string.h>

void
wf_measure_init(struct wf_measure *m)
{
	memset(m, 0, sizeof(*m));
	wf_hist_init(&m->delay);
	wf_hist_init(&m->error);
}
