/* SPDX-License-Identifier: BSD-3-Clause
 * The keys of a match: what they mean, and what is refused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rig.h"

#define CLASS RIG_LINK("classes = ( { name = \"c\"; match = { %s }; ab = {}; } );")

static struct wf_match
match(const char *keys)
{
	char text[1024];
	struct wf_conf *c;
	struct wf_match m;

	snprintf(text, sizeof(text), CLASS, keys);
	c = rig_conf(text);
	m = c->links[0].classes[0].match;
	wf_conf_free(c);
	return m;
}

static void
refuses(const char *keys, const char *complaint)
{
	char text[1024], line[1024];

	snprintf(text, sizeof(text), CLASS, keys);
	snprintf(line, sizeof(line), "t.conf:3: links.wan.classes.c.match%s\n", complaint);
	rig_refuses(text, line);
}

static void
assert_prefix(const struct wf_prefix *p, int family, const char *address, int length)
{
	char text[64];

	assert_int_equal(p->family, family);
	assert_int_equal(p->len, length);
	inet_ntop(AF_INET6, p->addr, text, sizeof(text));
	assert_string_equal(text, address);
}

static void
nothing_given_matches_everything(void **state)
{
	assert_int_equal(match("").has, 0);
}

static void
addresses_are_prefixes(void **state)
{
	struct wf_match m = match("src = \"10.1.2.3/8\"; dst = \"192.0.2.1\";");

	assert_int_equal(m.has, WF_MATCH_SRC | WF_MATCH_DST);
	assert_prefix(&m.src, 4, "::ffff:10.0.0.0", 104);
	assert_prefix(&m.dst, 4, "::ffff:192.0.2.1", 128);
	m = match("src = \"2001:db8:ffff::1/33\"; dst = \"::1\";");
	assert_prefix(&m.src, 6, "2001:db8:8000::", 33);
	assert_prefix(&m.dst, 6, "::1", 128);
	m = match("src = \"0.0.0.0/0\";");
	assert_prefix(&m.src, 4, "::ffff:0.0.0.0", 96);
	m = match("dst = \"::/0\";");
	assert_prefix(&m.dst, 6, "::", 0);
}

static void
ports_are_numbers_or_ranges(void **state)
{
	struct wf_match m = match("sport = 80; dport = \"5060-5090\";");

	assert_int_equal(m.has, WF_MATCH_SPORT | WF_MATCH_DPORT);
	assert_int_equal(m.sport.lo, 80);
	assert_int_equal(m.sport.hi, 80);
	assert_int_equal(m.dport.lo, 5060);
	assert_int_equal(m.dport.hi, 5090);
	m = match("sport = \"0-65535\"; dport = \"010\";");
	assert_int_equal(m.sport.hi, 65535);
	assert_int_equal(m.dport.lo, 10);
}

static void
protocols_have_names(void **state)
{
	assert_int_equal(match("proto = \"tcp\";").proto, 6);
	assert_int_equal(match("proto = \"udp\";").proto, 17);
	assert_int_equal(match("proto = \"icmp\";").proto, 1);
	assert_int_equal(match("proto = \"icmpv6\";").proto, 58);
	assert_int_equal(match("proto = \"sctp\";").proto, 132);
	assert_int_equal(match("proto = 89;").proto, 89);
	assert_int_equal(match("proto = \"255\";").has, WF_MATCH_PROTO);
}

static void
dscp_has_names_numbers_and_ranges(void **state)
{
	struct wf_match m = match("dscp = \"ef\";");

	assert_int_equal(m.dscp.lo, 46);
	assert_int_equal(m.dscp.hi, 46);
	assert_int_equal(match("dscp = \"cs1\";").dscp.lo, 8);
	m = match("dscp = \"af11-af43\";");
	assert_int_equal(m.dscp.lo, 10);
	assert_int_equal(m.dscp.hi, 38);
	assert_int_equal(match("dscp = 63;").dscp.hi, 63);
}

/* RFC 2597: afXY is 8X + 2Y; RFC 2474: csX is 8X. */
static void
dscp_names_follow_the_rfcs(void **state)
{
	char keys[64];

	for (int x = 1; x <= 4; x++)
		for (int y = 1; y <= 3; y++) {
			snprintf(keys, sizeof(keys), "dscp = \"af%d%d\";", x, y);
			assert_int_equal(match(keys).dscp.lo, 8 * x + 2 * y);
		}
	for (int x = 0; x <= 7; x++) {
		snprintf(keys, sizeof(keys), "dscp = \"cs%d\";", x);
		assert_int_equal(match(keys).dscp.lo, 8 * x);
	}
}

static void
vlan_and_ethertype(void **state)
{
	struct wf_match m = match("vlan = \"100-200\"; ethertype = \"arp\";");

	assert_int_equal(m.has, WF_MATCH_VLAN | WF_MATCH_ETHERTYPE);
	assert_int_equal(m.vlan.lo, 100);
	assert_int_equal(m.vlan.hi, 200);
	assert_int_equal(m.ethertype, 0x0806);
	assert_int_equal(match("ethertype = 0x88cc;").ethertype, 0x88cc);
	assert_int_equal(match("ethertype = \"0x88cc\";").ethertype, 0x88cc);
	assert_int_equal(match("ethertype = \"ipv6\";").ethertype, 0x86dd);
	assert_int_equal(match("vlan = 0;").vlan.hi, 0);
}

