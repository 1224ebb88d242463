/* SPDX-License-Identifier: BSD-3-Clause
 * What the kernel counts of frames that it lost on their way from or to an interface. Any thread.
 */
#ifndef WF_IFSTATS_H
#define WF_IFSTATS_H

#include <stddef.h>

#include "wf_types.h"

struct wf_ifstats {
	uint64_t rx_dropped, tx_dropped; /* of the interface */
	uint64_t backlog_dropped;        /* of any interface: no room in a core's backlog */
};

/* Of an interface in the calling thread's network namespace. 0 or -errno. */
int wf_ifstats_ask(unsigned ifindex, struct wf_ifstats *out);
/* The kernel's answer to RTM_GETSTATS, of n bytes, aligned as such messages are: fills in what it
 * tells. 0; -ENODEV: no such interface; -EPROTO: not such an answer. */
int wf_ifstats_parse(const void *answer, size_t n, struct wf_ifstats *out);

/* By how much a counter has grown; one that begins anew has not. */
static inline uint64_t
wf_ifstats_grown(uint64_t now, uint64_t before)
{
	return now >= before ? now - before : 0;
}

/* How many frames that came to the interface found no room in a backlog. rx_dropped counts,
 * besides, frames that we got and nobody else wanted (tags of two kinds, unknown types): never more
 * are ours than have found no room, of this interface or another. */
uint64_t wf_ifstats_lost(const struct wf_ifstats *before, const struct wf_ifstats *now);

#endif
