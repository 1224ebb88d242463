/* SPDX-License-Identifier: BSD-3-Clause
 * Ports: from a line of the configuration to a started DPDK device. Control thread.
 */
#include "wf_port.h"

#include <errno.h>
#include <rte_ethdev.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "wf_claim.h"
#include "wf_hostguard.h"
#include "wf_hostif.h"

#define DESCRIPTORS 1024

static uint32_t
find_rx_dir(const struct wf_conf *conf, uint32_t port)
{
	for (uint32_t l = 0; l < conf->n_links; l++)
		for (uint32_t side = 0; side < 2; side++)
			if (conf->links[l].port[side] == port)
				return 2 * l + side;
	return WF_PORT_NO_DIR;
}

int
wf_port_init(struct wf_port *p, const struct wf_conf *conf, uint32_t index, uint32_t n_workers,
	struct wf_err *err)
{
	const struct wf_conf_port *c = &conf->ports[index];

	memset(p, 0, sizeof(*p));
	p->claim = -1;
	snprintf(p->name, sizeof(p->name), "%s", c->name);
	snprintf(p->path, sizeof(p->path), "ports.%s", c->name);
	p->file = c->where.file ? c->where.file : conf->file;
	p->line = c->where.line;
	p->rx_dir = find_rx_dir(conf, index);
	p->mtu = c->mtu;
	wf_devargs_name(c->device, p->device);
	if (!wf_devargs_hostif(c->device, p->hostif, sizeof(p->hostif)))
		p->hostif[0] = '\0';
	p->shares_hostif = p->hostif[0] && wf_devargs_shares_hostif(c->device);
	if (p->mtu == 0 && p->shares_hostif)
		p->mtu = wf_hostif_mtu(p->hostif);
	p->devargs = wf_devargs_complete(
		c->device, n_workers, p->mtu ? p->mtu : (uint32_t)RTE_ETHER_MTU);
	if (!p->devargs)
		return wf_err_add(err, NULL, NULL, "out of memory"), -ENOMEM;
	return 0;
}

void
wf_port_fini(struct wf_port *p)
{
	if (p->claim >= 0)
		close(p->claim);
	p->claim = -1;
	free(p->devargs);
	p->devargs = NULL;
}

struct wf_where
wf_port_where(const struct wf_port *p)
{
	return (struct wf_where){ .file = p->file, .line = p->line, .path = p->path };
}

int
wf_port_guard(const struct wf_port *p, struct wf_err *err)
{
	const char *why = p->hostif[0] ? wf_hostguard_why_not(p->hostif) : NULL;
	struct wf_where where = wf_port_where(p);

	if (wf_devargs_is_pci(p->device))
		why = wf_hostguard_pci_why_not(p->device);
	if (!why)
		return 0;
	return wf_err_add(err, &where, "Choose another one, or say --force if you mean it", "%s %s",
		p->hostif[0] ? p->hostif : p->device, why);
}

int
wf_port_claim(struct wf_port *p, struct wf_err *err)
{
	struct wf_where where = wf_port_where(p);
	char who[32] = "";
	pid_t holder;

	if (!p->hostif[0])
		return 0;
	p->claim = wf_claim_interface(p->hostif, &holder);
	if (p->claim >= 0)
		return 0;
	if (p->claim != -EADDRINUSE)
		return wf_err_add(err, &where, NULL, "%s cannot be claimed: %s", p->hostif,
			strerror(-p->claim));
	if (holder > 0)
		snprintf(who, sizeof(who), " (process %d)", (int)holder);
	return wf_err_add(err, &where, "Stop that one first, or choose another interface",
		"%s is a port of another wirefault%s", p->hostif, who);
}

int
wf_port_find(struct wf_port *p, struct wf_err *err)
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

uint32_t
wf_port_frame_bytes(const struct wf_port *p)
{
	return p->mtu + RTE_ETHER_HDR_LEN + WF_PORT_TAGS_BYTES;
}

static int
check_queues(const struct wf_port *p, uint32_t n_queues, const struct rte_eth_dev_info *info,
	struct wf_err *err)
{
	uint32_t has = RTE_MIN(info->max_rx_queues, info->max_tx_queues);
	struct wf_where where = wf_port_where(p);

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
		"Lower `mtu`, or choose another driver (net_af_packet carries jumbo frames)",
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
	int ret;

	conf.rxmode.mtu = RTE_MIN(p->mtu, driver_max_mtu(info));
	conf.txmode.offloads = info->tx_offload_capa & RTE_ETH_TX_OFFLOAD_MULTI_SEGS;
	if (n_queues > 1)
		want_rss(&conf, info);
	*step = "configure";
	ret = rte_eth_dev_configure(p->id, (uint16_t)n_queues, (uint16_t)n_queues, &conf);
	if (ret < 0)
		return ret;
	p->configured = true;
	*step = "set the MTU";
	ret = set_mtu(p);
	if (ret < 0)
		return ret;
	*step = "size the rings";
	p->n_rxd = p->n_txd = DESCRIPTORS;
	return rte_eth_dev_adjust_nb_rx_tx_desc(p->id, &p->n_rxd, &p->n_txd);
}

