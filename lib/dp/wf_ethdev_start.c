/* SPDX-License-Identifier: BSD-3-Clause
 * A device of DPDK's, from the description that it gives of itself to the first packet. Control
 * thread.
 */
#include <errno.h>
#include <rte_ethdev.h>

#include "wf_channels.h"
#include "wf_ethdev.h"

#define DESCRIPTORS 1024

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

static void
want_rss(struct rte_eth_conf *conf, struct wf_rss *rss)
{
	conf->rxmode.mq_mode = rss->kind == WF_RSS_NONE ? RTE_ETH_MQ_RX_NONE : RTE_ETH_MQ_RX_RSS;
	conf->rx_adv_conf.rss_conf = (struct rte_eth_rss_conf){
		.rss_key = rss->key_bytes > 0 ? rss->key : NULL,
		.rss_key_len = rss->key_bytes,
		.rss_hf = rss->types,
	};
}

static int
configure(struct wf_port *p, uint32_t n_queues, const struct rte_eth_dev_info *info,
	const char **step)
{
	struct rte_eth_conf conf = { 0 };
	struct wf_ethdev *e = p->kind;
	int ret;

	conf.rxmode.mtu = RTE_MIN(p->mtu, driver_max_mtu(info));
	conf.txmode.offloads = info->tx_offload_capa & RTE_ETH_TX_OFFLOAD_MULTI_SEGS;
	wf_rss_choose(&e->rss, n_queues, info->flow_type_rss_offloads,
		wf_devargs_is_pci(p->device) ? info->hash_key_size : 0);
	want_rss(&conf, &e->rss);
	e->stamps = p->may_stamp ? wf_stamping_offloads(info->rx_offload_capa) : 0;
	conf.rxmode.offloads = e->stamps;
	*step = "configure";
	ret = rte_eth_dev_configure(p->id, (uint16_t)n_queues, (uint16_t)n_queues, &conf);
	if (ret < 0 && e->rss.key_bytes > 0) { /* is it the key? */
		wf_rss_choose(&e->rss, n_queues, info->flow_type_rss_offloads, 0);
		want_rss(&conf, &e->rss);
		ret = rte_eth_dev_configure(p->id, (uint16_t)n_queues, (uint16_t)n_queues, &conf);
	}
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
	const struct wf_ethdev *e = p->kind;
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

static int
start(struct wf_port *p, const char **step)
{
	struct wf_ethdev *e = p->kind;
	int ret;

	*step = "start";
	ret = rte_eth_dev_start(p->id);
	e->started = ret == 0;
	return ret == 0 ? open_ears(p, step) : ret;
}

/* Workers' queues are told once and for all: what was stamped when the port started goes on to be,
 * if only by when frames were found. */
static void
begin_stamping(struct wf_port *p)
{
	struct wf_ethdev *e = p->kind;

	wf_stamping_begin(&e->stamping, e->stamps, p->clock, wf_ethdev_clock, p);
	for (uint32_t q = 0; q < e->n_queues && e->stamping.works; q++)
		e->queue[q].stamping = &e->stamping;
}

int
wf_ethdev_start(struct wf_port *p, const char **step, struct wf_err *err)
{
	struct wf_ethdev *e = p->kind;
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
	if (ret == 0)
		begin_stamping(p);
	if (ret == 0) {
		*step = "show what the kernel loses";
		ret = wf_beside_find(&e->beside, p, e->n_queues);
	}
	return ret;
}

void
wf_ethdev_stop(struct wf_port *p)
{
	struct wf_ethdev *e = p->kind;

	if (e->started) {
		rte_eth_promiscuous_disable(p->id);
		rte_eth_allmulticast_disable(p->id);
		rte_eth_dev_stop(p->id);
	}
	if (e->configured)
		rte_eth_dev_close(p->id);
	e->started = e->configured = false;
}
