/* SPDX-License-Identifier: BSD-3-Clause
 * Bursts of the DPDK kind of port. Worker threads.
 */
#include <rte_ethdev.h>

#include "wf_batch.h"
#include "wf_ethdev.h"

uint16_t
wf_ethdev_rx_burst(void *queue, struct rte_mbuf **m, wf_ns_t *rx_ns, uint16_t n)
{
	struct wf_ethdev_queue *q = queue;

	if (WF_UNLIKELY(atomic_load_explicit(&q->rests, memory_order_acquire)))
		return 0;
	n = rte_eth_rx_burst(q->port, q->queue, m, n);
	if (WF_UNLIKELY(q->stamping != NULL))
		wf_stamping_fill(q->stamping, m, rx_ns, n, &q->last_ns);
	return n;
}

/* The kernel lets one 802.1Q tag pass over the MTU. */
static bool
is_thrown_away(const struct wf_ethdev_queue *q, struct rte_mbuf *m)
{
	const struct rte_ether_hdr *eth = rte_pktmbuf_mtod(m, const struct rte_ether_hdr *);
	bool tagged = eth->ether_type == RTE_BE16(RTE_ETHER_TYPE_VLAN);

	return m->pkt_len > q->fits_bytes + (tagged ? RTE_VLAN_HLEN : 0);
}

/* Counts those of which nobody else will tell. */
static uint16_t
tx_burst_counted(struct wf_ethdev_queue *q, struct rte_mbuf **m, uint16_t n)
{
	bool thrown_away[WF_BURST];
	uint64_t sum = 0;

	n = RTE_MIN(n, (uint16_t)WF_BURST);
	for (uint16_t i = 0; i < n; i++)
		thrown_away[i] = is_thrown_away(q, m[i]);
	n = rte_eth_tx_burst(q->port, q->queue, m, n);
	for (uint16_t i = 0; i < n; i++)
		sum += thrown_away[i];
	if (WF_UNLIKELY(sum))
		atomic_fetch_add_explicit(&q->thrown_away, sum, memory_order_relaxed);
	return n;
}

uint16_t
wf_ethdev_tx_burst(void *queue, struct rte_mbuf **m, uint16_t n)
{
	struct wf_ethdev_queue *q = queue;

	if (WF_UNLIKELY(atomic_load_explicit(&q->rests, memory_order_acquire)))
		return 0;
	if (q->fits_bytes)
		return tx_burst_counted(q, m, n);
	return rte_eth_tx_burst(q->port, q->queue, m, n);
}