static void
mirror_is_off_until_asked_for(void **state)
{
	assert_false(match("sport = 80;").mirror);
	assert_true(match("sport = 80; mirror = true;").mirror);
}

static void
what_is_no_prefix_is_refused(void **state)
{
	static const char *const bad[] = { "10.0.0", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1",
		"10.0.0.0/8/8", "::/129", "host", "", "10.0.0.256", "fe80::1%eth0" };
	char keys[128], line[512];

	for (size_t i = 0; i < WF_ARRAY_SIZE(bad); i++) {
		snprintf(keys, sizeof(keys), "src = \"%s\";", bad[i]);
		snprintf(line, sizeof(line),
			".src: \"%s\" is not a prefix. Write an address or a prefix, such as "
			"\"10.0.0.0/8\" or \"2001:db8::/32\".",
			bad[i]);
		refuses(keys, line);
	}
}

static void
two_versions_of_ip_never_meet(void **state)
{
	refuses("src = \"10.0.0.1\"; dst = \"::1\";", ": \"src\" and \"dst\" are of different IP "
						      "versions, so nothing can match. Make two "
						      "classes.");
}

static void
what_is_no_range_is_refused(void **state)
{
	static const char *const bad[] = { "65536", "90-80", "-80", "80-", "-", "80-90-100", "http",
		"", "0x", "80x", "00000000000000000000000000000080xyz" };
	char keys[128], line[512];

	for (size_t i = 0; i < WF_ARRAY_SIZE(bad); i++) {
		snprintf(keys, sizeof(keys), "dport = \"%s\";", bad[i]);
		snprintf(line, sizeof(line),
			".dport: \"%s\" is not a dport. Write a port or a range, such as "
			"\"5060-5090\".",
			bad[i]);
		refuses(keys, line);
	}
}

static void
numbers_out_of_their_field_are_refused(void **state)
{
	refuses("vlan = 4095;",
		".vlan: \"4095\" is not a vlan. Write an identifier from 0 to 4094, or a range.");
	refuses("dscp = 64;",
		".dscp: \"64\" is not a dscp. Write 0 to 63, a range, or a name such as \"ef\".");
	refuses("dscp = \"af44\";",
		".dscp: \"af44\" is not a dscp. Write 0 to 63, a range, or a name such as \"ef\".");
	refuses("proto = 256;",
		".proto: \"256\" is not a protocol. Write tcp, udp, icmp, icmpv6, sctp or a number "
		"up to 255.");
	refuses("proto = \"-1\";",
		".proto: \"-1\" is not a protocol. Write tcp, udp, icmp, icmpv6, sctp or a number "
		"up to 255.");
	refuses("ethertype = 0x10000;",
		".ethertype: \"65536\" is not an Ethernet type. Write ipv4, ipv6, arp or a number "
		"such as 0x88cc.");
	refuses("mirror = \"maybe\";",
		".mirror: \"maybe\" is not true or false. Write true or false.");
}

static void
either_side_has_keys_of_its_own(void **state)
{
	struct wf_match m = match("port = \"50-60\"; mac = \"02:aB:00:00:00:01\";");

	assert_int_equal(m.has, WF_MATCH_PORT | WF_MATCH_MAC);
	assert_int_equal(m.port.lo, 50);
	assert_int_equal(m.port.hi, 60);
	assert_memory_equal(m.mac, "\x02\xab\0\0\0\x01", 6);
	refuses("port = \"65536\";",
		".port: \"65536\" is not a port. Write a port or a range, such as \"5060-5090\".");
	refuses("mac = \"2:ab:0:0:0:1\";",
		".mac: \"2:ab:0:0:0:1\" is not a MAC address. Write six bytes, as in "
		"\"02:00:00:00:00:01\".");
	refuses("mac = \"02:ab:00:00:00:01:02\";",
		".mac: \"02:ab:00:00:00:01:02\" is not a MAC address. Write six bytes, as in "
		"\"02:00:00:00:00:01\".");
	refuses("port = 1; sport = 2; dport = 3;",
		".port: neither \"sport\" nor \"dport\" can be within \"port\", so nothing can "
		"match. Leave one of them out.");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(either_side_has_keys_of_its_own),
		cmocka_unit_test(nothing_given_matches_everything),
		cmocka_unit_test(addresses_are_prefixes),
		cmocka_unit_test(ports_are_numbers_or_ranges),
		cmocka_unit_test(protocols_have_names),
		cmocka_unit_test(dscp_has_names_numbers_and_ranges),
		cmocka_unit_test(dscp_names_follow_the_rfcs),
		cmocka_unit_test(vlan_and_ethertype),
		cmocka_unit_test(mirror_is_off_until_asked_for),
		cmocka_unit_test(what_is_no_prefix_is_refused),
		cmocka_unit_test(two_versions_of_ip_never_meet),
		cmocka_unit_test(what_is_no_range_is_refused),
		cmocka_unit_test(numbers_out_of_their_field_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
