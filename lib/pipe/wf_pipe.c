/* SPDX-License-Identifier: BSD-3-Clause
 * One worker's pipeline: a burst goes in, what is due comes out, and everything is counted. Worker
 * threads; new and free by the control core.
 */
#include "wf_pipe.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "wf_pipe_room.h"
#include "wf_rng.h"

/* Flows looked at for ageing in one turn of the loop. */
#define AGE_BUDGET 4
/* Events of queues served before what they let go is taken. */
#define ADVANCE_BUDGET 64

struct wf_pipe *
wf_pipe_new(const struct wf_pipe_params *q)
{
	/* Twice the packets that can wait, and again for arrays outgrown; 16 words a flow at least.
	 */
	uint64_t words = 4ull * q->max_held + 32ull * q->max_flows;
	struct wf_pipe *p = aligned_alloc(
		WF_CACHE_LINE, (sizeof(*p) + WF_CACHE_LINE - 1) / WF_CACHE_LINE * WF_CACHE_LINE);

	if (p == NULL)
		return NULL;
	memset(p, 0, sizeof(*p));
	p->ops = q->ops;
	p->stats = q->stats;
	p->n_dirs = q->n_dirs;
	p->n_slots = q->n_slots;
	p->max_flows = q->max_flows;
	p->flow_idle_ns = q->flow_idle_ns;
	p->batch = &p->arriving;
	p->env.start_ns = q->start_ns;
	p->held = calloc(q->n_dirs, sizeof(*p->held));
	p->max_held = q->max_held;
	p->share = calloc(q->n_dirs, sizeof(*p->share));
	p->shared_for = UINT64_MAX;
	p->in_store = calloc(q->n_dirs, sizeof(*p->in_store));
	p->class_flows = calloc(q->n_slots, sizeof(*p->class_flows));
	p->fallback = aligned_alloc(WF_CACHE_LINE, q->n_slots * sizeof(*p->fallback));
	if (p->fallback != NULL)
		memset(p->fallback, 0, q->n_slots * sizeof(*p->fallback));
	p->store = wf_store_new(q->max_held, q->n_dirs, q->start_ns);
	p->flows = wf_flow_table_new(q->name, q->max_flows, q->flow_idle_ns, wf_pipe_flow_end, p);
	if (p->held == NULL || p->share == NULL || p->in_store == NULL || p->class_flows == NULL ||
		p->fallback == NULL || p->store == NULL || p->flows == NULL ||
		wf_pipe_state_init(p) < 0 || wf_pipe_identify_init(p) < 0 ||
		wf_pipe_queue_init(p, q->max_held) < 0 || wf_pipe_park_init(p, q->max_held) < 0 ||
		wf_arena_init(&p->env.arena,
			words > UINT32_MAX - 2 ? UINT32_MAX - 2 : (uint32_t)words) < 0) {
		wf_pipe_free(p);
		return NULL;
	}
	return p;
}

void
wf_pipe_free(struct wf_pipe *p)
{
	struct wf_held h;

	if (p == NULL)
		return;
	while (p->ready_head != p->ready_tail)
		p->ops.free(p->ops.ctx, &p->ready[p->ready_head++ % WF_READY].pkt, 1);
	while (p->store != NULL && wf_store_pop_any(p->store, &h))
		if (wf_pipe_unghost(p, &h, 1) == 1)
			p->ops.free(p->ops.ctx, &h.pkt, 1);
	wf_pipe_park_fini(p);
	wf_pipe_queue_fini(p);
	wf_flow_table_free(p->flows);
	wf_pipe_state_fini(p);
	wf_pipe_identify_fini(p);
	wf_arena_fini(&p->env.arena);
	wf_store_free(p->store);
	free(p->fallback);
	free(p->class_flows);
	free(p->in_store);
	free(p->share);
	free(p->held);
	free(p);
}

