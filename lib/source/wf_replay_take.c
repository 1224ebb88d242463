/* SPDX-License-Identifier: BSD-3-Clause
 * The packets that are due. One thread takes.
 */
#include "wf_replay_inside.h"

/* No loop is shorter: one without an end would never be over with a capture of one packet. */
#define LOOP_MIN_NS 1
/* Packets that one call may leave out before it gives the worker its turn back. */
#define MOST_DROPPED 256

/* The end of a loop. */
static void
end_loop(struct wf_replay *r, const struct wf_replay_record *p)
{
	wf_u128 period = (wf_u128)p->offset_ns + r->spec.gap_ns;

	r->base_ns += period > LOOP_MIN_NS ? period : LOOP_MIN_NS;
	r->loop++;
	wf_replay_set(&r->seen_loop, r->loop);
	wf_replay_store_loop(r->store, p);
	if (r->loop == r->spec.loops)
		wf_replay_turn_to(r, WF_REPLAY_DONE);
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
			wf_replay_turn_to(r, WF_REPLAY_FAILED);
			return NULL;
		}
		end_loop(r, p);
		if (r->state == WF_REPLAY_DONE)
			return NULL;
	}
	if (!r->starved)
		wf_replay_add(&r->underruns, 1);
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

/* What a call has to add to the counters. */
struct tally {
	uint64_t bytes, late_n, late_sum_ns, late_min_ns, late_max_ns;
};

static inline void
note_lateness(struct wf_replay *r, struct tally *t, wf_ns_t late_ns)
{
	wf_replay_add(&r->late_bucket[wf_hist_index(late_ns)], 1);
	t->late_n++;
	t->late_sum_ns += late_ns;
	t->late_max_ns = late_ns > t->late_max_ns ? late_ns : t->late_max_ns;
	t->late_min_ns = late_ns < t->late_min_ns ? late_ns : t->late_min_ns;
}

static void
add_lateness(struct wf_replay *r, const struct tally *t)
{
	wf_replay_add(&r->late_count, t->late_n);
	wf_replay_add(&r->late_sum_ns, t->late_sum_ns);
	if (t->late_max_ns > atomic_load_explicit(&r->late_max_ns, memory_order_relaxed))
		wf_replay_set(&r->late_max_ns, t->late_max_ns);
	if (t->late_min_ns < atomic_load_explicit(&r->late_min_ns, memory_order_relaxed))
		wf_replay_set(&r->late_min_ns, t->late_min_ns);
}

/* Does the packet leave, late as it is? Its time is given back. */
static inline bool
judge(struct wf_replay *r, struct tally *t, wf_ns_t *due_ns, wf_ns_t now_ns)
{
	wf_ns_t late_ns = now_ns - *due_ns;

	note_lateness(r, t, late_ns);
	if (WF_LIKELY(late_ns <= r->spec.tolerance_ns))
		return true;
	wf_replay_add(&r->too_late, 1);
	if (r->spec.late == WF_REPLAY_DROP) {
		wf_replay_add(&r->dropped, 1);
		return false;
	}
	if (r->spec.late == WF_REPLAY_SLIP) {
		r->schedule.anchor_ns += late_ns;
		r->begin_ns += late_ns;
		wf_replay_add(&r->slipped_ns, late_ns);
		*due_ns = now_ns;
	}
	return true;
}

/* Those that are due, of a side. */
static uint32_t
take_due(struct wf_replay *r, uint32_t side, wf_ns_t now_ns, struct wf_replay_item *item,
	uint32_t n, struct tally *t)
{
	const struct wf_replay_record *p;
	uint32_t k = 0, dropped = 0;

	while (k < n && dropped < MOST_DROPPED && (p = next_packet(r)) != NULL) {
		wf_ns_t due_ns = wf_replay_due_of(r, p, now_ns);

		if (p->side != side && !r->twin)
			break;
		if (is_over(r, due_ns, now_ns)) {
			wf_replay_turn_to(r, WF_REPLAY_DONE);
			break;
		}
		if (due_ns > now_ns)
			break;
		if (p->side != side || (r->order.pace.kind < WF_REPLAY_PACE_TOP && !r->twin &&
					       !judge(r, t, &due_ns, now_ns))) {
			step_over(r, p);
			dropped++;
			continue;
		}
		t->bytes += p->len_bytes;
		item[k++] = (struct wf_replay_item){ p, due_ns, r->loop };
		step_over(r, p);
	}
	return k;
}

