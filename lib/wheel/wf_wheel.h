/* SPDX-License-Identifier: BSD-3-Clause
 * Hierarchical timer wheel of held packets: four levels over ticks of 256 ns, whose windows of 512
 * slots are 131 us, 67 ms, 34 s and 4.9 h long, with occupancy bitmaps; what is later than that
 * waits in a list of its own. A slot is a chain of chunks, not a linked list of packets, so
 * draining reads ahead instead of chasing pointers. Cost does not grow with the number held. One
 * worker's own.
 *
 * Windows are aligned. A level above 0 has the slots of the current window and of the next one, and
 * a packet stands in the lowest level that has its tick. When a window has become the next one,
 * what waits for it in a slot of the level above is moved into its slots (`feed`), a little with
 * each take, so that all of it is there when the window begins; until then, what is put into that
 * window lines up behind it, so that equal ticks keep their put order. A slot of level 1 that
 * begins is sorted by tick into an array; so level 0 has only what is due within its window when it
 * is put, and few others.
 *
 * Where time jumps, or more comes than is fed, a window can't begin before the rest has been moved.
 * No more than `most` are moved at once: then the wheel stands before the window, gives nothing
 * more, and goes on with the next take.
 */
#ifndef WF_WHEEL_H
#define WF_WHEEL_H

#include "wf_level.h"
#include "wf_sorted.h"

#define WF_WHEEL_BITS   9
#define WF_WHEEL_SLOTS  (1u << WF_WHEEL_BITS) /* of a window */
#define WF_WHEEL_LEVELS 4
/* Packets moved ahead of time with each take: more than one gives, so that feeding keeps up. */
#define WF_WHEEL_FEED 128

struct wf_wheel {
	uint64_t tick; /* every earlier tick is drained */
	uint64_t held;
	uint32_t read_at; /* entries already read of the first chunk of the slot being drained */
	uint32_t most;    /* entries that one take moves within the wheel, about */
	uint64_t moved;   /* that the last one has */
	bool stands;      /* before a window, because it was not done with moving */
	bool spreads; /* the slot of level 1 before which it stands, because it is too long to sort
		       */
	struct wf_chunks *chunks; /* lent */
	struct wf_chain far;      /* later than the next window of the last level */
	struct wf_chain unfed;    /* what was in there, and has not been looked at since */
	struct wf_sorted sorted;  /* of the current window of level 0 */
	struct wf_level level[WF_WHEEL_LEVELS];
};

/* Chunks that a wheel may need beside full ones: one that is not full in each chain that can hold
 * something at once, and the two that are being read, by drain and by feed. */
#define WF_WHEEL_CHUNKS (WF_WHEEL_LEVELS * WF_LEVEL_SLOTS + 2 + 2)

/* Of at most max_held entries. 0 or -ENOMEM. */
int wf_wheel_init(struct wf_wheel *w, struct wf_chunks *chunks, uint32_t max_held, wf_ns_t now_ns);
void wf_wheel_fini(struct wf_wheel *w);
/* Room for one that is due then, to be filled by the caller at once; NULL: none. */
struct wf_held *wf_wheel_put(struct wf_wheel *w, wf_ns_t due_ns);
/* The first n of the rows, as far as there is room. Returns how many were taken. */
uint32_t wf_wheel_put_rows(struct wf_wheel *w, const struct wf_store_rows *r, uint32_t n);
/* As wf_store_take, _next, _pop_any. */
uint32_t wf_wheel_take(struct wf_wheel *w, wf_ns_t now_ns, struct wf_held *out, uint32_t max);
wf_ns_t wf_wheel_next(const struct wf_wheel *w);
bool wf_wheel_pop_any(struct wf_wheel *w, struct wf_held *out);

/* Has the last take left something to be moved before anything else can leave? */
static inline bool
wf_wheel_stands(const struct wf_wheel *w)
{
	return w->stands;
}

#endif
