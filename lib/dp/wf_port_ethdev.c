/* SPDX-License-Identifier: BSD-3-Clause
 * The kind of port that DPDK drives: network cards, memif, rings, pcap files, and DPDK's own
 * drivers for interfaces of the kernel. Control thread, but for the bursts.
 */
#include <errno.h>
#include <rte_dev.h>
#include <rte_ethdev.h>
#include <stdlib.h>
#include <string.h>

#include "wf_batch.h"
#include "wf_beside.h"
#include "wf_channels.h"
#include "wf_port.h"

#define DESCRIPTORS 1024

/* What a worker needs of a queue pair. */
struct ethdev_queue {
	uint16_t port, queue;
	/* Nothing is received or sent. Release: the control thread, which has changed `port`;
	 * acquire: the worker. */
	atomic_bool rests;
	/* Longer frames net_af_packet takes and the kernel throws away without a word; 0: not so.
	 */
	uint32_t fits_bytes;
	atomic_uint_least64_t thrown_away; /* written by the worker only */
};

struct ethdev {
	bool configured, started;
	uint16_t n_rxd, n_txd;      /* descriptors of a queue */
	struct ethdev_queue *queue; /* [n_queues] */
	uint32_t n_queues;
	struct rte_mempool *pool;
	struct wf_snap_port before; /* what was counted of interfaces that are gone */
	struct wf_beside beside;
};

static int
ethdev_find(struct wf_port *p, struct wf_err *err)
{
	char full[WF_DEV_NAME + 8];
	struct wf_where where = wf_port_where(p);
	uint16_t mtu = 0;
	int ret;

	snprintf(full, sizeof(full), "0000:%s", p->device);
	if (rte_eth_dev_get_port_by_name(p->device, &p->id) != 0 &&
		rte_eth_dev_get_port_by_name(full, &p->id) != 0)
		return wf_err_add(err, &where,
			wf_devargs_is_pci(p->device)
				? "Is it bound to vfio-pci (dpdk-devbind.py --status) and known "
				  "to one of DPDK's drivers?"
				: "The driver's own message, if any, stands before this; check the "
				  "device's "
				  "name and arguments",
			"DPDK did not start the device %s", p->devargs);
	if (p->mtu == 0) {
		ret = rte_eth_dev_get_mtu(p->id, &mtu);
		p->mtu = ret == 0 && mtu ? mtu : RTE_ETHER_MTU;
	}
	return 0;
}

static int
check_queues(const struct wf_port *p, uint32_t n_queues, const struct rte_eth_dev_info *info,
	struct wf_err *err)
{
	uint32_t has = RTE_MIN(info->max_rx_queues, info->max_tx_queues);
	struct wf_where where = wf_port_where(p);

	if (n_queues < info->max_rx_queues && wf_devargs_spreads(p->device))
		return wf_err_add(err, &where,
			"Give the device as many queues as there are workers, or leave their "
			"number "
			"out",
			"%s spreads what it receives over %u queues, of which %u worker%s would "
			"poll "
			"%u only",
			p->device, info->max_rx_queues, n_queues, n_queues == 1 ? "" : "s",
			n_queues);
	if (n_queues <= has)
		return 0;
	return wf_err_add(err, &where, wf_devargs_queue_hint(p->device),
		"%u workers need %u queue pairs, %s has %u", n_queues, n_queues, p->device, has);
}

/* The largest MTU that the driver believes in. */
static uint32_t
driver_max_mtu(const struct rte_eth_dev_info *info)
{
	uint32_t overhead = RTE_ETHER_HDR_LEN + RTE_ETHER_CRC_LEN;

	if (info->max_mtu != UINT16_MAX && info->max_rx_pktlen > info->max_mtu)
		overhead = info->max_rx_pktlen - info->max_mtu;
	return RTE_MIN((uint32_t)info->max_mtu, info->max_rx_pktlen - overhead);
}

/* Drivers that share an interface of the host's often know the standard MTU only, but pass on what
 * the interface carries. */
static int
check_mtu(const struct wf_port *p, const struct rte_eth_dev_info *info, struct wf_err *err)
{
	struct wf_where where = wf_port_where(p);

	if (p->shares_hostif || p->mtu <= driver_max_mtu(info))
		return 0;
	return wf_err_add(err, &where,
		"Lower `mtu`, or choose another driver (a packet port carries jumbo frames)",
		"%s carries an MTU of at most %u, not %u", p->device, driver_max_mtu(info), p->mtu);
}

