/* SPDX-License-Identifier: BSD-3-Clause
 * The grammar of tc-netem(8), of tc-tbf(8) and of htb's classes: see property.h.
 */
#include "property.h"

static int
rig_import(const char *words, FILE *out, struct wf_err *err)
{
	return wf_import_netem(words, out, err);
}

enum { LIMIT, DELAY, LOSS, CORRUPT, DUPLICATE, REORDER, RATE, SLOT, SEED };

/* Values that no other has, so that what is said is of these words. A reorder needs a delay. */
static const struct production netem[] = {
	{ LIMIT, "limit 37", "limit of 37|limit 37|\"37pkt\"|and 37 packets" },
	{ LIMIT, "limit 3k", "limit of 3072|limit 3072|\"3072pkt\"|and 3072 packets" },
	{ DELAY, "delay 41ms", "\"41ms\"" },
	{ DELAY, "latency 41ms", "\"41ms\"" },
	{ DELAY, "delay 41000", "delay 41000 has no unit" },
	{ DELAY, "delay 41ms 3ms", "min = \"38ms\"; max = \"44ms\"" },
	{ DELAY, "delay 41ms 3ms 7%", "rho = 0.07" },
	{ DELAY, "delay 41ms 3ms distribution uniform", "\"uniform\"; mean = \"41ms\"" },
	{ DELAY, "delay 41ms 3ms distribution normal", "\"normal\"; mean = \"41ms\"" },
	{ DELAY, "delay 41ms 3ms distribution pareto", "file = \"pareto\"" },
	{ DELAY, "delay 41ms 3ms 7% distribution paretonormal", "file = \"paretonormal\"" },
	{ DELAY, "delay 41ms 3ms 7% distribution experimental", "file = \"experimental\"" },
	{ DELAY, "delay 41ms 0ms 7%", "correlation left out" },
	{ DELAY, "delay 41ms reorder 11%", "reorder = { p = 0.11; }" },
	{ DELAY, "delay 41ms reorder 11% 12%", "reorder = { p = 0.11; correlation = 0.12; }" },
	{ DELAY, "delay 41ms reorder 11% 12% gap 6", "correlation = 0.12; gap = 6; }" },
	{ DELAY, "delay 41ms reorder 11% gap 6", "reorder = { p = 0.11; gap = 6; }" },
	{ LOSS, "loss 13%", "loss = { p = 0.13;|lost (13 %)" },
	{ LOSS, "drop 13%", "loss = { p = 0.13;|lost (13 %)" },
	{ LOSS, "loss random 13%", "loss = { p = 0.13;|lost (13 %)" },
	{ LOSS, "loss random 13% 14%", "loss = { p = 0.13; correlation = 0.14;" },
	{ LOSS, "loss 13% 14% ecn", "correlation = 0.14; action = \"mark\"" },
	{ LOSS, "loss state 15%", "p13 = 0.15;" },
	{ LOSS, "loss state 15% 16%", "p13 = 0.15; p31 = 0.16;" },
	{ LOSS, "loss state 15% 16% 17%", "p31 = 0.16; p32 = 0.17;" },
	{ LOSS, "loss state 15% 16% 17% 18%", "p32 = 0.17; p23 = 0.18;" },
	{ LOSS, "loss state 15% 16% 17% 18% 19%", "p23 = 0.18; p14 = 0.19;" },
	{ LOSS, "loss state 15% ecn", "p13 = 0.15; action = \"mark\"" },
	{ LOSS, "loss gemodel 21%", "p = 0.21; r = 0.79;" },
	{ LOSS, "loss gemodel 21% 22%", "p = 0.21; r = 0.22;" },
	{ LOSS, "loss gemodel 21% 22% 23%", "r = 0.22; h = 0.77;" },
	{ LOSS, "loss gemodel 21% 22% 23% 24%", "h = 0.77; k = 0.76;" },
	{ CORRUPT, "corrupt 25%", "corrupt = { p = 0.25; }" },
	{ CORRUPT, "corrupt 25% 26%", "corrupt = { p = 0.25; correlation = 0.26; }" },
	{ DUPLICATE, "duplicate 27%", "duplicate = { p = 0.27; }|duplicated (27 %)" },
	{ DUPLICATE, "duplicate 27% 28%", "duplicate = { p = 0.27; correlation = 0.28; }" },
	{ RATE, "rate 29mbit", "rate = \"29000000bit\"" },
	{ RATE, "rate 29kbps", "29kbps: tc's bps are bytes a second" },
	{ RATE, "rate 29mbit 31", "overhead = \"31\";" },
	{ RATE, "rate 29mbit -14 32", "overhead = \"-14\"; cell = 32;" },
	{ RATE, "rate 29mbit 31 32 33", "cell = 32; cell_overhead = 33;" },
	{ RATE, "rate 29mbit 31 0 33", "cell overhead of 33 is left out" },
	{ SLOT, "slot 34ms", "min = \"34ms\"; max = \"34ms\"" },
	{ SLOT, "slot 34ms 35ms", "min = \"34ms\"; max = \"35ms\"" },
	{ SLOT, "slot 34000000", "min = \"34ms\"" },
	{ SLOT, "slot 34ms 35ms packets 36", "packets = 36;" },
	{ SLOT, "slot 34ms bytes 38k", "bytes = \"38912B\";" },
	{ SLOT, "slot 34ms 35ms packets 36 bytes 38k", "packets = 36; bytes = \"38912B\";" },
	{ SLOT, "slot distribution uniform 34ms 4ms", "min = \"30ms\"; max = \"38ms\"" },
	{ SLOT, "slot distribution normal 34ms 4ms", "\"normal\"; mean = \"34ms\"" },
	{ SLOT, "slot distribution pareto 34ms 4ms packets 36", "file = \"pareto\"" },
	{ SLOT, "slot distribution paretonormal 34ms 4ms bytes 3k", "file = \"paretonormal\"" },
	{ SLOT, "slot 0 packets 36", "slot 0 left out" },
	{ SEED, "seed 39", "seed = 39L;" },
	{ SEED, "seed 18446744073709551615", "seed = \"18446744073709551615\"" },
};
#define N ((int)WF_ARRAY_SIZE(netem))

