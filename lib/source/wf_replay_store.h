/* SPDX-License-Identifier: BSD-3-Clause
 * The packets of a replay in memory of a given size, hugepages where there are some. What fits is
 * read once, before the first packet is sent. What doesn't is read while it is sent: a thread goes
 * ahead of the one that takes packets, in a ring of chunks, which neither waits nor allocates.
 *
 * Made and freed by the control thread; one thread takes.
 */
#ifndef WF_REPLAY_STORE_H
#define WF_REPLAY_STORE_H

#include <pthread.h>

#include "wf_replay_load.h"

enum { WF_RECORD_PACKET, WF_RECORD_LOOP, WF_RECORD_FAILED };

/* Bytes stand behind it; the next one, behind these, at a multiple of 8. */
struct wf_replay_record {
	wf_ns_t offset_ns; /* of the end of a loop: that of its last packet */
	uint32_t len_bytes, wire_bytes;
	uint8_t what, side;
	uint8_t unused[6];
	uint8_t data[];
};
static_assert(sizeof(struct wf_replay_record) == 24, "small beside a small packet");

struct wf_replay_chunk {
	uint8_t *data;
	uint32_t used;
	uint32_t epoch;      /* records of an older one are stale */
	uint64_t done_bytes; /* of the files, when it was filled */
};

struct wf_replay_store {
	/* Set at the start. */
	struct wf_replay_load *load;
	uint8_t *arena;
	uint64_t arena_bytes;
	uint32_t longest; /* frame that was read at the start */
	bool huge;        /* its pages were asked for as such */
	bool whole;       /* all packets are in it: nothing is ever read again */
	bool in_line;     /* who takes reads, if need be: offline */
	uint32_t n;
	struct wf_replay_chunk *chunk; /* [n] */
	pthread_t thread;
	bool thread_runs;

	/* Whoever reads: the control thread, then the thread. */
	struct wf_replay_frame pending;
	bool has_pending, broken;
	uint32_t read_epoch;
	uint64_t loop_packets_read;

	/* Chunks read so far. Release: who reads; acquire: who takes. */
	_Atomic uint64_t head WF_CACHE_ALIGNED;
	/* Of the first loop, once it is over; relaxed, for the control thread. */
	_Atomic uint64_t loop_packets, loop_span_ns;

	/* Chunks given back. Release: who takes; acquire: who reads. */
	_Atomic uint64_t tail WF_CACHE_ALIGNED;
	_Atomic uint32_t epoch; /* that is wanted; the same */
	atomic_bool stop;       /* release: the control thread; acquire: the thread */

	/* Who takes. */
	uint64_t at_chunk WF_CACHE_ALIGNED;
	const struct wf_replay_chunk *now; /* that of at_chunk, where at is not 0 */
	uint32_t at;
	uint32_t take_epoch;
};

/* Reads as much as there is room for. n_sides: as for wf_replay_load_new. NULL with reasons: no
 * file, no packet that can be sent. */
struct wf_replay_store *wf_replay_store_new(const struct wf_replay_spec *spec, uint32_t most_bytes,
	uint32_t n_sides, struct wf_err *err);
/* From now on a thread reads, where need be. 0 or -errno. */
int wf_replay_store_begin(struct wf_replay_store *s);
void wf_replay_store_free(struct wf_replay_store *s);

/* On to the next chunk, or NULL: it is not read yet. */
const struct wf_replay_record *wf_replay_store_turn(struct wf_replay_store *s);

/* The next record, without taking it; NULL: it is not read yet. Its bytes are valid until
 * wf_replay_store_release. */
static inline const struct wf_replay_record *
wf_replay_store_peek(struct wf_replay_store *s)
{
	/* A chunk is begun in wf_replay_store_turn only. */
	if (WF_LIKELY(s->at != 0 && s->at < s->now->used))
		return (const struct wf_replay_record *)(const void *)(s->now->data + s->at);
	return wf_replay_store_turn(s);
}

static inline uint32_t
wf_replay_record_bytes(uint32_t len_bytes)
{
	return (uint32_t)(sizeof(struct wf_replay_record) + len_bytes + 7) & ~7u;
}

static inline void
wf_replay_store_advance(struct wf_replay_store *s, const struct wf_replay_record *r)
{
	s->at += wf_replay_record_bytes(r->len_bytes);
}

/* Behind the last record of a loop. */
static inline void
wf_replay_store_loop(struct wf_replay_store *s, const struct wf_replay_record *r)
{
	wf_replay_store_advance(s, r);
	if (s->whole)
		s->at_chunk = s->at = 0;
}

/* From the beginning. */
void wf_replay_store_again(struct wf_replay_store *s);
/* Records that were taken are not looked at any more. */
static inline void
wf_replay_store_release(struct wf_replay_store *s)
{
	if (!s->whole)
		atomic_store_explicit(&s->tail, s->at_chunk, memory_order_release);
}

#endif
