/* SPDX-License-Identifier: BSD-3-Clause
 * Identity of a flow and its hash: 48 bytes, the same on every machine. Pure; worker threads.
 *
 * The hash decides fates (wf_rng_flow), so its values are part of what "same seed, same fate"
 * means and are pinned by tests. Two words of the key at a time go through a 64x64 -> 128 bit
 * multiplication folded back onto its operands (so that an operand of zero does not hide the
 * other), the three results are joined and go through the mix13 finaliser (Stafford; SplitMix64).
 * The constants are fractions of square roots of primes. It is not keyed: who chooses headers can
 * choose collisions, which cost time in the flow table and nothing else.
 */
#ifndef WF_FLOW_KEY_H
#define WF_FLOW_KEY_H

#include <endian.h>
#include <string.h>

#include "wf_types.h"

#define WF_NO_VLAN 0xffff

/* Without padding, compared with memcmp and hashed byte for byte, so every unused byte is zero.
 * Multi-byte members are big-endian as on the wire, whatever the CPU. */
struct wf_flow_key {
	uint8_t src[16]; /* IPv6, mapped IPv4, or the MAC address in bytes 0..5 */
	uint8_t dst[16];
	uint8_t sport[2]; /* 0 without ports and in fragments after the first; ICMP/ICMPv6 echo:
			   * the identifier in both */
	uint8_t dport[2];
	uint8_t vlan[2];      /* outermost identifier, WF_NO_VLAN without a tag */
	uint8_t ethertype[2]; /* after the tags; 0 for the length of an IEEE 802.3 frame */
	uint8_t dir[2];       /* link direction number; set by the caller */
	uint8_t proto;        /* IP protocol after extension headers; 0 when not IP */
	uint8_t family;       /* 4, 6 or 0 */
	uint8_t tag[4];       /* 0; what else tells flows apart: the tunnel (wf_tunnel.h) and the
			       * class that picks (struct wf_plan_pick) */
};
static_assert(sizeof(struct wf_flow_key) == 48, "hashed and compared as 48 bytes");

static inline uint64_t
wf_flow_fold(uint64_t a, uint64_t b)
{
	unsigned __int128 product = (unsigned __int128)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64) ^ a ^ b;
}

/* The hash of a key's six words, little-endian ones whatever the CPU. */
static inline uint64_t
wf_flow_hash_words(const uint64_t w[6])
{
	uint64_t h;

	h = wf_flow_fold(w[0] ^ 0x6a09e667f3bcc908ull, w[1] ^ 0xbb67ae8584caa73bull);
	h += wf_flow_fold(w[2] ^ 0x3c6ef372fe94f82bull, w[3] ^ 0xa54ff53a5f1d36f1ull);
	h ^= wf_flow_fold(w[4] ^ 0x510e527fade682d1ull, w[5] ^ 0x9b05688c2b3e6c1full);
	h = (h ^ (h >> 30)) * 0xbf58476d1ce4e5b9ull;
	h = (h ^ (h >> 27)) * 0x94d049bb133111ebull;
	return h ^ (h >> 31);
}

/* 64-bit hash of a key: own, byte-order neutral. The whole key counts. */
static inline uint64_t
wf_flow_hash(const struct wf_flow_key *key)
{
	uint64_t w[6];

	memcpy(w, key, sizeof(w));
	for (int i = 0; i < 6; i++)
		w[i] = le64toh(w[i]);
	return wf_flow_hash_words(w);
}

#endif