/* The host's interface has its MTU already. A driver without the notion has no limit. */
static int
set_mtu(const struct wf_port *p)
{
	int ret = p->shares_hostif ? 0 : rte_eth_dev_set_mtu(p->id, (uint16_t)p->mtu);

	return ret == -ENOTSUP ? 0 : ret;
}

/* Spreads flows over the workers' queues where the device can. */
static void
want_rss(struct rte_eth_conf *conf, const struct rte_eth_dev_info *info)
{
	uint64_t hf = info->flow_type_rss_offloads &
		      (RTE_ETH_RSS_IP | RTE_ETH_RSS_TCP | RTE_ETH_RSS_UDP | RTE_ETH_RSS_SCTP);

	if (!hf)
		return;
	conf->rxmode.mq_mode = RTE_ETH_MQ_RX_RSS;
	conf->rx_adv_conf.rss_conf.rss_hf = hf;
}

static int
configure(struct wf_port *p, uint32_t n_queues, const struct rte_eth_dev_info *info,
	const char **step)
{
	struct rte_eth_conf conf = { 0 };
	struct ethdev *e = p->kind;
	int ret;

	conf.rxmode.mtu = RTE_MIN(p->mtu, driver_max_mtu(info));
	conf.txmode.offloads = info->tx_offload_capa & RTE_ETH_TX_OFFLOAD_MULTI_SEGS;
	if (n_queues > 1)
		want_rss(&conf, info);
	*step = "configure";
	ret = rte_eth_dev_configure(p->id, (uint16_t)n_queues, (uint16_t)n_queues, &conf);
	if (ret < 0)
		return ret;
	e->configured = true;
	*step = "set the MTU";
	ret = set_mtu(p);
	if (ret < 0)
		return ret;
	*step = "size the rings";
	e->n_rxd = e->n_txd = DESCRIPTORS;
	return rte_eth_dev_adjust_nb_rx_tx_desc(p->id, &e->n_rxd, &e->n_txd);
}

static int
setup_queues(struct wf_port *p, uint32_t n_queues, struct rte_mempool *pool, const char **step)
{
	unsigned socket = (unsigned)RTE_MAX(rte_eth_dev_socket_id(p->id), 0);
	const struct ethdev *e = p->kind;
	int ret = 0;

	for (uint16_t q = 0; q < n_queues && ret == 0; q++) {
		*step = "set up a receive queue";
		ret = rte_eth_rx_queue_setup(p->id, q, e->n_rxd, socket, NULL, pool);
		if (ret < 0)
			break;
		*step = "set up a transmit queue";
		ret = rte_eth_tx_queue_setup(p->id, q, e->n_txd, socket, NULL);
	}
	return ret;
}

/* What is not for our own address is the very point. A driver without the notion takes all. */
static int
open_ears(const struct wf_port *p, const char **step)
{
	int ret;

	*step = "switch to promiscuous mode";
	ret = rte_eth_promiscuous_enable(p->id);
	if (ret < 0 && ret != -ENOTSUP)
		return ret;
	ret = rte_eth_allmulticast_enable(p->id);
	return ret == -ENOTSUP || ret >= 0 ? 0 : ret;
}

/* Its memory of its own. */
static int
make_queues(struct wf_port *p, uint32_t n_queues)
{
	struct ethdev *e = calloc(1, sizeof(*e));

	p->kind = e;
	if (e)
		e->queue = calloc(n_queues, sizeof(*e->queue));
	if (!e || !e->queue)
		return -ENOMEM;
	for (uint32_t q = 0; q < n_queues; q++) {
		e->queue[q].port = p->id;
		e->queue[q].queue = (uint16_t)q;
		if (wf_devargs_driver(p->device, "net_af_packet"))
			e->queue[q].fits_bytes = p->mtu + RTE_ETHER_HDR_LEN;
	}
	e->n_queues = n_queues;
	return 0;
}

static int
start(struct wf_port *p, const char **step)
{
	struct ethdev *e = p->kind;
	int ret;

	*step = "start";
	ret = rte_eth_dev_start(p->id);
	e->started = ret == 0;
	return ret == 0 ? open_ears(p, step) : ret;
}

