/* SPDX-License-Identifier: BSD-3-Clause
 * The packet inside tunnels, and IP behind MPLS labels.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "frames.h"
#include "wf_tunnel.h"

/* Outer headers up to the payload of UDP or GRE; lengths of 0 are unknown. */
static void
put_outer(struct frame *f, uint8_t proto, uint16_t dport)
{
	put_ether(f, 0x0800);
	put_ipv4(f, (struct ipv4_opt){ .proto = proto, .tos = 0xb8 });
	f->bytes[16] = f->bytes[17] = 0;
	if (proto == 17)
		put_ports(f, 55555, dport, 8);
}

/* TCP over IPv6, as everywhere in here. */
static void
put_inner_ip(struct frame *f)
{
	put_ipv6(f, 6, 0, 20);
	put_ports(f, 1000, 80, 20);
}

static void
put_vxlan(struct frame *f, uint32_t vni)
{
	put16(f, 0x0800);
	put16(f, 0);
	put16(f, vni >> 8);
	put16(f, vni << 8 & 0xff00);
}

/* From a block of exactly its size. */
static bool
open_bytes(const uint8_t *bytes, uint32_t len, struct wf_parsed *inner)
{
	uint8_t *copy = malloc(len + 1);
	struct wf_parsed outer;
	bool found;

	assert_non_null(copy);
	memcpy(copy + 1, bytes, len);
	wf_parse(copy + 1, len, &outer);
	found = wf_tunnel_parse(copy + 1, len, &outer, inner);
	free(copy);
	return found;
}

static void
check_inner(const struct frame *f, uint16_t vlan, uint32_t tag)
{
	struct wf_parsed p;

	memset(&p, 0xa5, sizeof(p));
	assert_true(open_bytes(f->bytes, f->len, &p));
	assert_int_equal(p.key.family, 6);
	assert_int_equal(p.key.proto, 6);
	assert_memory_equal(p.key.src, IPV6_SRC, 16);
	assert_memory_equal(p.key.dst, IPV6_DST, 16);
	assert_int_equal(read16(p.key.sport), 1000);
	assert_int_equal(read16(p.key.dport), 80);
	assert_int_equal(read16(p.key.ethertype), 0x86dd);
	assert_int_equal(read16(p.key.vlan), vlan);
	assert_int_equal((uint32_t)read16(p.key.tag) << 16 | read16(p.key.tag + 2), tag);
	assert_int_equal(p.dscp, 0);
	assert_int_equal(p.flags, WF_PARSE_IP | WF_PARSE_PORTS);
}

static void
vxlan_on_both_ports(void **state)
{
	static const uint16_t ports[] = { 4789, 8472 };

	for (int i = 0; i < 2; i++) {
		struct frame f = { .len = 0 };

		put_outer(&f, 17, ports[i]);
		put_vxlan(&f, 0x123456);
		put_ether(&f, 0x86dd);
		put_inner_ip(&f);
		check_inner(&f, WF_NO_VLAN, 0x123456);
		f.bytes[42] = 0; /* no identifier, no VXLAN */
		assert_false(open_bytes(f.bytes, f.len, &(struct wf_parsed){ 0 }));
	}
}

static void
a_vlan_is_the_inner_one_or_else_the_outer(void **state)
{
	struct frame f = { .len = 0 };

	put_ether(&f, 0x8100);
	put_tag(&f, 7, 0x0800);
	put_ipv4(&f, (struct ipv4_opt){ .proto = 17, .payload_bytes = 8 + 8 + 14 + 60 });
	put_ports(&f, 1, 4789, 8);
	put_vxlan(&f, 1);
	put_ether(&f, 0x86dd);
	put_inner_ip(&f);
	check_inner(&f, 7, 1);
	f.len -= 60;
	f.bytes[f.len - 2] = 0x81;
	f.bytes[f.len - 1] = 0;
	put_tag(&f, 9, 0x86dd);
	put_inner_ip(&f);
	f.bytes[20] = f.bytes[21] = 0;
	check_inner(&f, 9, 1);
}

static void
gre_with_every_option(void **state)
{
	for (uint32_t options = 0; options < 8; options++) {
		struct frame f = { .len = 0 };
		uint32_t flags = (options & 1 ? 0x8000 : 0) | (options & 2 ? 0x2000 : 0) |
				 (options & 4 ? 0x1000 : 0);

		put_outer(&f, 47, 0);
		put16(&f, flags);
		put16(&f, 0x86dd);
		put_zeros(&f, options & 1 ? 4 : 0);
		if (options & 2)
			put_bytes(&f, "\xca\xfe\xba\xbe", 4);
		put_zeros(&f, options & 4 ? 4 : 0);
		put_inner_ip(&f);
		check_inner(&f, WF_NO_VLAN, options & 2 ? 0xcafebabe : 0);
		f.bytes[35] |= 1; /* another version */
		assert_false(open_bytes(f.bytes, f.len, &(struct wf_parsed){ 0 }));
	}
}

