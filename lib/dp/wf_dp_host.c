/* SPDX-License-Identifier: BSD-3-Clause
 * Ports follow the interfaces of the host that they stand on: one that is down, unplugged or gone
 * takes no packets, and one that is there again is taken hold of. Control thread; who watches the
 * interfaces calls.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "wf_dp_private.h"

const char *
wf_dp_hostif(const struct wf_dp *dp, uint32_t port)
{
	return port < dp->n_ports ? dp->ports[port].hostif : NULL;
}

/* A carrier that an outage has taken away is no news: it comes back when the outage ends. */
static bool
is_down(const struct wf_port *p, const struct wf_watch_state *now)
{
	/* The host's side of a tap may be anywhere; packets go through its descriptor. */
	if (now->ifindex == 0 && now->moved && !p->shares_hostif)
		return false;
	return now->ifindex == 0 || !now->up || (!now->carrier && !p->cut);
}

/* The interface is there under another number. */
static void
take_hold(struct wf_port *p, const struct wf_watch_state *now, struct wf_err *err)
{
	struct wf_where where = wf_port_where(p);
	int ret;

	if (!p->ops->rebind) {
		wf_err_add(err, &where,
			"Start wirefault again, or use a packet port, which comes back",
			"%s was made again, but its driver keeps to the old one", now->name);
		return;
	}
	ret = p->ops->rebind(p, now->ifindex);
	if (ret < 0)
		wf_err_add(err, &where, NULL, "%s was made again, but can't be taken: %s",
			now->name, strerror(-ret));
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
	p->host.gone = now->ifindex == 0;
	p->host.down = is_down(p, now);
	p->host.downs += p->host.down && !was_down && before != NULL;
	/* Before anything is sent to it. Also under the number that it had: the sockets have lost
	 * it. */
	if (before != NULL && now->ifindex != 0 && p->shares_hostif &&
		(before->ifindex == 0 || now->ifindex != p->host_index))
		take_hold(p, now, err);
	if (now->ifindex != 0)
		p->host_index = now->ifindex;
	wf_port_shut(p);
}
