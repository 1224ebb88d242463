/* SPDX-License-Identifier: BSD-3-Clause
 * Rows of one class through its stages, and room for the copies that some want. Worker threads.
 */
#include "wf_pipe_run.h"

#include "wf_rng.h"

/* Inserts the copies that rows first..end-1 want, each behind its original. Returns the new end. */
static uint16_t
run_insert_copies(struct wf_batch *b, const struct wf_plan_step *step, uint16_t first, uint16_t end)
{
	for (uint16_t row = first; row < end; row++) {
		uint16_t k = b->copies[row];

		if (k == 0)
			continue;
		wf_batch_open(b, (uint16_t)(row + 1), k);
		for (uint16_t c = 1; c <= k; c++) {
			uint16_t at = (uint16_t)(row + c);

			wf_batch_copy_row(b, at, row);
			b->copies[at] = 0;
			b->edits[at] = b->forges[at] = 0;
			b->flags[at] &= (uint8_t)~WF_ROW_CLAMPED; /* a packet of its own */
			b->flags[at] |= WF_ROW_COPY;
			b->rng[at] = wf_rng_copy(b->rng[row], c);
			if (step->copy_spacing_ns != 0) {
				b->due_ns[at] += c * step->copy_spacing_ns;
				b->flags[at] |= WF_ROW_LATE;
			}
		}
		row = (uint16_t)(row + k);
		end = (uint16_t)(end + k);
	}
	return end;
}

uint16_t
wf_pipe_run(const struct wf_plan_step *step, uint32_t n, struct wf_batch *b, uint16_t first,
	uint16_t end, struct wf_stage_env *env)
{
	uint16_t before = end;

	for (; n > 0; n--, step++) {
		step->run(step->cfg, step->state_offset, b, first, end, env);
		if (step->copies)
			end = run_insert_copies(b, step, first, end);
	}
	return (uint16_t)(end - before);
}
