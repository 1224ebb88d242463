/* SPDX-License-Identifier: BSD-3-Clause
 * Hierarchical timer wheel of held packets: four levels of 512 slots over ticks of 256 ns (131 us,
 * 67 ms, 34 s, 4.9 h), with occupancy bitmaps; what is later than that waits in a list of its own.
 * A slot is a chain of chunks, not a linked list of packets, so draining reads ahead instead of
 * chasing pointers. Cost does not grow with the number held. One worker's own.
 *
 * Windows are aligned: a packet stands in the lowest level whose window holds both its tick and the
 * current one. A level's slot is emptied in the moment the current tick enters it, before anything
 * can be put there directly, so that equal ticks keep their put order: it is spread over the level
 * below; one of level 1 is sorted by tick into an array instead. So level 0 has only what is due
 * within its window when it is put, and few others.
 */
#ifndef WF_WHEEL_H
#define WF_WHEEL_H

#include "wf_sorted.h"

#define WF_WHEEL_BITS   9
#define WF_WHEEL_SLOTS  (1u << WF_WHEEL_BITS)
#define WF_WHEEL_LEVELS 4

struct wf_level {
	struct wf_chain slot[WF_WHEEL_SLOTS];
	uint64_t occupied[WF_WHEEL_SLOTS / 64];
	uint64_t summary; /* which words of `occupied` are not 0 */
};

struct wf_wheel {
	uint64_t tick; /* every earlier tick is drained */
	uint64_t held;
	uint32_t read_at; /* entries already read of the first chunk of the slot being drained */
	struct wf_chunks *chunks; /* lent */
	struct wf_chain far;
	struct wf_sorted sorted; /* of the current window of level 0 */
	struct wf_level level[WF_WHEEL_LEVELS];
};

/* Chunks that a wheel may need beside full ones: one that is not full in each slot that can be
 * occupied at once, and the two that are being read, by drain and by spread. */
#define WF_WHEEL_CHUNKS (WF_WHEEL_LEVELS * WF_WHEEL_SLOTS + 1 + 2)

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

#endif
