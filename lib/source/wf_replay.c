/* SPDX-License-Identifier: BSD-3-Clause
 * The cursor and its schedule. One thread takes.
 */
#include "wf_replay.h"

#include <stdlib.h>
#include <string.h>

/* No loop is shorter: one without an end would never be over with a capture of one packet. */
#define LOOP_MIN_NS 1
/* Packets that one call may leave out before it gives the worker its turn back. */
#define MOST_DROPPED 256

static inline void
add(_Atomic uint64_t *counter, uint64_t n)
{
	/* One writer: no need for a locked instruction. */
	atomic_store_explicit(counter, atomic_load_explicit(counter, memory_order_relaxed) + n,
		memory_order_relaxed);
}

static inline void
set(_Atomic uint64_t *to, uint64_t v)
{
	atomic_store_explicit(to, v, memory_order_relaxed);
}

static void
turn_to(struct wf_replay *r, enum wf_replay_state state)
{
	r->state = (uint8_t)state;
	set(&r->seen_state, state);
}

/* ---- The schedule ---- */

/* Units of the schedule before this packet. */
static inline wf_u128
units_of(const struct wf_replay *r, const struct wf_replay_record *p)
{
	switch ((enum wf_replay_pace_kind)r->order.pace.kind) {
	case WF_REPLAY_PACE_OWN:
		return r->base_ns + p->offset_ns;
	case WF_REPLAY_PACE_PACKETS:
		return r->count;
	case WF_REPLAY_PACE_BITS:
	case WF_REPLAY_PACE_L1_BITS:
		return r->bits;
	case WF_REPLAY_PACE_TOP:
	case WF_REPLAY_PACE_STEP:
		break;
	}
	return 0;
}

static inline bool
may_step(const struct wf_replay *r)
{
	return r->stepped < r->order.steps;
}

/* When the packet is due, asked for at now_ns. */
static inline wf_ns_t
due_of(const struct wf_replay *r, const struct wf_replay_record *p, wf_ns_t now_ns)
{
	if (r->order.pace.kind == WF_REPLAY_PACE_TOP && r->state == WF_REPLAY_RUNNING)
		return now_ns;
	if (r->order.pace.kind == WF_REPLAY_PACE_STEP || r->state == WF_REPLAY_PAUSED)
		return may_step(r) ? now_ns : WF_SCHEDULE_NEVER;
	return wf_schedule_ns(&r->schedule, units_of(r, p));
}

static void
begin(struct wf_replay *r, wf_ns_t now_ns)
{
	r->begun = true;
	r->begin_ns = now_ns;
	set(&r->seen_begin_ns, now_ns);
	r->schedule = (struct wf_schedule){
		.anchor_ns = now_ns, .mul = r->order.pace.mul, .div = r->order.pace.div
	};
}

/* Another pace from now on: own time goes on from where it is, anything else from the next packet.
 */
static void
change_pace(struct wf_replay *r, const struct wf_replay_pace *pace, wf_ns_t now_ns)
{
	bool own = pace->kind == WF_REPLAY_PACE_OWN && r->order.pace.kind == WF_REPLAY_PACE_OWN;
	const struct wf_replay_record *p = wf_replay_store_peek(r->store);
	wf_u128 next, here = 0;

	if (r->begun && own)
		here = wf_schedule_units(&r->schedule, now_ns);
	r->order.pace = *pace;
	if (!r->begun)
		return;
	next = p != NULL ? units_of(r, p) : r->base_ns;
	r->schedule = (struct wf_schedule){ .anchor_ns = now_ns,
		.anchor_units = own && here < next ? here : next,
		.mul = pace->mul,
		.div = pace->div };
}

/* ---- What is wanted ---- */

static void
start_again(struct wf_replay *r)
{
	wf_replay_store_again(r->store);
	r->begun = r->starved = false;
	r->base_ns = 0;
	r->count = r->bits = r->loop = r->stepped = 0;
	set(&r->seen_loop, 0);
	set(&r->packets, 0);
	set(&r->bytes, 0);
	turn_to(r, WF_REPLAY_RUNNING);
}

static void
pause_or_go_on(struct wf_replay *r, bool pause, wf_ns_t now_ns)
{
	if (pause && r->state == WF_REPLAY_RUNNING) {
		r->paused_ns = now_ns;
		turn_to(r, WF_REPLAY_PAUSED);
	} else if (!pause && r->state == WF_REPLAY_PAUSED) {
		wf_ns_t for_ns = now_ns - r->paused_ns;

		r->schedule.anchor_ns += for_ns;
		r->begin_ns += for_ns;
		set(&r->seen_begin_ns, r->begin_ns);
		turn_to(r, WF_REPLAY_RUNNING);
	}
}