/* Device and queues, from the description to the first packet. 0 or -errno; -ECANCELED has its
 * reasons in err. */
static int
start_device(struct wf_port *p, const char **step, struct wf_err *err)
{
	struct ethdev *e = p->kind;
	struct rte_eth_dev_info info;
	int ret;

	*step = "describe itself";
	ret = rte_eth_dev_info_get(p->id, &info);
	if (ret < 0)
		return ret;
	wf_beside_prepare(&e->beside, p);
	if (wf_channels_check(p, e->n_queues, err) < 0 ||
		check_queues(p, e->n_queues, &info, err) < 0 || check_mtu(p, &info, err) < 0)
		return -ECANCELED;
	ret = configure(p, e->n_queues, &info, step);
	if (ret == 0)
		ret = setup_queues(p, e->n_queues, e->pool, step);
	if (ret == 0)
		ret = start(p, step);
	if (ret == 0) {
		*step = "show what the kernel loses";
		ret = wf_beside_find(&e->beside, p, e->n_queues);
	}
	return ret;
}

/* Says at which step it failed, unless the reasons are in err. Returns what is to be returned. */
static int
why_not(const struct wf_port *p, const char *step, int ret, struct wf_err *err)
{
	struct wf_where where = wf_port_where(p);

	if (ret == -ECANCELED)
		return -EINVAL;
	if (ret < 0)
		wf_err_add(err, &where, wf_devargs_start_hint(p->device),
			"%s (MTU %u) does not %s: %s", p->device, p->mtu, step, strerror(-ret));
	return ret;
}

static int
ethdev_open(struct wf_port *p, uint32_t n_queues, struct rte_mempool *pool, struct wf_err *err)
{
	const char *step = "find memory for its queues";
	int ret = make_queues(p, n_queues);

	if (ret == 0) {
		((struct ethdev *)p->kind)->pool = pool;
		ret = start_device(p, &step, err);
	}
	return why_not(p, step, ret, err);
}

static void
close_device(struct wf_port *p)
{
	struct ethdev *e = p->kind;

	if (e->started) {
		rte_eth_promiscuous_disable(p->id);
		rte_eth_allmulticast_disable(p->id);
		rte_eth_dev_stop(p->id);
	}
	if (e->configured)
		rte_eth_dev_close(p->id);
	e->started = e->configured = false;
}

static void
ethdev_close(struct wf_port *p)
{
	struct ethdev *e = p->kind;

	if (!e)
		return;
	close_device(p);
	free(e->queue);
	free(e);
	p->kind = NULL;
}

/* Does its driver count as an error what it does not take? That stays ours, to be tried again and
 * in the end dropped with a cause. */
static bool
counts_attempts(const struct wf_port *p)
{
	static const char *const drivers[] = { "net_tap", "net_af_xdp", "net_vhost" };

	for (size_t i = 0; i < WF_ARRAY_SIZE(drivers); i++)
		if (wf_devargs_driver(p->device, drivers[i]))
			return true;
	return false;
}

static void
ethdev_stats(struct wf_port *p, struct wf_snap_port *out)
{
	struct ethdev *e = p->kind;
	struct rte_eth_stats s;

	out->queues = e->n_queues;
	out->rx_slots = e->n_rxd;
	out->tx_slots = e->n_txd;
	out->rx_missed = e->before.rx_missed;
	out->rx_nombuf = e->before.rx_nombuf;
	out->rx_errors = e->before.rx_errors;
	out->tx_errors = e->before.tx_errors;
	for (uint32_t q = 0; q < e->n_queues; q++)
		out->tx_errors +=
			atomic_load_explicit(&e->queue[q].thrown_away, memory_order_relaxed);
	if (!e->started || rte_eth_stats_get(p->id, &s) != 0)
		return;
	out->rx_missed += s.imissed;
	out->rx_nombuf += s.rx_nombuf;
	out->rx_errors += s.ierrors;
	out->tx_errors += counts_attempts(p) ? 0 : s.oerrors;
	wf_beside_count(&e->beside, p, out);
}

static void
ethdev_rest(struct wf_port *p)
{
	struct ethdev *e = p->kind;

	for (uint32_t q = 0; q < e->n_queues; q++)
		atomic_store_explicit(&e->queue[q].rests, true, memory_order_relaxed);
}

