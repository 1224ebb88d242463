/* SPDX-License-Identifier: BSD-3-Clause
 * Packets that leave at once: the worker takes them in the same turn of its loop, so the list
 * begins anew where it began before, in lines that are still near. One worker's own.
 */
#ifndef WF_PIPE_READY_H
#define WF_PIPE_READY_H

#include <stdlib.h>
#include <string.h>

#include "wf_store.h"

#define WF_READY 4096 /* room; what does not find any goes into the store */

struct wf_ready {
	uint32_t head, n; /* taken, put */
	struct wf_held *held;
};

static inline bool
wf_ready_init(struct wf_ready *r)
{
	r->held = aligned_alloc(WF_CACHE_LINE, WF_READY * sizeof(*r->held));
	return r->held != NULL;
}

static inline uint32_t
wf_ready_room(const struct wf_ready *r)
{
	return WF_READY - r->n;
}

static inline bool
wf_ready_empty(const struct wf_ready *r)
{
	return r->n == 0;
}

/* The places of n more, to be filled at once; there is room. */
static inline struct wf_held *
wf_ready_more(struct wf_ready *r, uint32_t n)
{
	struct wf_held *h = &r->held[r->n];

	r->n += n;
	return h;
}

static inline void
wf_ready_fill(struct wf_held *h, wf_ns_t due_ns, wf_ns_t rx_ns, void *pkt, uint32_t len_bytes,
	uint32_t tag)
{
	h->due_ns = due_ns;
	h->rx_ns = rx_ns;
	h->pkt = pkt;
	h->len_bytes = len_bytes;
	h->tag = tag;
}

/* There is room. */
static inline void
wf_ready_put(struct wf_ready *r, wf_ns_t due_ns, wf_ns_t rx_ns, void *pkt, uint32_t len_bytes,
	uint32_t tag)
{
	wf_ready_fill(wf_ready_more(r, 1), due_ns, rx_ns, pkt, len_bytes, tag);
}

/* Up to max of them, in order of put. */
static inline uint32_t
wf_ready_take(struct wf_ready *r, struct wf_held *out, uint32_t max)
{
	uint32_t n = r->n - r->head;

	if (n > max)
		n = max;
	memcpy(out, r->held + r->head, n * sizeof(*out));
	r->head += n;
	if (r->head == r->n)
		r->head = r->n = 0;
	return n;
}

#endif
