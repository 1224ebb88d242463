/* SPDX-License-Identifier: BSD-3-Clause
 * Ports follow the interfaces of the host that they stand on: one that is down, unplugged or gone
 * takes no packets, and one that is there again is taken hold of. Control thread; who watches the
 * interfaces calls.
 */
#include <errno.h>
#include <net/if.h>
#include <rte_ethdev.h>
#include <stdio.h>
#include <string.h>

#include "wf_carrier.h"
#include "wf_dp_private.h"
#include "wf_hostif.h"
#include "wf_quiet.h"

static bool
is_tap(const struct wf_port *p)
{
	return wf_devargs_driver(p->device, "net_tap");
}

bool
wf_dp_hostif(struct wf_dp *dp, uint32_t port, struct wf_watch_want *want)
{
	struct rte_eth_dev_info info;
	struct wf_port *p;

	if (port >= dp->n_ports)
		return false;
	p = &dp->ports[port];
	/* A tap's is its own, and its wherever it is. */
	want->follow = is_tap(p);
	want->name = "";
	if (p->shares_hostif)
		want->name = p->hostif;
	else if (want->follow && rte_eth_dev_info_get(p->id, &info) == 0 && info.if_index != 0 &&
		 if_indextoname(info.if_index, p->host.name))
		want->name = p->host.name;
	return true;
}

static bool
is_down(const struct wf_port *p, const struct wf_watch_state *now)
{
	/* Without the right to hear of other namespaces, a tap there can only be believed in. */
	if (now->ifindex == 0 && now->moved && !p->shares_hostif)
		return false;
	return p->host.lost || !now->carrier;
}

static const char *
state_of(const struct wf_port *p, const struct wf_watch_state *now)
{
	if (now->ifindex == 0)
		return now->moved ? "moved" : "gone";
	if (p->host.lost)
		return "replaced";
	return !now->up ? "down" : !now->carrier ? "no carrier" : "up";
}

/* What is longer than the MTU is dropped by the kernel behind a driver that says "sent". Kinds that
 * hear of each packet what became of it need not know. */
static void
follow_mtu(struct wf_dp *dp, uint32_t port)
{
	const struct wf_port *p = &dp->ports[port];
	uint32_t mtu = p->host.mtu && p->host.mtu < p->mtu ? p->host.mtu : p->mtu;

	if (!p->shares_hostif || p->ops->tx_done)
		return;
	for (uint32_t w = 0; dp->workers && w < dp->cores.n_workers; w++)
		atomic_store_explicit(&dp->workers[w]->txq[port].fits_bytes,
			mtu + RTE_ETHER_HDR_LEN, memory_order_relaxed); /* wf_txq_put */
}

/* A worker turns its banks between two bursts: then none is under way. A question that is still
 * open may have been answered before the queues were told to rest, so its answer comes first. */
static int
rest(struct wf_dp *dp, struct wf_port *p)
{
	int ret = dp->totals.asked ? wf_dp_collect(dp) : 0;

	if (ret < 0)
		return ret;
	p->ops->rest(p);
	return wf_dp_collect(dp);
}

/* Says what drivers say where that fails, if `tell`. */
static int
take(struct wf_dp *dp, struct wf_port *p, unsigned ifindex, bool tell, struct wf_err *err)
{
	struct wf_where where = wf_port_where(p);
	int ret = p->ops->rest ? rest(dp, p) : 0, cut;

	wf_quiet_begin(dp->holds_messages);
	if (ret == 0)
		ret = p->ops->rebind(p, ifindex, err);
	wf_quiet_end(tell && ret < 0);
	p->host.lost = ret < 0;
	/* What an outage has taken from the one before. */
	cut = ret == 0 && p->cut ? wf_carrier_set(p, false) : 0;
	if (cut < 0)
		wf_err_add(err, &where, NULL, "%s: the carrier cannot be taken: %s", p->device,
			strerror(-cut));
	return ret;
}

/* The interface is there again, or another one under its name: made fit to be a port, as at the
 * start, and taken. */
static void
take_hold(struct wf_dp *dp, struct wf_port *p, const struct wf_watch_state *now, struct wf_err *err)
{
	struct wf_where where = wf_port_where(p);
	int ret;

	p->host.lost = true;
	if (wf_hostif_take(dp->hostif, now->name, p->want_mtu, &where, err) < 0)
		return;
	ret = take(dp, p, now->ifindex, true, err);
	if (ret < 0)
		wf_err_add(err, &where,
			"It is tried again when the interface changes, as by `ip link set` down "
			"and up",
			"%s was made again, but can't be taken: %s", now->name, strerror(-ret));
}

/* The tap is gone, which wirefault has made. One that somebody else has made meanwhile, under its
 * name, is as good. Where that fails, wf_dp_host_again() is the way, not the news: those that come
 * now may be of what was made for nothing. */
static void
make_anew(struct wf_dp *dp, struct wf_port *p, struct wf_err *err)
{
	struct wf_where where = wf_port_where(p);
	int ret;

	if (p->host.lost)
		return;
	ret = take(dp, p, 0, true, err);
	if (ret < 0)
		wf_err_add(err, &where,
			"It is tried again every second: is another interface called so?",
			"%s is gone, and can't be made anew: %s", p->host.name, strerror(-ret));
}

bool
wf_dp_host_again(struct wf_dp *dp)
{
	bool again = false;

	for (uint32_t i = 0; i < dp->n_ports; i++) {
		struct wf_port *p = &dp->ports[i];
		struct wf_err *err = is_tap(p) && p->host.lost ? wf_err_new() : NULL;

		if (err)
			again |= take(dp, p, 0, false, err) < 0;
		wf_err_free(err);
	}
	return again;
}

void
wf_dp_host(struct wf_dp *dp, uint32_t port, const struct wf_watch_state *before,
	const struct wf_watch_state *now, struct wf_err *err)
{
	struct wf_port *p = &dp->ports[port];
	bool was_down = p->host.down;

	snprintf(p->host.name, sizeof(p->host.name), "%s", now->name);
	if (p->host.mtu == 0)
		p->host.mtu_before = now->mtu;
	p->host.mtu = now->mtu;
	follow_mtu(dp, port);
	p->host.gone = now->ifindex == 0;
	/* Before anything is sent to it. Also under the number that it had: the sockets have lost
	 * it. And what could not be taken may be fit for it now. */
	if (before != NULL && now->ifindex != 0 && p->shares_hostif &&
		(p->host.lost || before->ifindex == 0 || now->ifindex != p->host_index))
		take_hold(dp, p, now, err);
	else if (before != NULL && is_tap(p) && now->ifindex == 0 && !now->moved)
		make_anew(dp, p, err);
	if (now->ifindex != 0)
		p->host_index = now->ifindex;
	wf_port_account(p);
	p->host.down = is_down(p, now);
	p->host.state = state_of(p, now);
	/* What an outage does is no news. */
	p->host.downs += p->host.down && !was_down && before != NULL && !p->cut;
	wf_port_shut(p);
}
