/* SPDX-License-Identifier: BSD-3-Clause
 * From received packets to a batch: parse, find flows, classify, and fill the columns grouped by
 * class. Worker threads.
 */
#include "wf_pipe_internal.h"
#include "wf_rng.h"

static void
parse(struct wf_pipe *p, const struct wf_plan_dir *d, uint32_t dir, const struct wf_rx *rx,
	uint32_t n, struct wf_lookup *l)
{
	for (uint32_t i = 0; i < n; i++) {
		l->who[i] = wf_pipe_identify(p, d, dir, &rx[i], &l->parsed[i], &l->other[i]);
		l->key[i] = &l->who[i]->key;
		l->dir_key[i] = d->rng_key;
		l->now_ns[i] = rx[i].rx_ns;
	}
	/* Not in the same loop: the hash reads in words what the parser has just written in bytes.
	 */
	for (uint32_t i = 0; i < n; i++)
		l->hash[i] = wf_flow_hash(l->key[i]);
}

/* The flow's class as remembered, or by the rules: for new flows, changed rules, another DSCP where
 * a rule looks at it, and packets without a flow. */
static void
classify(const struct wf_plan_dir *d, uint32_t first, uint32_t end, struct wf_lookup *l)
{
	const struct wf_parsed *ask[WF_BURST];
	uint16_t found[WF_BURST] = { 0 };
	uint32_t who[WF_BURST], n_ask = 0;

	for (uint32_t i = first; i < end; i++) {
		const struct wf_flow *f = l->flow[i];

		if (f != NULL && f->class_epoch == d->epoch &&
			(!d->dscp || f->dscp == l->who[i]->dscp)) {
			l->class_id[i] = f->class_id;
			continue;
		}
		ask[n_ask] = l->who[i];
		who[n_ask++] = i;
	}
	if (n_ask != 0 && d->rules != NULL)
		wf_rules_classify(d->rules, ask, found, n_ask);
	for (uint32_t k = 0; k < n_ask; k++) {
		struct wf_flow *f = l->flow[who[k]];

		l->class_id[who[k]] = found[k];
		if (f == NULL)
			continue;
		f->class_epoch = d->epoch;
		f->class_id = found[k];
		f->dscp = ask[k]->dscp;
	}
}

static void
exempt(const struct wf_plan_dir *d, uint32_t first, uint32_t end, struct wf_lookup *l)
{
	for (uint32_t i = first; i < end; i++)
		if (l->parsed[i].flags & WF_PARSE_NEIGHBOUR)
			l->class_id[i] = d->neighbours;
}

static void
look_up(struct wf_pipe *p, const struct wf_plan_dir *d, const struct wf_rx *rx, uint32_t first,
	uint32_t end, struct wf_lookup *l)
{
	wf_flow_table_lookup(p->flows, l->key + first, l->hash + first, l->dir_key + first,
		l->now_ns + first, end - first, l->flow + first);
	classify(d, first, end, l);
	if (d->n_picks > 0)
		wf_pipe_pick(p, d, rx, first, end, l);
	if (d->neighbours != 0)
		exempt(d, first, end, l);
}

/* Flows and classes. Who finds room in a table that is nearly full must not depend on bursts, so
 * there, packets that may need two flows are taken one by one. */
static void
find(struct wf_pipe *p, const struct wf_plan_dir *d, const struct wf_rx *rx, uint32_t n,
	struct wf_lookup *l)
{
	uint32_t step = d->n_picks > 0 && wf_flow_table_room(p->flows) < 2 * n ? 1 : n;

	for (uint32_t i = 0; i < n; i += step)
		look_up(p, d, rx, i, i + step, l);
}

/* Keeps the gauge of flows per class. */
static void
list(struct wf_pipe *p, const struct wf_plan_class *k, struct wf_flow *f)
{
	if (WF_LIKELY(f->listed && f->slot == k->slot))
		return;
	if (f->listed)
		p->class_flows[f->slot]--;
	p->class_flows[k->slot]++;
	if (k->slot >= p->slots_seen)
		p->slots_seen = k->slot + 1u;
	f->slot = k->slot;
	f->listed = true;
}

struct wf_flow *
wf_pipe_fallback(struct wf_pipe *p, const struct wf_plan_dir *d, const struct wf_plan_class *k)
{
	struct wf_flow *f = &p->fallback[k->slot];

	if (f->rng_key == 0) {
		f->rng_key = wf_rng_flow(d->rng_key, k->slot);
		f->state = WF_NO_STATE;
	}
	return f;
}