static void
each_production_of_netem(void **state)
{
	each_once(netem, N, "", "import.conf");
	each_once(netem, N, "tc qdisc add dev eth0 root handle 1: netem ", "import.conf");
	each_once(netem, N, "qdisc netem 8001: dev eth0 root refcnt 2 ", "import.conf");
}

static void
productions_of_netem_together(void **state)
{
	many_together(netem, N, "", "import.conf", 1500, 95);
}

/* Below tbf, above tbf and in a class of htb: the same words, or a reason why not. */
static void
productions_of_netem_with_a_shaper(void **state)
{
	const char *tbf = "tc qdisc add dev eth0 root handle 1: tbf rate 43mbit burst 9k latency "
			  "9ms\ntc qdisc add dev eth0 parent 1:1 netem ";
	const char *htb = "tc qdisc add dev eth0 root handle 1: htb default 1\n"
			  "tc class add dev eth0 parent 1: classid 1:1 htb rate 43mbit\n"
			  "tc qdisc add dev eth0 parent 1:1 netem ";
	const char *outer = "tc qdisc add dev eth0 root handle 1: netem corrupt 1%\n"
			    "tc qdisc add dev eth0 parent 1:1 netem ";

	many_together(netem, N, tbf, "import.conf", 500, 25);
	many_together(netem, N, htb, "import.conf", 500, 25);
	many_together(netem, N, outer, "import.conf", 500, 50);
}

static const struct production tbf[] = {
	{ 0, "rate 43mbit", "rate = \"43000000bit\"" },
	{ 1, "burst 9k", "burst = \"9216B\"" },
	{ 1, "buffer 9k/8", "burst = \"9216B\"" },
	{ 1, "maxburst 9k", "burst = \"9216B\"" },
	{ 2, "limit 44k", "queue = \"45056B\"" },
	{ 2, "latency 1s", "queue = \"5384216B\"" },
	{ 3, "overhead 45", "overhead = \"45\"" },
	{ 4, "linklayer ethernet", "rate = {" },
	{ 4, "linklayer atm", "cell = 48; cell_overhead = 5;" },
	{ 4, "linklayer adsl", "cell = 48; cell_overhead = 5;" },
	{ 5, "mtu 2k", "mtu 2k left out" },
	{ 5, "minburst 2k", "minburst 2k left out" },
	{ 6, "mpu 0", "rate = {" },
};