int
wf_pipe_prepare(struct wf_pipe *p, const struct wf_plan *plan)
{
	for (uint32_t dir = 0; dir < plan->n_dirs; dir++) {
		const struct wf_plan_dir *d = &plan->dir[dir];

		for (uint16_t i = 0; d->n_classes > 1 && i < d->n_classes; i++) {
			if (wf_stats_time_class(p->stats, d->classes[i].slot) < 0)
				return -ENOMEM;
			atomic_store_explicit(&p->timed, true, memory_order_relaxed);
		}
	}
	return 0;
}

/* Inserts the copies that rows first..end-1 want, each behind its original. Returns the new end. */
static uint16_t
insert_copies(struct wf_batch *b, const struct wf_plan_step *step, uint16_t first, uint16_t end)
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
wf_pipe_run(struct wf_pipe *p, const struct wf_plan_class *k, uint8_t from_step, uint8_t to_step,
	uint16_t first, uint16_t end)
{
	struct wf_batch *b = p->batch;
	uint16_t before = end;

	for (uint8_t i = from_step; i < to_step; i++) {
		const struct wf_plan_step *step = &k->step[i];

		step->run(step->cfg, step->state_offset, b, first, end, &p->env);
		if (step->copies)
			end = insert_copies(b, step, first, end);
	}
	return (uint16_t)(end - before);
}

void
wf_pipe_in(struct wf_pipe *p, const struct wf_plan *plan, uint32_t dir, const struct wf_rx *rx,
	uint32_t n, bool count_rx)
{
	const struct wf_plan_dir *d = &plan->dir[dir];
	struct wf_dir_stats *ds = &p->stats->now->dir[dir];
	struct wf_run runs[WF_BURST];
	uint16_t grown = 0;
	uint32_t n_runs;

	if (n == 0)
		return;
	assert(n <= WF_BURST);
	if (WF_UNLIKELY(p->shared_for != plan->generation))
		wf_pipe_share_room(p, plan);
	/* A flow could end between two of these packets, which must not touch the first: what they
	 * find is looked up before any of them goes through its stages. */
	if (WF_UNLIKELY(rx[n - 1].rx_ns - rx[0].rx_ns >= p->flow_idle_ns)) {
		for (uint32_t i = 0; i < n; i++)
			wf_pipe_in(p, plan, dir, &rx[i], 1, count_rx);
		return;
	}
	if (count_rx) {
		struct wf_count sum = { 0, 0 };

		for (uint32_t i = 0; i < n; i++)
			wf_count_add(&sum, rx[i].len_bytes);
		wf_count_merge(&ds->c.rx, &sum);
	}
	n_runs = wf_pipe_intake(p, d, dir, rx, n, runs);
	for (uint32_t r = 0; r < n_runs; r++) {
		const struct wf_plan_class *k = &d->classes[runs[r].class_id];

		grown = (uint16_t)(grown + wf_pipe_run(p, k, 0,
						   k->queue != NULL ? k->n_before : k->n_steps,
						   (uint16_t)(runs[r].first + grown),
						   (uint16_t)(runs[r].end + grown)));
	}
	wf_pipe_count_stages(p, dir);
	wf_pipe_epilogue(p, plan, dir, n, n_runs > 1);
}

uint32_t
wf_pipe_take(struct wf_pipe *p, wf_ns_t now_ns, struct wf_held *out, uint32_t max)
{
	uint32_t n = 0;

	while (n < max && p->ready_head != p->ready_tail)
		out[n++] = p->ready[p->ready_head++ % WF_READY];
	for (;;) {
		uint32_t taken = wf_store_take(p->store, now_ns, out + n, max - n), left = taken;

		if (WF_UNLIKELY(p->n_ghosts > 0))
			left = wf_pipe_unghost(p, out + n, taken);
		n += left;
		if (WF_LIKELY(left == taken))
			return n;
	}
}

