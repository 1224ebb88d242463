/* SPDX-License-Identifier: BSD-3-Clause
 * From received packets to a batch: parse, find flows, classify, and fill the columns grouped by
 * class. Worker threads.
 */
#include "wf_pipe_intake.h"

#include <string.h>

#include "wf_alike.h"
#include "wf_rng.h"

/* May packets that look like the one before be taken for its flow without asking the table? Not
 * where asking could give another answer: there may be room only for the later ones; nor where more
 * decides than a glance sees. (No flow ends for want of packets within a burst: see wf_pipe_in.) */
static bool
intake_may_train(const struct wf_intake *in, const struct wf_plan_dir *d, uint32_t n)
{
	return !d->inner && wf_flow_table_room(in->flows) >= 2 * n;
}

static void
intake_parse(struct wf_intake *in, const struct wf_plan_dir *d, uint32_t dir,
	const struct wf_rx *rx, uint32_t n)
{
	struct wf_lookup *l = &in->lookup;
	bool trains = intake_may_train(in, d, n);
	enum wf_alike kind = WF_ALIKE_NONE;
	uint32_t t = 0;

	for (uint32_t i = 0; i < n; i++) {
		if (kind != WF_ALIKE_NONE &&
			wf_alike(kind, rx[i - 1].data, rx[i].data, rx[i].readable_bytes)) {
			l->self[i] = l->self[i - 1];
			l->who[i] = l->who[i - 1];
			continue;
		}
		l->self[i] = &l->parsed[t];
		l->who[i] = wf_pipe_identify(
			&in->fragments, d, dir, &rx[i], &l->parsed[t], &l->other[t], &l->hash[t]);
		/* Where the first of a burst are no trains, the others hardly are. */
		kind = trains && (i < 4 || t < i) ? wf_alike_kind(l->self[i], rx[i].readable_bytes)
						  : WF_ALIKE_NONE;
		l->first[t] = (uint8_t)i;
		l->key[t] = &l->who[i]->key;
		wf_flow_table_expect(in->flows, l->hash[t]);
		l->now_ns[t++] = rx[i].rx_ns;
	}
	l->first[t] = (uint8_t)n;
	l->n_trains = t;
}

/* The same where the worker that received them has told, as far as it has. */
static void
intake_adopt(struct wf_intake *in, const struct wf_plan_dir *d, uint32_t dir,
	const struct wf_rx *rx, uint32_t n)
{
	const struct wf_identity *const *known = in->known + (rx - in->known_rx);
	struct wf_lookup *l = &in->lookup;
	bool trains = intake_may_train(in, d, n);
	uint32_t t = 0;

	for (uint32_t i = 0; i < n; i++) {
		if (trains && i > 0 && wf_identity_same(known[i - 1], known[i])) {
			l->self[i] = l->self[i - 1];
			l->who[i] = l->who[i - 1];
			continue;
		}
		if (known[i]->known && !d->inner) {
			l->self[i] = l->who[i] = &known[i]->who;
			l->hash[t] = known[i]->hash;
		} else {
			l->self[i] = &l->parsed[t];
			l->who[i] = wf_pipe_identify(&in->fragments, d, dir, &rx[i], &l->parsed[t],
				&l->other[t], &l->hash[t]);
		}
		l->first[t] = (uint8_t)i;
		l->key[t] = &l->who[i]->key;
		wf_flow_table_expect(in->flows, l->hash[t]);
		l->now_ns[t++] = rx[i].rx_ns;
	}
	l->first[t] = (uint8_t)n;
	l->n_trains = t;
}

/* By the rules: what new flows are, and packets without a flow, and all when rules have changed.
 * Trains train[0..n-1]. */
static __attribute__((noinline)) void
intake_classify(const struct wf_plan_dir *d, struct wf_lookup *l, const uint8_t *train, uint32_t n)
{
	const struct wf_parsed *ask[WF_BURST] = { NULL };
	uint16_t found[WF_BURST] = { 0 };

	for (uint32_t k = 0; k < n; k++)
		ask[k] = l->who[l->first[train[k]]];
	if (d->rules != NULL)
		wf_rules_classify(d->rules, ask, found, n);
	for (uint32_t k = 0; k < n; k++) {
		uint32_t t = train[k];
		struct wf_flow *f = l->train_flow[t];

		for (uint32_t i = l->first[t]; i < l->first[t + 1]; i++)
			l->class_id[i] = found[k];
		if (f == NULL)
			continue;
		f->class_epoch = d->epoch;
		f->class_id = found[k];
	}
}

static void
intake_exempt(const struct wf_plan_dir *d, uint32_t first, uint32_t end, struct wf_lookup *l)
{
	for (uint32_t i = first; i < end; i++)
		if (l->self[i]->flags & WF_PARSE_NEIGHBOUR)
			l->class_id[i] = d->neighbours;
}

