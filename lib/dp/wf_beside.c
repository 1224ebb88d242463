/* SPDX-License-Identifier: BSD-3-Clause
 * The kernel's counters beside those of net_tap, net_af_xdp and net_af_packet. The drivers keep
 * their descriptors to themselves, so these are found by what they are. Which sources add up to
 * what, and why none counts a packet twice, is in docs/explanation/ports.md.
 */
#include "wf_beside.h"

#include <errno.h>
#include <linux/if_packet.h>
#include <linux/if_xdp.h>
#include <net/if.h>
#include <rte_ethdev.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "wf_fds.h"
#include "wf_packet_socket.h"

static const struct {
	const char *driver;
	enum wf_beside_kind kind;
} drivers[] = {
	{ "net_tap", WF_BESIDE_TAP },
	{ "net_af_xdp", WF_BESIDE_XDP },
	{ "net_af_packet", WF_BESIDE_PACKET },
};

void
wf_beside_prepare(struct wf_beside *b, const struct wf_port *p)
{
	memset(b, 0, sizeof(*b));
	for (size_t i = 0; i < WF_ARRAY_SIZE(drivers); i++)
		if (wf_devargs_driver(p->device, drivers[i].driver))
			b->kind = drivers[i].kind;
	if (b->kind == WF_BESIDE_XDP)
		b->n_others = wf_fds_sockets(AF_XDP, b->other, WF_BESIDE_MAX_OTHERS);
}

/* An AF_XDP socket does not say what it is bound to; a packet socket does. */
static bool
is_its_own(const struct wf_beside *b, int fd)
{
	struct sockaddr_ll at = { 0 };
	socklen_t size = sizeof(at);

	if (b->kind == WF_BESIDE_PACKET)
		return getsockname(fd, (struct sockaddr *)&at, &size) == 0 &&
		       at.sll_ifindex == (int)b->ifindex;
	for (int i = 0; i < b->n_others; i++)
		if (b->other[i] == fd)
			return false;
	return true;
}

static int
find_sockets(struct wf_beside *b, uint32_t n_queues)
{
	int fd[WF_BESIDE_MAX_OTHERS + WF_CONF_MAX_WORKERS];
	int n = wf_fds_sockets(
		b->kind == WF_BESIDE_XDP ? AF_XDP : AF_PACKET, fd, WF_ARRAY_SIZE(fd));

	if (n < 0 || b->n_others < 0)
		return n < 0 ? n : b->n_others;
	if ((uint32_t)n > WF_ARRAY_SIZE(fd) || b->n_others > WF_BESIDE_MAX_OTHERS)
		return -EMFILE;
	for (int i = 0; i < n; i++) {
		if (!is_its_own(b, fd[i]))
			continue;
		if (b->n_fds == WF_CONF_MAX_WORKERS)
			return -EMFILE;
		b->fd[b->n_fds++] = fd[i];
	}
	return b->n_fds < n_queues ? -ENODEV : 0;
}

/* Where the driver has just made it, under the name that it goes by. */
static int
find_tap(struct wf_beside *b, const struct wf_port *p)
{
	struct rte_eth_dev_info info;
	char name[IF_NAMESIZE];
	int ret = rte_eth_dev_info_get(p->id, &info);

	if (ret < 0 || !if_indextoname(info.if_index, name))
		return ret < 0 ? ret : -errno;
	b->fd[0] = wf_fds_tap(name);
	b->n_fds = b->fd[0] >= 0;
	return b->n_fds ? 0 : b->fd[0];
}

struct errand {
	unsigned ifindex;
	const char *name; /* or this */
	struct wf_ifstats stats;
};

static int
ask_there(void *arg)
{
	struct errand *e = arg;

	return wf_ifstats_ask(e->name ? if_nametoindex(e->name) : e->ifindex, &e->stats);
}

static int
ask_far(const struct wf_beside *b, uint64_t *dropped)
{
	struct errand e = { .ifindex = b->far_ifindex };
	int ret = b->far_ifindex ? wf_netns_run(&b->far, ask_there, &e) : -ENOENT;

	if (ret == 0)
		*dropped = e.stats.tx_dropped;
	return ret;
}

