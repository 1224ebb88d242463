/* SPDX-License-Identifier: BSD-3-Clause
 * Loss by a trace: a probability that changes with the time since the start of the run.
 */
#include <errno.h>

#include "wf_loss.h"
#include "wf_units.h"

static int
threshold(const char *text, uint64_t *out)
{
	double p;

	if (wf_units_prob(text, &p) < 0)
		return -EINVAL;
	*out = wf_rng_threshold(p);
	return 0;
}

/* In the long run; the last row's where that is what stays. */
static void
forecast(const struct wf_rows *r, struct wf_forecast *f)
{
	double sum = 0;

	f->step_ns = r->period_ns > f->step_ns ? r->period_ns : f->step_ns;
	for (uint32_t i = 0; i + 1 < r->n; i++)
		sum += (double)r->point[i].value * 0x1p-64 *
		       (double)(r->point[i + 1].ns - r->point[i].ns);
	f->loss = r->period_ns != 0 ? sum / (double)r->period_ns
				    : (double)r->point[r->n - 1].value * 0x1p-64;
}

int
wf_loss_compile_trace(
	struct wf_loss_params *q, struct wf_block_compile *c, struct wf_loss_cfg *out, bool *idle)
{
	struct wf_rows_options o = { .column = WF_ROWS_LOSS,
		.once = !q->loop,
		.parse = threshold,
		.what = "a probability",
		.example = "Write a probability, as in 1%" };

	if (q->trace == NULL)
		return wf_err_add(
			c->err, c->where, "Write trace = \"link.rows\"", "\"trace\" is missing");
	out->trace = wf_rows_read(q->trace, &o, c);
	if (out->trace == NULL)
		return -EINVAL;
	forecast(out->trace, c->forecast);
	*idle = false;
	return 0;
}

void
wf_loss_run_trace(const void *cfg, uint32_t state_offset, struct wf_batch *b, uint16_t first,
	uint16_t end, struct wf_stage_env *env)
{
	const struct wf_loss_cfg *l = cfg;

	for (uint16_t i = first; i < end; i++)
		if (b->drop[i] == WF_DROP_NONE)
			wf_loss_draw(
				l, b, i, wf_rows_at(l->trace, wf_stage_since(env, b->rx_ns[i])));
}
