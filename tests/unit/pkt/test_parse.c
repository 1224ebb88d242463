/* SPDX-License-Identifier: BSD-3-Clause
 * What well-formed frames parse to, a test for each kind.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "frames.h"

static const uint8_t ipv4_src[16] = { [10] = 0xff, 0xff, 10, 1, 2, 3 };
static const uint8_t ipv4_dst[16] = { [10] = 0xff, 0xff, 192, 168, 4, 5 };
static const uint8_t mac_src[16] = { 2, 0, 0, 0, 0, 0x0a };
static const uint8_t mac_dst[16] = { 2, 0, 0, 0, 0, 0x0b };
static const uint8_t zeros[4];

static void
check_ports(const struct wf_parsed *p, uint16_t sport, uint16_t dport)
{
	assert_int_equal(read16(p->key.sport), sport);
	assert_int_equal(read16(p->key.dport), dport);
}

static void
check_ipv4(const struct wf_parsed *p, uint8_t proto)
{
	assert_memory_equal(p->key.src, ipv4_src, 16);
	assert_memory_equal(p->key.dst, ipv4_dst, 16);
	assert_int_equal(read16(p->key.ethertype), 0x0800);
	assert_int_equal(p->key.family, 4);
	assert_int_equal(p->key.proto, proto);
	assert_memory_equal(p->key.dir, zeros, 2);
	assert_memory_equal(p->key.tag, zeros, 4);
}

static void
check_ipv6(const struct wf_parsed *p, uint8_t proto)
{
	assert_memory_equal(p->key.src, IPV6_SRC, 16);
	assert_memory_equal(p->key.dst, IPV6_DST, 16);
	assert_int_equal(read16(p->key.ethertype), 0x86dd);
	assert_int_equal(p->key.family, 6);
	assert_int_equal(p->key.proto, proto);
	assert_memory_equal(p->key.dir, zeros, 2);
	assert_memory_equal(p->key.tag, zeros, 4);
}

static void
check_mac(const struct wf_parsed *p, uint16_t type)
{
	assert_memory_equal(p->key.src, mac_src, 16);
	assert_memory_equal(p->key.dst, mac_dst, 16);
	assert_int_equal(read16(p->key.ethertype), type);
	check_ports(p, 0, 0);
	assert_int_equal(p->key.family, 0);
	assert_int_equal(p->key.proto, 0);
	assert_int_equal(p->l3_offset, 0);
	assert_int_equal(p->l4_offset, 0);
	assert_int_equal(p->dscp, 0);
}

static void
udp_over_ipv4(void **state)
{
	struct frame f = { .len = 0 };
	struct wf_parsed p;

	put_ether(&f, 0x0800);
	put_ipv4(&f, (struct ipv4_opt){ .proto = 17, .tos = 46 << 2 | 1, .payload_bytes = 8 });
	put_ports(&f, 1234, 53, 8);
	p = parse_frame(&f);
	check_ipv4(&p, 17);
	check_ports(&p, 1234, 53);
	assert_int_equal(read16(p.key.vlan), WF_NO_VLAN);
	assert_int_equal(p.l3_offset, 14);
	assert_int_equal(p.l4_offset, 34);
	assert_int_equal(p.dscp, 46);
	assert_int_equal(p.ecn, 1);
	assert_int_equal(p.flags, WF_PARSE_IP | WF_PARSE_PORTS);
}

static void
tcp_behind_ipv4_options(void **state)
{
	struct frame f = { .len = 0 };
	struct wf_parsed p;

	put_ether(&f, 0x0800);
	put_ipv4(&f, (struct ipv4_opt){ .proto = 6, .option_bytes = 40, .payload_bytes = 20 });
	put_ports(&f, 40000, 443, 20);
	p = parse_frame(&f);
	check_ipv4(&p, 6);
	check_ports(&p, 40000, 443);
	assert_int_equal(p.l4_offset, 14 + 60);
}

static void
sctp_and_dccp_have_ports(void **state)
{
	static const uint8_t protos[] = { 132, 33 };

	for (size_t i = 0; i < 2; i++) {
		struct frame f = { .len = 0 };
		struct wf_parsed p;

		put_ether(&f, 0x0800);
		put_ipv4(&f, (struct ipv4_opt){ .proto = protos[i], .payload_bytes = 12 });
		put_ports(&f, 5000, 3868, 12);
		p = parse_frame(&f);
		check_ipv4(&p, protos[i]);
		check_ports(&p, 5000, 3868);
		assert_int_equal(p.flags, WF_PARSE_IP | WF_PARSE_PORTS);
	}
}

static void
other_protocols_have_no_ports(void **state)
{
	struct frame f = { .len = 0 };
	struct wf_parsed p;

	put_ether(&f, 0x0800);
	put_ipv4(&f, (struct ipv4_opt){ .proto = 47, .payload_bytes = 8 });
	put_ports(&f, 0x2000, 0x6558, 8);
	p = parse_frame(&f);
	check_ipv4(&p, 47);
	check_ports(&p, 0, 0);
	assert_int_equal(p.l4_offset, 34);
	assert_int_equal(p.flags, WF_PARSE_IP);
}

static void
first_fragment_has_ports_and_is_marked(void **state)
{
	struct frame f = { .len = 0 };
	struct wf_parsed p;

	put_ether(&f, 0x0800);
	put_ipv4(&f, (struct ipv4_opt){ .proto = 17, .fragment = 0x2000, .payload_bytes = 16 });
	put_ports(&f, 1, 2, 16);
	p = parse_frame(&f);
	check_ports(&p, 1, 2);
	assert_int_equal(p.flags, WF_PARSE_IP | WF_PARSE_PORTS | WF_PARSE_FRAGMENT);
}

static void
later_fragment_has_none(void **state)
{
	static const uint16_t fragments[] = { 0x0001, 0x2002, 0x1fff };

	for (size_t i = 0; i < WF_ARRAY_SIZE(fragments); i++) {
		struct frame f = { .len = 0 };
		struct wf_parsed p;

		put_ether(&f, 0x0800);
		put_ipv4(&f, (struct ipv4_opt){
				     .proto = 17, .fragment = fragments[i], .payload_bytes = 8 });
		put_ports(&f, 1, 2, 8);
		p = parse_frame(&f);
		check_ipv4(&p, 17);
		check_ports(&p, 0, 0);
		assert_int_equal(p.l4_offset, 0);
		assert_int_equal(p.flags, WF_PARSE_IP | WF_PARSE_FRAGMENT | WF_PARSE_LATER);
	}
}

static void
dont_fragment_is_no_fragment(void **state)
{
	struct frame f = { .len = 0 };

	put_ether(&f, 0x0800);
	put_ipv4(&f, (struct ipv4_opt){ .proto = 17, .fragment = 0x4000, .payload_bytes = 8 });
	put_ports(&f, 1, 2, 8);
	assert_int_equal(parse_frame(&f).flags, WF_PARSE_IP | WF_PARSE_PORTS);
}

static void
echo_has_its_identifier_in_both_ports(void **state)
{
	static const uint8_t types[] = { 8, 0 };
	struct wf_parsed p;

	for (size_t i = 0; i < 2; i++) {
		struct frame f = { .len = 0 };

		put_ether(&f, 0x0800);
		put_ipv4(&f, (struct ipv4_opt){ .proto = 1, .payload_bytes = 8 });
		put_icmp(&f, types[i], 0x4321);
		p = parse_frame(&f);
		check_ipv4(&p, 1);
		check_ports(&p, 0x4321, 0x4321);
		assert_int_equal(p.flags, WF_PARSE_IP);
	}
}

static void
other_icmp_has_none(void **state)
{
	struct frame f = { .len = 0 };
	struct wf_parsed p;

	put_ether(&f, 0x0800);
	put_ipv4(&f, (struct ipv4_opt){ .proto = 1, .payload_bytes = 8 });
	put_icmp(&f, 3, 0x4321);
	p = parse_frame(&f);
	check_ports(&p, 0, 0);
	assert_int_equal(p.l4_offset, 34);
}

static void
echo_over_ipv6(void **state)
{
	static const uint8_t types[] = { 128, 129 };

	for (size_t i = 0; i < 2; i++) {
		struct frame f = { .len = 0 };
		struct wf_parsed p;

		put_ether(&f, 0x86dd);
		put_ipv6(&f, 58, 0, 8);
		put_icmp(&f, types[i], 77);
		p = parse_frame(&f);
		check_ipv6(&p, 58);
		check_ports(&p, 77, 77);
		assert_int_equal(p.flags, WF_PARSE_IP);
	}
}

static void
tcp_over_ipv6(void **state)
{
	struct frame f = { .len = 0 };
	struct wf_parsed p;

	put_ether(&f, 0x86dd);
	put_ipv6(&f, 6, 10 << 2 | 2, 20);
	put_ports(&f, 50000, 80, 20);
	p = parse_frame(&f);
	check_ipv6(&p, 6);
	check_ports(&p, 50000, 80);
	assert_int_equal(p.l3_offset, 14);
	assert_int_equal(p.l4_offset, 54);
	assert_int_equal(p.dscp, 10);
	assert_int_equal(p.ecn, 2);
	assert_int_equal(p.flags, WF_PARSE_IP | WF_PARSE_PORTS);
}

static void
udp_behind_all_extension_headers(void **state)
{
	struct frame f = { .len = 0 };
	struct wf_parsed p;

	put_ether(&f, 0x86dd);
	put_ipv6(&f, 0, 0, 8 + 16 + 24 + 16 + 8 + 8);
	put_extension(&f, 60, 0); /* hop by hop */
	put_extension(&f, 43, 1); /* destination options */
	put_extension(&f, 51, 2); /* routing */
	put8(&f, 44);             /* authentication: (2 + 2) * 4 bytes */
	put8(&f, 2);
	put_zeros(&f, 14);
	put_ipv6_fragment(&f, 17, 0); /* atomic */
	put_ports(&f, 7, 9, 8);
	p = parse_frame(&f);
	check_ipv6(&p, 17);
	check_ports(&p, 7, 9);
	assert_int_equal(p.l4_offset, f.len - 8);
	assert_int_equal(p.flags, WF_PARSE_IP | WF_PARSE_PORTS);
}