/* Wherever it has been moved to, and whatever it is called there. */
static int
ask_tap(const struct wf_beside *b, struct wf_ifstats *out)
{
	char name[IF_NAMESIZE];
	struct errand e = { .name = name };
	struct wf_netns netns;
	int ns, ret = wf_fds_tap_place(b->fd[0], name, &netns, &ns);

	if (ret < 0)
		return ret;
	ret = wf_netns_run(&netns, ask_there, &e);
	close(ns);
	*out = e.stats;
	return ret;
}

int
wf_beside_find(struct wf_beside *b, const struct wf_port *p, uint32_t n_queues)
{
	struct wf_veth_peer peer;
	int ret;

	if (b->kind == WF_BESIDE_NONE)
		return 0;
	if (b->kind == WF_BESIDE_TAP) {
		ret = find_tap(b, p);
		return ret < 0 ? ret : ask_tap(b, &b->at);
	}
	b->ifindex = if_nametoindex(p->hostif);
	ret = find_sockets(b, n_queues);
	if (ret == 0)
		ret = wf_ifstats_ask(b->ifindex, &b->at);
	if (ret == 0 && b->kind == WF_BESIDE_XDP && wf_veth_find_peer(p->hostif, &peer) == 1) {
		b->far_ifindex = (unsigned)peer.ifindex;
		b->far = peer.netns;
		if (ask_far(b, &b->far_dropped) < 0)
			b->far_ifindex = 0;
	}
	return ret;
}

/* While nothing can be sent to us, what is not sent is not missed: a host without a carrier counts
 * all that it has to say. */
static bool
is_shut(const struct wf_port *p)
{
	return p->cut || p->host.down;
}

static void
count_tap(struct wf_beside *b, const struct wf_port *p, struct wf_snap_port *out)
{
	struct wf_ifstats now;

	if (ask_tap(b, &now) == 0) {
		if (!is_shut(p))
			b->lost += wf_ifstats_grown(now.tx_dropped, b->at.tx_dropped);
		b->at = now;
	}
	out->rx_missed += b->lost;
}

static void
count_xdp(struct wf_beside *b, const struct wf_port *p, struct wf_snap_port *out)
{
	uint64_t far_dropped, invalid = 0;
	struct wf_ifstats now;

	for (uint32_t i = 0; i < b->n_fds; i++) {
		struct xdp_statistics s = { 0 };
		socklen_t size = sizeof(s);

		if (getsockopt(b->fd[i], SOL_XDP, XDP_STATISTICS, &s, &size) < 0)
			continue;
		out->rx_missed += s.rx_ring_full; /* the driver knows rx_dropped */
		invalid += s.tx_invalid_descs;
	}
	if (ask_far(b, &far_dropped) == 0) {
		if (!is_shut(p))
			b->lost += wf_ifstats_grown(far_dropped, b->far_dropped);
		b->far_dropped = far_dropped;
	}
	if (wf_ifstats_ask(b->ifindex, &now) == 0) {
		b->unsent += wf_ifstats_grown(now.tx_dropped, b->at.tx_dropped);
		b->at = now;
	}
	out->rx_missed += b->lost;
	out->tx_errors += invalid + b->unsent;
}

static void
count_packet(struct wf_beside *b, struct wf_snap_port *out)
{
	struct wf_ifstats now;

	for (uint32_t i = 0; i < b->n_fds; i++)
		b->lost += wf_packet_drops(b->fd[i]);
	if (wf_ifstats_ask(b->ifindex, &now) == 0) {
		b->lost += wf_ifstats_lost(&b->at, &now);
		b->unsent += wf_ifstats_grown(now.tx_dropped, b->at.tx_dropped);
		b->at = now;
	}
	out->rx_missed += b->lost;
	out->tx_errors += b->unsent;
}

void
wf_beside_count(struct wf_beside *b, const struct wf_port *p, struct wf_snap_port *out)
{
	if (b->n_fds == 0)
		return;
	if (b->kind == WF_BESIDE_TAP)
		count_tap(b, p, out);
	else if (b->kind == WF_BESIDE_XDP)
		count_xdp(b, p, out);
	else
		count_packet(b, out);
}
