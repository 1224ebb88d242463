/* SPDX-License-Identifier: BSD-3-Clause
 * netem's arguments: what each becomes, and what is refused. That the configurations load is tested
 * with the program.
 */
#include "rig.h"

static int
rig_import(const char *words, FILE *out, struct wf_err *err)
{
	return wf_import_netem(words, out, err);
}

static void
delays(void **state)
{
	becomes("delay 20ms", "delay = \"20ms\";");
	becomes("delay 100", "delay = \"100us\";");
	becomes("latency 1.5s", "delay = \"1500ms\";");
	becomes("delay 20ms 5ms", "{ distribution = \"uniform\"; min = \"15ms\"; max = \"25ms\"; "
				  "order = \"free\"; }");
	becomes("delay 1ms 3ms", "mean = \"1ms\"; stddev = \"1732051ns\";");
	becomes("delay 20ms 5ms distribution normal",
		"{ distribution = \"normal\"; mean = \"20ms\"; stddev = \"5ms\"; order = \"free\"; "
		"}");
	becomes("delay 20ms 5ms distribution pareto",
		"{ distribution = \"netem\"; file = \"pareto\"; mean = \"20ms\"; stddev = "
		"\"5ms\";");
	becomes("delay 20ms 5ms 25%", "order = \"free\"; rho = 0.25; }");
	becomes("distribution normal delay 7us 1us", "mean = \"7us\"; stddev = \"1us\"");
}

static void
losses(void **state)
{
	becomes("loss 1%", "loss = { p = 0.01; };");
	becomes("loss random 0.3% 25%", "loss = { p = 0.003; correlation = 0.25; };");
	becomes("drop 5 ecn", "loss = { p = 0.05; action = \"mark\"; };");
	becomes("loss state 1%", "{ model = \"4-state\"; p13 = 0.01; }");
	becomes("loss state 1% 30% 5% 40% 2%",
		"p13 = 0.01; p31 = 0.3; p32 = 0.05; p23 = 0.4; p14 = 0.02; }");
	becomes("loss gemodel 1%", "{ model = \"gilbert-elliott\"; p = 0.01; r = 0.99; }");
	becomes("loss gemodel 1% 10% 70% 0.1%", "p = 0.01; r = 0.1; h = 0.3; k = 0.999; }");
}

static void
everything_else(void **state)
{
	becomes("corrupt 0.1%", "corrupt = { p = 0.001; };");
	becomes("duplicate 2% 50%", "duplicate = { p = 0.02; correlation = 0.5; };");
	becomes("delay 10ms reorder 25% 50% gap 5",
		"reorder = { p = 0.25; correlation = 0.5; gap = 5; };");
	lacks("delay 10ms reorder 25%", "gap");
	becomes("rate 1mbit", "rate = { rate = \"1000000bit\"; };");
	becomes("rate 100kbps -14 48 5", "rate = { rate = \"800000bit\"; overhead = \"-14\"; cell "
					 "= 48; cell_overhead = 5; };");
	becomes("rate 1mbit", "queue = \"1000pkt\";");
	becomes("rate 1mbit limit 50", "queue = \"50pkt\";");
	lacks("limit 50 delay 5ms", "queue");
	becomes("limit 50", "# limit 50 left out");
	becomes("limit 50 slot 10ms", "limit = \"50pkt\";");
	becomes("slot 10ms 20ms packets 5 bytes 3000",
		"slot = { min = \"10ms\"; max = \"20ms\"; packets = 5; bytes = \"3000B\"; };");
	becomes("slot distribution normal 10ms 2ms",
		"slot = { distribution = \"normal\"; mean = \"10ms\"; stddev = \"2ms\"; };");
	becomes("slot distribution pareto 10ms 2ms",
		"distribution = \"netem\"; file = \"pareto\";");
	becomes("seed 42 loss 1%", "seed = 42L;");
	becomes("tc qdisc add dev eth0 root netem delay 5ms",
		"# Imported from: tc qdisc add dev eth0 root netem delay 5ms\n");
	becomes("delay 5ms\n\tloss 1%", "# Imported from: netem delay 5ms loss 1%\n");
}

