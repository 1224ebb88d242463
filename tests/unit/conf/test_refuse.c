/* SPDX-License-Identifier: BSD-3-Clause
 * Configurations that are wrong, and the very lines that say so.
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

struct wrong {
	const char *text, *line;
};

/* Each text, between the other two, is refused with its very lines. */
static void
refuse_all(const char *before, const struct wrong *w, size_t n, const char *after)
{
	char text[2048];

	for (size_t i = 0; i < n; i++) {
		snprintf(text, sizeof(text), "%s%s%s", before, w[i].text, after);
		rig_refuses(text, w[i].line);
	}
}

#define A "{ name = \"a\"; device = \"net_null0\"; }"
#define B "{ name = \"b\"; device = \"net_null1\"; }"

static void
unknown_and_impossible_values_at_the_top(void **state)
{
	static const struct wrong w[] = {
		{ "sede = 42;", "t.conf:5: sede: unknown key \"sede\". Did you mean \"seed\"?\n" },
		{ "seed = -1;", "t.conf:5: seed: \"-1\" is not a seed. Write a whole number from 0 "
				"to 2^64 - 1; from 2^31 on with an L behind it or in quotes.\n" },
		{ "seed = 1.5;",
			"t.conf:5: seed: \"1.5\" is not a seed. Write a whole number from 0 to "
			"2^64 - 1; from 2^31 on with an L behind it or in quotes.\n" },
		{ "seed = \"0x\";",
			"t.conf:5: seed: \"0x\" is not a seed. Write a whole number from 0 to 2^64 "
			"- 1; from 2^31 on with an L behind it or in quotes.\n" },
		{ "seed = \"18446744073709551616\";",
			"t.conf:5: seed: \"18446744073709551616\" is not a seed. Write a whole "
			"number from 0 to 2^64 - 1; from 2^31 on with an L behind it or in "
			"quotes.\n" },
		{ "seed = ( 1 );", "t.conf:5: seed: a single value is expected here.\n" },
		{ "schema_version = 2;",
			"t.conf:5: schema_version: 2 is out of range. It has to be 1.\n" },
		{ "memory = \"1MB\";",
			"t.conf:5: memory: 1MB is out of range. It may be from 16MB to 1024GB.\n" },
		{ "memory = 1000000;", "t.conf:5: memory: \"1000000\" has no unit. Write a size "
				       "with B, kB, MB, GB, KiB, MiB or GiB, such as \"64kB\".\n" },
		{ "max_flows = 0;",
			"t.conf:5: max_flows: 0 is out of range. It may be from 1 to 16777216.\n" },
		{ "max_flows = 1.5;", "t.conf:5: max_flows: \"1.5\" is not a whole number. Write a "
				      "whole number, such as 1000.\n" },
		{ "by_value = \"1kB\";",
			"t.conf:5: by_value: 1kB is out of range. It may be from 0 to 512B.\n" },
		{ "flow_idle = \"10ms\";",
			"t.conf:5: flow_idle: 10ms is out of range. It may be from 1s to 24h.\n" },
		{ "workers = [];", "t.conf:5: workers: this is not a list of cores. Write workers "
				   "= [ 1, 2 ].\n" },
		{ "workers = 1;", "t.conf:5: workers: this is not a list of cores. Write workers = "
				  "[ 1, 2 ].\n" },
		{ "workers = [ 1, 1 ];",
			"t.conf:5: workers.1: two workers on core 1 would take turns of "
			"milliseconds. Give each worker a core of its own.\n" },
		{ "workers = [ -1 ];", "t.conf:5: workers.0: this is not a core. Write the number "
				       "of a core, from 0.\n" },
		{ "workers = ( \"1\" );", "t.conf:5: workers.0: this is not a core. Write the "
					  "number of a core, from 0.\n" },
		{ "control = \"x\";", "t.conf:5: control: this is not a group of keys. Write it as "
				      "{ key = value; ... }.\n" },
		{ "control = { sokcet = \"x\"; };", "t.conf:5: control.sokcet: unknown key "
						    "\"sokcet\". Did you mean \"socket\"?\n" },
		{ "control = { socket = \"\"; };",
			"t.conf:5: control.socket: the path of a Unix socket has 1 to 107 bytes. "
			"Write socket = \"/run/wirefault/a.sock\".\n" },
	};

	refuse_all(RIG_LINK("") "\n", w, WF_ARRAY_SIZE(w), "");
}