/* At top speed, of the only side, before any limit: whatever comes is due. The same packets as by
 * take_due, at half of the cost. */
static uint32_t
take_at_once(struct wf_replay *r, wf_ns_t now_ns, struct wf_replay_item *item, uint32_t n,
	struct tally *t)
{
	const struct wf_replay_record *p;
	uint64_t wire = 0, bytes = 0;
	uint32_t k = 0;

	while (k < n && (p = next_packet(r)) != NULL) {
		bytes += p->len_bytes;
		wire += p->wire_bytes;
		item[k++] = (struct wf_replay_item){ p, now_ns, r->loop };
		wf_replay_store_advance(r->store, p);
	}
	r->count += k;
	r->bits += 8 * wire; /* wf_replay_pace_bits at this pace */
	t->bytes = bytes;
	return k;
}

static inline bool
goes_at_once(struct wf_replay *r, wf_ns_t now_ns, uint32_t n)
{
	uint64_t most = r->spec.packets;

	return r->order.pace.kind == WF_REPLAY_PACE_TOP && r->state == WF_REPLAY_RUNNING &&
	       r->n_sides == 1 && !r->twin && (most == 0 || r->count + n <= most) &&
	       !is_over(r, now_ns, now_ns);
}

uint32_t
wf_replay_take(
	struct wf_replay *r, uint32_t side, wf_ns_t now_ns, struct wf_replay_item *item, uint32_t n)
{
	uint64_t turn = r->polls++;
	struct tally t = { .late_min_ns = UINT64_MAX };
	uint32_t k;

	if (r->n_sides > 1)
		turn /= r->n_sides;
	wf_replay_store_release(r->store);
	if (WF_UNLIKELY(r->order_seen != atomic_load_explicit(&r->order_seq, memory_order_acquire)))
		wf_replay_obey(r, now_ns);
	if (r->state > WF_REPLAY_PAUSED || r->state == WF_REPLAY_WAITING)
		return 0;
	if (r->state == WF_REPLAY_RUNNING)
		wf_replay_set(&r->seen_now_ns, now_ns);
	if (r->n_sides > 1 && !r->twin && r->given_turn == turn && r->given_side != side)
		return 0;
	n = n < r->spec.burst ? n : r->spec.burst;
	k = goes_at_once(r, now_ns, n) ? take_at_once(r, now_ns, item, n, &t)
				       : take_due(r, side, now_ns, item, n, &t);
	if (t.late_n > 0)
		add_lateness(r, &t);
	if (k > 0) {
		r->given_turn = turn;
		r->given_side = side;
		wf_replay_add(&r->packets, k);
		wf_replay_add(&r->bytes, t.bytes);
		if (!r->store->whole)
			wf_replay_set(&r->done_bytes, r->store->now->done_bytes);
	}
	return k;
}

wf_ns_t
wf_replay_next_ns(struct wf_replay *r, uint32_t side, wf_ns_t start_ns)
{
	const struct wf_replay_record *p;

	if (!r->begun) {
		wf_replay_obey(r, start_ns);
		wf_replay_begin(r, start_ns);
		wf_replay_turn_to(r, WF_REPLAY_RUNNING);
	}
	while (r->state == WF_REPLAY_RUNNING && (p = next_packet(r)) != NULL) {
		wf_ns_t due_ns = wf_replay_due_of(r, p, r->begin_ns);

		if (is_over(r, due_ns, due_ns))
			break;
		if (p->side == side)
			return due_ns;
		step_over(r, p); /* that of another source */
	}
	return WF_SCHEDULE_NEVER;
}
