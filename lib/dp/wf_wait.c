/* SPDX-License-Identifier: BSD-3-Clause
 * Packets that have waited to be received: after a stall, or in a queue that never runs empty.
 * Worker threads.
 */
#include "wf_wait.h"

#include <rte_errno.h>
#include <rte_mbuf.h>
#include <rte_mbuf_dyn.h>

wf_ns_t
wf_wait_long(struct wf_wait *w, wf_ns_t poll_ns, wf_ns_t now_ns, uint32_t n)
{
	wf_ns_t waited_ns = now_ns - w->since_ns;

	if (w->slots == 0) {
		w->since_ns = poll_ns;
		return 0;
	}
	if (w->mark_ns <= w->since_ns) {
		w->mark_ns = poll_ns;
		w->taken = 0;
	}
	w->taken += n;
	/* What stood in the queue at the mark has gone, whatever else has come. */
	if (w->taken >= w->slots)
		w->since_ns = w->mark_ns;
	return waited_ns;
}

int
wf_waited_init(struct wf_waited *d)
{
	static const struct rte_mbuf_dynfield field = {
		.name = "wf_waited", .size = sizeof(uint64_t), .align = _Alignof(uint64_t)
	};
	static const struct rte_mbuf_dynflag flag = { .name = "wf_waited" };
	int bit = rte_mbuf_dynflag_register(&flag);

	d->at = rte_mbuf_dynfield_register(&field);
	if (bit < 0 || d->at < 0)
		return -rte_errno;
	d->flag = 1ull << bit;
	return 0;
}

static uint64_t *
field(const struct wf_waited *d, struct rte_mbuf *m)
{
	return RTE_MBUF_DYNFIELD(m, d->at, uint64_t *);
}

void
wf_waited_mark(const struct wf_waited *d, const struct wf_rx *rx, uint32_t n, wf_ns_t waited_ns)
{
	for (uint32_t i = 0; i < n; i++) {
		struct rte_mbuf *m = rx[i].pkt;

		m->ol_flags |= d->flag;
		*field(d, m) = waited_ns;
	}
}

bool
wf_waited_any(const struct wf_waited *d, const struct wf_rx *rx, uint32_t n)
{
	uint64_t flags = 0;

	for (uint32_t i = 0; i < n; i++)
		flags |= ((const struct rte_mbuf *)rx[i].pkt)->ol_flags;
	return flags & d->flag;
}

void
wf_waited_release(const struct wf_waited *d, struct wf_held *h, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		struct rte_mbuf *m = h[i].pkt;

		if (!(m->ol_flags & d->flag))
			continue;
		m->ol_flags &= ~d->flag;
		h[i].due_ns -= *field(d, m);
		h[i].rx_ns -= *field(d, m);
	}
}