static void
ports_that_cannot_be(void **state)
{
	static const struct wrong w[] = {
		{ "ports = ( { device = \"net_null0\"; }, " B " );",
			"t.conf:1: ports.0: \"name\" is missing. Write name = \"a\".\n"
			"t.conf:2: links.wan.ports.0: there is no port \"a\". Add it to ports.\n" },
		{ "ports = ( { name = \"a\"; }, " B " );",
			"t.conf:1: ports.a: \"device\" is missing. Write device = "
			"\"net_tap0,iface=wfa\".\n" },
		{ "ports = ( { name = \"a\"; device = \"\"; }, " B " );",
			"t.conf:1: ports.a.device: the device has no name. Write device = "
			"\"net_tap0,iface=wfa\".\n" },
		{ "ports = ( { name = \"a\"; device = \"net_null1,x=1\"; }, " B " );",
			"t.conf:1: ports.b.device: port \"a\" has the device \"net_null1\", too. "
			"Number them: net_tap0, net_tap1.\n" },
		{ "ports = ( { name = \"b\"; device = \"net_null0\"; }, " B
		  ", { name = \"a\"; device = \"net_null2\"; } );",
			"t.conf:1: ports.b.name: a second port \"b\". Give it another name.\n" },
		{ "ports = ( { name = \"a\"; device = \"net_null0\"; mtu = 70000; }, " B " );",
			"t.conf:1: ports.a.mtu: 70000 is out of range. It may be at most "
			"65000.\n" },
		{ "ports = ( { name = \"a\"; device = \"net_null0\"; queue = 4; }, " B " );",
			"t.conf:1: ports.a.queue: unknown key \"queue\". `wirefault reference` "
			"lists the keys.\n" },
		{ "ports = ( " A ", " B ", { name = \"a b\"; device = \"net_null2\"; } );",
			"t.conf:1: ports.a b.name: \"a b\" is not a name. Use 1 to 63 letters, "
			"digits, '-', '_' and '.', the first a letter or digit.\n" },
		{ "ports = ( " A ", " B ", { name = \"-x\"; device = \"net_null2\"; } );",
			"t.conf:1: ports.-x.name: \"-x\" is not a name. Use 1 to 63 letters, "
			"digits, '-', '_' and '.', the first a letter or digit.\n" },
		{ "ports = ( " A ", " B ", { name = 5; device = \"net_null2\"; } );",
			"t.conf:1: ports.2.name: a name is a string. Write it in quotes.\n" },
		{ "ports = ( " A ", " B ", \"c\" );", "t.conf:1: ports.2: this is not a group of "
						      "keys. Write it as { key = value; ... }.\n" },
		{ "ports = \"a\";", "t.conf:1: ports: this is not a list of at least one. Write it "
				    "as ( { ... }, { ... } ).\n" },
		{ "ports = ();", "t.conf:1: ports: this is not a list of at least one. Write it as "
				 "( { ... }, { ... } ).\n" },
		{ "", "t.conf: \"ports\" is missing. A configuration needs ports and links.\n" },
	};

	refuse_all("", w, WF_ARRAY_SIZE(w),
		"\nlinks = ( { name = \"wan\"; ports = [ \"a\", \"b\" ]; } );");
}

