/* SPDX-License-Identifier: BSD-3-Clause
 * Who a packet is, as the worker that received it has found out: it goes with the packet, also
 * through a hand-off ring, so that nobody parses it again. Pure; worker threads.
 */
#ifndef WF_IDENTITY_H
#define WF_IDENTITY_H

#include "wf_parse.h"

struct wf_identity {
	uint64_t hash; /* wf_flow_hash of who.key */
	struct wf_parsed who;
	uint16_t dir; /* always */
	/* hash and who. Not of fragments, whose first one the worker that processes them has to
	 * remember, nor where packets in tunnels count: those are identified there. */
	bool known;
	uint8_t zero;
};
static_assert(sizeof(struct wf_identity) == 72, "no padding: it is copied through rings");

/* Are both of one flow, and all else that was parsed the same? */
static inline bool
wf_identity_same(const struct wf_identity *a, const struct wf_identity *b)
{
	return a == b || (a->hash == b->hash && a->known && b->known &&
				 memcmp(&a->who, &b->who, sizeof(a->who)) == 0);
}

#endif