static void
gre_with_ethernet_and_with_mpls(void **state)
{
	struct frame f = { .len = 0 }, g = { .len = 0 };

	put_outer(&f, 47, 0);
	put16(&f, 0);
	put16(&f, 0x6558);
	put_ether(&f, 0x86dd);
	put_inner_ip(&f);
	check_inner(&f, WF_NO_VLAN, 0);
	put_outer(&g, 47, 0);
	put16(&g, 0);
	put16(&g, 0x88cc); /* neither */
	put_inner_ip(&g);
	assert_false(open_bytes(g.bytes, g.len, &(struct wf_parsed){ 0 }));
}

static void
gtpu_with_and_without_extensions(void **state)
{
	for (int options = 0; options < 2; options++) {
		struct frame f = { .len = 0 };

		put_outer(&f, 17, 2152);
		put8(&f, options ? 0x34 : 0x30);
		put8(&f, 255);
		put16(&f, 0);
		put_bytes(&f, "\x01\x02\x03\x04", 4);
		if (options) {
			put_bytes(&f, "\0\0\0\x85", 4);         /* PDU session container */
			put_bytes(&f, "\x01\x00\x09\xc0", 4);   /* 4 bytes, another follows */
			put_bytes(&f, "\x02\0\0\0\0\0\0\0", 8); /* 8 bytes, the last */
		}
		put_inner_ip(&f);
		check_inner(&f, WF_NO_VLAN, 0x01020304);
		f.bytes[43] = 1; /* an echo request */
		assert_false(open_bytes(f.bytes, f.len, &(struct wf_parsed){ 0 }));
	}
}

static void
put_pppoe(struct frame *f, uint16_t session, uint16_t protocol, uint16_t payload_bytes)
{
	put16(f, 0x1100);
	put16(f, session);
	put16(f, payload_bytes + 2);
	put16(f, protocol);
}

static void
pppoe_sessions_with_and_without_tags(void **state)
{
	struct frame f = { .len = 0 }, tagged = { .len = 0 }, mpls = { .len = 0 };

	put_ether(&f, 0x8864);
	put_pppoe(&f, 0x1234, 0x0057, 60);
	put_inner_ip(&f);
	check_inner(&f, WF_NO_VLAN, 0x1234);

	put_ether(&tagged, 0x88a8);
	put_tag(&tagged, 7, 0x8100);
	put_tag(&tagged, 8, 0x8864);
	put_pppoe(&tagged, 0xffff, 0x0057, 60);
	put_inner_ip(&tagged);
	check_inner(&tagged, 7, 0xffff);

	put_ether(&mpls, 0x8864);
	put_pppoe(&mpls, 1, 0x0281, 64);
	put_bytes(&mpls, "\0\1\x01\x40", 4); /* the last label */
	put_inner_ip(&mpls);
	assert_true(open_bytes(mpls.bytes, mpls.len, &(struct wf_parsed){ 0 }));
}

static void
a_vlan_that_looks_like_pppoe_is_none(void **state)
{
	struct frame f = { .len = 0 };
	struct wf_parsed p = { 0 };

	put_ether(&f, 0x8100);
	put_tag(&f, 0x864, 0x8864); /* the identifier is no type */
	put_pppoe(&f, 5, 0x0057, 60);
	put_inner_ip(&f);
	check_inner(&f, 0x864, 5);
	f.bytes[16] = 0x08; /* behind the tag: ARP */
	f.bytes[17] = 0x06;
	assert_false(open_bytes(f.bytes, f.len, &p));
}

static void
other_ppp_is_no_tunnel(void **state)
{
	static const struct {
		uint32_t at;
		uint8_t byte;
	} wrong[] = {
		{ 13, 0x63 }, /* discovery */
		{ 14, 0x12 }, /* type 2 */
		{ 15, 0xa7 }, /* PADT */
		{ 20, 0xc0 }, /* LCP and its kin */
		{ 21, 0x21 }, /* IPv4, which it isn't */
		{ 19, 2 },    /* nothing in it */
	};

	for (size_t i = 0; i < WF_ARRAY_SIZE(wrong); i++) {
		struct frame f = { .len = 0 };

		put_ether(&f, 0x8864);
		put_pppoe(&f, 0x1234, 0x0057, 60);
		put_inner_ip(&f);
		f.bytes[wrong[i].at] = wrong[i].byte;
		assert_false(open_bytes(f.bytes, f.len, &(struct wf_parsed){ 0 }));
	}
}

static void
tunnels_in_tunnels(void **state)
{
	struct frame f = { .len = 0 };

	put_outer(&f, 17, 4789);
	put_vxlan(&f, 1);
	put_ether(&f, 0x0800);
	put_ipv4(&f, (struct ipv4_opt){ .proto = 47, .payload_bytes = 64 });
	put16(&f, 0);
	put16(&f, 0x86dd);
	put_inner_ip(&f);
	check_inner(&f, WF_NO_VLAN, 1u << 5);
}