/* A driver holds on to the interface that it was started with: it is started again. The queues
 * rest, and go on resting if that fails. */
static int
ethdev_rebind(struct wf_port *p, unsigned ifindex, struct wf_err *err)
{
	struct ethdev *e = p->kind;
	const char *step = "plug in", *args = strchr(p->devargs, ',');
	struct wf_snap_port sum = { 0 };
	int ret;

	ethdev_stats(p, &sum);
	for (uint32_t q = 0; q < e->n_queues; q++)
		sum.tx_errors -=
			atomic_load_explicit(&e->queue[q].thrown_away, memory_order_relaxed);
	e->before = sum;
	close_device(p);
	rte_eal_hotplug_remove("vdev", p->device);
	memset(&e->beside, 0, sizeof(e->beside));
	ret = rte_eal_hotplug_add("vdev", p->device, args ? args + 1 : "");
	if (ret == 0)
		ret = rte_eth_dev_get_port_by_name(p->device, &p->id);
	if (ret == 0)
		ret = start_device(p, &step, err);
	for (uint32_t q = 0; q < e->n_queues && ret == 0; q++) {
		e->queue[q].port = p->id;
		atomic_store_explicit(&e->queue[q].rests, false, memory_order_release);
	}
	return why_not(p, step, ret, err);
}

/* net_tap asks for its interface by name in our namespace, from which it may have been moved: what
 * is known of it is what wf_dp_host() is told. */
static bool
ethdev_link(struct wf_port *p)
{
	struct rte_eth_link link = { 0 };

	if (wf_devargs_driver(p->device, "net_tap"))
		return true;
	return ((struct ethdev *)p->kind)->started && rte_eth_link_get_nowait(p->id, &link) == 0 &&
	       link.link_status == RTE_ETH_LINK_UP;
}

static uint32_t
ethdev_fits_bytes(const struct wf_port *p)
{
	return p->mtu + RTE_ETHER_HDR_LEN;
}

static void *
ethdev_queue(struct wf_port *p, uint32_t index)
{
	struct ethdev *e = p->kind;

	return &e->queue[index];
}

static uint16_t
ethdev_rx_burst(void *queue, struct rte_mbuf **m, wf_ns_t *rx_ns, uint16_t n)
{
	struct ethdev_queue *q = queue;

	if (WF_UNLIKELY(atomic_load_explicit(&q->rests, memory_order_acquire)))
		return 0;
	return rte_eth_rx_burst(q->port, q->queue, m, n);
}

/* The kernel lets one 802.1Q tag pass over the MTU. */
static bool
is_thrown_away(const struct ethdev_queue *q, struct rte_mbuf *m)
{
	const struct rte_ether_hdr *eth = rte_pktmbuf_mtod(m, const struct rte_ether_hdr *);
	bool tagged = eth->ether_type == RTE_BE16(RTE_ETHER_TYPE_VLAN);

	return m->pkt_len > q->fits_bytes + (tagged ? RTE_VLAN_HLEN : 0);
}

/* Counts those of which nobody else will tell. */
static uint16_t
tx_burst_counted(struct ethdev_queue *q, struct rte_mbuf **m, uint16_t n)
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

static uint16_t
ethdev_tx_burst(void *queue, struct rte_mbuf **m, uint16_t n)
{
	struct ethdev_queue *q = queue;

	if (WF_UNLIKELY(atomic_load_explicit(&q->rests, memory_order_acquire)))
		return 0;
	if (q->fits_bytes)
		return tx_burst_counted(q, m, n);
	return rte_eth_tx_burst(q->port, q->queue, m, n);
}

static enum wf_drop
ethdev_tx_refusal(void *queue)
{
	return WF_DROP_tx_full;
}

const struct wf_port_ops wf_port_ethdev = {
	.kind = "dpdk",
	.find = ethdev_find,
	.open = ethdev_open,
	.close = ethdev_close,
	.stats = ethdev_stats,
	.link = ethdev_link,
	.rest = ethdev_rest,
	.rebind = ethdev_rebind,
	.fits_bytes = ethdev_fits_bytes,
	.queue = ethdev_queue,
	.rx_burst = ethdev_rx_burst,
	.tx_burst = ethdev_tx_burst,
	.tx_refusal = ethdev_tx_refusal,
};