static void
links_that_cannot_be(void **state)
{
	static const struct wrong w[] = {
		{ "links = ();", "t.conf:2: links: this is not a list of at least one. Write it as "
				 "( { ... }, { ... } ).\n" },
		{ "links = { };", "t.conf:2: links: this is not a list of at least one. Write it "
				  "as ( { ... }, { ... } ).\n" },
		{ "", "t.conf: \"links\" is missing. A configuration needs ports and links.\n" },
		{ "links = ( 5 );", "t.conf:2: links.0: this is not a group of keys. Write it as { "
				    "key = value; ... }.\n" },
		{ "links = ( { ports = [ \"a\", \"b\" ]; } );",
			"t.conf:2: links.0: \"name\" is missing. Write name = \"a\".\n" },
		{ "links = ( { name = \"wan\"; } );",
			"t.conf:2: links.wan: a link joins exactly two ports. Write ports = [ "
			"\"a\", \"b\" ].\n" },
		{ "links = ( { name = \"wan\"; ports = [ \"a\" ]; } );",
			"t.conf:2: links.wan.ports: a link joins exactly two ports. Write ports = "
			"[ \"a\", \"b\" ].\n" },
		{ "links = ( { name = \"wan\"; ports = [ \"a\", \"a\" ]; } );",
			"t.conf:2: links.wan.ports.1: both ends of the link are port \"a\". Join "
			"two different ports.\n" },
		{ "links = ( { name = \"wan\"; ports = [ \"a\", \"bb\" ]; } );",
			"t.conf:2: links.wan.ports.1: there is no port \"bb\". Did you mean "
			"\"b\"?\n" },
		{ "links = ( { name = \"wan\"; ports = [ \"a\", \"xyz\" ]; } );",
			"t.conf:2: links.wan.ports.1: there is no port \"xyz\". Add it to "
			"ports.\n" },
		{ "links = ( { name = \"wan\"; ports = [ 1, 2 ]; } );",
			"t.conf:2: links.wan.ports.0: this is not a port. Write the name of a port "
			"in quotes.\n"
			"t.conf:2: links.wan.ports.1: this is not a port. Write the name of a port "
			"in quotes.\n" },
		{ "links = ( { name = \"x\"; ports = [ \"a\", \"b\" ]; }, { name = \"y\"; ports = "
		  "[ \"b\", \"a\" ]; } );",
			"t.conf:2: links.y.ports.0: port \"b\" is taken by link \"x\". A port "
			"belongs to one link.\n"
			"t.conf:2: links.y.ports.1: port \"a\" is taken by link \"x\". A port "
			"belongs to one link.\n" },
		{ "links = ( { name = \"x\"; ports = [ \"a\", \"b\" ]; }, { name = \"x\"; ports = "
		  "[ \"c\", \"d\" ]; } );",
			"t.conf:2: links.x: a second link \"x\". Give it another name.\n"
			"t.conf:2: links.x.ports.0: there is no port \"c\". Add it to ports.\n"
			"t.conf:2: links.x.ports.1: there is no port \"d\". Add it to ports.\n" },
		{ "links = ( { name = \"wan\"; ports = [ \"a\", \"b\" ]; ac = {}; } );",
			"t.conf:2: links.wan.ac: unknown key \"ac\". Did you mean \"ab\"?\n" },
	};

	refuse_all(RIG_PORTS, w, WF_ARRAY_SIZE(w), "");
}

/* In a direction, or in a link, on line 3. */
static void
refuse_in_link(const struct wrong *w, size_t n)
{
	refuse_all(
		RIG_PORTS "links = ( { name = \"wan\"; ports = [ \"a\", \"b\" ];\n", w, n, " } );");
}