static void
other_packets_are_no_tunnels(void **state)
{
	struct frame f = { .len = 0 };
	struct wf_parsed p;

	put_outer(&f, 17, 53);
	put_vxlan(&f, 1);
	put_ether(&f, 0x86dd);
	put_inner_ip(&f);
	assert_false(open_bytes(f.bytes, f.len, &p));
	f.bytes[36] = 4789 >> 8;
	f.bytes[37] = 4789 & 0xff;
	assert_true(open_bytes(f.bytes, f.len, &p));
	f.bytes[21] = 1; /* a fragment after the first */
	assert_false(open_bytes(f.bytes, f.len, &p));
}

/* ASan sees what is read behind the end. */
static void
cut_anywhere_it_is_safe(void **state)
{
	struct frame f = { .len = 0 };
	uint32_t opened = 0;

	put_outer(&f, 17, 2152);
	put_bytes(&f, "\x34\xff\0\0\x01\x02\x03\x04\0\0\0\x85\x01\0\0\0", 16);
	put_ipv4(&f, (struct ipv4_opt){ .proto = 47 });
	f.bytes[60] = f.bytes[61] = 0;
	put_bytes(&f, "\xb0\0\x65\x58\0\0\0\0\0\0\0\x07\0\0\0\0", 16);
	put_ether(&f, 0x8847);
	put_bytes(&f, "\0\x01\0\x40\0\x02\x01\x40", 8);
	put_inner_ip(&f);
	for (uint32_t len = 14; len <= f.len; len++) {
		struct wf_parsed p;

		opened += open_bytes(f.bytes, len, &p);
	}
	assert_in_range(opened, 90, f.len - 58);
}

static void
mpls_labels_are_skipped(void **state)
{
	for (int labels = 1; labels <= 9; labels++) {
		struct frame f = { .len = 0 };
		struct wf_parsed p;

		put_ether(&f, labels & 1 ? 0x8847 : 0x8848);
		for (int i = 1; i < labels; i++)
			put_bytes(&f, "\0\x01\0\x40", 4);
		put_bytes(&f, "\0\x01\x01\x40", 4);
		put_inner_ip(&f);
		p = parse_frame(&f);
		assert_int_equal(read16(p.key.ethertype), labels & 1 ? 0x8847 : 0x8848);
		if (labels == 9) { /* too many */
			assert_int_equal(p.flags, 0);
			break;
		}
		assert_int_equal(p.flags, WF_PARSE_IP | WF_PARSE_PORTS | WF_PARSE_MPLS);
		assert_int_equal(p.key.family, 6);
		assert_int_equal(read16(p.key.dport), 80);
		assert_int_equal(p.l3_offset, 14 + 4 * labels);
		f.bytes[p.l3_offset] = 0x05; /* a pseudowire's control word */
		p = parse_frame(&f);
		assert_int_equal(p.flags, 0);
		assert_int_equal(p.l3_offset, 0);
	}
}

static void
fragments_say_of_which_datagram(void **state)
{
	struct frame f = { .len = 0 }, g = { .len = 0 };
	struct wf_parsed p;

	put_ether(&f, 0x0800);
	put_ipv4(&f, (struct ipv4_opt){ .proto = 17, .fragment = 0x2000, .payload_bytes = 8 });
	put_ports(&f, 1, 2, 8);
	p = parse_frame(&f);
	assert_int_equal(p.fragment_id, 0x1234);
	assert_int_equal(p.flags, WF_PARSE_IP | WF_PARSE_PORTS | WF_PARSE_FRAGMENT);
	f.bytes[20] = 0;
	f.bytes[21] = 1;
	p = parse_frame(&f);
	assert_int_equal(p.fragment_id, 0x1234);
	assert_int_equal(p.flags, WF_PARSE_IP | WF_PARSE_FRAGMENT | WF_PARSE_LATER);
	put_ether(&g, 0x86dd);
	put_ipv6(&g, 44, 0, 16);
	put_ipv6_fragment(&g, 17, 8);
	memcpy(g.bytes + g.len - 4, "\xde\xad\xbe\xef", 4);
	put_ports(&g, 1, 2, 8);
	p = parse_frame(&g);
	assert_int_equal(p.fragment_id, 0xdeadbeef);
	assert_int_equal(p.flags, WF_PARSE_IP | WF_PARSE_FRAGMENT | WF_PARSE_LATER);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vxlan_on_both_ports),
		cmocka_unit_test(a_vlan_is_the_inner_one_or_else_the_outer),
		cmocka_unit_test(gre_with_every_option),
		cmocka_unit_test(gre_with_ethernet_and_with_mpls),
		cmocka_unit_test(gtpu_with_and_without_extensions),
		cmocka_unit_test(pppoe_sessions_with_and_without_tags),
		cmocka_unit_test(a_vlan_that_looks_like_pppoe_is_none),
		cmocka_unit_test(other_ppp_is_no_tunnel),
		cmocka_unit_test(tunnels_in_tunnels),
		cmocka_unit_test(other_packets_are_no_tunnels),
		cmocka_unit_test(cut_anywhere_it_is_safe),
		cmocka_unit_test(mpls_labels_are_skipped),
		cmocka_unit_test(fragments_say_of_which_datagram),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
