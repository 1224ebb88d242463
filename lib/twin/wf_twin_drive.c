/* SPDX-License-Identifier: BSD-3-Clause
 * The virtual clock and the pipeline. One thread.
 */
#include "wf_twin_drive.h"

#include <errno.h>

#include "wf_twin_packet.h"

#define TAKE_BURST 64

/* Slots and uids only grow, so what the last one needs is enough for all. */
static int
prepare(struct wf_twin_drive *v)
{
	int rc = wf_pipe_prepare(v->pipe, v->plan);

	for (uint32_t i = 1; v->timeline != NULL && i < v->timeline->n && rc == 0; i++)
		rc = wf_pipe_prepare(v->pipe, v->timeline->plan[i]);
	return rc;
}

int
wf_twin_drive_init(struct wf_twin_drive *v, const struct wf_plan *plan,
	const struct wf_timeline *timeline, struct wf_pipe_params *params,
	void (*leave)(void *ctx, const struct wf_held *h), void *ctx)
{
	uint32_t n_slots =
		timeline != NULL ? timeline->plan[timeline->n - 1]->n_slots : plan->n_slots;

	*v = (struct wf_twin_drive){
		.plan = plan, .timeline = timeline, .next = 1, .leave = leave, .ctx = ctx
	};
	assert(timeline == NULL || timeline->plan[0] == plan);
	v->stats = wf_stats_new(plan->n_dirs, n_slots);
	if (v->stats == NULL)
		return -ENOMEM;
	params->n_dirs = plan->n_dirs;
	params->n_slots = n_slots;
	params->ops = params->tap != NULL ? wf_twin_packet_ops_marking : wf_twin_packet_ops;
	params->stats = v->stats;
	v->pipe = wf_pipe_new(params);
	return v->pipe != NULL ? prepare(v) : -ENOMEM;
}

void
wf_twin_drive_fini(struct wf_twin_drive *v)
{
	wf_twin_due_fini(&v->due);
	wf_pipe_free(v->pipe);
	wf_stats_free(v->stats);
	*v = (struct wf_twin_drive){ 0 };
}

/* What the store has up to the end of the tick. */
static void
take(struct wf_twin_drive *v, wf_ns_t now_ns)
{
	wf_ns_t end_ns = (now_ns + WF_TICK_NS - 1) & ~(WF_TICK_NS - 1);
	struct wf_held h[TAKE_BURST];
	uint32_t n;

	do {
		n = wf_pipe_take(v->pipe, end_ns, h, TAKE_BURST);
		for (uint32_t i = 0; i < n; i++) {
			if (wf_twin_due_put(&v->due, &h[i]) == 0)
				continue;
			wf_pipe_drop(v->pipe, &h[i], 1, WF_DROP_no_buffer);
			v->out_of_memory = true;
		}
	} while (n == TAKE_BURST);
}

static void
leave(struct wf_twin_drive *v, const struct wf_held *h)
{
	v->leave(v->ctx, h);
	wf_pipe_sent(v->pipe, h, 1, h->due_ns);
	wf_twin_packet_put(h->pkt);
}

/* With the plan in force. */
static void
go_on(struct wf_twin_drive *v, wf_ns_t now_ns)
{
	struct wf_held h;
	wf_ns_t until_ns;

	do {
		until_ns = wf_pipe_advance(v->pipe, v->plan, now_ns);
		take(v, until_ns);
		while (wf_twin_due_take(&v->due, until_ns, &h))
			leave(v, &h);
	} while (until_ns < now_ns);
}

/* When the next plan comes into force. */
static wf_ns_t
next_from_ns(const struct wf_twin_drive *v)
{
	return v->timeline != NULL && v->next < v->timeline->n ? v->timeline->plan[v->next]->from_ns
							       : UINT64_MAX;
}

/* All that departs before it has gone by the plan before. */
static void
take_over(struct wf_twin_drive *v)
{
	if (next_from_ns(v) > 0)
		go_on(v, next_from_ns(v) - 1);
	v->plan = v->timeline->plan[v->next++];
	wf_pipe_adopt(v->pipe, v->plan);
}

void
wf_twin_drive_to(struct wf_twin_drive *v, wf_ns_t now_ns)
{
	while (next_from_ns(v) <= now_ns)
		take_over(v);
	go_on(v, now_ns);
}

void
wf_twin_drive_in(struct wf_twin_drive *v, uint32_t dir, const struct wf_rx *rx, uint32_t n)
{
	while (n > 0) {
		uint32_t k = 0;

		while (k < n && rx[k].rx_ns < next_from_ns(v))
			k++;
		if (k == 0) {
			take_over(v);
			continue;
		}
		wf_pipe_in(v->pipe, v->plan, dir, rx, k, true);
		wf_pipe_tidy(v->pipe, rx[k - 1].rx_ns);
		rx += k;
		n -= k;
	}
}
