/* SPDX-License-Identifier: BSD-3-Clause
 * The one place where packets end or leave: counted by direction and class, no longer held, freed,
 * and told to whoever wants to know each one's fate. One worker's own.
 */
#ifndef WF_PIPE_END_H
#define WF_PIPE_END_H

#include <stdatomic.h>

#include "wf_pipe.h"
#include "wf_pipe_room.h"

struct wf_end {
	struct wf_pkt_ops ops;
	struct wf_stats *stats;
	struct wf_room room;
	const struct wf_tap *tap; /* NULL: nobody wants to know */
	/* Times are kept of some class: control stores, wf_end_sent loads. */
	_Atomic bool timed WF_CACHE_ALIGNED;
	/* Worker writes. */
	uint32_t n_dead WF_CACHE_ALIGNED;
	void *dead[WF_BURST]; /* have ended; freed together */
};
static_assert(WF_BATCH_ROWS <= WF_BURST, "no row is freed while others of its batch go on");

static inline struct wf_dir_stats *
wf_end_dir(const struct wf_end *e, uint32_t dir)
{
	return &e->stats->now->dir[dir];
}

static inline struct wf_class_stats *
wf_end_class(const struct wf_end *e, uint32_t slot)
{
	return &e->stats->now->class[slot];
}

/* Frees those that have ended. */
static inline void
wf_end_flush(struct wf_end *e)
{
	if (e->n_dead > 0)
		e->ops.free(e->ops.ctx, e->dead, e->n_dead);
	e->n_dead = 0;
}

/* A packet that is not held, or one that was not made (NULL), ends: counted and told. */
static inline void
wf_end_tell_drop(struct wf_end *e, uint32_t tag, wf_ns_t rx_ns, void *pkt, uint32_t len_bytes,
	enum wf_drop cause)
{
	struct wf_held h = { .tag = tag };

	wf_count_add(&wf_end_dir(e, h.dir)->c.dropped[cause], len_bytes);
	wf_count_add(&wf_end_class(e, h.slot)->c.dropped[cause], len_bytes);
	if (WF_UNLIKELY(e->tap != NULL)) {
		h.due_ns = h.rx_ns = rx_ns;
		h.pkt = pkt;
		h.len_bytes = len_bytes;
		e->tap->told(e->tap->ctx, &h, cause, rx_ns);
	}
}

/* The same of a packet of the burst, which is freed by the next wf_end_flush. */
static inline void
wf_end_drop(struct wf_end *e, uint32_t tag, wf_ns_t rx_ns, void *pkt, uint32_t len_bytes,
	enum wf_drop cause)
{
	wf_end_tell_drop(e, tag, rx_ns, pkt, len_bytes, cause);
	if (pkt == NULL)
		return;
	e->dead[e->n_dead++] = pkt;
	if (e->n_dead == WF_BURST)
		wf_end_flush(e);
}

/* Packets that are held end: freed at once. What has no packet (pkt NULL) is only counted. */
void wf_end_drop_held(struct wf_end *e, const struct wf_held *h, uint32_t n, enum wf_drop cause);
/* Packets that were held left at now_ns. */
void wf_end_sent(struct wf_end *e, const struct wf_held *h, uint32_t n, wf_ns_t now_ns);
/* Packets that never got as far as a class end: freed at once. */
void wf_end_refuse(
	struct wf_end *e, uint32_t dir, const struct wf_rx *rx, uint32_t n, enum wf_drop cause);

#endif
