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

#include "wf_claim.h"
#include "wf_found.h"
#include "wf_xdp_detach.h"

#define OUR_FLAGS (IFF_UP | IFF_PROMISC | IFF_ALLMULTI)

struct touched {
	struct touched *before; /* touched earlier */
	struct wf_hostif *owner;
	uint32_t mtu; /* wanted; 0: leave */
	struct wf_found found;
	int off_result; /* of wf_offloads_look or _off */
};

struct wf_hostif {
	struct touched *last;
	char *file;            /* NULL: none */
	struct wf_found *kept; /* of others before us, not put back yet: they stay in the file */
	uint32_t n_kept;
};

struct wf_hostif *
wf_hostif_new(const char *file)
{
	struct wf_hostif *h = calloc(1, sizeof(*h));
	struct wf_err *unsaid = wf_err_new();
	int n = 0;

	if (h && file) {
		h->file = strdup(file);
		n = h->file && unsaid ? wf_found_read(file, &h->kept, unsaid) : -ENOMEM;
		h->n_kept = n > 0 ? (uint32_t)n : 0;
	}
	wf_err_free(unsaid);
	if (n != -ENOMEM)
		return h;
	free(h->file);
	free(h);
	return NULL;
}

/* Writes down all that was touched, in order. 0 or -errno. */
static int
record(const struct wf_hostif *h)
{
	struct wf_found *list;
	uint32_t n = h->n_kept, i;
	int ret;

	if (!h->file)
		return 0;
	for (const struct touched *t = h->last; t; t = t->before)
		n++;
	list = calloc(n ? n : 1, sizeof(*list));
	if (!list)
		return -ENOMEM;
	for (i = 0; i < h->n_kept; i++)
		list[i] = h->kept[i];
	i = n;
	for (const struct touched *t = h->last; t; t = t->before)
		list[--i] = t->found;
	ret = wf_found_write(h->file, list, n);
	free(list);
	return ret;
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

/* Fills in what is found. 0 or -errno. */
static int
look(int fd, struct touched *t, struct ifreq *ifr)
{
	if (!if_indextoname((unsigned)t->found.ifindex, ifr->ifr_name))
		return -errno;
	snprintf(t->found.name, sizeof(t->found.name), "%s", ifr->ifr_name);
	if (ioctl(fd, SIOCGIFMTU, ifr) < 0)
		return -errno;
	t->found.mtu = ifr->ifr_mtu;
	if (ioctl(fd, SIOCGIFFLAGS, ifr) < 0)
		return -errno;
	t->found.flags = ifr->ifr_flags;
	t->found.xdp = wf_xdp_attached((unsigned)t->found.ifindex);
	t->off_result = wf_offloads_look(fd, t->found.name, &t->found.offloads);
	return 0;
}

/* In the interface's namespace: looks, writes down, changes. */
static int
change(void *arg)
{
	struct touched *t = arg;
	struct ifreq ifr = { 0 };
	int fd = open_socket(), ret;

	if (fd < 0)
		return fd;
	ret = look(fd, t, &ifr);
	if (ret == 0)
		ret = record(t->owner);
	if (ret == 0 && !t->found.peer && t->mtu)
		ret = set_mtu(fd, &ifr, (int)t->mtu);
	if (ret == 0 && !t->found.peer)
		ret = set_flags(fd, &ifr, (short)(t->found.flags | IFF_UP));
	if (ret == 0 && t->off_result > 0) {
		int off = wf_offloads_off(fd, t->found.name, &t->found.offloads);

		t->off_result = off < 0 ? off : t->off_result;
	}
	close(fd);
	return ret;
}

/* In the interface's namespace: the mirror of change(). An interface that has gone needs none. 0,
 * -ENODEV, or -errno of the first that could not be put back. */
static int
undo(void *arg)
{
	const struct wf_found *f = arg;
	struct ifreq ifr = { 0 };
	int fd = open_socket(), ret, flags = 0, mtu = 0;

	if (fd < 0)
		return fd;
	if (!if_indextoname((unsigned)f->ifindex, ifr.ifr_name)) {
		close(fd);
		return -ENODEV;
	}
	ret = wf_offloads_restore(fd, ifr.ifr_name, &f->offloads);
	if (f->offloads.words == 0 || ret == -EOPNOTSUPP)
		ret = 0;
	if (!f->peer) {
		flags = set_flags(fd, &ifr, f->flags);
		mtu = set_mtu(fd, &ifr, f->mtu);
	}
	close(fd);
	return ret < 0 ? ret : flags < 0 ? flags : mtu;
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
	t->owner = h;
	t->before = h->last;
	h->last = t; /* even when it fails half-way: what was found is put back */
	ret = wf_netns_run(&t->found.netns, change, t);
	if (ret == 0 && t->off_result < 0 && t->off_result != -EOPNOTSUPP)
		ret = t->off_result;
	return ret;
}

/* In its namespace. */
static int
is_there(void *arg)
{
	char name[IF_NAMESIZE];

	return if_indextoname((unsigned)((const struct wf_found *)arg)->ifindex, name) ? 0
										       : -ENODEV;
}

/* Interfaces that have gone need no undoing: one that is made again and again adds no more. */
static void
forget_gone(struct wf_hostif *h)
{
	for (struct touched **at = &h->last; *at;) {
		struct touched *t = *at;

		if (wf_netns_run(&t->found.netns, is_there, &t->found) != -ENODEV) {
			at = &t->before;
			continue;
		}
		*at = t->before;
		free(t);
	}
}

int
wf_hostif_take(struct wf_hostif *h, const char *ifname, uint32_t mtu, const struct wf_where *where,
	struct wf_err *err)
{
	struct touched own = { .found.ifindex = (int)if_nametoindex(ifname), .mtu = mtu }, other;
	struct wf_veth_peer peer;
	int ret;