/* Order of rows: by class, classes in order of first appearance, arrival order within. */
static uint32_t
group(const uint16_t *class_id, uint32_t n, uint16_t order[WF_BURST], struct wf_run runs[WF_BURST])
{
	uint32_t left = n == 32 ? UINT32_MAX : (1u << n) - 1, n_runs = 0;
	uint16_t at = 0;

	static_assert(WF_BURST == 32, "one bit a packet");
	while (left != 0) {
		struct wf_run *run = &runs[n_runs++];

		run->first = at;
		run->class_id = class_id[__builtin_ctz(left)];
		for (uint32_t rest = left; rest != 0; rest &= rest - 1) {
			uint32_t i = (uint32_t)__builtin_ctz(rest);

			if (class_id[i] != run->class_id)
				continue;
			order[at++] = (uint16_t)i;
			left &= ~(1u << i);
		}
		run->end = at;
	}
	return n_runs;
}

static inline void
fill_row(struct wf_batch *b, uint32_t row, const struct wf_rx *rx, uint16_t seq)
{
	b->pkt[row] = rx->pkt;
	b->rx_ns[row] = rx->rx_ns;
	b->due_ns[row] = rx->rx_ns;
	b->len_bytes[row] = rx->len_bytes;
	b->drop[row] = WF_DROP_NONE;
	b->copies[row] = 0;
	b->flags[row] = 0;
	b->seq[row] = seq;
}

static inline void
fill_bytes(struct wf_batch *b, uint32_t row, const struct wf_rx *rx, const struct wf_parsed *parsed)
{
	b->data[row] = rx->data;
	b->readable_bytes[row] = rx->readable_bytes;
	b->parsed[row] = parsed;
	b->edits[row] = b->forges[row] = 0;
}

/* Without flows there are no rules, so there is one class and no randomness. */
static uint32_t
intake_plain(struct wf_pipe *p, const struct wf_plan_dir *d, const struct wf_rx *rx, uint32_t n,
	struct wf_run runs[WF_BURST])
{
	const struct wf_plan_class *k = &d->classes[0];
	struct wf_batch *b = p->batch;
	uint8_t *state = k->needs_state ? wf_pipe_state(p, k, NULL, 0, rx[0].rx_ns) : NULL;

	for (uint32_t i = 0; i < n; i++) {
		fill_row(b, i, &rx[i], (uint16_t)i);
		b->class_id[i] = 0;
		b->state[i] = state;
	}
	b->n = (uint16_t)n;
	runs[0] = (struct wf_run){ .first = 0, .end = (uint16_t)n, .class_id = 0 };
	return 1;
}

uint32_t
wf_pipe_intake(struct wf_pipe *p, const struct wf_plan_dir *d, uint32_t dir, const struct wf_rx *rx,
	uint32_t n, struct wf_run runs[WF_BURST])
{
	struct wf_batch *b = p->batch;
	uint16_t order[WF_BURST];
	struct wf_lookup *l = &p->lookup;
	uint32_t n_runs;

	if (!d->needs_flow)
		return intake_plain(p, d, rx, n, runs);
	parse(p, d, dir, rx, n, l);
	find(p, d, rx, n, l);
	n_runs = group(l->class_id, n, order, runs);
	for (uint32_t row = 0; row < n; row++) {
		uint16_t i = order[row];
		const struct wf_plan_class *k = &d->classes[l->class_id[i]];
		struct wf_flow *f = l->flow[i];

		if (WF_UNLIKELY(f == NULL)) {
			f = wf_pipe_fallback(p, d, k);
			p->stats->now->dir[dir].fallback++;
		} else {
			list(p, k, f);
		}
		fill_row(b, row, &rx[i], i);
		if (l->parsed[i].flags & WF_PARSE_NEIGHBOUR)
			b->flags[row] = WF_ROW_NEIGHBOUR;
		if (d->needs_bytes)
			fill_bytes(b, row, &rx[i], &l->parsed[i]);
		b->class_id[row] = l->class_id[i];
		b->flow[row] = f;
		b->rng[row] = wf_rng_packet(f->rng_key, f->ordinal++);
		if (k->needs_state)
			b->state[row] = wf_pipe_state(p, k, f, b->rng[row], rx[i].rx_ns);
	}
	b->n = (uint16_t)n;
	return n_runs;
}
