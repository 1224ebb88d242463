/* SPDX-License-Identifier: BSD-3-Clause
 * Sums of what became of probes.
 */
#include "wf_probe_totals.h"

static void
merge(struct wf_probe_sum *to, const struct wf_probe_sum *from)
{
	to->n += from->n;
	to->sum += from->sum;
	to->max = from->max > to->max ? from->max : to->max;
}

void
wf_probe_totals_add(struct wf_probe_totals *to, const struct wf_probe_totals *from)
{
	to->sent += from->sent;
	to->received += from->received;
	to->lost += from->lost;
	to->late += from->late;
	to->duplicated += from->duplicated;
	to->unsent += from->unsent;
	to->reordered += from->reordered;
	merge(&to->extent, &from->extent);
	merge(&to->late_ns, &from->late_ns);
	for (int i = 0; i <= WF_PROBE_PRECEDED; i++)
		to->preceded[i] += from->preceded[i];
	merge(&to->free_run, &from->free_run);
	merge(&to->loss_run, &from->loss_run);
	for (int i = 0; i <= WF_PROBE_RUNS; i++)
		to->runs_of[i] += from->runs_of[i];
	merge(&to->loss_distance, &from->loss_distance);
	to->noticeable += from->noticeable;
	merge(&to->ipdv_up, &from->ipdv_up);
	merge(&to->ipdv_down, &from->ipdv_down);
	to->jitter_ns += from->jitter_ns;
	to->jitter_streams += from->jitter_streams;
}
