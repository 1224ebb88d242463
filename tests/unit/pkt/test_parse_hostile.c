/* SPDX-License-Identifier: BSD-3-Clause
 * What cut and malformed frames parse to: never a read past the end, never half a key.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "frames.h"

/* What must hold for any input. */
static void
check_invariants(const struct wf_parsed *p, uint32_t len)
{
	static const uint8_t zeros[10];

	assert_true(p->l3_offset <= len);
	assert_true(p->l4_offset == 0 || (p->l4_offset > p->l3_offset && p->l4_offset < len));
	assert_int_equal(!!(p->flags & WF_PARSE_IP), p->l3_offset != 0);
	assert_int_equal(!!(p->flags & WF_PARSE_IP), p->key.family != 0);
	assert_memory_equal(p->key.tag, zeros, 4);
	assert_memory_equal(p->key.dir, zeros, 2);
	if (p->flags & WF_PARSE_PORTS)
		assert_true(p->l4_offset != 0 && p->l4_offset + 4u <= len);
	if (p->key.family == 0)
		assert_memory_equal(p->key.src + 6, zeros, 10);
}

/* Parses every truncation of f. Once a header is whole it stays so. */
static void
check_truncations(const struct frame *f)
{
	struct wf_parsed whole = parse_frame(f);
	unsigned layers = 0;

	for (uint32_t len = 0; len <= f->len; len++) {
		struct wf_parsed p = parse_bytes(f->bytes, len);
		unsigned now = (len >= 14) + !!(p.flags & WF_PARSE_IP) + (p.l4_offset != 0);

		check_invariants(&p, len);
		assert_true(now >= layers);
		layers = now;
		if (len < 14)
			assert_int_equal(p.flags, WF_PARSE_TRUNCATED);
		if (p.l4_offset != 0)
			assert_memory_equal(&p.key, &whole.key, sizeof(p.key));
		else if (whole.l4_offset != 0 && len < whole.l4_offset && len >= 14)
			assert_true(p.flags & WF_PARSE_TRUNCATED || p.flags & WF_PARSE_IP);
	}
}

static void
short_frames_have_an_empty_key(void **state)
{
	static const uint8_t bytes[13] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 8 };
	static const struct wf_flow_key empty = { .vlan = { 0xff, 0xff } };

	for (uint32_t len = 0; len < 14; len++) {
		struct wf_parsed p = parse_bytes(bytes, len);

		assert_memory_equal(&p.key, &empty, sizeof(empty));
		assert_int_equal(p.flags, WF_PARSE_TRUNCATED);
	}
}

static void
every_truncation_of_ipv4(void **state)
{
	static const uint8_t protos[] = { 1, 6, 17, 33, 47, 132 };

	for (size_t i = 0; i < WF_ARRAY_SIZE(protos); i++) {
		for (uint8_t options = 0; options <= 40; options += 20) {
			struct frame f = { .len = 0 };

			put_ether(&f, 0x0800);
			put_ipv4(&f, (struct ipv4_opt){ .proto = protos[i],
					     .option_bytes = options,
					     .payload_bytes = 20 });
			put_ports(&f, 0x0800, 2, 20);
			check_truncations(&f);
		}
	}
}

static void
every_truncation_of_tags(void **state)
{
	struct frame f = { .len = 0 };

	put_ether(&f, 0x88a8);
	put_tag(&f, 1, 0x9100);
	put_tag(&f, 2, 0x8100);
	put_tag(&f, 3, 0x8100);
	put_tag(&f, 4, 0x86dd);
	put_ipv6(&f, 17, 0, 8);
	put_ports(&f, 1, 2, 8);
	check_truncations(&f);
}

static void
every_truncation_of_ipv6(void **state)
{
	struct frame f = { .len = 0 };

	put_ether(&f, 0x86dd);
	put_ipv6(&f, 0, 0, 8 + 24 + 16 + 8 + 8);
	put_extension(&f, 43, 0);
	put_extension(&f, 51, 2);
	put8(&f, 44);
	put8(&f, 2);
	put_zeros(&f, 14);
	put_ipv6_fragment(&f, 58, 1);
	put_icmp(&f, 128, 9);
	check_truncations(&f);
}