static void
delays_and_losses_that_cannot_be(void **state)
{
	static const struct wrong w[] = {
		{ "ab = { dely = \"20ms\"; };", "t.conf:3: links.wan.ab.dely: unknown key "
						"\"dely\". Did you mean \"delay\"?\n" },
		{ "ab = { delay = \"20\"; };",
			"t.conf:3: links.wan.ab.delay.mean: \"20\" has no unit. Write a time with "
			"ns, us, ms, s, m or h, such as \"20ms\".\n" },
		{ "ab = { delay = { mean = 20; }; };",
			"t.conf:3: links.wan.ab.delay.mean: \"20\" has no unit. Write a time with "
			"ns, us, ms, s, m or h, such as \"20ms\".\n" },
		{ "ab = { delay = { mean = \"-5ms\"; }; };",
			"t.conf:3: links.wan.ab.delay.mean: \"-5ms\" is not a time. Write a time "
			"with ns, us, ms, s, m or h, such as \"20ms\".\n" },
		{ "ab = { delay = { maen = \"20ms\"; }; };",
			"t.conf:3: links.wan.ab.delay.maen: unknown key \"maen\". Did you mean "
			"\"mean\"?\n" },
		{ "ab = { delay = { distribution = \"nromal\"; }; };",
			"t.conf:3: links.wan.ab.delay.distribution: \"nromal\" is not one of "
			"\"constant\", \"uniform\", \"normal\", \"exponential\", "
			"\"lognormal\", \"gamma\", \"weibull\", \"pareto\", "
			"\"pareto-normal\", \"bimodal\", \"netem\", \"samples\", \"trace\". Did "
			"you mean "
			"\"normal\"?\n" },
		{ "ab = { delay = ( \"20ms\" ); };",
			"t.conf:3: links.wan.ab.delay: this is not a group of keys. Write it as { "
			"key = value; ... }.\n" },
		{ "ab = { delay = { mean = { x = 1; }; }; };",
			"t.conf:3: links.wan.ab.delay.mean: a single value is expected here.\n" },
		{ "ab = { loss = \"101%\"; };",
			"t.conf:3: links.wan.ab.loss.p: 101% is out of range. It may be from 0% to "
			"100%, or from 0 to 1.\n" },
		{ "ab = { loss = 5; };", "t.conf:3: links.wan.ab.loss.p: 5 is out of range. Did "
					 "you mean \"5%\"?\n" },
		{ "ab = { loss = \"500\"; };",
			"t.conf:3: links.wan.ab.loss.p: 500 is out of range. It may be from 0% to "
			"100%, or from 0 to 1.\n" },
		{ "ab = { loss = { mean_burst = 0.5; }; };",
			"t.conf:3: links.wan.ab.loss.mean_burst: 0.5 is out of range. It may be "
			"from 1 to 1000000.\n" },
		{ "ab = { loss = { model = \"none\"; }; };",
			"t.conf:3: links.wan.ab.loss.model: \"none\" is not one of "
			"\"bernoulli\", \"gilbert-elliott\", \"4-state\", \"markov\", "
			"\"fault-5state\", \"ber\", \"every\", \"list\", \"burst\", "
			"\"pattern\", \"trace\".\n" },
	};

	refuse_in_link(w, WF_ARRAY_SIZE(w));
}

static void
rates_that_cannot_be(void **state)
{
	static const struct wrong w[] = {
		{ "ab = { rate = \"100\"; };",
			"t.conf:3: links.wan.ab.rate.rate: \"100\" has no unit. Write a rate with "
			"bit, kbit, Mbit, Gbit or Bps, kBps, MBps, such as \"100Mbit\".\n" },
		{ "ab = { rate = \"10bit\"; };", "t.conf:3: links.wan.ab.rate.rate: 10bit is out "
						 "of range. It may be from 1kbit to 400Gbit.\n" },
		{ "ab = { rate = \"100Mbps\"; };",
			"t.conf:3: links.wan.ab.rate.rate: \"100Mbps\" is not a rate. Did you mean "
			"\"100Mbit\" or \"100MBps\"?\n" },
		{ "ab = { delay = \"20msec\"; };",
			"t.conf:3: links.wan.ab.delay.mean: \"20msec\" is not a time. Did you mean "
			"\"20ms\"?\n" },
		{ "ab = { queue = \"64k\"; };",
			"t.conf:3: links.wan.ab.queue.limit: \"64k\" is not a number of packets, a "
			"size or a time. Did you mean \"64kB\" or \"64KiB\"?\n" },
		{ "ab = { rate = { overhead = \"atm\"; }; };",
			"t.conf:3: links.wan.ab.rate.overhead: \"atm\" is not a number of bytes. "
			"Write a number of bytes, or \"ethernet\".\n" },
	};

	refuse_in_link(w, WF_ARRAY_SIZE(w));
}

static void
other_keys_that_cannot_be(void **state)
{
	static const struct wrong w[] = {
		{ "ab = { queue = \"-1pkt\"; };",
			"t.conf:3: links.wan.ab.queue.limit: \"-1pkt\" is not a number of packets, "
			"a size or a time. Write packets, bytes or time: \"1000pkt\", \"64kB\" or "
			"\"50ms\".\n" },
		{ "ab = { queue = { drop = \"middle\"; }; };",
			"t.conf:3: links.wan.ab.queue.drop: \"middle\" is not one of \"tail\", "
			"\"head\".\n" },
		{ "ab = { duplicate = { copies = 8; }; };",
			"t.conf:3: links.wan.ab.duplicate.copies: 8 is out of range. It may be "
			"from 1 to 7.\n" },
		{ "ab = { duplicate = { copies = 0; }; };",
			"t.conf:3: links.wan.ab.duplicate.copies: 0 is out of range. It may be "
			"from 1 to 7.\n" },
		{ "ab = { blackhole = 1; };", "t.conf:3: links.wan.ab.blackhole: \"1\" is not true "
					      "or false. Write true or false.\n" },
		{ "ab = { bypass = \"yes\"; };", "t.conf:3: links.wan.ab.bypass: \"yes\" is not "
						 "true or false. Write true or false.\n" },
		{ "ab = { scope = \"link\"; };", "t.conf:3: links.wan.ab.scope: \"link\" is not "
						 "one of \"class\", \"flow\".\n" },
	};

	refuse_in_link(w, WF_ARRAY_SIZE(w));
}

