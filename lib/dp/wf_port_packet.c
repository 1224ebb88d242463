/* SPDX-License-Identifier: BSD-3-Clause
 * The kind of port that stands on a network interface of the kernel by packet sockets, one for each
 * queue pair. Control thread; the bursts are in wf_packet_rx.c and wf_packet_tx.c.
 *
 * Everything that is set is a property of the socket and ends with it, promiscuous mode too,
 * however the process ends.
 */
#include <errno.h>
#include <net/if.h>
#include <rte_ether.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "wf_hostif.h"
#include "wf_ifstats.h"
#include "wf_lines.h"
#include "wf_packet_args.h"
#include "wf_packet_queue.h"
#include "wf_packet_socket.h"
#include "wf_port.h"
#include "wf_tpacket.h"

struct packet {
	struct wf_packet_args args;
	unsigned ifindex;
	uint32_t n_queues;
	struct wf_packet_queue *queue; /* [n_queues]; the rings in them are the workers' */
	int *fd;                       /* [n_queues]: of the sockets */
	uint64_t kernel_drops;         /* of all queues, so far: the kernel forgets them */
	uint64_t backlog;              /* frames lost before the sockets, so far */
	struct wf_ifstats at;          /* when they were last added up */
};

/* Adds what the kernel has lost since the last time between the interface and the rings. */
static void
read_kernel(struct packet *k)
{
	struct wf_ifstats now;

	for (uint32_t q = 0; q < k->n_queues; q++)
		k->kernel_drops += wf_packet_drops(k->fd[q]);
	if (wf_ifstats_ask(k->ifindex, &now) < 0)
		return;
	k->backlog += wf_ifstats_lost(&k->at, &now);
	k->at = now;
}

static int
packet_find(struct wf_port *p, struct wf_err *err)
{
	struct wf_where where = wf_port_where(p);
	struct packet *k = calloc(1, sizeof(*k));
	int ret;

	if (!k)
		return wf_err_add(err, &where, NULL, "out of memory"), -ENOMEM;
	p->kind = k;
	if (p->mtu == 0)
		p->mtu = RTE_ETHER_MTU;
	ret = wf_packet_args_parse(p->devargs, wf_port_frame_bytes(p), &k->args, &where, err);
	if (ret < 0)
		return ret;
	/* What it is called is what it stands on. */
	snprintf(p->device, sizeof(p->device), "packet,iface=%s", k->args.iface);
	k->ifindex = if_nametoindex(k->args.iface);
	if (k->ifindex == 0)
		return wf_err_add(err, &where, "`ip link` shows those that there are",
			       "no network interface %s", k->args.iface),
		       -ENODEV;
	return 0;
}

/* A socket for each queue, on the interface; of more than one, flows are shared out. */
static int
open_sockets(const struct packet *k, struct wf_packet_rings *rings, const char **step)
{
	int ret = 0, group = -1;

	for (uint32_t q = 0; q < k->n_queues && ret == 0; q++) {
		ret = wf_packet_socket_open(&rings[q], &k->args, step);
		if (ret == 0)
			ret = wf_packet_socket_bind(rings[q].fd, k->ifindex, step);
		if (ret == 0 && k->n_queues > 1)
			ret = wf_packet_socket_join(rings[q].fd, &group, step);
	}
	/* Before all had joined, each got a copy of everything. */
	for (uint32_t q = 0; q < k->n_queues && ret == 0 && k->n_queues > 1; q++)
		rings[q].at = wf_packet_socket_flush(&rings[q], &k->args);
	for (uint32_t q = 0; q < k->n_queues && ret < 0; q++)
		wf_packet_socket_close(&rings[q], &k->args);
	return ret;
}

static int
make_queues(struct packet *k)
{
	size_t bytes = k->n_queues * sizeof(*k->queue);

	k->queue = aligned_alloc(WF_CACHE_LINE, bytes);
	k->fd = calloc(k->n_queues, sizeof(*k->fd));
	if (k->queue)
		memset(k->queue, 0, bytes);
	for (uint32_t q = 0; k->queue && k->fd && q < k->n_queues; q++) {
		k->queue[q].fd = k->fd[q] = -1;
		k->queue[q].flight = wf_lines_new(k->args.tx_slots, sizeof(*k->queue[q].flight));
		if (!k->queue[q].flight)
			return -ENOMEM;
	}
	return k->queue && k->fd ? 0 : -ENOMEM;
}

static int
open_queues(struct wf_port *p, struct rte_mempool *pool, const char **step)
{
	struct packet *k = p->kind;
	struct wf_packet_rings rings[WF_CONF_MAX_WORKERS];
	int ret = make_queues(k);

	for (uint32_t q = 0; q < k->n_queues; q++)
		rings[q] = (struct wf_packet_rings){ .fd = -1 };
	if (ret == 0)
		ret = open_sockets(k, rings, step);
	for (uint32_t q = 0; q < k->n_queues && ret == 0; q++) {
		struct wf_packet_queue *to = &k->queue[q];

		to->clock = p->clock;
		to->pool = pool;
		to->slot_bytes = k->args.slot_bytes;
		to->rx_mask = k->args.rx_slots - 1;
		to->tx_mask = k->args.tx_slots - 1;
		to->fd = k->fd[q] = rings[q].fd;
		to->rx = rings[q].rx;
		to->tx = rings[q].tx;
		to->rx_at = rings[q].at;
	}
	return ret;
}

