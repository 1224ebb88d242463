/* SPDX-License-Identifier: BSD-3-Clause
 * Loss by bit errors: a frame of n bytes is lost when one of its bits is hit,
 * P(n) = 1 - (1 - ber)^(8 n), hits being independent.
 *
 * P(a + b) = P(a) + (1 - P(a)) P(b) gives it from two small tables, for the low and the high byte
 * of the length, and builds them: without a power function, and exact for the smallest ber, where
 * 1 - ber would not be.
 */
#include <errno.h>

#include "wf_loss.h"

struct wf_loss_ber {
	uint64_t low[256], high[256]; /* thresholds */
};

int
wf_loss_compile_ber(
	struct wf_loss_params *q, struct wf_block_compile *c, struct wf_loss_cfg *out, bool *idle)
{
	struct wf_loss_ber *t;
	double byte = 0, page = 0, p = 0, loss = 0;

	if (!wf_param_given(q, WF_LOSS_ROW_BER))
		return wf_err_add(c->err, c->where, "Write ber = 1e-6", "\"ber\" is missing");
	t = wf_stage_reserve(c, sizeof(*t));
	if (t == NULL)
		return -ENOMEM;
	for (int i = 0; i < 8; i++)
		byte += (1 - byte) * q->ber;
	for (int i = 0; i < 256; i++) {
		t->low[i] = wf_rng_threshold(page);
		page += (1 - page) * byte;
	}
	for (int i = 0; i < 256; i++) {
		t->high[i] = wf_rng_threshold(p);
		p += (1 - p) * page;
	}
	for (int i = 0; i < WF_FORECAST_FRAME; i++)
		loss += (1 - loss) * byte;
	c->forecast->loss = loss;
	c->forecast->mean_burst = loss > 0 && loss < 1 ? 1 / (1 - loss) : 0;
	out->ber = t;
	*idle = !(q->ber > 0);
	return 0;
}

void
wf_loss_run_ber(const void *cfg, uint32_t state_offset, struct wf_batch *b, uint16_t first,
	uint16_t end, struct wf_stage_env *env)
{
	const struct wf_loss_cfg *l = cfg;

	for (uint16_t i = first; i < end; i++) {
		uint32_t n = b->len_bytes[i] < 0xffff ? b->len_bytes[i] : 0xffff;
		uint64_t high = l->ber->high[n >> 8], low = l->ber->low[n & 0xff];

		if (b->drop[i] != WF_DROP_NONE)
			continue;
		wf_loss_draw(l, b, i,
			high == UINT64_MAX || low == UINT64_MAX
				? UINT64_MAX
				: high + (uint64_t)((unsigned __int128)~high * low >> 64));
	}
}
