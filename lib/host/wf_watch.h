/* SPDX-License-Identifier: BSD-3-Clause
 * A watch over interfaces of the host: up, down, carrier, gone, back, renamed, MTU; as the kernel
 * tells, without asking. An interface is known by its number once it is there; one that has gone is
 * known by its name until it comes back. The control thread, in its event loop.
 */
#ifndef WF_WATCH_H
#define WF_WATCH_H

#include <net/if.h>

#include "wf_err.h"

struct wf_watch;

/* What to watch. */
struct wf_watch_want {
	const char *name; /* NULL or "": nothing */
	bool follow;      /* into other namespaces: a tap is ours wherever it is */
};

struct wf_watch_state {
	unsigned ifindex;       /* 0: gone */
	int netnsid;            /* the namespace it is in, by our numbers; -1: ours */
	char name[IF_NAMESIZE]; /* as it is now; the last one of an interface that is gone */
	bool moved;             /* gone into another namespace */
	bool up, carrier;
	uint32_t mtu;
};

/* `now` has just become so. */
typedef void (*wf_watch_fn)(void *ctx, uint32_t index, const struct wf_watch_state *before,
	const struct wf_watch_state *now);

/* Over n interfaces. NULL with a reason in err. */
struct wf_watch *wf_watch_new(const struct wf_watch_want *want, uint32_t n, wf_watch_fn changed,
	void *ctx, struct wf_err *err);
void wf_watch_free(struct wf_watch *w);
/* Readable when the kernel has something to say: then wf_watch_read. */
int wf_watch_fd(const struct wf_watch *w);
/* Takes in what the kernel says, and calls `changed` for each change. 0 or -errno. */
int wf_watch_read(struct wf_watch *w);
/* The same, but asks: what is true now is known when it returns, also what the kernel would tell
 * later (it defers news of carriers). */
int wf_watch_ask(struct wf_watch *w);
const struct wf_watch_state *wf_watch_at(const struct wf_watch *w, uint32_t index);

#endif