/* Trains first..end-1. A flow remembers its class as long as the rules stay. */
static void
intake_look_up(struct wf_intake *in, const struct wf_plan_dir *d, const struct wf_rx *rx,
	uint32_t first, uint32_t end)
{
	struct wf_lookup *l = &in->lookup;
	uint8_t ask[WF_BURST];
	uint32_t n_ask = 0;

	wf_flow_table_lookup(in->flows, l->key + first, l->hash + first, l->now_ns + first,
		end - first, d->rng_key, d->run, d->flow_lines, l->train_flow + first);
	for (uint32_t t = first; t < end; t++) {
		struct wf_flow *f = l->train_flow[t];
		uint32_t i = l->first[t], next = l->first[t + 1];
		uint16_t class_id = 0;

		if (WF_LIKELY(f != NULL && f->class_epoch == d->epoch)) {
			class_id = f->class_id;
			wf_states_prefetch(in->states, &d->classes[class_id], f);
		} else {
			ask[n_ask++] = (uint8_t)t;
		}
		if (f != NULL)
			f->last_seen_ns = rx[next - 1].rx_ns;
		l->flow[i] = f;
		l->class_id[i] = class_id;
		while (WF_UNLIKELY(++i < next)) {
			l->flow[i] = f;
			l->class_id[i] = class_id;
		}
	}
	if (WF_UNLIKELY(n_ask > 0))
		intake_classify(d, l, ask, n_ask);
	if (d->n_picks > 0)
		wf_intake_pick(in, d, rx, l->first[first], l->first[end]);
	if (d->neighbours != 0)
		intake_exempt(d, l->first[first], l->first[end], l);
}

/* Flows and classes. Who finds room in a table that is nearly full must not depend on bursts, so
 * there, packets that may need two flows are taken one by one; there are no trains then. */
static void
intake_find(struct wf_intake *in, const struct wf_plan_dir *d, const struct wf_rx *rx)
{
	uint32_t n = in->lookup.n_trains;
	uint32_t step = d->n_picks > 0 && wf_flow_table_room(in->flows) < 2 * n ? 1 : n;

	for (uint32_t t = 0; t < n; t += step)
		intake_look_up(in, d, rx, t, t + step);
}

/* Order of rows: by class, classes in order of first appearance, arrival order within. */
static uint32_t
intake_group(const uint16_t *class_id, uint32_t n, uint16_t order[WF_BURST],
	struct wf_run runs[WF_BURST])
{
	uint32_t left = n == 32 ? UINT32_MAX : (1u << n) - 1, n_runs = 0, others = 0;
	uint16_t at = 0;

