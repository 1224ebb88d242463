/* SPDX-License-Identifier: BSD-3-Clause
 * A replay's life, and what the control thread wants of it. One thread takes.
 */
#include "wf_replay_inside.h"

#include <stdlib.h>
#include <string.h>

void
wf_replay_begin(struct wf_replay *r, wf_ns_t now_ns)
{
	r->begun = true;
	r->begin_ns = now_ns;
	wf_replay_set(&r->seen_begin_ns, now_ns);
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
	next = p != NULL ? wf_replay_units_of(r, p) : r->base_ns;
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
	wf_replay_set(&r->seen_loop, 0);
	wf_replay_set(&r->packets, 0);
	wf_replay_set(&r->bytes, 0);
	wf_replay_turn_to(r, WF_REPLAY_RUNNING);
}

static void
pause_or_go_on(struct wf_replay *r, bool pause, wf_ns_t now_ns)
{
	if (pause && r->state == WF_REPLAY_RUNNING) {
		r->paused_ns = now_ns;
		wf_replay_turn_to(r, WF_REPLAY_PAUSED);
	} else if (!pause && r->state == WF_REPLAY_PAUSED) {
		wf_ns_t for_ns = now_ns - r->paused_ns;

		r->schedule.anchor_ns += for_ns;
		r->begin_ns += for_ns;
		wf_replay_set(&r->seen_begin_ns, r->begin_ns);
		wf_replay_turn_to(r, WF_REPLAY_RUNNING);
	}
}

void
wf_replay_obey(struct wf_replay *r, wf_ns_t now_ns)
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
	wf_replay_set(&r->seen_runs, o.runs);
	if (o.stopped && (r->state == WF_REPLAY_RUNNING || r->state == WF_REPLAY_PAUSED))
		wf_replay_turn_to(r, WF_REPLAY_STOPPED);
	if (!r->begun && r->state == WF_REPLAY_RUNNING)
		wf_replay_begin(r, now_ns);
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
	wf_replay_set(&r->late_min_ns, UINT64_MAX);
	r->store = wf_replay_store_new(&r->spec, most_bytes, n_sides, err);
	if (r->store == NULL) {
		wf_replay_free(r);
		return NULL;
	}
	r->order.pace = spec->pace;
	wf_replay_turn_to(r, WF_REPLAY_WAITING);
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
