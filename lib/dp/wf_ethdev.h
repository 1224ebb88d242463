/* SPDX-License-Identifier: BSD-3-Clause
 * What the files of the DPDK kind of port share: its queues, and how a device gets going. Control
 * thread, but for the bursts.
 */
#ifndef WF_ETHDEV_H
#define WF_ETHDEV_H

#include <rte_ether.h>
#include <stdatomic.h>

#include "wf_beside.h"
#include "wf_port.h"
#include "wf_rss.h"
#include "wf_stamping.h"

/* What a worker needs of a queue pair. */
struct wf_ethdev_queue {
	/* Control writes. */
	uint16_t port WF_CACHE_ALIGNED, queue;
	/* Nothing is received or sent. Release: the control thread, which has changed `port`;
	 * acquire: the worker. */
	atomic_bool rests;
	/* Longer frames net_af_packet takes and the kernel throws away without a word; 0: not so.
	 */
	uint32_t fits_bytes;
	const struct wf_stamping *stamping; /* NULL: the device does not say when frames come */
	/* Worker writes. */
	atomic_uint_least64_t thrown_away WF_CACHE_ALIGNED;
	wf_ns_t last_ns; /* with stamping: when the last one came */
};

struct wf_ethdev {
	bool configured, started;
	uint16_t n_rxd, n_txd;         /* descriptors of a queue */
	struct wf_ethdev_queue *queue; /* [n_queues] */
	uint32_t n_queues;
	struct rte_mempool *pool;
	struct wf_rss rss;
	uint64_t stamps; /* RTE_ETH_RX_OFFLOAD_TIMESTAMP, or 0 */
	struct wf_stamping stamping;
	struct rte_ether_addr mac;  /* of the first one */
	struct wf_snap_port before; /* what was counted of interfaces that are gone */
	struct wf_beside beside;
};

/* wf_ethdev_start.c: device and queues, from the description to the first packet. 0 or -errno of
 * *step; -ECANCELED has its reasons in err. */
int wf_ethdev_start(struct wf_port *p, const char **step, struct wf_err *err);
/* Its mirror, also of one that failed. */
void wf_ethdev_stop(struct wf_port *p);

/* wf_ethdev_clock.c: of a port its device's clock, in ticks. 0 or -errno. */
int wf_ethdev_clock(void *port, uint64_t *ticks);

/* wf_ethdev_burst.c: see struct wf_port_ops. */
uint16_t wf_ethdev_rx_burst(void *queue, struct rte_mbuf **m, wf_ns_t *rx_ns, uint16_t n);
uint16_t wf_ethdev_tx_burst(void *queue, struct rte_mbuf **m, uint16_t n);

#endif