static void
what_netem_would_refuse(void **state)
{
	refused("", "no arguments");
	refused("delay", "a time is missing behind \"delay\"");
	refused("delay fast", "\"fast\", behind \"delay\", is not a time");
	refused("loss 101%", "is not a percentage");
	refused("loss gemodel", "a percentage is missing");
	refused("delay 5ms 1ms 5% 6%", "\"6%\" is no argument of netem");
	refused("jitter 5ms", "\"jitter\" is no argument");
	refused("rate fast", "is not a rate");
	refused("rate 1bit", "not between 1 kbit/s");
	refused("gap 5", "belongs to \"reorder\"");
	refused("reorder 5%", "needs a delay");
	refused("delay 5ms distribution normal", "needs a delay with jitter");
	refused("delay 5ms 1ms distribution", "a distribution is missing");
	refused("delay 5ms 1ms distribution '\"x'", "not a name");
	refused("delay 5ms 'loss", "the quote ' is not closed");
	refused("delay '5ms\nloss 1%'", "control characters");
	refused("packets 5", "belong to \"slot\"");
	refused("slot 5ms 1ms", "above its maximum");
	refused("ecn", "belongs to \"loss\"");
	refused("limit 0", "not between");
	refused("limit many", "is not a number of packets");
	refused("seed -1", "is not a seed");
	refused("delay 2000000s", "longer than an hour");
	refused("delay 59m", "is not a time");
	refused("loss 1% loss 2%", "\"loss\" is given twice");
	refused("loss 1% drop 2%", "\"loss\" is given twice");
	refused("delay 1ms latency 2ms", "\"delay\" is given twice");
	refused("rate 10%", "a share of an interface's speed");
	refused("rate 1tibps", "8.79609302e+12 bit/s, which is not between");
	refused("rate 100", "the rate 100 is 100 bit/s");
	refused("rate 1mbit 2000", "the overhead of 2000 bytes a packet is out of range");
	refused("rate 1mbit -65", "the overhead of -65 bytes a packet is out of range");
	refused("rate 1mbit 0 48 -5", "the cell overhead of -5 bytes is out of range");
	refused("rate 1mbit 0 70000", "the cell size of 70000 bytes is out of range");
	refused("rate 1mbit 0 -1", "the cell size of -1 bytes is out of range");
	refused("slot 10ms packets -1", "not between 0 and 1000000");
	refused("slot 10ms bytes 2g", "above 1000000000");
	refused("slot distribution normal 1ms 0", "a jitter of 0");
	refused("slot distribution 800us 100us", "which distribution the slots have is not said");
	refused("seed 18446744073709551616", "is not a seed");
	refused("delay 5ms | cat", "a pipe");
}

/* What people get wrong is told with what they meant. */
static void
hints(void **state)
{
	hinted("rate 100", "Did you mean 100mbit?");
	hinted("delya 5ms", "Did you mean \"delay\"?");
	hinted("rate 10%", "Write the rate itself, as 10mbit");
	hinted("tc qdisc add dev eth0 root handle 1: prio",
		"It parts packets: write classes with match, share.priority and share.weight");
}

/* get_time64(), get_size(), get_rate64() of iproute2; numbers of base 0 are C's. */
static void
units(void **state)
{
	becomes("slot 800000 1000000", "min = \"800us\"; max = \"1ms\";");
	becomes("slot 10ms bytes 64k", "bytes = \"65536B\";");
	becomes("slot 10ms bytes 1mb", "bytes = \"1048576B\";");
	becomes("slot 10ms bytes 8kbit", "bytes = \"1024B\";");
	becomes("slot 10ms packets 0x10", "packets = 16;");
	becomes("rate 1mbit limit 10k", "queue = \"10240pkt\";");
	becomes("rate 1mbit limit 1.5k", "queue = \"1536pkt\";");
	becomes("rate 1mbit 0x14 060 5", "overhead = \"20\"; cell = 48; cell_overhead = 5;");
	becomes("delay 5ms reorder 5% gap 0x5", "gap = 5;");
	becomes("rate 1gibit", "rate = \"1073741824bit\";");
	becomes("rate 1MiBps", "rate = \"8388608bit\";");
	becomes("delay +5MSECS", "delay = \"5ms\";");
	becomes("seed 9223372036854775807", "seed = 9223372036854775807L;");
	becomes("seed 9223372036854775808", "seed = \"9223372036854775808\";");
	becomes("seed 18446744073709551615", "seed = \"18446744073709551615\";");
}

