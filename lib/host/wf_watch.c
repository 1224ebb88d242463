/* SPDX-License-Identifier: BSD-3-Clause
 * A watch over interfaces, by rtnetlink. The control thread.
 *
 * Messages that the socket had no room for are lost, and the kernel says so (ENOBUFS): then all is
 * asked for again. An answer to that question lists what there is, so what it leaves out is gone.
 * One socket hears of other namespaces, too, and keeps none of them alive; an interface that was
 * followed there is asked for by its number.
 */
#include "wf_watch.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "wf_watch_message.h"

#ifndef SOL_NETLINK
#define SOL_NETLINK 270
#endif

#define BUFFER_BYTES (64u << 10)

struct watched {
	struct wf_watch_state now;
	char name[IF_NAMESIZE]; /* wanted, when it comes back */
	bool follow;
	bool moving;  /* out of a namespace whose numbers we don't know: to one by its name */
	bool listed;  /* by the answer that is being read */
	uint32_t own; /* number of the question for it alone, in another namespace; 0: none */
};

struct wf_watch {
	int fd;
	uint32_t n;
	uint32_t question; /* the number of the last one */
	uint32_t list;     /* of the last one for a list */
	bool asked;        /* its answer has not ended */
	wf_watch_fn changed;
	void *ctx;
	struct watched *at;
	uint8_t buffer[BUFFER_BYTES] __attribute__((aligned(8)));
};

struct question {
	struct nlmsghdr head;
	struct ifinfomsg link;
	struct rtattr target;
	int netnsid;
};

/* For one that is in another namespace. 0 or -errno. */
static int
ask_elsewhere(struct wf_watch *w, struct watched *at)
{
	struct question q = { .head = { .nlmsg_len = sizeof(q),
				      .nlmsg_type = RTM_GETLINK,
				      .nlmsg_flags = NLM_F_REQUEST,
				      .nlmsg_seq = ++w->question },
		.link = { .ifi_index = (int)at->now.ifindex },
		.target = { .rta_len = RTA_LENGTH(sizeof(int)), .rta_type = IFLA_TARGET_NETNSID },
		.netnsid = at->now.netnsid };

	at->own = q.head.nlmsg_seq;
	return send(w->fd, &q, sizeof(q), 0) < 0 ? -errno : 0;
}

/* For a list of all interfaces, and those that are elsewhere. 0 or -errno. */
static int
ask(struct wf_watch *w)
{
	struct question q = { .head = { .nlmsg_len = offsetof(struct question, target),
				      .nlmsg_type = RTM_GETLINK,
				      .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP } };
	int rc = 0;

	for (uint32_t i = 0; i < w->n && rc == 0; i++) {
		w->at[i].listed = false;
		w->at[i].own = 0;
		if (w->at[i].now.ifindex != 0 && w->at[i].now.netnsid >= 0)
			rc = ask_elsewhere(w, &w->at[i]);
	}
	/* The list last: when it has ended, all is answered. */
	q.head.nlmsg_seq = w->list = ++w->question;
	if (rc == 0 && send(w->fd, &q, q.head.nlmsg_len, 0) < 0)
		rc = -errno;
	w->asked = rc == 0;
	return rc;
}

static bool
same(const struct wf_watch_state *a, const struct wf_watch_state *b)
{
	return a->ifindex == b->ifindex && strcmp(a->name, b->name) == 0 && a->moved == b->moved &&
	       a->netnsid == b->netnsid && a->up == b->up && a->carrier == b->carrier &&
	       a->mtu == b->mtu;
}

static void
become(struct wf_watch *w, uint32_t index, const struct wf_watch_state *now)
{
	struct watched *at = &w->at[index];
	struct wf_watch_state before = at->now;

	if (same(&before, now))
		return;
	at->now = *now;
	if (w->changed != NULL)
		w->changed(w->ctx, index, &before, now);
}

static void
go(struct wf_watch *w, uint32_t index, bool moved)
{
	struct wf_watch_state now = w->at[index].now;

	now.ifindex = 0;
	now.netnsid = -1;
	now.up = now.carrier = false;
	now.moved = moved;
	become(w, index, &now);
}