	static_assert(WF_BURST == 32, "one bit a packet");
	for (uint32_t i = 0; i < n; i++)
		others |= class_id[i] ^ class_id[0];
	if (WF_LIKELY(others == 0)) {
		for (uint32_t i = 0; i < n; i++)
			order[i] = (uint16_t)i;
		runs[0] = (struct wf_run){ .end = (uint16_t)n, .class_id = class_id[0] };
		return 1;
	}
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

/* What begins as the same in all rows: whole columns in a few wide stores. */
static inline void
intake_clear(struct wf_batch *b, uint32_t n)
{
	memset(b->drop, WF_DROP_NONE, sizeof(b->drop));
	memset(b->copies, 0, sizeof(b->copies));
	memset(b->flags, 0, sizeof(b->flags));
	b->n = (uint16_t)n;
}

/* The rows are of one class, in order of arrival. */
static inline void
intake_in_turn(struct wf_batch *b, uint16_t class_id)
{
	for (uint16_t row = 0; row < WF_BATCH_ROWS; row++) {
		b->seq[row] = row;
		b->class_id[row] = class_id;
	}
}

static inline void
intake_fill_row(struct wf_batch *b, uint32_t row, const struct wf_rx *rx)
{
	b->pkt[row] = rx->pkt;
	b->rx_ns[row] = rx->rx_ns;
	b->due_ns[row] = rx->rx_ns;
	b->len_bytes[row] = rx->len_bytes;
}

static inline void
intake_fill_bytes(
	struct wf_batch *b, uint32_t row, const struct wf_rx *rx, const struct wf_parsed *parsed)
{
	b->data[row] = rx->data;
	b->readable_bytes[row] = rx->readable_bytes;
	b->parsed[row] = parsed;
	b->edits[row] = b->forges[row] = 0;
}

void
wf_intake_bare(struct wf_intake *in, const struct wf_plan_dir *d, const struct wf_rx *rx,
	uint32_t n, struct wf_batch *b)
{
	const struct wf_plan_class *k = &d->classes[0];
	uint8_t *state =
		k->needs_state ? wf_states_block(in->states, k, NULL, 0, rx[0].rx_ns) : NULL;

	intake_clear(b, n);
	intake_in_turn(b, 0);
	for (uint32_t i = 0; i < n; i++) {
		intake_fill_row(b, i, &rx[i]);
		b->state[i] = state;
	}
}

/* Rows of train t, where all trains are of class k and in order of arrival. */
static inline void
intake_fill_train(struct wf_intake *in, const struct wf_plan_dir *d, const struct wf_plan_class *k,
	const struct wf_rx *rx, struct wf_batch *b, uint32_t t)
{
	const struct wf_lookup *l = &in->lookup;
	uint32_t row = l->first[t], end = l->first[t + 1];
	const struct wf_parsed *self = l->self[row];
	struct wf_flow *f = l->train_flow[t];
	uint64_t rng_key, ordinal;
	uint8_t *state = NULL;

	if (WF_UNLIKELY(f == NULL)) {
		f = wf_states_fallback(in->states, d, k);
		in->n_fallback += end - row;
	} else {
		wf_states_list(in->states, k, f);
	}
	rng_key = f->rng_key;
	ordinal = f->ordinal;
	f->ordinal = ordinal + (end - row);
	if (k->needs_state)
		state = wf_states_block(
			in->states, k, f, wf_rng_packet(rng_key, ordinal), rx[row].rx_ns);
	do {
		intake_fill_row(b, row, &rx[row]);
		b->flow[row] = f;
		b->rng[row] = wf_rng_packet(rng_key, ordinal++);
		b->state[row] = state;
		if (WF_UNLIKELY(self->flags & WF_PARSE_NEIGHBOUR))
			b->flags[row] = WF_ROW_NEIGHBOUR;
		if (WF_UNLIKELY(d->needs_bytes))
			intake_fill_bytes(b, row, &rx[row], self);
	} while (WF_UNLIKELY(++row < end));
}

/* Rows from `row` on, the packets order[row]... as far as they are of one flow and class. Returns
 * the row behind them. */
static uint32_t
intake_fill_flow(struct wf_intake *in, const struct wf_plan_dir *d, const struct wf_rx *rx,
	const uint16_t *order, struct wf_batch *b, uint32_t row, uint32_t end)
{
	const struct wf_lookup *l = &in->lookup;
	uint16_t i = order[row], class_id = l->class_id[i];
	const struct wf_plan_class *k = &d->classes[class_id];
	const struct wf_parsed *self = l->self[i];
	struct wf_flow *known = l->flow[i], *f = known;
	uint8_t flags = self->flags & WF_PARSE_NEIGHBOUR ? WF_ROW_NEIGHBOUR : 0;
	uint8_t *state = NULL;
	uint32_t first = row;

	if (WF_UNLIKELY(f == NULL))
		f = wf_states_fallback(in->states, d, k);
	else
		wf_states_list(in->states, k, f);
	if (k->needs_state)
		state = wf_states_block(
			in->states, k, f, wf_rng_packet(f->rng_key, f->ordinal), rx[i].rx_ns);
	do {
		intake_fill_row(b, row, &rx[i]);
		b->seq[row] = i;
		b->flags[row] = flags;
		if (WF_UNLIKELY(d->needs_bytes))
			intake_fill_bytes(b, row, &rx[i], self);
		b->class_id[row] = class_id;
		b->flow[row] = f;
		b->rng[row] = wf_rng_packet(f->rng_key, f->ordinal++);
		b->state[row] = state;
		if (++row == end)
			break;
		i = order[row];
	} while (l->flow[i] == known && l->self[i] == self);
	if (WF_UNLIKELY(known == NULL))
		in->n_fallback += row - first;
	return row;
}

uint32_t
wf_intake(struct wf_intake *in, const struct wf_plan_dir *d, uint32_t dir, const struct wf_rx *rx,
	uint32_t n, struct wf_batch *b, struct wf_run runs[WF_BURST])
{
	uint16_t order[WF_BURST];
	uint32_t n_runs;

	if (WF_UNLIKELY(in->known != NULL))
		intake_adopt(in, d, dir, rx, n);
	else
		intake_parse(in, d, dir, rx, n);
	intake_find(in, d, rx);
	intake_clear(b, n);
	n_runs = intake_group(in->lookup.class_id, n, order, runs);
	if (WF_LIKELY(n_runs == 1 && d->n_picks == 0)) {
		intake_in_turn(b, runs[0].class_id);
		for (uint32_t t = 0; t < in->lookup.n_trains; t++)
			intake_fill_train(in, d, &d->classes[runs[0].class_id], rx, b, t);
		return 1;
	}
	for (uint32_t r = 0; r < n_runs; r++)
		for (uint32_t row = runs[r].first; row < runs[r].end;)
			row = intake_fill_flow(in, d, rx, order, b, row, runs[r].end);
	return n_runs;
}
