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
	becomes("delay 20ms 5ms 25%", "order = \"free\"; rho = 0.250; }");
	becomes("distribution normal delay 7us 1us", "mean = \"7us\"; stddev = \"1us\"");
}

static void
losses(void **state)
{
	becomes("loss 1%", "loss = { p = 0.01; };");
	becomes("loss random 0.3% 25%", "loss = { p = 0.003; correlation = 0.2500; };");
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
	becomes("duplicate 2% 50%", "duplicate = { p = 0.02; correlation = 0.5000; };");
	becomes("delay 10ms reorder 25% 50% gap 5",
		"reorder = { p = 0.25; correlation = 0.5000; gap = 5; };");
	lacks("delay 10ms reorder 25%", "gap");
	becomes("rate 1mbit", "rate = { rate = \"1000000bit\"; };");
	becomes("rate 100kbps -14 48 5", "rate = { rate = \"800000bit\"; overhead = \"-14\"; cell "
					 "= 48; cell_overhead = 5; };");
	becomes("rate 1mbit", "queue = \"1000pkt\";");
	becomes("rate 1mbit limit 50", "queue = \"50pkt\";");
	lacks("limit 50 delay 5ms", "queue");
	becomes("limit 50 delay 5ms", "# limit 50 left out");
	becomes("slot 10ms 20ms packets 5 bytes 3000",
		"slot = { min = \"10ms\"; max = \"20ms\"; packets = 5; bytes = \"3000B\"; };");
	becomes("slot distribution normal 10ms 2ms",
		"slot = { distribution = \"normal\"; mean = \"10ms\"; stddev = \"2ms\"; };");
	becomes("slot distribution pareto 10ms 2ms",
		"distribution = \"netem\"; file = \"pareto\";");
	becomes("seed 42 loss 1%", "seed = 42L;");
	becomes("tc qdisc add dev eth0 root netem delay 5ms", "# Imported from: netem delay 5ms\n");
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
	refused("limit 1.5", "is not a whole number");
	refused("seed -1", "is not a seed");
	refused("delay 2000000s", "longer than an hour");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(delays),
		cmocka_unit_test(losses),
		cmocka_unit_test(everything_else),
		cmocka_unit_test(what_netem_would_refuse),
	};

	return cmocka_run_group_tests_name("netem", tests, NULL, NULL);
}