static void
copies_that_cannot_be(void **state)
{
	static const struct wrong w[] = {
		{ "ab = { copy = \"ab\"; };",
			"t.conf:3: links.wan.ab.copy: a direction can copy only the other one, "
			"where that is no copy itself. Write ba = { copy = \"ab\"; } beside ab = { "
			"... }.\n" },
		{ "ba = { copy = \"ab\"; };",
			"t.conf:3: links.wan.ba.copy: a direction can copy only the other one, "
			"where that is no copy itself. Write ba = { copy = \"ab\"; } beside ab = { "
			"... }.\n" },
		{ "ab = { copy = \"ba\"; }; ba = { copy = \"ab\"; };",
			"t.conf:3: links.wan.ab.copy: a direction can copy only the other one, "
			"where that is no copy itself. Write ba = { copy = \"ab\"; } beside ab = { "
			"... }.\n"
			"t.conf:3: links.wan.ba.copy: a direction can copy only the other one, "
			"where that is no copy itself. Write ba = { copy = \"ab\"; } beside ab = { "
			"... }.\n" },
		{ "ab = \"20ms\";", "t.conf:3: links.wan.ab: this is not a group of keys. Write it "
				    "as { delay = \"20ms\"; ... }.\n" },
	};

	refuse_in_link(w, WF_ARRAY_SIZE(w));
}

static void
classes_that_cannot_be(void **state)
{
	static const struct wrong w[] = {
		{ "classes = {};", "t.conf:3: links.wan.classes: this is not a list. Write it as ( "
				   "{ ... }, { ... } ).\n" },
		{ "classes = ( 5 );", "t.conf:3: links.wan.classes.0: this is not a group of keys. "
				      "Write it as { key = value; ... }.\n" },
		{ "classes = ( { match = {}; ab = {}; } );",
			"t.conf:3: links.wan.classes.0: \"name\" is missing. Write name = "
			"\"a\".\n" },
		{ "classes = ( { name = \"default\"; match = {}; ab = {}; } );",
			"t.conf:3: links.wan.classes.default.name: \"default\" is the class of all "
			"other packets. Choose another name.\n" },
		{ "classes = ( { name = \"c\"; ab = {}; } );",
			"t.conf:3: links.wan.classes.c: \"match\" is missing. Write match = { "
			"proto = \"udp\"; }.\n" },
		{ "classes = ( { name = \"c\"; match = {}; } );",
			"t.conf:3: links.wan.classes.c: the class does nothing in either "
			"direction. Write ab = { ... } or ba = { ... }.\n" },
		{ "classes = ( { name = \"c\"; match = { sprt = 1; }; ab = {}; } );",
			"t.conf:3: links.wan.classes.c.match.sprt: unknown key \"sprt\". Did you "
			"mean \"sport\"?\n" },
		{ "classes = ( { name = \"c\"; match = 5; ab = {}; } );",
			"t.conf:3: links.wan.classes.c.match: this is not a group of keys. Write "
			"it as { key = value; ... }.\n" },
		{ "classes = ( { name = \"c\"; match = {}; ab = {}; }, { name = \"c\"; match = {}; "
		  "ab = {}; } );",
			"t.conf:3: links.wan.classes.c: a second class \"c\". Give it another "
			"name.\n" },
		{ "classes = ( { name = \"c\"; match = {}; ab = { scope = \"flow\"; }; } );",
			"t.conf:3: links.wan.classes.c.ab.scope: \"scope\" is of the whole class. "
			"Write it beside match = { ... }.\n" },
		{ "classes = ( { name = \"c\"; scope = \"packet\"; match = {}; ab = {}; } );",
			"t.conf:3: links.wan.classes.c.scope: \"packet\" is not one of \"class\", "
			"\"flow\".\n" },
	};

	refuse_in_link(w, WF_ARRAY_SIZE(w));
}

