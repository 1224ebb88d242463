/* SPDX-License-Identifier: BSD-3-Clause
 * What a rule matches, field by field.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "eal.h"
#include "wf_rules.h"

/* UDP from a.b.c.d, untagged. */
static struct wf_parsed
udp4(uint32_t src, uint32_t dst, uint16_t sport, uint16_t dport)
{
	struct wf_parsed p = {
		.key = { .src = { [10] = 0xff, 0xff, src >> 24, src >> 16, src >> 8, src },
			.dst = { [10] = 0xff, 0xff, dst >> 24, dst >> 16, dst >> 8, dst },
			.sport = { sport >> 8, sport },
			.dport = { dport >> 8, dport },
			.vlan = { 0xff, 0xff },
			.ethertype = { 8, 0 },
			.proto = 17,
			.family = 4 },
		.flags = WF_PARSE_IP | WF_PARSE_PORTS,
	};

	return p;
}

static struct wf_parsed
tcp6(void)
{
	struct wf_parsed p = udp4(0x0a000001, 0x0a000002, 1000, 80);

	memcpy(p.key.src, "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01", 16);
	memcpy(p.key.dst, "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x02", 16);
	memcpy(p.key.ethertype, "\x86\xdd", 2);
	p.key.family = 6;
	p.key.proto = 6;
	return p;
}

static struct wf_parsed
arp(void)
{
	struct wf_parsed p = { .key = { .src = { 2, 0, 0, 0, 0, 1 },
				       .dst = { 2, 0, 0, 0, 0, 2 },
				       .vlan = { 0xff, 0xff },
				       .ethertype = { 8, 6 } },
		.flags = WF_PARSE_NEIGHBOUR };

	return p;
}

static struct wf_prefix
prefix4(uint32_t addr, uint8_t len)
{
	struct wf_prefix p = {
		.addr = { [10] = 0xff, 0xff, addr >> 24, addr >> 16, addr >> 8, addr },
		.len = 96 + len,
		.family = 4
	};

	return p;
}

static struct wf_prefix
prefix6(const char *bytes, uint8_t len)
{
	struct wf_prefix p = { .len = len, .family = 6 };

	memcpy(p.addr, bytes, 16);
	return p;
}

static struct wf_rules *
build_on(enum wf_side side, const struct wf_rule *rules, size_t n)
{
	struct wf_err *err = wf_err_new();
	struct wf_rules *r = wf_rules_new("test", side, rules, n, err);

	assert_non_null(r);
	assert_int_equal(wf_err_count(err), 0);
	wf_err_free(err);
	return r;
}

static uint16_t
class_of(const struct wf_rules *r, struct wf_parsed p)
{
	const struct wf_parsed *one = &p;
	uint16_t class_id = 0xdead;

	wf_rules_classify(r, &one, &class_id, 1);
	return class_id;
}

/* Does a rule with this match alone match p on this side? */
static bool
matches_on(enum wf_side side, struct wf_match match, struct wf_parsed p)
{
	struct wf_rule rule = { .match = match, .class_id = 7 };
	struct wf_rules *r = build_on(side, &rule, 1);
	uint16_t class_id = class_of(r, p);

	wf_rules_free(r);
	assert_true(class_id == 0 || class_id == 7);
	return class_id == 7;
}

static bool
matches(struct wf_match match, struct wf_parsed p)
{
	return matches_on(WF_AB, match, p);
}

static void
no_rules_match_nothing(void **state)
{
	struct wf_rules *r = build_on(WF_AB, NULL, 0);

	assert_int_equal(class_of(r, udp4(1, 2, 3, 4)), 0);
	wf_rules_free(r);
	wf_rules_free(NULL);
}

static void
an_empty_match_matches_everything(void **state)
{
	struct wf_match m = { .has = 0 };

	assert_true(matches(m, udp4(1, 2, 3, 4)));
	assert_true(matches(m, tcp6()));
	assert_true(matches(m, arp()));
	assert_true(matches(m, (struct wf_parsed){ .flags = WF_PARSE_TRUNCATED }));
}

static void
an_ipv4_prefix(void **state)
{
	struct wf_match m = { .has = WF_MATCH_SRC, .src = prefix4(0x0a010200, 23) };

	assert_true(matches(m, udp4(0x0a010200, 1, 2, 3)));
	assert_true(matches(m, udp4(0x0a0103ff, 1, 2, 3)));
	assert_false(matches(m, udp4(0x0a010400, 1, 2, 3)));
	assert_false(matches(m, udp4(1, 0x0a010200, 2, 3)));
	m = (struct wf_match){ .has = WF_MATCH_DST, .dst = prefix4(0xc0a80001, 32) };
	assert_true(matches(m, udp4(1, 0xc0a80001, 2, 3)));
	assert_false(matches(m, udp4(1, 0xc0a80000, 2, 3)));
}