static int
packet_open(struct wf_port *p, uint32_t n_queues, struct rte_mempool *pool, struct wf_err *err)
{
	struct wf_where where = wf_port_where(p);
	struct packet *k = p->kind;
	const char *step = "opened";
	int ret;

	if (k->args.qpairs && k->args.qpairs != n_queues)
		return wf_err_add(err, &where,
			"Flows are spread over all queues: leave qpairs out, or give it as many as "
			"there are workers",
			"%s has %u queue pairs for %u worker%s", p->device, k->args.qpairs,
			n_queues, n_queues == 1 ? "" : "s");
	k->n_queues = n_queues;
	ret = open_queues(p, pool, &step);
	if (ret < 0)
		return wf_err_add(err, &where,
			       ret == -EPERM
				       ? "It needs the right to open packet sockets: root, or "
					 "CAP_NET_RAW"
			       : ret == -ENOMEM ? "Lower rx_slots or tx_slots"
						: NULL,
			       "a packet socket on %s can't be %s: %s", k->args.iface, step,
			       strerror(-ret)),
		       ret;
	wf_ifstats_ask(k->ifindex, &k->at);
	return 0;
}

/* Rings that nobody uses any more. */
static void
put_away(const struct packet *k, struct wf_packet_rings *rings)
{
	if (rings)
		wf_packet_socket_close(rings, &k->args);
	free(rings);
}

static void
close_queue(const struct packet *k, struct wf_packet_queue *q)
{
	struct wf_packet_rings rings = { .fd = q->fd, .rx = q->rx, .tx = q->tx };

	wf_packet_socket_close(&rings, &k->args);
	put_away(k, atomic_load_explicit(&q->next, memory_order_relaxed));
	put_away(k, atomic_load_explicit(&q->old, memory_order_relaxed));
	free(q->flight);
}

static void
packet_close(struct wf_port *p)
{
	struct packet *k = p->kind;

	if (!k)
		return;
	for (uint32_t q = 0; k->queue && q < k->n_queues; q++)
		close_queue(k, &k->queue[q]);
	free(k->queue);
	free(k->fd);
	free(k);
	p->kind = NULL;
}

static void
packet_stats(struct wf_port *p, struct wf_snap_port *out)
{
	struct packet *k = p->kind;

	read_kernel(k);
	out->queues = k->n_queues;
	out->rx_slots = k->args.rx_slots;
	out->tx_slots = k->args.tx_slots;
	out->rx_missed = k->kernel_drops + k->backlog;
	for (uint32_t i = 0; i < k->n_queues; i++) {
		const struct wf_packet_queue *q = &k->queue[i];

		out->rx_missed += atomic_load_explicit(&q->rx_cut, memory_order_relaxed);
		out->rx_errors += atomic_load_explicit(&q->rx_bad, memory_order_relaxed);
		out->tx_errors += atomic_load_explicit(&q->tx_refused, memory_order_relaxed);
	}
}

static bool
packet_link(struct wf_port *p)
{
	struct packet *k = p->kind;

	return wf_packet_carrier(k->fd[0]);
}

/* A socket of a group can't be bound again: new ones, which the workers take over when they have
 * received what is left in the old ones. */
static int
replace_sockets(struct packet *k)
{
	struct wf_packet_rings rings[WF_CONF_MAX_WORKERS];
	const char *step;
	int ret;

	for (uint32_t q = 0; q < k->n_queues; q++) {
		if (atomic_load_explicit(&k->queue[q].next, memory_order_relaxed))
			return -EBUSY; /* a worker has not taken over those of the last time */
		rings[q] = (struct wf_packet_rings){ .fd = -1 };
	}
	ret = open_sockets(k, rings, &step);
	for (uint32_t q = 0; q < k->n_queues && ret == 0; q++) {
		struct wf_packet_rings *next = malloc(sizeof(*next));

		/* Acquire: partner is wf_packet_adopt. */
		put_away(k, atomic_exchange_explicit(&k->queue[q].old, NULL, memory_order_acquire));
		if (!next) {
			wf_packet_socket_close(&rings[q], &k->args);
			ret = -ENOMEM;
			continue;
		}
		*next = rings[q];
		k->fd[q] = next->fd;
		atomic_store_explicit(&k->queue[q].next, next, memory_order_release);
	}
	return ret;
}

static int
packet_rebind(struct wf_port *p, unsigned ifindex, struct wf_err *err)
{
	struct packet *k = p->kind;
	const char *step;
	int ret;

	read_kernel(k);
	k->ifindex = ifindex;
	/* One socket stays, and so do its rings and what is in them. */
	ret = k->n_queues > 1 ? replace_sockets(k)
			      : wf_packet_socket_bind(k->fd[0], ifindex, &step);
	if (ret == 0)
		wf_ifstats_ask(ifindex, &k->at);
	return ret;
}

/* The kernel knows the interface's MTU as it is now, and which tags it forgives; a slot has room
 * for what it has room for. */
static uint32_t
packet_fits_bytes(const struct wf_port *p)
{
	const struct packet *k = p->kind;

	return k->args.slot_bytes - WF_TPACKET_TX_HEAD - WF_PORT_TAGS_BYTES;
}

static void *
packet_queue(struct wf_port *p, uint32_t index)
{
	struct packet *k = p->kind;

	return &k->queue[index];
}

const struct wf_port_ops wf_port_packet = {
	.kind = "packet",
	.find = packet_find,
	.open = packet_open,
	.close = packet_close,
	.stats = packet_stats,
	.link = packet_link,
	.rebind = packet_rebind,
	.fits_bytes = packet_fits_bytes,
	.queue = packet_queue,
	.rx_burst = wf_packet_rx_burst,
	.stamps = true,
	.tx_burst = wf_packet_tx_burst,
	.tx_refusal = wf_packet_tx_refusal,
	.tx_done = wf_packet_tx_done,
	.tx_room = wf_packet_tx_room,
};