static const struct production htb_class[] = {
	{ 1, "burst 9k", "burst = \"9216B\"" },
	{ 1, "buffer 9k", "burst = \"9216B\"" },
	{ 1, "maxburst 9k", "burst = \"9216B\"" },
	{ 2, "ceil 47mbit", "rate = \"47000000bit\"" },
	{ 3, "overhead 45", "overhead = \"45\"" },
	{ 4, "linklayer atm", "cell = 48; cell_overhead = 5;" },
	{ 5, "mtu 2000", "mtu 2000 left out" },
	{ 6, "mpu 0", "rate = {" },
	{ 7, "prio 3", "prio 3 left out" },
	{ 8, "quantum 1500", "quantum 1500 left out" },
	{ 9, "cburst 7k", "cburst 7k left out" },
	{ 9, "cbuffer 7k", "cburst 7k left out" },
	{ 9, "cmaxburst 7k", "cburst 7k left out" },
};

static void
each_production_of_shapers(void **state)
{
	const struct production *last = &tbf[WF_ARRAY_SIZE(tbf)];
	char words[400];

	for (const struct production *p = tbf; p < last; p++) {
		snprintf(words, sizeof(words), "tc qdisc add dev eth0 root tbf %s %s %s %s",
			p->group == 0 ? "" : "rate 43mbit", p->group == 1 ? "" : "burst 9k",
			p->group == 2 ? "" : "limit 44k", p->words);
		assert_int_equal(holds(words, p, 1, 1, "import.conf"), 1);
	}
	each_once(htb_class, WF_ARRAY_SIZE(htb_class),
		"tc qdisc add dev eth0 root handle 1: htb default 11 r2q 10\n"
		"tc class add dev eth0 parent 1: classid 1:1 htb rate 100mbit\n"
		"tc class add dev eth0 parent 1:1 classid 1:11 htb rate 43mbit ",
		"import.conf");
}

static void
any_values_of_netem(void **state)
{
	static const char *const grammar[] = { "limit S", "limit N", "delay T", "delay T T",
		"delay T T P", "delay T T distribution normal", "delay T T P distribution pareto",
		"loss P", "loss P P", "loss P ecn", "loss state P P P P P", "loss gemodel P P P P",
		"loss gemodel P", "loss state P", "corrupt P P", "duplicate P P", "duplicate P",
		"delay T reorder P P gap N", "rate R", "rate R N", "rate R N N", "rate R N N N",
		"slot T T", "slot T packets N bytes S", "slot distribution normal T T", "seed N",
		"slot distribution uniform T T", "slot distribution pareto T T",
		"delay T T distribution uniform" };
	const char *both = "tc qdisc add dev eth0 root handle 1: netem delay 7ms loss 3%\n"
			   "tc qdisc add dev eth0 parent 1:1 netem ";

	any_values(grammar, WF_ARRAY_SIZE(grammar), "", "import.conf", 8000, 50);
	any_values(grammar, WF_ARRAY_SIZE(grammar), both, "import.conf", 5000, 20);
}

static void
any_values_of_shapers(void **state)
{
	static const char *const tbf_values[] = { "rate R burst S latency T",
		"rate R burst S limit S overhead N", "rate R burst S limit S mpu N linklayer atm" };
	static const char *const htb_values[] = { "rate R", "rate R ceil R burst S",
		"rate R overhead N linklayer adsl" };

	any_values(tbf_values, 1, "tc qdisc add dev eth0 root tbf ", "import.conf", 3000, 10);
	any_values(tbf_values, 3, "tc qdisc add dev eth0 root tbf ", "import.conf", 3000, 1);
	any_values(htb_values, 3,
		"tc qdisc add dev eth0 root handle 1: htb\n"
		"tc class add dev eth0 parent 1: classid 1:1 htb ",
		"import.conf", 3000, 10);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_production_of_netem),
		cmocka_unit_test(productions_of_netem_together),
		cmocka_unit_test(productions_of_netem_with_a_shaper),
		cmocka_unit_test(each_production_of_shapers),
		cmocka_unit_test(any_values_of_netem),
		cmocka_unit_test(any_values_of_shapers),
	};

	return cmocka_run_group_tests_name("property netem", tests, NULL, NULL);
}
