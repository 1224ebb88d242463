/* SPDX-License-Identifier: BSD-3-Clause
 * The store: where packets wait for their release. One interface, several kinds behind it; the rest
 * of the program cannot tell them apart. One worker's own.
 *
 * struct wf_held in the timer wheel or a lane, whose packet is prefetched before it comes out: the
 * packet itself (by reference), or a copy of its bytes (by value: wf_store_value.h). Contract:
 * never early; at most one tick late; equal ticks leave in put order; nothing lost.
 */
#ifndef WF_STORE_H
#define WF_STORE_H

#include "wf_types.h"

#define WF_TICK_SHIFT 8 /* a tick is 256 ns */
#define WF_TICK_NS    (1ull << WF_TICK_SHIFT)

/* What a held record stands for. */
enum wf_held_kind {
	WF_HELD_PACKET,
	WF_HELD_GHOST, /* of a packet that is parked elsewhere */
	WF_HELD_VALUE, /* bytes of a packet, in struct wf_values */
	WF_HELD_KINDS
};

/* A packet that waits. Half a cache line. */
struct wf_held {
	wf_ns_t due_ns; /* intended release */
	wf_ns_t rx_ns;  /* arrival */
	void *pkt;
	uint32_t len_bytes;
	union {
		struct {
			uint32_t dir : 12;  /* link direction */
			uint32_t slot : 12; /* class counters */
			uint32_t kind : 8;  /* enum wf_held_kind */
		};
		uint32_t tag; /* all three: wf_held_tag */
	};
};
static_assert(sizeof(struct wf_held) == 32, "two a cache line");

static inline uint32_t
wf_held_tag(uint32_t dir, uint32_t slot)
{
	assert(dir < 1u << 12 && slot < 1u << 12);
	return dir | slot << 12;
}

/* The same of another kind than WF_HELD_PACKET. */
static inline uint32_t
wf_held_tag_kind(uint32_t tag, enum wf_held_kind kind)
{
	return tag | (uint32_t)kind << 24;
}

static inline uint32_t
wf_held_tag_dir(uint32_t tag)
{
	return tag & ((1u << 12) - 1);
}

struct wf_store;

/* Room for `max_held` packets, and n_lanes lanes for wf_store_put_in_order; the clock starts at
 * now_ns. NULL: out of memory. */
struct wf_store *wf_store_new(uint32_t max_held, uint32_t n_lanes, wf_ns_t now_ns);
void wf_store_free(struct wf_store *s);

/* As wf_store_put, with the members of struct wf_held as arguments: in registers, because a
 * structure that is written member by member and read as a whole at once stalls the processor. */
bool wf_store_put_members(struct wf_store *s, wf_ns_t due_ns, wf_ns_t rx_ns, void *pkt,
	uint32_t len_bytes, uint32_t tag);
bool wf_store_put_in_order_members(struct wf_store *s, wf_ns_t due_ns, wf_ns_t rx_ns, void *pkt,
	uint32_t len_bytes, uint32_t tag);

/* Takes one packet in. false: no room (the caller still owns the packet). It leaves at the first
 * tick at or after due_ns; a due time before the time of the last take counts as that. */
static inline bool
wf_store_put(struct wf_store *s, const struct wf_held *h)
{
	return wf_store_put_members(s, h->due_ns, h->rx_ns, h->pkt, h->len_bytes, h->tag);
}

/* The same for a stream of packets whose release times do not go backwards, at a fraction of the
 * cost: lane h->dir. What does not fit into the lane is put as any other. */
static inline bool
wf_store_put_in_order(struct wf_store *s, const struct wf_held *h)
{
	return wf_store_put_in_order_members(s, h->due_ns, h->rx_ns, h->pkt, h->len_bytes, h->tag);
}

/* Packets of one direction and class as columns. */
struct wf_store_rows {
	const wf_ns_t *due_ns, *rx_ns;
	void *const *pkt;
	const uint32_t *len_bytes;
	uint32_t n;
	uint32_t tag;
};

/* As wf_store_put for each in turn, as far as there is room. Returns how many were taken, the first
 * of them. */
uint32_t wf_store_put_rows(struct wf_store *s, const struct wf_store_rows *r);
/* As wf_store_put_in_order for each in turn, as far as there is room. Returns how many were taken,
 * the first of them. */
uint32_t wf_store_put_rows_in_order(struct wf_store *s, const struct wf_store_rows *r);

/* Up to `max` packets whose tick is at or before now_ns, those of each direction in order of tick,
 * then of put. Time given must not go backwards. */
uint32_t wf_store_take(struct wf_store *s, wf_ns_t now_ns, struct wf_held *out, uint32_t max);
/* From now on a take moves about so many packets within the store at most. Where more have to be
 * moved before what is due can leave, takes give nothing of it, or only what has not to wait for
 * it, until some of them have done it piece by piece; wf_store_next is not later than now then. For
 * who has other things to do meanwhile. */
void wf_store_bound(struct wf_store *s, uint32_t most);
/* A time before which take gives nothing, UINT64_MAX when empty. Exact to the tick for what is due
 * in the slots of the lowest level, else the start of a later one: taking there and asking
 * again ends at the exact time. */
wf_ns_t wf_store_next(const struct wf_store *s);
uint64_t wf_store_held(const struct wf_store *s);
uint64_t wf_store_bytes(const struct wf_store *s); /* of memory in use */
/* Gives back any one packet, regardless of its time; false when empty. For the end of a run. */
bool wf_store_pop_any(struct wf_store *s, struct wf_held *out);

#endif