static void
ipv6_fragments(void **state)
{
	for (uint16_t offset = 0; offset <= 8; offset += 8) {
		struct frame f = { .len = 0 };
		struct wf_parsed p;

		put_ether(&f, 0x86dd);
		put_ipv6(&f, 44, 0, 16);
		put_ipv6_fragment(&f, 17, offset | 1);
		put_ports(&f, 7, 9, 8);
		p = parse_frame(&f);
		check_ipv6(&p, 17);
		if (offset == 0) {
			check_ports(&p, 7, 9);
			assert_int_equal(p.flags, WF_PARSE_IP | WF_PARSE_PORTS | WF_PARSE_FRAGMENT);
		} else {
			check_ports(&p, 0, 0);
			assert_int_equal(p.flags, WF_PARSE_IP | WF_PARSE_FRAGMENT | WF_PARSE_LATER);
		}
	}
}

static void
no_next_header_ends_the_packet(void **state)
{
	struct frame f = { .len = 0 };
	struct wf_parsed p;

	put_ether(&f, 0x86dd);
	put_ipv6(&f, 59, 0, 8);
	put_zeros(&f, 8);
	p = parse_frame(&f);
	check_ipv6(&p, 59);
	assert_int_equal(p.l4_offset, 0);
	assert_int_equal(p.flags, WF_PARSE_IP);
}