/* It has left its namespace. One to follow has moved down on the way. */
static void
leave(struct wf_watch *w, uint32_t index, const struct wf_link_message *m)
{
	struct watched *at = &w->at[index];
	struct wf_watch_state now = at->now;

	at->moving = m->moved && at->follow && (at->now.netnsid >= 0 || m->new_netnsid < 0);
	if (!m->moved || !at->follow || at->moving) {
		go(w, index, m->moved);
		return;
	}
	now.netnsid = m->new_netnsid;
	now.ifindex = m->new_ifindex != 0 ? m->new_ifindex : now.ifindex;
	now.up = now.carrier = false;
	become(w, index, &now);
	ask_elsewhere(w, at);
}

/* Is the message about this one? If it is gone, about one that has come under its name. */
static bool
is_about(const struct watched *at, const struct wf_link_message *m)
{
	if (at->name[0] == '\0')
		return false;
	if (at->now.ifindex == 0)
		return (m->netnsid < 0 || at->moving) && strcmp(at->name, m->name) == 0;
	if (at->now.netnsid != m->netnsid)
		return false;
	/* Another one under the name of ours: ours is gone, and we have missed it. */
	return at->now.ifindex == m->ifindex || strcmp(at->now.name, m->name) == 0;
}

static void
take(struct wf_watch *w, const struct wf_link_message *m)
{
	for (uint32_t i = 0; i < w->n; i++) {
		struct watched *at = &w->at[i];
		struct wf_watch_state now = { .ifindex = m->ifindex,
			.netnsid = m->netnsid,
			.up = m->up,
			.carrier = m->up && m->carrier,
			.mtu = m->mtu != 0 ? m->mtu : at->now.mtu };

		if (!is_about(at, m))
			continue;
		if (m->deleted) {
			if (at->now.ifindex == m->ifindex)
				leave(w, i, m);
			continue;
		}
		at->listed |= m->answers == w->list;
		at->moving = false;
		memcpy(now.name, m->name[0] != '\0' ? m->name : at->now.name, sizeof(now.name));
		become(w, i, &now);
	}
}

/* A question was refused: for one that was elsewhere and isn't any more, or for the list. */
static void
refused(struct wf_watch *w, uint32_t question)
{
	if (question == w->list)
		w->asked = false;
	for (uint32_t i = 0; i < w->n; i++)
		if (question != 0 && w->at[i].own == question) {
			w->at[i].own = 0;
			if (w->at[i].now.netnsid >= 0)
				go(w, i, false);
		}
}

/* The list has ended: what it left out is gone. */
static void
end_list(struct wf_watch *w)
{
	w->asked = false;
	for (uint32_t i = 0; i < w->n; i++)
		if (!w->at[i].listed && w->at[i].now.ifindex != 0 && w->at[i].now.netnsid < 0)
			go(w, i, false);
}

/* A namespace that ends tells of its interfaces when it has no number any more. */
static void
end_netns(struct wf_watch *w, int netnsid)
{
	for (uint32_t i = 0; i < w->n; i++)
		if (netnsid >= 0 && w->at[i].now.netnsid == netnsid)
			go(w, i, false);
}

/* All messages of a datagram, which came from this namespace. */
static void
take_all(struct wf_watch *w, uint32_t n, int netnsid)
{
	const uint8_t *at = w->buffer;
	struct wf_link_message m;
	enum wf_link_kind kind;

	while ((at = wf_link_message_read(at, &n, &kind, &m)) != NULL) {
		if (kind == WF_LINK_STATE) {
			if (m.netnsid < 0)
				m.netnsid = netnsid;
			take(w, &m);
		} else if (kind == WF_LINK_NETNS_GONE && netnsid < 0) {
			end_netns(w, m.netnsid);
		} else if (kind == WF_LINK_DONE && m.answers == w->list) {
			end_list(w);
		} else if (kind == WF_LINK_ERROR) {
			refused(w, m.answers);
		}
	}
}

