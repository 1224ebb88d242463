/* SPDX-License-Identifier: BSD-3-Clause
 * Who a packet is, for its flow and for rules: itself, the packet in its tunnel where that is asked
 * for, or the first fragment of its datagram. Worker threads.
 *
 * Only the first fragment of a datagram has ports. It is remembered by the datagram's
 * identification, so that the later ones belong to the same flow. The table is bounded: WAYS places
 * for each value of the hash, of which the oldest is given up. A fragment whose first was not seen,
 * or came after it, or longer ago than DATAGRAM_NS, is of the flow of its addresses and protocol
 * without ports.
 */
#include "wf_pipe_identify.h"

#include <errno.h>
#include <string.h>

#include "wf_pages.h"
#include "wf_tunnel.h"

#define SETS        1024 /* a power of two */
#define WAYS        4
#define DATAGRAM_NS (30 * WF_NS_PER_S) /* as long as Linux tries to put fragments together */

struct wf_fragment {
	struct wf_flow_key datagram;
	struct wf_parsed first;
	wf_ns_t seen_ns; /* 0: free */
};

int
wf_fragments_init(struct wf_fragments *f)
{
	f->place = wf_pages_reserve((size_t)SETS * WAYS * sizeof(*f->place));
	return f->place == NULL ? -ENOMEM : 0;
}

void
wf_fragments_fini(struct wf_fragments *f)
{
	wf_pages_free(f->place, (size_t)SETS * WAYS * sizeof(*f->place));
}

/* RFC 791: addresses, protocol and identification. RFC 8200: without the protocol. */
static struct wf_flow_key
fragment_datagram(const struct wf_parsed *fragment)
{
	struct wf_flow_key key = fragment->key;

	memset(key.sport, 0, sizeof(key.sport));
	memset(key.dport, 0, sizeof(key.dport));
	if (key.family == 6)
		key.proto = 0;
	for (int i = 0; i < 4; i++)
		key.tag[i] ^= (uint8_t)(fragment->fragment_id >> (8 * i));
	return key;
}

/* The datagram's place, or the one to give up for it. */
static struct wf_fragment *
fragment_place(const struct wf_fragments *all, const struct wf_flow_key *datagram)
{
	struct wf_fragment *set = &all->place[(wf_flow_hash(datagram) % SETS) * WAYS];
	struct wf_fragment *oldest = set;

	for (struct wf_fragment *f = set; f < set + WAYS; f++) {
		if (f->seen_ns != 0 && memcmp(&f->datagram, datagram, sizeof(*datagram)) == 0)
			return f;
		if (f->seen_ns < oldest->seen_ns)
			oldest = f;
	}
	return oldest;
}

static bool
fragment_is_of(const struct wf_fragment *f, const struct wf_flow_key *datagram, wf_ns_t now_ns)
{
	return f->seen_ns != 0 && memcmp(&f->datagram, datagram, sizeof(*datagram)) == 0 &&
	       (now_ns < f->seen_ns || now_ns - f->seen_ns <= DATAGRAM_NS);
}

/* `who`, a fragment itself or in a packet that is one, is remembered or found. */
static __attribute__((noinline)) const struct wf_parsed *
fragment_join(struct wf_fragments *all, const struct wf_parsed *fragment,
	const struct wf_parsed *who, wf_ns_t now_ns, struct wf_parsed *out)
{
	struct wf_flow_key datagram = fragment_datagram(fragment);
	struct wf_fragment *f = fragment_place(all, &datagram);
	uint8_t dscp = fragment->dscp, ecn = fragment->ecn;

	if (!(fragment->flags & WF_PARSE_LATER)) {
		*f = (struct wf_fragment){
			.datagram = datagram, .first = *who, .seen_ns = now_ns | 1
		};
		return who;
	}
	if (!fragment_is_of(f, &datagram, now_ns))
		return who;
	*out = f->first;
	out->dscp = dscp;
	out->ecn = ecn;
	return out;
}

const struct wf_parsed *
wf_pipe_identify_any(struct wf_fragments *all, const struct wf_plan_dir *d, uint32_t dir,
	const struct wf_rx *rx, struct wf_parsed *parsed, struct wf_parsed *other, uint64_t *hash)
{
	const struct wf_parsed *who = parsed;

	wf_parse(rx->data, rx->readable_bytes, parsed);
	parsed->key.dir[0] = (uint8_t)(dir >> 8);
	parsed->key.dir[1] = (uint8_t)dir;
	if (WF_UNLIKELY(d->inner) && wf_tunnel_parse(rx->data, rx->readable_bytes, parsed, other)) {
		memcpy(other->key.dir, parsed->key.dir, sizeof(other->key.dir));
		who = other;
	}
	if (WF_UNLIKELY((parsed->flags | who->flags) & WF_PARSE_FRAGMENT))
		who = fragment_join(all, parsed->flags & WF_PARSE_FRAGMENT ? parsed : who, who,
			rx->rx_ns, other);
	*hash = wf_flow_hash(&who->key);
	return who;
}
