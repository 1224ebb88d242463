/* SPDX-License-Identifier: BSD-3-Clause
 * A watch over interfaces, by rtnetlink. The control thread.
 *
 * Messages that the socket had no room for are lost, and the kernel says so (ENOBUFS): then all is
 * asked for again. An answer to that question lists what there is, so what it leaves out is gone.
 */
#include "wf_watch.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "wf_watch_message.h"

#define BUFFER_BYTES (64u << 10)

struct watched {
	struct wf_watch_state now;
	char name[IF_NAMESIZE]; /* wanted, when it comes back */
	bool listed;            /* by the answer that is being read */
};

struct wf_watch {
	int fd;
	uint32_t n;
	uint32_t question; /* the number of the last one */
	bool asked;        /* its answer has not ended */
	wf_watch_fn changed;
	void *ctx;
	struct watched *at;
	uint8_t buffer[BUFFER_BYTES] __attribute__((aligned(8)));
};

/* For a list of all interfaces. 0 or -errno. */
static int
ask(struct wf_watch *w)
{
	struct {
		struct nlmsghdr head;
		struct ifinfomsg link;
	} question = { .head = { .nlmsg_len = sizeof(question),
			       .nlmsg_type = RTM_GETLINK,
			       .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
			       .nlmsg_seq = ++w->question } };

	for (uint32_t i = 0; i < w->n; i++)
		w->at[i].listed = false;
	if (send(w->fd, &question, sizeof(question), 0) < 0)
		return -errno;
	w->asked = true;
	return 0;
}

static bool
same(const struct wf_watch_state *a, const struct wf_watch_state *b)
{
	return a->ifindex == b->ifindex && strcmp(a->name, b->name) == 0 && a->moved == b->moved &&
	       a->up == b->up && a->carrier == b->carrier && a->mtu == b->mtu;
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
	now.up = now.carrier = false;
	now.moved = moved;
	become(w, index, &now);
}

static void
take(struct wf_watch *w, const struct wf_link_message *m)
{
	for (uint32_t i = 0; i < w->n; i++) {
		struct watched *at = &w->at[i];
		struct wf_watch_state now = { .ifindex = m->ifindex,
			.up = m->up,
			.carrier = m->up && m->carrier,
			.mtu = m->mtu != 0 ? m->mtu : at->now.mtu };

		if (at->name[0] == '\0')
			continue;
		if (m->deleted) {
			if (at->now.ifindex == m->ifindex)
				go(w, i, m->moved);
			continue;
		}
		/* Another one under the name of ours: ours is gone, and we have missed it. */
		if (at->now.ifindex != m->ifindex &&
			strcmp(at->now.ifindex != 0 ? at->now.name : at->name, m->name) != 0)
			continue;
		at->listed |= m->answers == w->question;
		memcpy(now.name, m->name[0] != '\0' ? m->name : at->now.name, sizeof(now.name));
		become(w, i, &now);
	}
}

/* The list has ended: what it left out is gone. */
static void
end_list(struct wf_watch *w)
{
	w->asked = false;
	for (uint32_t i = 0; i < w->n; i++)
		if (!w->at[i].listed && w->at[i].now.ifindex != 0)
			go(w, i, false);
}

/* All messages of a datagram. */
static void
take_all(struct wf_watch *w, uint32_t n)
{
	const uint8_t *at = w->buffer;
	struct wf_link_message m;
	enum wf_link_kind kind;

	while ((at = wf_link_message_read(at, &n, &kind, &m)) != NULL) {
		if (kind == WF_LINK_STATE)
			take(w, &m);
		else if (kind == WF_LINK_DONE && m.answers == w->question)
			end_list(w);
		else if (kind == WF_LINK_ERROR && m.answers == w->question)
			w->asked = false;
	}
}

static int
receive(struct wf_watch *w, int flags)
{
	struct sockaddr_nl from = { 0 };
	socklen_t size = sizeof(from);
	ssize_t n = recvfrom(
		w->fd, w->buffer, sizeof(w->buffer), flags, (struct sockaddr *)&from, &size);

	if (n < 0)
		return -errno;
	if (from.nl_pid == 0) /* the kernel, and nobody else */
		take_all(w, (uint32_t)n);
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

/* The first list, before anybody waits for changes. */
static int
look(struct wf_watch *w)
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

struct wf_watch *
wf_watch_new(
	const char *const *names, uint32_t n, wf_watch_fn changed, void *ctx, struct wf_err *err)
{
	struct sockaddr_nl self = { .nl_family = AF_NETLINK, .nl_groups = RTMGRP_LINK };
	struct wf_watch *w = calloc(1, sizeof(*w));
	int rc = -ENOMEM;

	if (w != NULL) {
		w->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
		w->at = calloc(n ? n : 1, sizeof(*w->at));
	}
	if (w != NULL && w->at != NULL) {
		w->n = n;
		for (uint32_t i = 0; i < n; i++) {
			strncpy(w->at[i].name, names[i], IF_NAMESIZE - 1);
			memcpy(w->at[i].now.name, w->at[i].name, IF_NAMESIZE);
		}
		rc = w->fd < 0 || bind(w->fd, (struct sockaddr *)&self, sizeof(self)) < 0 ? -errno
											  : look(w);
	}
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
