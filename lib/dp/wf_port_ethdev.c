/* SPDX-License-Identifier: BSD-3-Clause
 * The kind of port that DPDK drives: network cards, memif, rings, pcap files, and DPDK's own
 * drivers for interfaces of the kernel. Control thread.
 */
#include <errno.h>
#include <rte_dev.h>
#include <rte_ethdev.h>
#include <stdlib.h>
#include <string.h>

#include "wf_ethdev.h"
#include "wf_lines.h"

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

/* Its memory of its own. */
static int
make_queues(struct wf_port *p, uint32_t n_queues)
{
	struct wf_ethdev *e = calloc(1, sizeof(*e));

	p->kind = e;
	if (e)
		e->queue = wf_lines_new(n_queues, sizeof(*e->queue));
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
		((struct wf_ethdev *)p->kind)->pool = pool;
		ret = wf_ethdev_start(p, &step, err);
		rte_eth_macaddr_get(p->id, &((struct wf_ethdev *)p->kind)->mac);
	}
	return why_not(p, step, ret, err);
}

static void
ethdev_close(struct wf_port *p)
{
	struct wf_ethdev *e = p->kind;

	if (!e)
		return;
	wf_ethdev_stop(p);
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

/* Drivers of devices that are none claim hashes that they don't have. */
static const char *
how_it_spreads(const struct wf_port *p)
{
	const struct wf_ethdev *e = p->kind;

	if (e->n_queues < 2)
		return wf_rss_name(WF_RSS_NONE);
	if (wf_devargs_is_pci(p->device))
		return wf_rss_name(e->rss.kind);
	if (wf_devargs_spreads(p->device) || wf_devargs_driver(p->device, "net_tap"))
		return "kernel";
	return NULL;
}

static bool
ethdev_stamps(const struct wf_port *p)
{
	return ((const struct wf_ethdev *)p->kind)->queue[0].stamping != NULL;
}

static void
ethdev_stats(struct wf_port *p, struct wf_snap_port *out)
{
	struct wf_ethdev *e = p->kind;
	struct rte_eth_stats s;

	out->queues = e->n_queues;
	out->spread = how_it_spreads(p);
	out->arrival = ethdev_stamps(p) ? "hardware" : "polled";
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
	struct wf_ethdev *e = p->kind;

	for (uint32_t q = 0; q < e->n_queues; q++)
		atomic_store_explicit(&e->queue[q].rests, true, memory_order_relaxed);
}

/* The arguments to plug it in again. A tap keeps its address, as other hosts remember it. Heap. */
static char *
plug_args(const struct wf_port *p)
{
	const struct rte_ether_addr *mac = &((const struct wf_ethdev *)p->kind)->mac;
	const char *args = strchr(p->devargs, ',');
	char given[32], *out = NULL;

	args = args ? args + 1 : "";
	if (!wf_devargs_driver(p->device, "net_tap") ||
		wf_devargs_get(p->devargs, "mac", given, sizeof(given)))
		return strdup(args);
	if (asprintf(&out, "%s%smac=" RTE_ETHER_ADDR_PRT_FMT, args, args[0] ? "," : "",
		    RTE_ETHER_ADDR_BYTES(mac)) < 0)
		return NULL;
	return out;
}

/* A driver holds on to the interface that it was started with: it is started again. The queues
 * rest, and go on resting if that fails. */
static int
ethdev_rebind(struct wf_port *p, unsigned ifindex, struct wf_err *err)
{
	struct wf_ethdev *e = p->kind;
	const char *step = "plug in";
	char *args = plug_args(p);
	struct wf_snap_port sum = { 0 };
	int ret;

	ethdev_stats(p, &sum);
	for (uint32_t q = 0; q < e->n_queues; q++)
		sum.tx_errors -=
			atomic_load_explicit(&e->queue[q].thrown_away, memory_order_relaxed);
	e->before = sum;
	wf_ethdev_stop(p);
	rte_eal_hotplug_remove("vdev", p->device);
	memset(&e->beside, 0, sizeof(e->beside));
	ret = args ? rte_eal_hotplug_add("vdev", p->device, args) : -ENOMEM;
	free(args);
	if (ret == 0)
		ret = rte_eth_dev_get_port_by_name(p->device, &p->id);
	if (ret == 0)
		ret = wf_ethdev_start(p, &step, err);
	for (uint32_t q = 0; q < e->n_queues && ret == 0; q++) {
		e->queue[q].port = p->id;
		atomic_store_explicit(&e->queue[q].rests, false, memory_order_release);
	}
	return why_not(p, step, ret, err);
}

static void
ethdev_tune(struct wf_port *p)
{
	struct wf_ethdev *e = p->kind;

	if (e->started && e->stamping.works)
		wf_stamping_look(&e->stamping, wf_ethdev_clock, p);
}

/* net_tap asks for its interface by name in our namespace, from which it may have been moved: what
 * is known of it is what wf_dp_host() is told. */
static bool
ethdev_link(struct wf_port *p)
{
	struct rte_eth_link link = { 0 };

	if (wf_devargs_driver(p->device, "net_tap"))
		return true;
	return ((struct wf_ethdev *)p->kind)->started &&
	       rte_eth_link_get_nowait(p->id, &link) == 0 && link.link_status == RTE_ETH_LINK_UP;
}

static uint32_t
ethdev_fits_bytes(const struct wf_port *p)
{
	return p->mtu + RTE_ETHER_HDR_LEN;
}

static uint32_t
ethdev_rx_slots(const struct wf_port *p)
{
	return wf_devargs_rx_slots(p->devargs, ((const struct wf_ethdev *)p->kind)->n_rxd);
}

static void *
ethdev_queue(struct wf_port *p, uint32_t index)
{
	struct wf_ethdev *e = p->kind;

	return &e->queue[index];
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
	.rx_slots = ethdev_rx_slots,
	.stamps_too = ethdev_stamps,
	.tune = ethdev_tune,
	.rx_burst = wf_ethdev_rx_burst,
	.tx_burst = wf_ethdev_tx_burst,
	.tx_refusal = ethdev_tx_refusal,
};