/* The number of the namespace that a datagram is from; -1: ours. */
static int
namespace_of(struct msghdr *msg)
{
	int id = -1;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c != NULL; c = CMSG_NXTHDR(msg, c))
		if (c->cmsg_level == SOL_NETLINK && c->cmsg_type == NETLINK_LISTEN_ALL_NSID &&
			c->cmsg_len >= CMSG_LEN(sizeof(id)))
			memcpy(&id, CMSG_DATA(c), sizeof(id));
	return id;
}

static int
receive(struct wf_watch *w, int flags)
{
	struct sockaddr_nl from = { 0 };
	struct iovec data = { w->buffer, sizeof(w->buffer) };
	uint8_t control[CMSG_SPACE(sizeof(int))] __attribute__((aligned(8)));
	struct msghdr msg = { .msg_name = &from,
		.msg_namelen = sizeof(from),
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control) };
	ssize_t n = recvmsg(w->fd, &msg, flags);

	if (n < 0)
		return -errno;
	if (from.nl_pid == 0) /* the kernel, and nobody else */
		take_all(w, (uint32_t)n, namespace_of(&msg));
	return 0;
}

int
wf_watch_read(struct wf_watch *w)
{
	int rc;

	do {
		rc = receive(w, MSG_DONTWAIT);
		if (rc == -ENOBUFS)
			rc = ask(w);
	} while (rc == 0 || rc == -EINTR);
	return rc == -EAGAIN ? 0 : rc;
}

int
wf_watch_ask(struct wf_watch *w)
{
	int rc = ask(w);

	while (rc == 0 && w->asked) {
		rc = receive(w, 0);
		if (rc == -EINTR)
			rc = 0;
		if (rc == -ENOBUFS)
			rc = ask(w);
	}
	return rc;
}

/* 0 or -errno. */
static int
open_socket(struct wf_watch *w)
{
	struct sockaddr_nl self = { .nl_family = AF_NETLINK,
		.nl_groups = 1u << (RTNLGRP_LINK - 1) | 1u << (RTNLGRP_NSID - 1) };
	int on = 1;

	w->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	if (w->fd < 0)
		return -errno;
	/* Without the right to, nothing is heard of one that was moved. */
	setsockopt(w->fd, SOL_NETLINK, NETLINK_LISTEN_ALL_NSID, &on, sizeof(on));
	return bind(w->fd, (struct sockaddr *)&self, sizeof(self)) < 0 ? -errno : 0;
}

static int
remember(struct wf_watch *w, const struct wf_watch_want *want, uint32_t n)
{
	w->at = calloc(n ? n : 1, sizeof(*w->at));
	if (w->at == NULL)
		return -ENOMEM;
	w->n = n;
	for (uint32_t i = 0; i < n; i++) {
		struct watched *at = &w->at[i];

		if (want[i].name != NULL)
			snprintf(at->name, sizeof(at->name), "%.*s", IF_NAMESIZE - 1, want[i].name);
		memcpy(at->now.name, at->name, IF_NAMESIZE);
		at->now.netnsid = -1;
		at->follow = want[i].follow;
	}
	return 0;
}

struct wf_watch *
wf_watch_new(const struct wf_watch_want *want, uint32_t n, wf_watch_fn changed, void *ctx,
	struct wf_err *err)
{
	struct wf_watch *w = calloc(1, sizeof(*w));
	int rc = -ENOMEM;

	if (w != NULL) {
		w->fd = -1;
		rc = remember(w, want, n);
	}
	if (rc == 0)
		rc = open_socket(w);
	if (rc == 0)
		rc = wf_watch_ask(w);
	if (rc == 0) {
		w->changed = changed; /* what was there before is no change */
		w->ctx = ctx;
		return w;
	}
	wf_err_add(err, NULL, NULL, "the host's interfaces can't be watched: %s", strerror(-rc));
	wf_watch_free(w);
	return NULL;
}

void
wf_watch_free(struct wf_watch *w)
{
	if (w == NULL)
		return;
	if (w->fd >= 0)
		close(w->fd);
	free(w->at);
	free(w);
}

int
wf_watch_fd(const struct wf_watch *w)
{
	return w->fd;
}

const struct wf_watch_state *
wf_watch_at(const struct wf_watch *w, uint32_t index)
{
	return &w->at[index].now;
}