static void
obey(struct wf_replay *r, wf_ns_t now_ns)
{
	uint32_t seq = atomic_load_explicit(&r->order_seq, memory_order_acquire);
	struct wf_replay_order o;
	uint64_t word[WF_REPLAY_ORDER_WORDS];

	if (seq & 1)
		return;
	for (size_t i = 0; i < WF_REPLAY_ORDER_WORDS; i++)
		word[i] = atomic_load_explicit(&r->order_word[i], memory_order_relaxed);
	atomic_thread_fence(memory_order_acquire);
	if (atomic_load_explicit(&r->order_seq, memory_order_relaxed) != seq)
		return; /* it is just being written: another time */
	r->order_seen = seq;
	memcpy(&o, word, sizeof(o));
	if (memcmp(&o.pace, &r->order.pace, sizeof(o.pace)) != 0)
		change_pace(r, &o.pace, r->state == WF_REPLAY_PAUSED ? r->paused_ns : now_ns);
	if (o.runs != r->order.runs)
		start_again(r);
	r->order = o;
	set(&r->seen_runs, o.runs);
	if (o.stopped && (r->state == WF_REPLAY_RUNNING || r->state == WF_REPLAY_PAUSED))
		turn_to(r, WF_REPLAY_STOPPED);
	if (!r->begun && r->state == WF_REPLAY_RUNNING)
		begin(r, now_ns);
	pause_or_go_on(r, o.paused, now_ns);
	/* Behind what follows from it; partner: wf_replay_look. */
	atomic_store_explicit(&r->seen_order, seq, memory_order_release);
}

void
wf_replay_want(struct wf_replay *r, const struct wf_replay_order *order)
{
	uint32_t seq = atomic_load_explicit(&r->order_seq, memory_order_relaxed);
	uint64_t word[WF_REPLAY_ORDER_WORDS];

	r->wanted = *order;
	memcpy(word, order, sizeof(word));
	atomic_store_explicit(&r->order_seq, seq + 1, memory_order_relaxed);
	atomic_thread_fence(memory_order_release);
	for (size_t i = 0; i < WF_REPLAY_ORDER_WORDS; i++)
		atomic_store_explicit(&r->order_word[i], word[i], memory_order_relaxed);
	atomic_store_explicit(&r->order_seq, seq + 2, memory_order_release);
}

/* ---- Packets ---- */

/* The end of a loop. */
static void
end_loop(struct wf_replay *r, const struct wf_replay_record *p)
{
	wf_u128 period = (wf_u128)p->offset_ns + r->spec.gap_ns;

	r->base_ns += period > LOOP_MIN_NS ? period : LOOP_MIN_NS;
	r->loop++;
	set(&r->seen_loop, r->loop);
	wf_replay_store_loop(r->store, p);
	if (r->loop == r->spec.loops)
		turn_to(r, WF_REPLAY_DONE);
}

/* The next packet; NULL: there is none, or none yet. */
static inline const struct wf_replay_record *
next_packet(struct wf_replay *r)
{
	const struct wf_replay_record *p;

	while ((p = wf_replay_store_peek(r->store)) != NULL) {
		if (WF_LIKELY(p->what == WF_RECORD_PACKET)) {
			r->starved = false;
			return p;
		}
		if (p->what == WF_RECORD_FAILED) {
			turn_to(r, WF_REPLAY_FAILED);
			return NULL;
		}
		end_loop(r, p);
		if (r->state == WF_REPLAY_DONE)
			return NULL;
	}
	if (!r->starved)
		add(&r->underruns, 1);
	r->starved = true;
	return NULL;
}

/* Behind this one, which is given or left out. */
static inline void
step_over(struct wf_replay *r, const struct wf_replay_record *p)
{
	r->count++;
	r->bits += wf_replay_pace_bits(&r->order.pace, p->wire_bytes);
	if (r->order.pace.kind == WF_REPLAY_PACE_STEP || r->state == WF_REPLAY_PAUSED)
		r->stepped++;
	wf_replay_store_advance(r->store, p);
}

/* Is it over before this packet, by a limit? */
static inline bool
is_over(struct wf_replay *r, wf_ns_t due_ns, wf_ns_t now_ns)
{
	const struct wf_replay_spec *s = &r->spec;

	if (s->packets != 0 && r->count >= s->packets)
		return true;
	return s->end_ns != 0 && due_ns - r->begin_ns >= s->end_ns &&
	       now_ns - r->begin_ns >= s->end_ns;
}

static void
note_lateness(struct wf_replay *r, wf_ns_t late_ns)
{
	add(&r->late_bucket[wf_hist_index(late_ns)], 1);
	add(&r->late_count, 1);
	add(&r->late_sum_ns, late_ns);
	if (late_ns > atomic_load_explicit(&r->late_max_ns, memory_order_relaxed))
		set(&r->late_max_ns, late_ns);
	if (late_ns < atomic_load_explicit(&r->late_min_ns, memory_order_relaxed))
		set(&r->late_min_ns, late_ns);
}

