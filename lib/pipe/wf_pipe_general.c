/* SPDX-License-Identifier: BSD-3-Clause
 * The general path: classes, queues, copies, changed bytes, packets that wait for others. Worker
 * threads.
 */
#include "wf_pipe_account.h"
#include "wf_pipe_epilogue.h"

/* What came, for the class of the run. */
static void
general_count(struct wf_pipe *p, const struct wf_plan_class *k, const struct wf_batch *b,
	const struct wf_run *run)
{
	struct wf_count sum = { 0, 0 };

	for (uint32_t row = run->first; row < run->end; row++)
		wf_count_add(&sum, b->len_bytes[row]);
	wf_count_merge(&wf_end_class(&p->end, k->slot)->c.rx, &sum);
}

void
wf_pipe_general_runs(struct wf_pipe *p, const struct wf_plan *plan, uint32_t dir, uint32_t n,
	const struct wf_run *runs, uint32_t n_runs)
{
	const struct wf_plan_dir *d = &plan->dir[dir];
	struct wf_dir_stats *ds = wf_end_dir(&p->end, dir);
	struct wf_batch *b = &p->batch;
	uint16_t grown = 0;

	if (WF_UNLIKELY(p->accounts.on))
		wf_pipe_account_expect(p, b);
	for (uint32_t r = 0; r < n_runs; r++)
		general_count(p, &d->classes[runs[r].class_id], b, &runs[r]);
	for (uint32_t r = 0; r < n_runs; r++) {
		const struct wf_plan_class *k = &d->classes[runs[r].class_id];

		grown = (uint16_t)(grown +
				   wf_pipe_run(k->before,
					   k->queue != NULL ? k->n_before : wf_plan_steps(k), b,
					   (uint16_t)(runs[r].first + grown),
					   (uint16_t)(runs[r].end + grown), &p->states.env));
	}
	wf_pipe_count_stages(&p->states.env, ds);
	if (WF_UNLIKELY(p->accounts.on))
		wf_pipe_account_rows(p, d, b);
	wf_epilogue_arrive(p, plan, dir, b, n, n_runs > 1);
}

void
wf_pipe_general(struct wf_pipe *p, const struct wf_plan *plan, uint32_t dir, const struct wf_rx *rx,
	uint32_t n)
{
	struct wf_run runs[WF_BURST];
	uint32_t n_runs = wf_pipe_take_in(p, &plan->dir[dir], dir, rx, n, runs);

	wf_pipe_general_runs(p, plan, dir, n, runs, n_runs);
}