static void
up_to_four_tags(void **state)
{
	static const uint16_t types[] = { 0x88a8, 0x9100, 0x8100, 0x8100, 0x8100 };

	for (unsigned tags = 1; tags <= 5; tags++) {
		struct frame f = { .len = 0 };
		struct wf_parsed p;

		put_ether(&f, types[0]);
		for (unsigned i = 0; i < tags; i++)
			put_tag(&f, (uint16_t)(0x6000 | (100 + i)),
				i + 1 < tags ? types[i + 1] : 0x0800);
		put_ipv4(&f, (struct ipv4_opt){ .proto = 17, .payload_bytes = 8 });
		put_ports(&f, 1, 2, 8);
		p = parse_frame(&f);
		assert_int_equal(read16(p.key.vlan), 100);
		if (tags <= WF_PARSE_TAGS) {
			check_ipv4(&p, 17);
			check_ports(&p, 1, 2);
			assert_int_equal(p.l3_offset, 14 + 4 * tags);
		} else {
			check_mac(&p, 0x8100);
		}
	}
}

static void
priority_tag_is_vlan_0(void **state)
{
	struct frame f = { .len = 0 };

	put_ether(&f, 0x8100);
	put_tag(&f, 0xe000, 0x0800);
	put_ipv4(&f, (struct ipv4_opt){ .proto = 17, .payload_bytes = 8 });
	put_ports(&f, 1, 2, 8);
	assert_int_equal(read16(parse_frame(&f).key.vlan), 0);
}

