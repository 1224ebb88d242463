/* SPDX-License-Identifier: BSD-3-Clause
 * How a device spreads what it receives over the workers' queues. Pure; control thread.
 *
 * Spreading shares the load of receiving and parsing out; which worker a flow belongs to is decided
 * by wirefault's own hash all the same, which is one everywhere, so the rest is handed over.
 */
#ifndef WF_RSS_H
#define WF_RSS_H

#include <stdbool.h>
#include <stdint.h>

#define WF_RSS_KEY_MOST 64

enum wf_rss_kind {
	WF_RSS_NONE,      /* one queue gets all, or nobody knows: hand-off shares out */
	WF_RSS_PLAIN,     /* by flow, each way of a connection for itself */
	WF_RSS_SYMMETRIC, /* both ways of a connection by the same hash */
};

struct wf_rss {
	enum wf_rss_kind kind;
	uint64_t types; /* RTE_ETH_RSS_* */
	uint8_t key[WF_RSS_KEY_MOST];
	uint8_t key_bytes; /* 0: the driver's own */
};

/* For n_queues, of a device that can hash by these types, with a key of so many bytes (0: it takes
 * none). */
void wf_rss_choose(struct wf_rss *out, uint32_t n_queues, uint64_t can_types, uint32_t key_bytes);

/* "none", "rss", "symmetric rss". */
const char *wf_rss_name(enum wf_rss_kind kind);

#endif