static int
setup_queues(struct wf_port *p, uint32_t n_queues, struct rte_mempool *pool, const char **step)
{
	unsigned socket = (unsigned)RTE_MAX(rte_eth_dev_socket_id(p->id), 0);
	int ret = 0;

	for (uint16_t q = 0; q < n_queues && ret == 0; q++) {
		*step = "set up a receive queue";
		ret = rte_eth_rx_queue_setup(p->id, q, p->n_rxd, socket, NULL, pool);
		if (ret < 0)
			break;
		*step = "set up a transmit queue";
		ret = rte_eth_tx_queue_setup(p->id, q, p->n_txd, socket, NULL);
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

int
wf_port_start(struct wf_port *p, uint32_t n_queues, struct rte_mempool *pool, struct wf_err *err)
{
	struct wf_where where = wf_port_where(p);
	struct rte_eth_dev_info info;
	const char *step = "describe itself";
	int ret = rte_eth_dev_info_get(p->id, &info);

	if (ret == 0) {
		if (check_queues(p, n_queues, &info, err) < 0 || check_mtu(p, &info, err) < 0)
			return -EINVAL;
		ret = configure(p, n_queues, &info, &step);
	}
	if (ret == 0)
		ret = setup_queues(p, n_queues, pool, &step);
	if (ret == 0) {
		step = "start";
		ret = rte_eth_dev_start(p->id);
		p->started = ret == 0;
	}
	if (ret == 0)
		ret = open_ears(p, &step);
	if (ret < 0)
		return wf_err_add(err, &where, wf_devargs_start_hint(p->device),
			       "%s (MTU %u) does not %s: %s", p->device, p->mtu, step,
			       strerror(-ret)),
		       ret;
	wf_port_reset(p);
	return 0;
}

void
wf_port_stop(struct wf_port *p)
{
	if (p->started) {
		rte_eth_promiscuous_disable(p->id);
		rte_eth_allmulticast_disable(p->id);
		rte_eth_dev_stop(p->id);
	}
	if (p->configured)
		rte_eth_dev_close(p->id);
	p->started = p->configured = false;
}

static void
read_counters(const struct wf_port *p, struct wf_snap_port *out)
{
	struct rte_eth_stats s;

	if (!p->started || rte_eth_stats_get(p->id, &s) != 0)
		return;
	out->rx_missed = s.imissed;
	out->rx_nombuf = s.rx_nombuf;
	out->rx_errors = s.ierrors;
	out->tx_errors = s.oerrors;
}

/* A counter that the driver reset behind our back counts from there. */
static uint64_t
since(uint64_t now, uint64_t base)
{
	return now >= base ? now - base : now;
}

/* net_tap asks for its interface by name in our namespace, from which it may have been moved; a
 * tap's carrier is the process that holds it. */
static bool
link_is_up(const struct wf_port *p)
{
	struct rte_eth_link link = { 0 };

	if (!p->started || atomic_load_explicit(&p->cut, memory_order_relaxed))
		return false;
	if (wf_devargs_driver(p->device, "net_tap"))
		return true;
	return rte_eth_link_get_nowait(p->id, &link) == 0 && link.link_status == RTE_ETH_LINK_UP;
}

void
wf_port_snapshot(struct wf_port *p, struct wf_snap_port *out)
{
	struct wf_snap_port now = { 0 };

	read_counters(p, &now);
	if (p->is_frozen) {
		now.rx_missed = p->frozen.rx_missed;
		now.rx_nombuf = p->frozen.rx_nombuf;
		now.rx_errors = p->frozen.rx_errors;
	}
	snprintf(out->name, sizeof(out->name), "%s", p->name);
	snprintf(out->device, sizeof(out->device), "%s", p->device);
	out->link_up = link_is_up(p);
	out->rx_missed = since(now.rx_missed, p->base.rx_missed);
	out->rx_nombuf = since(now.rx_nombuf, p->base.rx_nombuf);
	out->rx_errors = since(now.rx_errors, p->base.rx_errors);
	out->tx_errors = since(now.tx_errors, p->base.tx_errors);
}

void
wf_port_freeze(struct wf_port *p)
{
	read_counters(p, &p->frozen);
	p->is_frozen = true;
}

void
wf_port_reset(struct wf_port *p)
{
	read_counters(p, &p->base);
	p->frozen = p->base;
}
