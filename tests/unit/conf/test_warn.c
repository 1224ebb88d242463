/* SPDX-License-Identifier: BSD-3-Clause
 * Classes that are valid but hardly what was meant.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rig.h"

/* `classes` gives exactly `n` warnings, the first of which holds `text`. */
static void
warns(const char *classes, size_t n, const char *text)
{
	struct wf_err *err = wf_err_new();
	struct wf_node *tree;
	struct wf_conf *conf;
	char config[2048], *lines;

	snprintf(config, sizeof(config),
		"ports = ( { name = \"a\"; device = \"net_tap0\"; }, { name = \"b\"; device = "
		"\"net_tap1\"; } );\n"
		"links = ( { name = \"wan\"; ports = [ \"a\", \"b\" ]; classes = (\n%s\n); } );\n",
		classes);
	tree = rig_tree(config);
	conf = wf_conf_bind(tree, err);
	assert_non_null(conf);
	wf_conf_warn(conf, err);
	lines = rig_lines(err);
	if (wf_err_count(err) != n || (n > 0 && strstr(lines, text) == NULL))
		fail_msg("%s\n%s", classes, lines);
	free(lines);
	wf_conf_free(conf);
	wf_node_free(tree);
	wf_err_free(err);
}

#define AB   " ab = { delay = \"1ms\"; }; "
#define BOTH AB "ba = { delay = \"1ms\"; }; "

static void
shadows(const char *first, const char *second, bool yes)
{
	char text[1024];

	snprintf(text, sizeof(text), "{ name = \"x\"; %s" AB "}, { name = \"y\"; %s" AB "}", first,
		second);
	warns(text, yes, "no packet of ab reaches class \"y\": class \"x\"");
}

static void
a_class_behind_a_wider_one_gets_nothing(void **state)
{
	shadows("match = { proto = \"tcp\"; };", "match = { proto = \"tcp\"; dport = 80; };", true);
	shadows("match = { proto = \"tcp\"; dport = 80; };", "match = { proto = \"tcp\"; };",
		false);
	shadows("match = { proto = \"udp\"; };", "match = { proto = \"tcp\"; };", false);
	shadows("match = { src = \"10.0.0.0/8\"; };", "match = { src = \"10.1.0.0/16\"; };", true);
	shadows("match = { src = \"10.1.0.0/16\"; };", "match = { src = \"10.0.0.0/8\"; };", false);
	shadows("match = { src = \"10.0.0.0/9\"; };", "match = { src = \"10.128.0.0/16\"; };",
		false);
	shadows("match = { src = \"::/0\"; };", "match = { src = \"10.1.0.0/16\"; };", false);
	shadows("match = { dport = \"1-100\"; };", "match = { dport = \"50-100\"; };", true);
	shadows("match = { dport = \"1-100\"; };", "match = { dport = \"50-101\"; };", false);
	shadows("match = { port = \"1-100\"; };", "match = { sport = 7; };", true);
	shadows("match = { sport = 7; };", "match = { port = 7; };", false);
	shadows("match = { vlan = 7; };", "match = { vlan = 7; dscp = 3; };", true);
	shadows("match = { dscp = 3; };", "match = { vlan = 7; };", false);
	shadows("match = { ethertype = \"0x0806\"; };", "match = { ethertype = \"0x0806\"; };",
		true);
	shadows("match = { mac = \"02:00:00:00:00:01\"; };",
		"match = { mac = \"02:00:00:00:00:02\"; };", false);
	shadows("match = { proto = \"tcp\"; }; filter = \"ether host 02:00:00:00:00:01\";",
		"match = { proto = \"tcp\"; };", false);
	shadows("match = { proto = \"tcp\"; };",
		"match = { proto = \"tcp\"; }; filter = \"ether host 02:00:00:00:00:01\";", true);
}

static void
directions_count_on_their_own(void **state)
{
	/* In ba the first class has no say, and mirrored it has another. */
	warns("{ name = \"x\"; match = { proto = \"tcp\"; };" AB "},"
	      "{ name = \"y\"; match = { proto = \"tcp\"; }; ba = { delay = \"1ms\"; }; }",
		0, NULL);
	warns("{ name = \"x\"; match = { dport = 80; mirror = true; };" BOTH "},"
	      "{ name = \"y\"; match = { dport = 80; mirror = true; };" BOTH "}",
		2, "no packet of ab reaches class \"y\"");
	warns("{ name = \"x\"; match = { dport = 80; mirror = true; };" BOTH "},"
	      "{ name = \"y\"; match = { sport = 80; }; ba = { delay = \"1ms\"; }; }",
		2, "in ba, class \"y\" matches by sport");
	warns("{ name = \"x\"; match = { dport = 80; mirror = true; }; ba = { delay = \"1ms\"; }; "
	      "},"
	      "{ name = \"y\"; match = { dport = 80; };" AB "}",
		0, NULL);
}

static void
ba_without_mirror_is_asked_about(void **state)
{
	warns("{ name = \"web\"; match = { dport = 443; };" BOTH "}", 1,
		"in ba, class \"web\" matches by dport");
	warns("{ name = \"web\"; match = { dport = 443; }; ba = { loss = \"1%\"; }; }", 1,
		"mirror");
	warns("{ name = \"web\"; match = { dport = 443; };" AB "}", 0, NULL);
	warns("{ name = \"web\"; match = { dport = 443; mirror = true; };" BOTH "}", 0, NULL);
	warns("{ name = \"web\"; match = { port = 443; };" BOTH "}", 0, NULL);
	warns("{ name = \"net\"; match = { src = \"10.0.0.0/8\"; };" BOTH "}", 1, "by src");
	warns("{ name = \"net\"; match = { src = \"10.0.0.0/8\"; }; ba = { loss = \"1%\"; }; }", 0,
		NULL);
}

static void
filter_says(const char *filter, bool warned)
{
	char text[512];

	snprintf(text, sizeof(text), "{ name = \"x\"; filter = \"%s\";" AB "}", filter);
	warns(text, warned, "without `vlan` the filter sees no frame with a VLAN tag");
}

static void
filters_without_vlan_miss_tagged_frames(void **state)
{
	filter_says("tcp port 80", true);
	filter_says("host 10.0.0.1", true);
	filter_says("(icmp)", true);
	filter_says("ether host 02:00:00:00:00:01 and udp", true);
	filter_says("ip[8] < 5", true);
	filter_says("tcp or (vlan and tcp)", false);
	filter_says("vlan 7", false);
	filter_says("ether host 02:00:00:00:00:01", false);
	filter_says("ether src host 02:00:00:00:00:01", false);
	filter_says("ether proto ip", false);
	filter_says("less 200", false);
	filter_says("broadcast or multicast", false);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_class_behind_a_wider_one_gets_nothing),
		cmocka_unit_test(directions_count_on_their_own),
		cmocka_unit_test(ba_without_mirror_is_asked_about),
		cmocka_unit_test(filters_without_vlan_miss_tagged_frames),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