/* tc takes the first argument that begins with the word. */
static void
words_cut_short(void **state)
{
	becomes("del 5ms 1ms dist normal", "distribution = \"normal\"; mean = \"5ms\"");
	becomes("d 5ms", "delay = \"5ms\";");
	becomes("dup 1%", "duplicate = { p = 0.01; };");
	becomes("dr 1%", "loss = { p = 0.01; };");
	becomes("lo 1% ec", "action = \"mark\";");
	becomes("la 5ms re 5%", "reorder = { p = 0.05; };");
	becomes("ra 1mbit l 7", "queue = \"7pkt\";");
	becomes("c 1%", "corrupt = { p = 0.01; };");
	becomes("s 1ms pa 5", "packets = 5;");
	becomes("se 5", "seed = 5L;");
}

/* netem_enqueue(): a packet both lost and duplicated is sent once, and copies pass the loss again:
 * none are sent with p (1 - d), two with d (1 - p)^2. */
static void
loss_with_duplicate(void **state)
{
	becomes("loss 50% duplicate 20%", "loss = { p = 0.4; };");
	becomes("loss 50% duplicate 20%", "duplicate = { p = 0.0833333333; };");
	becomes("loss 100% duplicate 100%", "loss = { p = 0; };");
	becomes("loss 100% duplicate 100%", "duplicate = { p = 0; };");
	becomes("loss 50% duplicate 20%", "(50 %) and duplicated (20 %)");
	becomes("loss 50% 5% duplicate 20%", "loss = { p = 0.5; correlation");
	becomes("loss 50% 5% duplicate 20%", "# netem sends once what is both lost and duplicated");
	becomes("loss gemodel 1% duplicate 20%", "# netem sends once what is both");
	lacks("loss 50%", "netem sends once");
	lacks("loss 50% duplicate 0%", "netem sends once");
}

/* What bites people in netem, or is not the same here, is a comment. */
static void
comments(void **state)
{
	becomes("delay 112000", "# delay 112000 has no unit: microseconds before iproute2 6.9");
	lacks("delay 112ms", "has no unit");
	becomes("delay 1000ms", "its default limit of 1000 packets");
	becomes("delay 1000ms", "more than 1000 packets/s");
	becomes("delay 1000ms limit 500", "its limit of 500 packets");
	lacks("delay 1000ms rate 1mbit", "default limit");
	becomes("rate 100kbps", "# 100kbps: tc's bps are bytes a second. This is 0.8 Mbit/s.");
	lacks("rate 100kbit", "bytes a second");
	becomes("rate 1mbit 0 0 5", "# The cell overhead of 5 is left out");
	becomes("rate 1mbit loss 1%", "loss = { p = 0.01; at = \"ingress\"; };");
	becomes("rate 1mbit duplicate 1%", "copies take their own time on the link");
	becomes("duplicate 1% corrupt 1%", "copies are made of what is not corrupted yet");
	becomes("slot 10ms delay 5ms", "packets wait for their slot behind the delay");
	becomes("slot 0 packets 5", "# slot 0 left out");
	becomes("delay 5ms 0ms 25%", "# delay's correlation left out");
	becomes("delay 5ms 1ms 100%", "rho = 0.999;");
	becomes("delay 5ms 1ms 100%", "correlation of 100 % is taken as 99.9 %");
	becomes("loss 5% 100%", "loss's correlation of 100 % is taken as 99.99 %");
	becomes("delay 5ms", "# ba = { copy = \"ab\"; };");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(delays),
		cmocka_unit_test(losses),
		cmocka_unit_test(everything_else),
		cmocka_unit_test(what_netem_would_refuse),
		cmocka_unit_test(hints),
		cmocka_unit_test(units),
		cmocka_unit_test(words_cut_short),
		cmocka_unit_test(loss_with_duplicate),
		cmocka_unit_test(comments),
	};

	return cmocka_run_group_tests_name("netem", tests, NULL, NULL);
}