static void
every_truncation_of_others(void **state)
{
	struct frame arp = { .len = 0 }, llc = { .len = 0 };

	put_ether(&arp, 0x0806);
	put_zeros(&arp, 28);
	check_truncations(&arp);
	put_ether(&llc, 30);
	put_zeros(&llc, 46);
	check_truncations(&llc);
}

static void
a_cut_ip_header_leaves_the_mac_addresses(void **state)
{
	struct frame f = { .len = 0 };
	struct wf_parsed p;

	put_ether(&f, 0x0800);
	put_ipv4(&f, (struct ipv4_opt){ .proto = 17, .option_bytes = 4, .payload_bytes = 8 });
	p = parse_bytes(f.bytes, f.len - 1);
	assert_int_equal(p.key.family, 0);
	assert_int_equal(p.key.src[5], 0x0a);
	assert_int_equal(read16(p.key.ethertype), 0x0800);
	assert_int_equal(p.flags, WF_PARSE_TRUNCATED);
}

static void
cut_ports_leave_the_addresses(void **state)
{
	struct frame f = { .len = 0 };
	struct wf_parsed p;

	put_ether(&f, 0x0800);
	put_ipv4(&f, (struct ipv4_opt){ .proto = 17, .payload_bytes = 8 });
	put_zeros(&f, 3);
	p = parse_frame(&f);
	assert_int_equal(p.key.family, 4);
	assert_int_equal(p.key.proto, 17);
	assert_int_equal(p.l4_offset, 0);
	assert_int_equal(p.flags, WF_PARSE_IP | WF_PARSE_TRUNCATED);
}

static void
ipv4_header_lengths_0_to_15(void **state)
{
	for (unsigned ihl = 0; ihl <= 15; ihl++) {
		struct frame f = { .len = 0 };
		struct wf_parsed p;

		put_ether(&f, 0x0800);
		put_ipv4(&f, (struct ipv4_opt){ .proto = 17, .payload_bytes = 60 });
		put_ports(&f, 1, 2, 60);
		f.bytes[14] = (uint8_t)(0x40 | ihl);
		p = parse_frame(&f);
		check_invariants(&p, f.len);
		assert_int_equal(p.key.family, ihl < 5 ? 0 : 4);
		assert_int_equal(p.l4_offset, ihl < 5 ? 0 : 14 + ihl * 4);
		assert_int_equal(!!(p.flags & WF_PARSE_TRUNCATED), ihl < 5);
		check_truncations(&f);
	}
}

static void
the_version_must_be_the_ethertypes(void **state)
{
	static const uint16_t types[] = { 0x0800, 0x86dd };

	for (unsigned i = 0; i < 32; i++) {
		unsigned version = i / 2;
		bool ipv4 = i % 2 == 0;
		struct frame f = { .len = 0 };
		struct wf_parsed p;

		put_ether(&f, types[i % 2]);
		put_zeros(&f, 60);
		f.bytes[14] = (uint8_t)(version << 4 | 5);
		p = parse_frame(&f);
		assert_int_equal(p.key.family, version == (ipv4 ? 4 : 6) ? version : 0);
	}
}

static void
a_total_length_below_the_header_is_malformed(void **state)
{
	struct frame f = { .len = 0 };
	struct wf_parsed p;

	put_ether(&f, 0x0800);
	put_ipv4(&f, (struct ipv4_opt){ .proto = 17, .option_bytes = 4, .payload_bytes = 8 });
	put_ports(&f, 1, 2, 8);
	f.bytes[17] = 20;
	p = parse_frame(&f);
	assert_int_equal(p.key.family, 4);
	assert_int_equal(p.flags, WF_PARSE_IP | WF_PARSE_TRUNCATED);
}