static void
all_errors_come_at_once(void **state)
{
	rig_refuses("sede = 1;\nmemory = \"lots\";\nports = ( { name = \"a\"; } );\n"
		    "links = ( { name = \"wan\"; ports = [ \"a\", \"b\" ];\nab = { dely = 1;\n"
		    "loss = 7; }; } );",
		"t.conf:1: sede: unknown key \"sede\". Did you mean \"seed\"?\n"
		"t.conf:2: memory: \"lots\" is not a size. Write a size with B, kB, MB, GB, KiB, "
		"MiB "
		"or GiB, such as \"64kB\".\n"
		"t.conf:3: ports.a: \"device\" is missing. Write device = \"net_tap0,iface=wfa\".\n"
		"t.conf:4: links.wan.ports.1: there is no port \"b\". Add it to ports.\n"
		"t.conf:5: links.wan.ab.dely: unknown key \"dely\". Did you mean \"delay\"?\n"
		"t.conf:6: links.wan.ab.loss.p: 7 is out of range. Did you mean \"7%\"?\n");
}

static void
nothing_at_all_lacks_ports_and_links(void **state)
{
	rig_refuses("", "t.conf: \"ports\" is missing. A configuration needs ports and links.\n"
			"t.conf: \"links\" is missing. A configuration needs ports and links.\n");
}

static void
a_long_socket_path_is_refused(void **state)
{
	char text[1024], path[109];

	memset(path, 'x', 108);
	path[108] = 0;
	snprintf(text, sizeof(text), RIG_LINK("") "control = { socket = \"%s\"; };", path);
	rig_refuses(text,
		"t.conf:4: control.socket: the path of a Unix socket has 1 to 107 bytes. Write "
		"socket = \"/run/wirefault/a.sock\".\n");
	path[107] = 0;
	snprintf(text, sizeof(text), RIG_LINK("") "control = { socket = \"%s\"; };", path);
	rig_refuses(text, "");
}

/* `n` times `item` between the other two. */
static char *
many(const char *before, const char *item, int n, const char *after)
{
	char *text = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);

	fputs(before, f);
	for (int i = 0; i < n; i++)
		fprintf(f, "%s%s", i ? "," : "", item);
	fputs(after, f);
	fclose(f);
	return text;
}

/* Long lists are refused as a whole: what compares members or counts to them is never slow. */
static void
too_long_lists_are_refused_as_a_whole(void **state)
{
	char *text = many(RIG_LINK("") "workers = (", "1.5", 10000, ");");

	rig_refuses(text, "t.conf:4: workers: more than 64 workers.\n");
	free(text);
	text = many(RIG_PORTS "links = (", "{}", 257, ");");
	rig_refuses(text, "t.conf:2: links: more than 256 links.\n");
	free(text);
	text = many(RIG_PORTS "links = ( { name = \"wan\"; ports = [ \"a\", \"b\" ]; classes = (",
		"{}", 1025, "); } );");
	rig_refuses(text, "t.conf:2: links.wan.classes: more than 1024 classes.\n");
	free(text);
	text = many("ports = (", "{}", 10000, "); links = ( {} );");
	rig_refuses(text, "t.conf:1: ports: more than 512 ports.\n"
			  "t.conf:1: links.0: \"name\" is missing. Write name = \"a\".\n"
			  "t.conf:1: links.0: a link joins exactly two ports. Write ports = [ "
			  "\"a\", \"b\" ].\n");
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unknown_and_impossible_values_at_the_top),
		cmocka_unit_test(ports_that_cannot_be),
		cmocka_unit_test(links_that_cannot_be),
		cmocka_unit_test(delays_and_losses_that_cannot_be),
		cmocka_unit_test(rates_that_cannot_be),
		cmocka_unit_test(other_keys_that_cannot_be),
		cmocka_unit_test(copies_that_cannot_be),
		cmocka_unit_test(classes_that_cannot_be),
		cmocka_unit_test(all_errors_come_at_once),
		cmocka_unit_test(nothing_at_all_lacks_ports_and_links),
		cmocka_unit_test(a_long_socket_path_is_refused),
		cmocka_unit_test(too_long_lists_are_refused_as_a_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