static void
an_ipv6_prefix(void **state)
{
	const char *net = "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01";

	for (unsigned len = 0; len <= 128; len++)
		assert_true(matches(
			(struct wf_match){ .has = WF_MATCH_SRC, .src = prefix6(net, (uint8_t)len) },
			tcp6()));
	/* The destination differs in the last two bits. */
	for (unsigned len = 0; len <= 128; len++)
		assert_int_equal(matches((struct wf_match){ .has = WF_MATCH_DST,
						 .dst = prefix6(net, (uint8_t)len) },
					 tcp6()),
			len <= 126);
}

static void
every_bit_of_an_address_counts(void **state)
{
	struct wf_match m = { .has = WF_MATCH_DST };

	for (int bit = 0; bit < 128; bit++) {
		struct wf_parsed p = tcp6();

		m.dst = prefix6((const char *)p.key.dst, 128);
		p.key.dst[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_false(matches(m, p));
	}
}

static void
families_never_match_each_other(void **state)
{
	struct wf_match any4 = { .has = WF_MATCH_SRC, .src = prefix4(0, 0) };
	struct wf_match any6 = { .has = WF_MATCH_SRC, .src = { .family = 6 } };
	struct wf_parsed mapped = tcp6();

	/* An IPv6 packet that carries a mapped address literally. */
	memcpy(mapped.key.src, udp4(0x0a000001, 0, 0, 0).key.src, 16);
	assert_true(matches(any4, udp4(1, 2, 3, 4)));
	assert_false(matches(any4, mapped));
	assert_false(matches(any4, arp()));
	assert_true(matches(any6, mapped));
	assert_false(matches(any6, udp4(1, 2, 3, 4)));
	assert_false(matches(any6, arp()));
}

static void
port_ranges_are_inclusive(void **state)
{
	struct wf_match m = { .has = WF_MATCH_DPORT, .dport = { 255, 513 } };

	assert_false(matches(m, udp4(1, 2, 300, 254)));
	assert_true(matches(m, udp4(1, 2, 3, 255)));
	assert_true(matches(m, udp4(1, 2, 3, 256)));
	assert_true(matches(m, udp4(1, 2, 3, 513)));
	assert_false(matches(m, udp4(1, 2, 3, 514)));
	m = (struct wf_match){ .has = WF_MATCH_SPORT, .sport = { 65535, 65535 } };
	assert_true(matches(m, udp4(1, 2, 65535, 3)));
	assert_false(matches(m, udp4(1, 2, 65534, 65535)));
}

static void
a_port_rule_needs_ports(void **state)
{
	struct wf_match any = { .has = WF_MATCH_SPORT, .sport = { 0, 65535 } };
	struct wf_parsed fragment = udp4(1, 2, 0, 0);

	fragment.flags = WF_PARSE_IP | WF_PARSE_FRAGMENT;
	assert_true(matches(any, udp4(1, 2, 0, 0)));
	assert_false(matches(any, fragment));
	assert_false(matches(any, arp()));
}

static void
port_is_of_either_side_and_of_sport_and_dport_too(void **state)
{
	struct wf_match m = { .has = WF_MATCH_PORT, .port = { 50, 60 } };

	assert_true(matches(m, udp4(1, 2, 50, 80)));
	assert_true(matches(m, udp4(1, 2, 80, 60)));
	assert_true(matches(m, udp4(1, 2, 55, 55)));
	assert_false(matches(m, udp4(1, 2, 49, 61)));
	assert_false(matches(m, arp()));
	m.has |= WF_MATCH_SPORT;
	m.sport = (struct wf_range16){ 58, 100 };
	assert_true(matches(m, udp4(1, 2, 58, 80)));
	assert_true(matches(m, udp4(1, 2, 99, 50)));
	assert_false(matches(m, udp4(1, 2, 50, 80)));
	assert_false(matches(m, udp4(1, 2, 57, 55)));
	assert_false(matches(m, udp4(1, 2, 99, 99)));
	m.sport = (struct wf_range16){ 70, 100 };
	assert_true(matches(m, udp4(1, 2, 70, 50)));
	assert_false(matches(m, udp4(1, 2, 70, 70)));
}

static void
a_protocol(void **state)
{
	struct wf_match udp = { .has = WF_MATCH_PROTO, .proto = 17 };

	assert_true(matches(udp, udp4(1, 2, 3, 4)));
	assert_false(matches(udp, tcp6()));
	assert_true(matches((struct wf_match){ .has = WF_MATCH_PROTO, .proto = 6 }, tcp6()));
}

static void
protocol_0_is_not_everything_but_ip(void **state)
{
	struct wf_parsed p = tcp6();

	p.key.proto = 0;
	p.flags = WF_PARSE_IP | WF_PARSE_TRUNCATED;
	assert_true(matches((struct wf_match){ .has = WF_MATCH_PROTO }, p));
	assert_false(matches((struct wf_match){ .has = WF_MATCH_PROTO }, arp()));
}

static void
a_vlan_rule_needs_a_tag(void **state)
{
	struct wf_match m = { .has = WF_MATCH_VLAN, .vlan = { 0, 4094 } };
	struct wf_parsed p = udp4(1, 2, 3, 4);

	assert_false(matches(m, p));
	p.key.vlan[0] = 0;
	p.key.vlan[1] = 0;
	assert_true(matches(m, p));
	m.vlan = (struct wf_range16){ 100, 200 };
	assert_false(matches(m, p));
	p.key.vlan[1] = 150;
	assert_true(matches(m, p));
}

static void
a_dscp_rule_needs_ip(void **state)
{
	struct wf_match m = { .has = WF_MATCH_DSCP, .dscp = { 0, 10 } };
	struct wf_parsed p = udp4(1, 2, 3, 4);

	assert_true(matches(m, p));
	p.dscp = 11;
	assert_false(matches(m, p));
	assert_false(matches(m, arp()));
}

static void
an_ethertype(void **state)
{
	struct wf_match m = { .has = WF_MATCH_ETHERTYPE, .ethertype = 0x0806 };

	assert_true(matches(m, arp()));
	assert_false(matches(m, udp4(1, 2, 3, 4)));
	m.ethertype = 0x86dd;
	assert_true(matches(m, tcp6()));
}

static void
all_fields_together(void **state)
{
	struct wf_match m = { .has = 0xff,
		.src = prefix4(0x0a000000, 8),
		.dst = prefix4(0xc0a80000, 16),
		.sport = { 1000, 2000 },
		.dport = { 53, 53 },
		.vlan = { 5, 5 },
		.dscp = { 46, 46 },
		.ethertype = 0x0800,
		.proto = 17 };
	struct wf_parsed p = udp4(0x0a000001, 0xc0a80001, 1500, 53), other;

	memcpy(p.key.vlan, "\0\x05", 2);
	p.dscp = 46;
	assert_true(matches(m, p));
	other = p;
	other.dscp = 45;
	assert_false(matches(m, other));
	other = p;
	other.key.proto = 6;
	assert_false(matches(m, other));
	other = p;
	other.key.src[12] = 11;
	assert_false(matches(m, other));
}

static void
the_first_rule_wins(void **state)
{
	const struct wf_rule rules[] = {
		{ { .has = WF_MATCH_SRC, .src = prefix4(0x0a010000, 16) }, 3 },
		{ { .has = WF_MATCH_SRC, .src = prefix4(0x0a010101, 32) }, 1 }, /* hidden */
		{ { .has = WF_MATCH_SRC, .src = prefix4(0x0a000000, 8) }, 2 },
		{ { .has = WF_MATCH_PROTO, .proto = 17 }, 9 },
	};
	struct wf_rules *r = build_on(WF_AB, rules, WF_ARRAY_SIZE(rules));

	assert_int_equal(class_of(r, udp4(0x0a010101, 1, 2, 3)), 3);
	assert_int_equal(class_of(r, udp4(0x0a020101, 1, 2, 3)), 2);
	assert_int_equal(class_of(r, udp4(0x0b020101, 1, 2, 3)), 9);
	assert_int_equal(class_of(r, tcp6()), 0);
	wf_rules_free(r);
}

static void
mirror_swaps_ends_on_the_way_back(void **state)
{
	struct wf_match m = { .has = WF_MATCH_DST | WF_MATCH_DPORT,
		.dst = prefix4(0x0a000001, 32),
		.dport = { 80, 80 },
		.mirror = true };
	struct wf_parsed request = udp4(1, 0x0a000001, 5000, 80);
	struct wf_parsed reply = udp4(0x0a000001, 1, 80, 5000);

	assert_true(matches_on(WF_AB, m, request));
	assert_false(matches_on(WF_AB, m, reply));
	assert_false(matches_on(WF_BA, m, request));
	assert_true(matches_on(WF_BA, m, reply));
	m.mirror = false;
	assert_true(matches_on(WF_BA, m, request));
	assert_false(matches_on(WF_BA, m, reply));
}

static void
mirror_keeps_each_end_with_its_own(void **state)
{
	struct wf_match m = { .has = WF_MATCH_SRC | WF_MATCH_DST | WF_MATCH_SPORT,
		.src = prefix4(0x0a000000, 8),
		.dst = prefix4(0x0b000000, 8),
		.sport = { 7, 7 },
		.mirror = true };

	assert_true(matches_on(WF_BA, m, udp4(0x0b000001, 0x0a000001, 99, 7)));
	assert_false(matches_on(WF_BA, m, udp4(0x0b000001, 0x0a000001, 7, 99)));
	assert_false(matches_on(WF_BA, m, udp4(0x0a000001, 0x0b000001, 99, 7)));
}

static void
many_packets_at_once(void **state)
{
	const struct wf_rule rule = { { .has = WF_MATCH_SPORT, .sport = { 10, 60 } }, 4 };
	struct wf_rules *r = build_on(WF_AB, &rule, 1);
	struct wf_parsed p[100];
	const struct wf_parsed *all[100];
	uint16_t class_id[100];

	for (uint16_t i = 0; i < 100; i++) {
		p[i] = udp4(1, 2, i, 3);
		all[i] = &p[i];
	}
	wf_rules_classify(r, all, class_id, 100);
	for (int i = 0; i < 100; i++)
		assert_int_equal(class_id[i], i >= 10 && i <= 60 ? 4 : 0);
	wf_rules_free(r);
}

static void
two_sets_of_one_name_are_apart(void **state)
{
	const struct wf_rule udp = { { .has = WF_MATCH_PROTO, .proto = 17 }, 1 };
	const struct wf_rule tcp = { { .has = WF_MATCH_PROTO, .proto = 6 }, 2 };
	struct wf_rules *a = build_on(WF_AB, &udp, 1), *b = build_on(WF_AB, &tcp, 1);

	assert_int_equal(class_of(a, udp4(1, 2, 3, 4)), 1);
	assert_int_equal(class_of(b, udp4(1, 2, 3, 4)), 0);
	wf_rules_free(a);
	assert_int_equal(class_of(b, tcp6()), 2);
	wf_rules_free(b);
}

/* All reasons at once, each naming its rule. */
static void
impossible_rules_are_refused(void **state)
{
	const struct wf_rule rules[] = {
		{ { .has = WF_MATCH_PROTO, .proto = 6 }, 1 },
		{ { .has = WF_MATCH_SRC | WF_MATCH_DST,
			  .src = prefix4(0, 0),
			  .dst = { .family = 6 } },
			2 },
		{ { .has = WF_MATCH_SPORT, .sport = { 2, 1 } }, 3 },
		{ { .has = WF_MATCH_DSCP, .dscp = { 0, 64 } }, 4 },
		{ { .has = WF_MATCH_DST, .dst = { .family = 6, .len = 129 } }, 5 },
	};
	struct wf_err *err = wf_err_new();

	assert_null(wf_rules_new("wan", WF_AB, rules, WF_ARRAY_SIZE(rules), err));
	assert_int_equal(wf_err_count(err), 4);
	assert_string_equal(wf_err_item(err, 0)->message,
		"wan: rule 2: src is IPv4 and dst is IPv6, so nothing can match");
	assert_string_equal(wf_err_item(err, 1)->message, "wan: rule 3: sport 2 to 1 is empty");
	wf_err_free(err);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(port_is_of_either_side_and_of_sport_and_dport_too),
		cmocka_unit_test(no_rules_match_nothing),
		cmocka_unit_test(an_empty_match_matches_everything),
		cmocka_unit_test(an_ipv4_prefix),
		cmocka_unit_test(an_ipv6_prefix),
		cmocka_unit_test(every_bit_of_an_address_counts),
		cmocka_unit_test(families_never_match_each_other),
		cmocka_unit_test(port_ranges_are_inclusive),
		cmocka_unit_test(a_port_rule_needs_ports),
		cmocka_unit_test(a_protocol),
		cmocka_unit_test(protocol_0_is_not_everything_but_ip),
		cmocka_unit_test(a_vlan_rule_needs_a_tag),
		cmocka_unit_test(a_dscp_rule_needs_ip),
		cmocka_unit_test(an_ethertype),
		cmocka_unit_test(all_fields_together),
		cmocka_unit_test(the_first_rule_wins),
		cmocka_unit_test(mirror_swaps_ends_on_the_way_back),
		cmocka_unit_test(mirror_keeps_each_end_with_its_own),
		cmocka_unit_test(many_packets_at_once),
		cmocka_unit_test(two_sets_of_one_name_are_apart),
		cmocka_unit_test(impossible_rules_are_refused),
	};

	return cmocka_run_group_tests(tests, eal_start, eal_stop);
}