static void
extension_headers_are_bounded(void **state)
{
	for (unsigned n = 1; n <= 60; n++) {
		struct frame f = { .len = 0 };
		struct wf_parsed p;
		bool followed = n <= WF_PARSE_EXTENSIONS;

		put_ether(&f, 0x86dd);
		put_ipv6(&f, 60, 0, (uint16_t)(n * 8 + 8));
		for (unsigned i = 1; i <= n; i++)
			put_extension(&f, i < n ? 60 : 17, 0);
		put_ports(&f, 1, 2, 8);
		p = parse_frame(&f);
		check_invariants(&p, f.len);
		assert_int_equal(p.key.proto, followed ? 17 : 60);
		assert_int_equal(!!(p.flags & WF_PARSE_PORTS), followed);
		assert_int_equal(!!(p.flags & WF_PARSE_TRUNCATED), !followed);
	}
}

static void
an_extension_past_the_end_stops_at_ipv6(void **state)
{
	static const uint8_t kinds[] = { 0, 43, 51, 60 };

	for (size_t i = 0; i < WF_ARRAY_SIZE(kinds); i++) {
		struct frame f = { .len = 0 };
		struct wf_parsed p;

		put_ether(&f, 0x86dd);
		put_ipv6(&f, kinds[i], 0, 64);
		put8(&f, 17);
		put8(&f, 255);
		put_zeros(&f, 62);
		p = parse_frame(&f);
		assert_int_equal(p.key.family, 6);
		assert_int_equal(p.key.proto, kinds[i]);
		assert_int_equal(p.flags, WF_PARSE_IP | WF_PARSE_TRUNCATED);
	}
}

static void
hop_by_hop_for_ever_ends(void **state)
{
	struct frame f = { .len = 0 };

	put_ether(&f, 0x86dd);
	put_ipv6(&f, 0, 0, 800);
	put_zeros(&f, 800); /* next header 0, length 0, again and again */
	assert_int_equal(parse_frame(&f).flags, WF_PARSE_IP | WF_PARSE_TRUNCATED);
	check_truncations(&f);
}

static uint64_t
next_random(uint64_t *state)
{
	*state = *state * 6364136223846793005ull + 1442695040888963407ull;
	return *state >> 32;
}

static void
any_bytes_keep_the_invariants(void **state)
{
	static const uint16_t types[] = { 0x0800, 0x86dd, 0x8100, 0x88a8, 0x0806 };
	uint64_t seed = 1;

	for (unsigned round = 0; round < 200000; round++) {
		uint8_t bytes[160];
		uint32_t len = (uint32_t)next_random(&seed) % sizeof(bytes);
		uint16_t type = types[next_random(&seed) % WF_ARRAY_SIZE(types)];
		struct wf_parsed p, again;

		for (uint32_t i = 0; i < len; i++) {
			uint64_t r = next_random(&seed);

			bytes[i] = (uint8_t)(r & r >> 8); /* more zeros: longer chains of headers */
		}
		if (len >= 15) {
			bytes[12] = (uint8_t)(type >> 8);
			bytes[13] = (uint8_t)type;
			bytes[14] = (uint8_t)(type == 0x86dd ? 0x60 : 0x40 | (bytes[14] & 15));
		}
		p = parse_bytes(bytes, len);
		again = parse_bytes(bytes, len);
		check_invariants(&p, len);
		assert_memory_equal(&p, &again, sizeof(p));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(short_frames_have_an_empty_key),
		cmocka_unit_test(every_truncation_of_ipv4),
		cmocka_unit_test(every_truncation_of_tags),
		cmocka_unit_test(every_truncation_of_ipv6),
		cmocka_unit_test(every_truncation_of_others),
		cmocka_unit_test(a_cut_ip_header_leaves_the_mac_addresses),
		cmocka_unit_test(cut_ports_leave_the_addresses),
		cmocka_unit_test(ipv4_header_lengths_0_to_15),
		cmocka_unit_test(the_version_must_be_the_ethertypes),
		cmocka_unit_test(a_total_length_below_the_header_is_malformed),
		cmocka_unit_test(extension_headers_are_bounded),
		cmocka_unit_test(an_extension_past_the_end_stops_at_ipv6),
		cmocka_unit_test(hop_by_hop_for_ever_ends),
		cmocka_unit_test(any_bytes_keep_the_invariants),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