/* Does the packet leave, late as it is? Its time is given back. */
static inline bool
judge(struct wf_replay *r, wf_ns_t *due_ns, wf_ns_t now_ns)
{
	wf_ns_t late_ns = now_ns - *due_ns;

	note_lateness(r, late_ns);
	if (WF_LIKELY(late_ns <= r->spec.tolerance_ns))
		return true;
	add(&r->too_late, 1);
	if (r->spec.late == WF_REPLAY_DROP) {
		add(&r->dropped, 1);
		return false;
	}
	if (r->spec.late == WF_REPLAY_SLIP) {
		r->schedule.anchor_ns += late_ns;
		r->begin_ns += late_ns;
		add(&r->slipped_ns, late_ns);
		*due_ns = now_ns;
	}
	return true;
}

uint32_t
wf_replay_take(
	struct wf_replay *r, uint32_t side, wf_ns_t now_ns, struct wf_replay_item *item, uint32_t n)
{
	const struct wf_replay_record *p;
	uint64_t turn = r->polls++ / r->n_sides, bytes = 0;
	uint32_t k = 0, dropped = 0;

	wf_replay_store_release(r->store);
	if (WF_UNLIKELY(r->order_seen != atomic_load_explicit(&r->order_seq, memory_order_acquire)))
		obey(r, now_ns);
	if (r->state > WF_REPLAY_PAUSED || r->state == WF_REPLAY_WAITING)
		return 0;
	if (r->state == WF_REPLAY_RUNNING)
		set(&r->seen_now_ns, now_ns);
	if (r->n_sides > 1 && !r->twin && r->given_turn == turn && r->given_side != side)
		return 0;
	n = n < r->spec.burst ? n : r->spec.burst;
	while (k < n && dropped < MOST_DROPPED && (p = next_packet(r)) != NULL) {
		wf_ns_t due_ns = due_of(r, p, now_ns);

		if (p->side != side && !r->twin)
			break;
		if (is_over(r, due_ns, now_ns)) {
			turn_to(r, WF_REPLAY_DONE);
			break;
		}
		if (due_ns > now_ns)
			break;
		if (p->side != side || (r->order.pace.kind < WF_REPLAY_PACE_TOP && !r->twin &&
					       !judge(r, &due_ns, now_ns))) {
			step_over(r, p);
			dropped++;
			continue;
		}
		bytes += p->len_bytes;
		item[k++] = (struct wf_replay_item){ p, due_ns, r->loop };
		step_over(r, p);
	}
	if (k > 0) {
		r->given_turn = turn;
		r->given_side = side;
		add(&r->packets, k);
		add(&r->bytes, bytes);
		if (!r->store->whole)
			set(&r->done_bytes,
				r->store->chunk[r->store->at_chunk % r->store->n].done_bytes);
	}
	return k;
}

wf_ns_t
wf_replay_next_ns(struct wf_replay *r, uint32_t side, wf_ns_t start_ns)
{
	const struct wf_replay_record *p;

	if (!r->begun) {
		obey(r, start_ns);
		begin(r, start_ns);
		turn_to(r, WF_REPLAY_RUNNING);
	}
	while (r->state == WF_REPLAY_RUNNING && (p = next_packet(r)) != NULL) {
		wf_ns_t due_ns = due_of(r, p, r->begin_ns);

		if (is_over(r, due_ns, due_ns))
			break;
		if (p->side == side)
			return due_ns;
		step_over(r, p); /* that of another source */
	}
	return WF_SCHEDULE_NEVER;
}

void
wf_replay_limit(struct wf_replay *r, uint32_t most_bytes)
{
	wf_replay_load_limit(r->store->load, most_bytes);
}

struct wf_replay *
wf_replay_new(
	struct wf_replay_spec *spec, uint32_t most_bytes, uint32_t n_sides, struct wf_err *err)
{
	struct wf_replay *r = aligned_alloc(WF_CACHE_LINE, sizeof(*r));

	if (r == NULL) {
		wf_replay_release(spec);
		wf_err_add(err, NULL, NULL, "out of memory");
		return NULL;
	}
	memset(r, 0, sizeof(*r));
	r->spec = *spec;
	r->n_sides = n_sides;
	r->given_turn = UINT64_MAX;
	set(&r->late_min_ns, UINT64_MAX);
	r->store = wf_replay_store_new(&r->spec, most_bytes, n_sides, err);
	if (r->store == NULL) {
		wf_replay_free(r);
		return NULL;
	}
	r->order.pace = spec->pace;
	turn_to(r, WF_REPLAY_WAITING);
	wf_replay_want(r, &(struct wf_replay_order){ .runs = !spec->waits, .pace = spec->pace });
	return r;
}

void
wf_replay_free(struct wf_replay *r)
{
	if (r == NULL)
		return;
	wf_replay_store_free(r->store);
	wf_replay_release(&r->spec);
	free(r);
}
