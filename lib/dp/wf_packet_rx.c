/* SPDX-License-Identifier: BSD-3-Clause
 * Receive from a packet socket's ring. Worker threads.
 *
 * The kernel stamps frames by CLOCK_REALTIME, which somebody may set at any moment. So a stamp only
 * says how old a frame is now, by a reading of CLOCK_REALTIME taken with each burst, and never
 * outweighs what is certain: that it came after the ring was last seen empty, and after the one
 * before it.
 */
#include <linux/if_packet.h>
#include <rte_mbuf.h>
#include <time.h>

#include "wf_packet_queue.h"
#include "wf_tpacket.h"

/* Readings of both clocks that are further apart were interrupted. */
#define GAP_NS 1000
#define TRIES  3

static inline struct tpacket2_hdr *
slot_at(const struct wf_packet_queue *q, uint32_t i)
{
	return (struct tpacket2_hdr *)(q->rx + (uint64_t)(i & q->rx_mask) * q->slot_bytes);
}

static inline bool
is_ready(const struct wf_packet_queue *q, uint32_t i)
{
	/* Acquire: partner is the kernel, which writes the status last. */
	return __atomic_load_n(&slot_at(q, i)->tp_status, __ATOMIC_ACQUIRE) & TP_STATUS_USER;
}

static wf_ns_t
read_clocks(const struct wf_clock *clock, uint64_t *realtime_ns)
{
	wf_ns_t before, after = wf_clock_ns(clock), best_ns = 0, best_gap = UINT64_MAX;
	struct timespec ts;

	for (int i = 0; i < TRIES && best_gap > GAP_NS; i++) {
		before = after;
		clock_gettime(CLOCK_REALTIME, &ts);
		after = wf_clock_ns(clock);
		if (after - before < best_gap) {
			best_gap = after - before;
			best_ns = after;
			*realtime_ns = (uint64_t)ts.tv_sec * WF_NS_PER_S + (uint64_t)ts.tv_nsec;
		}
	}
	return best_ns;
}

/* Slots that are ready, as many as there are buffers for; the buffers in m. */
static uint32_t
get_ready(struct wf_packet_queue *q, struct rte_mbuf **m, uint32_t n)
{
	uint32_t ready = 1;

	while (ready < n && is_ready(q, q->rx_at + ready))
		ready++;
	/* Without buffers frames wait in the ring, and what has no room there is missed. */
	while (ready > 0 && rte_pktmbuf_alloc_bulk(q->pool, m, ready) != 0)
		ready /= 2;
	return ready;
}

/* One slot into one buffer. false: nothing that could be received. */
static bool
take(struct wf_packet_queue *q, const struct tpacket2_hdr *slot, struct rte_mbuf *m,
	uint64_t *realtime_ns)
{
	struct wf_tpacket t;
	enum wf_tpacket_is is = wf_tpacket_parse((const uint8_t *)slot, q->slot_bytes, &t);
	uint32_t bytes;

	if (WF_UNLIKELY(is != WF_TPACKET_FRAME)) {
		if (is != WF_TPACKET_OURS)
			atomic_fetch_add_explicit(is == WF_TPACKET_CUT ? &q->rx_cut : &q->rx_bad, 1,
				memory_order_relaxed);
		return false;
	}
	bytes = wf_tpacket_bytes(&t);
	if (WF_UNLIKELY(bytes > rte_pktmbuf_tailroom(m))) {
		atomic_fetch_add_explicit(&q->rx_cut, 1, memory_order_relaxed);
		return false;
	}
	wf_tpacket_copy(&t, rte_pktmbuf_mtod(m, uint8_t *));
	m->data_len = (uint16_t)bytes;
	m->pkt_len = bytes;
	*realtime_ns = t.realtime_ns;
	return true;
}

static inline void
swap(struct rte_mbuf **a, struct rte_mbuf **b)
{
	struct rte_mbuf *m = *a;

	*a = *b;
	*b = m;
}

uint16_t
wf_packet_rx_burst(void *queue, struct rte_mbuf **m, wf_ns_t *rx_ns, uint16_t n)
{
	struct wf_packet_queue *q = queue;
	uint64_t realtime_ns = 0, realtime_now_ns = 0;
	uint32_t ready, kept = 0;
	wf_ns_t now_ns;

	if (WF_UNLIKELY(!q->polled)) { /* what waits for us came when we came */
		q->polled = true;
		q->floor_ns = wf_clock_ns(q->clock);
	}
	now_ns = wf_clock_ns(q->clock);
	if (!is_ready(q, q->rx_at)) {
		if (WF_UNLIKELY(atomic_load_explicit(&q->next, memory_order_relaxed) != NULL))
			wf_packet_adopt(q);
		q->floor_ns = now_ns; /* read before the status: what comes, comes later */
		return 0;
	}
	ready = get_ready(q, m, n);
	now_ns = read_clocks(q->clock, &realtime_now_ns);
	for (uint32_t i = 0; i < ready; i++) {
		struct tpacket2_hdr *slot = slot_at(q, q->rx_at + i);

		__builtin_prefetch(slot_at(q, q->rx_at + i + 2));
		__builtin_prefetch(
			(const uint8_t *)slot_at(q, q->rx_at + i + 2) + WF_TPACKET_RX_HEAD);
		if (take(q, slot, m[i], &realtime_ns)) {
			q->floor_ns = rx_ns[kept] = wf_packet_came_ns(
				realtime_ns, realtime_now_ns, now_ns, q->floor_ns);
			swap(&m[kept], &m[i]);
			kept++;
		}
		/* Release: partner is the kernel, which may fill the slot again. */
		__atomic_store_n(&slot->tp_status, TP_STATUS_KERNEL, __ATOMIC_RELEASE);
	}
	q->rx_at += ready;
	if (WF_UNLIKELY(kept < ready))
		rte_pktmbuf_free_bulk(m + kept, ready - kept);
	return (uint16_t)kept;
}
