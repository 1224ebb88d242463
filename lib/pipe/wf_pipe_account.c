/* SPDX-License-Identifier: BSD-3-Clause
 * What becomes of packets, for the accounts of their flows. Worker threads.
 */
#include "wf_pipe_account.h"

/* What rows in a row, of one flow and class, add up to. */
struct sums {
	uint64_t packets, bytes, dropped, delayed, delay_ns, delay_max_ns;
};

static inline void
sums_delay(struct sums *s, wf_ns_t delay_ns)
{
	s->delayed++;
	s->delay_ns += delay_ns;
	if (delay_ns > s->delay_max_ns)
		s->delay_max_ns = delay_ns;
}

static inline void
account_delays(struct wf_flow_account *at, const struct sums *s)
{
	wf_flow_account_add(&at->delayed, s->delayed);
	wf_flow_account_add(&at->delay_ns, s->delay_ns);
	if (s->delay_max_ns > atomic_load_explicit(&at->delay_max_ns, memory_order_relaxed))
		atomic_store_explicit(&at->delay_max_ns, s->delay_max_ns, memory_order_relaxed);
}

/* Rows from `row` on that are of its flow and class. Returns where the others begin. */
static uint32_t
account_flow(struct wf_pipe *p, const struct wf_plan_dir *d, const struct wf_batch *b, uint32_t row)
{
	const struct wf_plan_class *k = &d->classes[b->class_id[row]];
	struct wf_flow *f = b->flow[row];
	struct wf_flow_account *at = wf_flow_accounts_of(&p->accounts, f, b->rx_ns[row]);
	uint16_t class_id = b->class_id[row];
	wf_ns_t last_ns = b->rx_ns[row];
	struct sums s = { 0 };

	for (; row < b->n && b->flow[row] == f && b->class_id[row] == class_id; row++) {
		if (WF_UNLIKELY(b->flags[row] & WF_ROW_COPY))
			continue;
		s.packets++;
		s.bytes += b->len_bytes[row];
		last_ns = b->rx_ns[row];
		if (b->drop[row] != WF_DROP_NONE)
			s.dropped++;
		else if (k->queue == NULL && !(b->flags[row] & WF_ROW_PARK))
			sums_delay(&s, b->due_ns[row] - b->rx_ns[row]);
	}
	wf_flow_account_add(&at->packets, s.packets);
	wf_flow_account_add(&at->bytes, s.bytes);
	if (s.dropped > 0)
		wf_flow_account_add(&at->dropped, s.dropped);
	if (s.delayed > 0)
		account_delays(at, &s);
	atomic_store_explicit(&at->last_ns, last_ns, memory_order_relaxed);
	atomic_store_explicit(&at->class_uid, k->uid, memory_order_relaxed);
	return row;
}

void
wf_pipe_account_expect(const struct wf_pipe *p, const struct wf_batch *b)
{
	for (uint32_t row = 0; row < b->n; row++)
		__builtin_prefetch(&p->accounts.of[b->flow[row]->index], 1);
}

void
wf_pipe_account_rows(struct wf_pipe *p, const struct wf_plan_dir *d, const struct wf_batch *b)
{
	for (uint32_t row = 0; row < b->n;)
		row = account_flow(p, d, b, row);
}

void
wf_pipe_account_left(struct wf_pipe *p, const struct wf_batch *b, wf_ns_t rx_ns)
{
	struct wf_flow_account *at = wf_flow_accounts_of(&p->accounts, b->flow[0], rx_ns);
	struct sums s = { 0 };

	if (b->drop[0] != WF_DROP_NONE) {
		wf_flow_account_add(&at->dropped, 1);
	} else if (!(b->flags[0] & WF_ROW_PARK)) {
		sums_delay(&s, b->due_ns[0] - rx_ns);
		account_delays(at, &s);
	}
}

void
wf_pipe_account_unheld(struct wf_flow_accounts *accounts, const struct wf_batch *b, uint32_t row,
	wf_ns_t rx_ns, bool noted)
{
	struct wf_flow_account *at;

	if (b->flags[row] & WF_ROW_COPY)
		return;
	at = wf_flow_accounts_of(accounts, b->flow[row], rx_ns);
	wf_flow_account_add(&at->dropped, 1);
	if (!noted || b->flags[row] & WF_ROW_PARK)
		return;
	wf_flow_account_add(&at->delayed, UINT64_MAX); /* one less */
	wf_flow_account_add(&at->delay_ns, rx_ns - b->due_ns[row]);
}
