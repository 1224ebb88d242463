/* SPDX-License-Identifier: BSD-3-Clause
 * The choice of hash and key. Control thread.
 *
 * A Toeplitz hash is the sum of the 32-bit windows of the key at the set bits of the input. Where
 * the key repeats every 16 bits, the window at a bit is the one 16 and 32 bits further on:
 * addresses (32 or 128 bits) and ports (16) may change places, and the hash stays. (Woo and Park,
 * "Scalable TCP Session Monitoring with Symmetric Receive-side Scaling", 2012.) 0x6d5a spreads
 * well.
 */
#include "wf_rss.h"

#include <rte_ethdev.h>

/* With fragments by their addresses alone, as of a datagram only the first has ports: cards take
 * them out of the others by themselves. */
#define WANTED (RTE_ETH_RSS_IP | RTE_ETH_RSS_TCP | RTE_ETH_RSS_UDP | RTE_ETH_RSS_SCTP)

/* A window is 32 bits long, and no input shorter than addresses of IPv4: 4 + 4 bytes, and the
 * window. */
#define KEY_LEAST 12

void
wf_rss_choose(struct wf_rss *out, uint32_t n_queues, uint64_t can_types, uint32_t key_bytes)
{
	*out = (struct wf_rss){ .types = can_types & WANTED };
	if (n_queues < 2 || out->types == 0) {
		out->types = 0;
		return;
	}
	out->kind = WF_RSS_PLAIN;
	if (key_bytes < KEY_LEAST || key_bytes > WF_RSS_KEY_MOST || key_bytes % 2 != 0)
		return;
	out->kind = WF_RSS_SYMMETRIC;
	out->key_bytes = (uint8_t)key_bytes;
	for (uint32_t i = 0; i < key_bytes; i += 2) {
		out->key[i] = 0x6d;
		out->key[i + 1] = 0x5a;
	}
}

const char *
wf_rss_name(enum wf_rss_kind kind)
{
	static const char *const names[] = { "none", "rss", "symmetric rss" };

	return names[kind];
}