static void
arp_is_a_neighbour(void **state)
{
	struct frame f = { .len = 0 };
	struct wf_parsed p;

	put_ether(&f, 0x0806);
	put_zeros(&f, 46);
	p = parse_frame(&f);
	check_mac(&p, 0x0806);
	assert_int_equal(p.flags, WF_PARSE_NEIGHBOUR);
}

static void
neighbour_discovery_is_133_to_137(void **state)
{
	for (unsigned type = 130; type <= 140; type++) {
		struct frame f = { .len = 0 };
		bool neighbour = type >= 133 && type <= 137;

		put_ether(&f, 0x86dd);
		put_ipv6(&f, 58, 0, 24);
		put_icmp(&f, (uint8_t)type, 0);
		put_zeros(&f, 16);
		assert_int_equal(parse_frame(&f).flags,
			neighbour ? WF_PARSE_IP | WF_PARSE_NEIGHBOUR : WF_PARSE_IP);
	}
}

static void
other_ethertypes_go_by_mac(void **state)
{
	struct frame f = { .len = 0 };
	struct wf_parsed p;

	put_ether(&f, 0x88cc);
	put_zeros(&f, 46);
	p = parse_frame(&f);
	check_mac(&p, 0x88cc);
	assert_int_equal(p.flags, 0);
}

static void
a_length_is_no_ethertype(void **state)
{
	struct frame f = { .len = 0 };
	struct wf_parsed p;

	put_ether(&f, 39); /* spanning tree: LLC */
	put_zeros(&f, 46);
	p = parse_frame(&f);
	check_mac(&p, 0);
}

static void
padding_is_no_payload(void **state)
{
	struct frame f = { .len = 0 };
	struct wf_parsed p;

	put_ether(&f, 0x0800);
	put_ipv4(&f, (struct ipv4_opt){ .proto = 17, .payload_bytes = 0 });
	put_ports(&f, 1, 2, 26);
	p = parse_frame(&f);
	check_ports(&p, 0, 0);
	assert_int_equal(p.flags, WF_PARSE_IP | WF_PARSE_TRUNCATED);
}

static void
a_stated_length_of_0_is_unknown(void **state)
{
	struct frame f = { .len = 0 };

	put_ether(&f, 0x0800);
	put_ipv4(&f, (struct ipv4_opt){ .proto = 6, .payload_bytes = 20 });
	f.bytes[16] = f.bytes[17] = 0; /* total length, as segmentation offload leaves it */
	put_ports(&f, 1, 2, 20);
	check_ports(&(struct wf_parsed){ parse_frame(&f).key }, 1, 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(udp_over_ipv4),
		cmocka_unit_test(tcp_behind_ipv4_options),
		cmocka_unit_test(sctp_and_dccp_have_ports),
		cmocka_unit_test(other_protocols_have_no_ports),
		cmocka_unit_test(first_fragment_has_ports_and_is_marked),
		cmocka_unit_test(later_fragment_has_none),
		cmocka_unit_test(dont_fragment_is_no_fragment),
		cmocka_unit_test(echo_has_its_identifier_in_both_ports),
		cmocka_unit_test(other_icmp_has_none),
		cmocka_unit_test(echo_over_ipv6),
		cmocka_unit_test(tcp_over_ipv6),
		cmocka_unit_test(udp_behind_all_extension_headers),
		cmocka_unit_test(ipv6_fragments),
		cmocka_unit_test(no_next_header_ends_the_packet),
		cmocka_unit_test(up_to_four_tags),
		cmocka_unit_test(priority_tag_is_vlan_0),
		cmocka_unit_test(arp_is_a_neighbour),
		cmocka_unit_test(neighbour_discovery_is_133_to_137),
		cmocka_unit_test(other_ethertypes_go_by_mac),
		cmocka_unit_test(a_length_is_no_ethertype),
		cmocka_unit_test(padding_is_no_payload),
		cmocka_unit_test(a_stated_length_of_0_is_unknown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
