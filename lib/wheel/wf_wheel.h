/* SPDX-License-Identifier: BSD-3-Clause
 * Hierarchical timer wheel of held packets: four levels of 512 slots over ticks of 256 ns (131 us,
 * 67 ms, 34 s, 4.9 h), with occupancy bitmaps; what is later than that waits in a list of its own.
 * A slot is a chain of chunks, not a linked list of packets, so draining reads ahead instead of
 * chasing pointers. Cost does not grow with the number held. One worker's own.
 *
 * Windows are aligned: a packet stands in the lowest level whose window holds both its tick and the
 * current one. A level's slot is spread over the level below in the moment the current tick enters
 * it, before anything can be put there directly, so that equal ticks keep their put order.
 */
#ifndef WF_WHEEL_H
#define WF_WHEEL_H

#include "wf_store.h"

#define WF_WHEEL_BITS    9
#define WF_WHEEL_SLOTS   (1u << WF_WHEEL_BITS)
#define WF_WHEEL_LEVELS  4
#define WF_CHUNK_ENTRIES 7

/* Four cache lines. */
struct wf_chunk {
	uint32_t next; /* index of the next chunk of the chain or of the free list */
	uint32_t n;    /* entries filled */
	uint64_t pad[3];
	struct wf_held entry[WF_CHUNK_ENTRIES];
};
static_assert(sizeof(struct wf_chunk) == 256, "four lines");

struct wf_chain {
	uint32_t head, tail; /* chunk indices; head WF_NO_CHUNK: empty */
};
#define WF_NO_CHUNK UINT32_MAX

struct wf_level {
	struct wf_chain slot[WF_WHEEL_SLOTS];
	uint64_t occupied[WF_WHEEL_SLOTS / 64];
	uint64_t summary; /* which words of `occupied` are not 0 */
};

struct wf_wheel {
	uint64_t tick; /* every earlier tick is drained */
	uint64_t held, max_held;
	uint32_t read_at; /* entries already read of the first chunk of the slot being drained */
	uint32_t free_chunk;
	uint32_t used_chunks, n_chunks, chunks_in_use;
	struct wf_chunk *chunk;
	struct wf_chain far;
	struct wf_level level[WF_WHEEL_LEVELS];
};

/* 0 or -ENOMEM. */
int wf_wheel_init(struct wf_wheel *w, uint32_t max_held, wf_ns_t now_ns);
void wf_wheel_fini(struct wf_wheel *w);
/* Room for one that is due then, to be filled by the caller at once; NULL: none. */
struct wf_held *wf_wheel_put(struct wf_wheel *w, wf_ns_t due_ns);
/* As wf_store_take, _next, _pop_any. */
uint32_t wf_wheel_take(struct wf_wheel *w, wf_ns_t now_ns, struct wf_held *out, uint32_t max);
wf_ns_t wf_wheel_next(const struct wf_wheel *w);
bool wf_wheel_pop_any(struct wf_wheel *w, struct wf_held *out);

#endif
