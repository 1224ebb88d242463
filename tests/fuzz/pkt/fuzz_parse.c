/* SPDX-License-Identifier: BSD-3-Clause
 * Any bytes as a frame: no read past the end, and what must hold of any result. libFuzzer.
 */
#include <string.h>

#include "fuzz.h"
#include "wf_parse_plain.h"
#include "wf_tunnel.h"

static void
check(const struct wf_parsed *p, uint32_t len)
{
	static const uint8_t zeros[10];
	const struct wf_flow_key *k = &p->key;
	bool ip = p->flags & WF_PARSE_IP, ports = p->flags & WF_PARSE_PORTS;

	require(p->l3_offset <= len);
	require(p->l4_offset == 0 || (p->l4_offset > p->l3_offset && p->l4_offset < len));
	require(ip == (p->l3_offset != 0));
	require(!(p->flags & WF_PARSE_MPLS) || ip);
	require(!(p->flags & WF_PARSE_LATER) || (p->flags & WF_PARSE_FRAGMENT));
	require(!(p->flags & WF_PARSE_LATER) || (!ports && p->l4_offset == 0));
	require(p->fragment_id == 0 || (p->flags & WF_PARSE_FRAGMENT));
	require(k->family == 0 || k->family == 4 || k->family == 6);
	require(ip == (k->family != 0));
	require(!ports || (p->l4_offset != 0 && p->l4_offset + 4u <= len));
	require(p->dscp < 64 && p->ecn < 4);
	require(memcmp(k->tag, zeros, 4) == 0 && memcmp(k->dir, zeros, 2) == 0);
	if (ip) {
		require(len >= p->l3_offset + (k->family == 4 ? 20u : 40u));
	} else {
		require(k->proto == 0 && p->l4_offset == 0 && p->dscp == 0 && p->ecn == 0);
		require(memcmp(k->src + 6, zeros, 10) == 0 && memcmp(k->dst + 6, zeros, 10) == 0);
	}
}

/* The packet inside is an ordinary one but for its offsets. */
static void
check_inside(const uint8_t *data, uint32_t len, const struct wf_parsed *outer)
{
	static const uint8_t no_vlan[2] = { 0xff, 0xff };
	struct wf_parsed in;

	memset(&in, 0xff, sizeof(in));
	if (!wf_tunnel_parse(data, len, outer, &in))
		return;
	require(outer->l4_offset != 0 ||
		(outer->key.ethertype[0] == 0x88 && outer->key.ethertype[1] == 0x64));
	require(in.key.family == 0 || in.key.family == 4 || in.key.family == 6);
	require(((in.flags & WF_PARSE_IP) != 0) == (in.key.family != 0));
	require(in.dscp < 64 && in.ecn < 4 && in.zero == 0);
	require(memcmp(in.key.vlan, no_vlan, 2) == 0 || in.key.vlan[0] < 16);
	require(in.key.dir[0] == 0 && in.key.dir[1] == 0);
}

/* What the parse of plain frames takes, it finds the same in as the general one. */
static void
check_plain(const uint8_t *data, uint32_t len, struct wf_parsed general)
{
	struct wf_parsed plain;
	uint64_t hash;

	memset(&plain, 0xff, sizeof(plain));
	if (!wf_parse_plain(data, len, 0x1a2b, &plain, &hash))
		return;
	general.key.dir[0] = 0x1a;
	general.key.dir[1] = 0x2b;
	require(memcmp(&plain, &general, sizeof(plain)) == 0);
	require(hash == wf_flow_hash(&general.key));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wf_parsed a, b;
	uint8_t *copy;

	if (size > UINT16_MAX)
		return 0;
	memset(&a, 0x00, sizeof(a));
	memset(&b, 0xff, sizeof(b));
	wf_parse(data, (uint32_t)size, &a);
	copy = malloc(size + 1); /* another address, and one off its alignment */
	if (copy == NULL)
		return 0;
	memcpy(copy + 1, data, size);
	wf_parse(copy + 1, (uint32_t)size, &b);
	check_inside(copy + 1, (uint32_t)size, &b);
	check_plain(copy + 1, (uint32_t)size, b);
	free(copy);
	require(memcmp(&a.key, &b.key, sizeof(a.key)) == 0);
	require(wf_flow_hash(&a.key) == wf_flow_hash(&b.key));
	require(a.l3_offset == b.l3_offset && a.l4_offset == b.l4_offset);
	require(a.dscp == b.dscp && a.ecn == b.ecn && a.flags == b.flags);
	require(a.fragment_id == b.fragment_id);
	check(&a, (uint32_t)size);
	return 0;
}