wf_ns_t
wf_pipe_advance(struct wf_pipe *p, const struct wf_plan *plan, wf_ns_t now_ns)
{
	if (WF_LIKELY(p->next_event_ns > now_ns))
		return now_ns;
	wf_pipe_queue_serve(p, plan, now_ns, ADVANCE_BUDGET);
	/* What is left is later than what has been done, or at the same instant. */
	return p->next_event_ns > now_ns ? now_ns : p->next_event_ns;
}

wf_ns_t
wf_pipe_next(const struct wf_pipe *p)
{
	wf_ns_t next_ns = p->ready_head != p->ready_tail ? p->ready[p->ready_head % WF_READY].due_ns
							 : wf_store_next(p->store);

	return p->next_event_ns < next_ns ? p->next_event_ns : next_ns;
}

static inline bool
alike(const struct wf_held *a, const struct wf_held *b)
{
	return a->tag == b->tag;
}

/* Packets of one class that leave together. Returns how many of the n they are. `times` are the
 * class's, or NULL, which is a constant in what is compiled of this. */
static inline __attribute__((always_inline)) uint32_t
sent_of(struct wf_pipe *p, const struct wf_held *h, uint32_t n, wf_ns_t now_ns,
	struct wf_class_times *times)
{
	struct wf_bank *bank = p->stats->now;
	struct wf_dir_stats *ds = &bank->dir[h->dir];
	struct wf_class_stats *cs = &bank->class[h->slot];
	struct wf_hist_sums delay = WF_HIST_SUMS, error = WF_HIST_SUMS;
	struct wf_count sum = { 0, 0 };
	uint32_t i;

	for (i = 0; i < n && alike(&h[i], h);) {
		uint32_t k = 0;
		wf_ns_t rx_ns = h[i].rx_ns, due_ns = h[i].due_ns;

		/* Packets that came and leave together are one entry. */
		do
			wf_count_add(&sum, h[i + k].len_bytes);
		while (++k + i < n && h[i + k].rx_ns == rx_ns && h[i + k].due_ns == due_ns &&
			alike(&h[i + k], h));
		wf_hist_sum(&ds->delay, &delay, now_ns - rx_ns, k);
		wf_hist_sum(&ds->error, &error, now_ns > due_ns ? now_ns - due_ns : 0, k);
		if (times != NULL) {
			times->delay.bucket[wf_hist_index(now_ns - rx_ns)] += k;
			times->error.bucket[wf_hist_index(now_ns > due_ns ? now_ns - due_ns : 0)] +=
				k;
		}
		i += k;
	}
	wf_hist_flush(&ds->delay, &delay);
	wf_hist_flush(&ds->error, &error);
	if (times != NULL) { /* the sums are of this class alone, and serve twice */
		wf_hist_flush(&times->delay, &delay);
		wf_hist_flush(&times->error, &error);
	}
	wf_count_merge(&ds->c.tx, &sum);
	wf_count_merge(&cs->c.tx, &sum);
	wf_pipe_let_go(p, h->dir, &sum);
	return i;
}

static uint32_t
sent_alike(struct wf_pipe *p, const struct wf_held *h, uint32_t n, wf_ns_t now_ns)
{
	return sent_of(p, h, n, now_ns, NULL);
}

static __attribute__((noinline)) void
sent_timed(struct wf_pipe *p, const struct wf_held *h, uint32_t n, wf_ns_t now_ns)
{
	while (n > 0) {
		struct wf_class_times *times = wf_bank_times(p->stats->now, h->slot);
		uint32_t k = times == NULL ? sent_alike(p, h, n, now_ns)
					   : sent_of(p, h, n, now_ns, times);

		h += k;
		n -= k;
	}
}

