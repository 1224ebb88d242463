/* SPDX-License-Identifier: BSD-3-Clause
 * A replay: one cursor over stored packets and one absolute schedule for all ports that send them,
 * hence their order across ports. An own-paced packet is due at
 *
 *	t0 + (loop * (span + gap) + offset) / speed
 *
 * A worker takes what is due; the control thread says what it wants (wf_replay_want) and reads how
 * far it has come (wf_replay_look), and neither waits for the other.
 */
#ifndef WF_REPLAY_H
#define WF_REPLAY_H

#include <string.h>

#include "wf_replay_store.h"
#include "wf_schedule.h"
#include "wf_snap_replay.h"

/* What is wanted of it, as a whole: the last word counts. */
struct wf_replay_order {
	uint64_t runs;  /* each new number is a new run, from the beginning */
	uint64_t steps; /* packets that were asked for singly in this run */
	uint64_t paused, stopped;
	struct wf_replay_pace pace;
};
#define WF_REPLAY_ORDER_WORDS (sizeof(struct wf_replay_order) / sizeof(uint64_t))

struct wf_replay {
	/* Set at the start. */
	struct wf_replay_spec spec;
	struct wf_replay_store *store;
	uint32_t n_sides;

	/* The control thread. */
	struct wf_replay_order wanted;
	/* It writes, the worker reads; odd while it is being written. Release, acquire. */
	_Atomic uint32_t order_seq WF_CACHE_ALIGNED;
	_Atomic uint64_t order_word[WF_REPLAY_ORDER_WORDS];

	/* Who takes. */
	uint32_t order_seen WF_CACHE_ALIGNED;
	struct wf_replay_order order;
	struct wf_schedule schedule;
	uint8_t state;   /* enum wf_replay_state */
	bool begun;      /* the schedule has its t0 */
	bool starved;    /* the next packet was not there when it was last looked for */
	bool twin;       /* one side's packets on a virtual clock, the other's being passed over */
	wf_u128 base_ns; /* own time of this loop's start */
	wf_ns_t begin_ns, paused_ns;
	uint64_t count, bits, loop, stepped;
	uint64_t polls, given_turn;
	uint32_t given_side;

	/* Relaxed, written by who takes; partner: wf_replay_look. */
	_Atomic uint64_t seen_state WF_CACHE_ALIGNED, seen_order;
	_Atomic uint64_t seen_runs, seen_loop, seen_begin_ns, seen_now_ns, done_bytes;
	_Atomic uint64_t packets, bytes, dropped, slipped_ns, too_late, underruns, no_buffers;
	_Atomic uint64_t late_count, late_sum_ns, late_min_ns, late_max_ns;
	_Atomic uint64_t late_bucket[WF_HIST_BUCKETS];
};

/* One packet that is due. */
struct wf_replay_item {
	const struct wf_replay_record *record; /* valid until the next wf_replay_take */
	wf_ns_t due_ns;                        /* by the schedule */
	uint64_t loop;
};

/* Takes the spec over. Frames of most_bytes at most. NULL with reasons; then the spec is released,
 * too. */
struct wf_replay *wf_replay_new(
	struct wf_replay_spec *spec, uint32_t most_bytes, uint32_t n_sides, struct wf_err *err);
void wf_replay_free(struct wf_replay *r);

/* Up to n packets of `side` that are due now, in order. Of two sides, each is to be asked once in a
 * turn, and only one is given packets in it: so what leaves in a turn is in order across ports. */
uint32_t wf_replay_take(struct wf_replay *r, uint32_t side, wf_ns_t now_ns,
	struct wf_replay_item *item, uint32_t n);
/* The bytes of the item into record->len_bytes. */
static inline void
wf_replay_write(const struct wf_replay *r, const struct wf_replay_item *item, uint8_t *to)
{
	const struct wf_replay_record *p = item->record;

	memcpy(to, p->data, p->len_bytes);
	if (WF_UNLIKELY(r->spec.rewrite[p->side].unique.version != 0))
		wf_rewrite_unique(&r->spec.rewrite[p->side], to, p->len_bytes, item->loop);
}

/* On a virtual clock, on which it runs at once: when the next packet of `side` is due;
 * WF_SCHEDULE_NEVER: there is none. */
wf_ns_t wf_replay_next_ns(struct wf_replay *r, uint32_t side, wf_ns_t start_ns);

/* Before it begins: what is read from now on is at most so long. */
void wf_replay_limit(struct wf_replay *r, uint32_t most_bytes);

/* Control thread: from now on it is to be so. */
void wf_replay_want(struct wf_replay *r, const struct wf_replay_order *order);
/* Control thread: what is known at now_ns. *out is filled. */
void wf_replay_look(const struct wf_replay *r, wf_ns_t now_ns, struct wf_snap_replay *out);

#endif