	if (own.found.ifindex == 0)
		return wf_err_add(err, where, "`ip link` lists the interfaces",
			"there is no network interface %s", ifname);
	forget_gone(h);
	wf_netns_own(&own.found.netns);
	ret = touch(h, &own);
	if (ret < 0) {
		wf_err_add(err, where, ret == -EPERM ? "Run as root" : NULL,
			"cannot set up the interface %s: %s", ifname, strerror(-ret));
		return ret;
	}
	ret = wf_veth_find_peer(ifname, &peer);
	if (ret == 0)
		return 0;
	other = (struct touched){
		.found = { .ifindex = peer.ifindex, .netns = peer.netns, .peer = true }
	};
	if (other.found.netns.path[0] == '\0')
		wf_netns_own(&other.found.netns);
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

uint64_t
wf_hostif_rights(const struct wf_hostif *h)
{
	uint64_t rights = 0;
	for (const struct touched *t = h->last; t; t = t->before)
		rights |= wf_netns_rights(&t->found.netns);
	return rights;
}

void
wf_hostif_free(struct wf_hostif *h)
{
	if (!h)
		return;
	while (h->last) {
		struct touched *t = h->last;

		if (t->found.name[0] != '\0') /* it was looked at */
			wf_netns_run(&t->found.netns, undo, &t->found);
		h->last = t->before;
		free(t);
	}
	if (h->file)
		wf_found_write(h->file, h->kept, h->n_kept);
	free(h->kept);
	free(h->file);
	free(h);
}

/* Is it the interface that was meant? In its namespace. */
static int
is_same(const struct wf_found *f)
{
	char name[IF_NAMESIZE];

	if (!if_indextoname((unsigned)f->ifindex, name))
		return -ENODEV;
	return strcmp(name, f->name) == 0 ? 0 : -EEXIST;
}

static int
restore_program(void *arg)
{
	const struct wf_found *f = arg;

	return is_same(f) == 0 && !f->peer && !f->xdp ? wf_xdp_detach((unsigned)f->ifindex) : 0;
}

static int
restore_rest(void *arg)
{
	int ret = is_same(arg);

	return ret == 0 ? undo(arg) : ret;
}

/* Of another namespace than ours, of which no way into it is known? */
static bool
is_elsewhere(const struct wf_found *f)
{
	struct wf_netns own;

	if (f->netns.path[0] != '\0')
		return false;
	wf_netns_own(&own);
	return own.dev != f->netns.dev || own.ino != f->netns.ino;
}

/* Is it a port of another wirefault, which runs? In its namespace. */
static int
is_taken(void *arg)
{
	pid_t holder = 0;
	int fd = wf_claim_interface(((const struct wf_found *)arg)->name, &holder);

	if (fd >= 0)
		close(fd);
	return fd == -EADDRINUSE && holder != getpid();
}

/* What can't be done to each, before anything is: 0, or -errno. The other end of a veth goes with
 * its interface, which stands before it. */
static void
look_ahead(struct wf_found *list, int n, int *ret)
{
	for (int i = 0; i < n; i++) {
		if (list[i].peer && i > 0 && ret[i - 1] == -EBUSY)
			ret[i] = -EBUSY;
		else if (is_elsewhere(&list[i]))
			ret[i] = -EXDEV;
		else if (!list[i].peer && wf_netns_run(&list[i].netns, is_taken, &list[i]) == 1)
			ret[i] = -EBUSY;
		else
			ret[i] = 0;
	}
}

static const char *
say_result(int ret)
{
	switch (ret) {
	case 0:
		return "put back as it was found";
	case -ENODEV:
		return "gone: nothing to put back";
	case -EEXIST:
		return "renamed, or another one has its number: left alone";
	case -ENOENT:
		return "its network namespace is gone: nothing to put back";
	case -EXDEV:
		return "in another network namespace: run `wirefault restore` there";
	case -EBUSY:
		return "a port of another wirefault now: left as it is";
	default:
		return strerror(-ret);
	}
}

/* Puts back all that can be, the last change first; *list keeps the rest. How many were put back.
 */
static int
restore_all(struct wf_found *list, int *n, int *ret, const struct wf_hostif_said *say)
{
	int back = 0, kept = 0;

	look_ahead(list, *n, ret);
	/* Under a program the other end of a veth has no offloads to give back. */
	for (int i = *n; i-- > 0;)
		if (ret[i] == 0)
			wf_netns_run(&list[i].netns, restore_program, &list[i]);
	for (int i = *n; i-- > 0;) {
		if (ret[i] == 0)
			ret[i] = wf_netns_run(&list[i].netns, restore_rest, &list[i]);
		back += ret[i] == 0;
		say->of(say->ctx, list[i].name, say_result(ret[i]));
	}
	for (int i = 0; i < *n; i++)
		if (ret[i] != 0 && ret[i] != -ENODEV && ret[i] != -EEXIST && ret[i] != -ENOENT)
			list[kept++] = list[i];
	*n = kept;
	return back;
}

int
wf_hostif_restore(
	const char *file, const struct wf_hostif_said *say, uint32_t *left, struct wf_err *err)
{
	struct wf_where where = { .file = file };
	struct wf_found *list;
	int n = wf_found_read(file, &list, err), *ret, back = 0, wrote;

	*left = 0;
	if (n <= 0)
		return n;
	ret = calloc((size_t)n, sizeof(*ret));
	if (ret) {
		back = restore_all(list, &n, ret, say);
		wrote = wf_found_write(file, list, (uint32_t)n);
		*left = (uint32_t)n;
		if (wrote < 0)
			back = wf_err_add(
				err, &where, NULL, "cannot be written: %s", strerror(-wrote));
	} else {
		back = wf_err_add(err, NULL, NULL, "out of memory");
	}
	free(ret);
	free(list);
	return back;
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