void
wf_pipe_sent(struct wf_pipe *p, const struct wf_held *h, uint32_t n, wf_ns_t now_ns)
{
	if (WF_UNLIKELY(atomic_load_explicit(&p->timed, memory_order_relaxed))) {
		sent_timed(p, h, n, now_ns);
		return;
	}
	while (n > 0) {
		uint32_t k = sent_alike(p, h, n, now_ns);

		h += k;
		n -= k;
	}
}

void
wf_pipe_drop(struct wf_pipe *p, const struct wf_held *h, uint32_t n, enum wf_drop cause)
{
	struct wf_bank *bank = p->stats->now;

	for (uint32_t i = 0; i < n; i++) {
		wf_count_add(&bank->dir[h[i].dir].c.dropped[cause], h[i].len_bytes);
		wf_count_add(&bank->class[h[i].slot].c.dropped[cause], h[i].len_bytes);
		wf_pipe_let_go(p, h[i].dir, &(struct wf_count){ 1, h[i].len_bytes });
		p->ops.free(p->ops.ctx, &h[i].pkt, 1);
	}
}

void
wf_pipe_refuse(struct wf_pipe *p, uint32_t dir, const struct wf_rx *rx, uint32_t n, bool count_rx,
	enum wf_drop cause)
{
	struct wf_dir_stats *ds = &p->stats->now->dir[dir];

	for (uint32_t i = 0; i < n; i++) {
		if (count_rx)
			wf_count_add(&ds->c.rx, rx[i].len_bytes);
		wf_count_add(&ds->c.dropped[cause], rx[i].len_bytes);
		p->ops.free(p->ops.ctx, &rx[i].pkt, 1);
	}
}

uint32_t
wf_pipe_owner(struct wf_pipe *p, const struct wf_plan *plan, uint32_t dir, const struct wf_rx *rx,
	uint32_t n_workers)
{
	const struct wf_plan_dir *d = &plan->dir[dir];
	struct wf_parsed parsed, other;
	const struct wf_flow_key *key;

	if (d->owned)
		return dir % n_workers;
	if (!d->needs_flow)
		return WF_PIPE_ANY;
	key = &wf_pipe_identify(p, d, dir, rx, &parsed, &other)->key;
	return (uint32_t)(((wf_flow_hash(key) >> 32) * n_workers) >> 32);
}

void
wf_pipe_tidy(struct wf_pipe *p, wf_ns_t now_ns)
{
	if (wf_flow_table_count(p->flows) > 0)
		wf_flow_table_age(p->flows, now_ns, AGE_BUDGET);
}

void
wf_pipe_tidy_all(struct wf_pipe *p, wf_ns_t now_ns)
{
	wf_flow_table_age(p->flows, now_ns, UINT32_MAX);
}

void
wf_pipe_handed_out(struct wf_pipe *p, uint32_t dir, const struct wf_rx *rx, uint32_t n)
{
	struct wf_dir_stats *ds = &p->stats->now->dir[dir];

	for (uint32_t i = 0; i < n; i++) {
		wf_count_add(&ds->c.rx, rx[i].len_bytes);
		wf_count_add(&ds->handed_out, rx[i].len_bytes);
	}
}

void
wf_pipe_handed_in(struct wf_pipe *p, uint32_t dir, const struct wf_rx *rx, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		wf_count_add(&p->stats->now->dir[dir].handed_in, rx[i].len_bytes);
}

void
wf_pipe_turn_stats(struct wf_pipe *p, wf_ns_t now_ns)
{
	struct wf_bank *bank = p->stats->now;

	for (uint32_t i = 0; i < p->n_dirs; i++)
		bank->dir[i].held = p->held[i];
	for (uint32_t i = 0; i < p->slots_seen; i++)
		bank->class[i].flows = p->class_flows[i];
	wf_stats_turn(p->stats, now_ns);
}

uint64_t
wf_pipe_held(const struct wf_pipe *p)
{
	uint64_t n = 0;

	for (uint32_t i = 0; i < p->n_dirs; i++)
		n += p->held[i].packets;
	return n;
}
