/* SPDX-License-Identifier: BSD-3-Clause
 * Taking the host's interfaces and giving them back. Each interface touched (a port's own, or the
 * peer of a veth in its namespace) is one entry of a list; undoing walks it backwards.
 */
#include "wf_hostif.h"

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "wf_offloads.h"
#include "wf_veth.h"

#define OUR_FLAGS (IFF_UP | IFF_PROMISC | IFF_ALLMULTI)

struct touched {
	struct touched *before; /* touched earlier */
	struct wf_netns netns;
	int ifindex;
	bool peer;    /* only its offloads are ours */
	uint32_t mtu; /* wanted; 0: leave */
	short flags;  /* found */
	int found_mtu;
	int off_result; /* of wf_offloads_off */
	struct wf_offloads offloads;
};

struct wf_hostif {
	struct touched *last;
};

struct wf_hostif *
wf_hostif_new(void)
{
	return calloc(1, sizeof(struct wf_hostif));
}

static int
open_socket(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	return fd < 0 ? -errno : fd;
}

static int
set_flags(int fd, struct ifreq *ifr, short flags)
{
	if (ioctl(fd, SIOCGIFFLAGS, ifr) < 0)
		return -errno;
	if (((ifr->ifr_flags ^ flags) & OUR_FLAGS) == 0)
		return 0;
	ifr->ifr_flags = (short)((ifr->ifr_flags & ~OUR_FLAGS) | (flags & OUR_FLAGS));
	return ioctl(fd, SIOCSIFFLAGS, ifr) < 0 ? -errno : 0;
}

static int
set_mtu(int fd, struct ifreq *ifr, int mtu)
{
	if (ioctl(fd, SIOCGIFMTU, ifr) < 0)
		return -errno;
	if (ifr->ifr_mtu == mtu)
		return 0;
	ifr->ifr_mtu = mtu;
	return ioctl(fd, SIOCSIFMTU, ifr) < 0 ? -errno : 0;
}

/* In the interface's namespace: looks, remembers, changes. */
static int
change(void *arg)
{
	struct touched *t = arg;
	struct ifreq ifr = { 0 };
	int fd = open_socket(), ret = 0;

	if (fd < 0)
		return fd;
	if (!if_indextoname((unsigned)t->ifindex, ifr.ifr_name))
		ret = -errno;
	if (ret == 0 && !t->peer) {
		if (ioctl(fd, SIOCGIFMTU, &ifr) < 0)
			ret = -errno;
		t->found_mtu = ifr.ifr_mtu;
		if (ret == 0 && ioctl(fd, SIOCGIFFLAGS, &ifr) < 0)
			ret = -errno;
		t->flags = ifr.ifr_flags;
		if (ret == 0 && t->mtu)
			ret = set_mtu(fd, &ifr, (int)t->mtu);
		if (ret == 0)
			ret = set_flags(fd, &ifr, (short)(t->flags | IFF_UP));
	}
	if (ret == 0)
		t->off_result = wf_offloads_off(fd, ifr.ifr_name, &t->offloads);
	close(fd);
	return ret;
}

/* In the interface's namespace: the mirror of change(). An interface that has gone needs none. */
static int
undo(void *arg)
{
	const struct touched *t = arg;
	struct ifreq ifr = { 0 };
	int fd = open_socket();

	if (fd < 0)
		return fd;
	if (if_indextoname((unsigned)t->ifindex, ifr.ifr_name)) {
		if (t->off_result > 0)
			wf_offloads_restore(fd, ifr.ifr_name, &t->offloads);
		if (!t->peer) {
			set_flags(fd, &ifr, t->flags);
			set_mtu(fd, &ifr, t->found_mtu);
		}
	}
	close(fd);
	return 0;
}

/* 0 or -errno; `model` says where and what. */
static int
touch(struct wf_hostif *h, const struct touched *model)
{
	struct touched *t = malloc(sizeof(*t));
	int ret;

	if (!t)
		return -ENOMEM;
	*t = *model;
	ret = wf_netns_run(&t->netns, change, t);
	t->before = h->last;
	h->last = t; /* even when it failed half-way: what was found is put back */
	if (ret == 0 && t->off_result < 0 && t->off_result != -EOPNOTSUPP)
		ret = t->off_result;
	return ret;
}

int
wf_hostif_take(struct wf_hostif *h, const char *ifname, uint32_t mtu, const struct wf_where *where,
	struct wf_err *err)
{
	struct touched own = { .ifindex = (int)if_nametoindex(ifname), .mtu = mtu }, other;
	struct wf_veth_peer peer;
	int ret;

	if (own.ifindex == 0)
		return wf_err_add(err, where, "`ip link` lists the interfaces",
			"there is no network interface %s", ifname);
	ret = touch(h, &own);
	if (ret < 0) {
		wf_err_add(err, where, ret == -EPERM ? "Run as root" : NULL,
			"cannot set up the interface %s: %s", ifname, strerror(-ret));
		return ret;
	}
	ret = wf_veth_find_peer(ifname, &peer);
	if (ret == 0)
		return 0;
	other = (struct touched){ .ifindex = peer.ifindex, .netns = peer.netns, .peer = true };
	if (ret > 0)
		ret = touch(h, &other);
	if (ret < 0) {
		wf_err_add(err, where,
			"Its offloads must be off for TCP to work: `ethtool -K NAME tx off rx off "
			"gro off gso off tso off` there",
			"cannot reach the other end of the veth %s: %s", ifname,
			ret == -ENOENT ? "its network namespace is not found" : strerror(-ret));
		return ret;
	}
	return 0;
}

void
wf_hostif_free(struct wf_hostif *h)
{
	if (!h)
		return;
	while (h->last) {
		struct touched *t = h->last;

		wf_netns_run(&t->netns, undo, t);
		h->last = t->before;
		free(t);
	}
	free(h);
}

uint32_t
wf_hostif_mtu(const char *ifname)
{
	struct ifreq ifr = { 0 };
	int fd = open_socket();

	if (fd < 0)
		return 0;
	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", ifname);
	if (ioctl(fd, SIOCGIFMTU, &ifr) < 0)
		ifr.ifr_mtu = 0;
	close(fd);
	return (uint32_t)ifr.ifr_mtu;
}
