/* SPDX-License-Identifier: BSD-3-Clause
 * Several lines of tc as one direction, and what `tc qdisc show` writes: what becomes of them, and
 * which line is blamed when one direction can't say it.
 */
#include "rig.h"

static int
rig_import(const char *words, FILE *out, struct wf_err *err)
{
	return wf_import_netem(words, out, err);
}

#define ROOT  "tc qdisc add dev eth0 root handle 1: "
#define CHILD "tc qdisc add dev eth0 parent 1:1 handle 10: "

static void
netem_in_netem(void **state)
{
	const char *two = ROOT "netem delay 50ms 20ms distribution normal\n" CHILD "netem loss 1%";

	becomes(two, "delay = { distribution = \"normal\"; mean = \"50ms\"; stddev = \"20ms\";");
	becomes(two, "loss = { p = 0.01; };");
	becomes(two, "# Imported from: " ROOT "netem delay 50ms 20ms distribution normal\n");
	becomes(two, "# Imported from: " CHILD "netem loss 1%\n");
	becomes(ROOT "netem delay 50ms\n" CHILD "netem delay 5ms 1ms",
		"min = \"54ms\"; max = \"56ms\";");
	becomes(ROOT "netem loss 50%\n" CHILD "netem loss 20%", "loss = { p = 0.6; };");
	becomes(ROOT "netem loss 50%\n" CHILD "netem rate 1mbit",
		"loss = { p = 0.5; at = \"ingress\"; };");
	becomes(ROOT "netem rate 1mbit\n" CHILD "netem loss 50%", "loss = { p = 0.5; };");
	becomes(ROOT "netem duplicate 20%\n" CHILD "netem loss 50%", "loss = { p = 0.45; };");
	becomes(ROOT "netem corrupt 5%\n" CHILD "netem delay 1ms", "corrupt = { p = 0.05; };");
	becomes(ROOT "netem delay 1ms\n" CHILD "netem seed 7 loss 1%", "seed = 7L;");
	becomes(ROOT "netem limit 50 delay 1ms\n" CHILD "netem delay 2ms",
		"# The limits of two netems, 50 and 1000 packets");
	becomes(ROOT "netem delay 1ms 5ms\n" CHILD "netem delay 2ms", "# A draw below 0 ends at 0");
	becomes(ROOT "netem delay 9ms 5ms\n" CHILD "netem rate 1mbit", "# In tc the jitter comes");

	refused_at(ROOT "netem delay 1ms 1ms\n" CHILD "netem delay 1ms 1ms", 2,
		"two delays with jitter");
	refused_at(ROOT "netem rate 1mbit\n" CHILD "netem rate 1mbit", 2, "two rates");
	refused_at(ROOT "netem loss 1%\n" CHILD "netem loss gemodel 1%", 2, "two models of loss");
	refused_at(ROOT "netem loss 1% rate 1mbit\n" CHILD "netem loss 1%", 2,
		"loss before the rate and loss behind it");
	refused_at(ROOT "netem delay 1ms\n" CHILD "netem duplicate 1%", 2,
		"duplicate in a netem below another");
	refused_at(ROOT "netem duplicate 1%\n" CHILD "netem loss 1% 5%", 2,
		"loss with a memory behind duplicate");
	refused_at(ROOT "netem corrupt 1%\n" CHILD "netem corrupt 1%", 2, "two times corrupt");
	refused_at(
		ROOT "netem delay 1ms reorder 1%\n" CHILD "netem delay 1ms", 2, "reorder in one");
	refused_at(ROOT "netem delay 1ms reorder 1%\n" CHILD "netem delay 0 reorder 1%", 2,
		"reordering needs a delay");
	refused_at(ROOT "netem slot 1ms\n" CHILD "netem delay 1ms", 2, "slot in one netem");
	refused_at(ROOT "netem seed 1\n" CHILD "netem seed 2", 2, "two seeds");
	refused_at(ROOT "netem delay 59m\n", 0, "is not a time");
	refused_at(ROOT "netem delay 2000s\n" CHILD "netem delay 2000s", 2, "longer than an hour");
}

/* The child replaces tbf's own queue, and what it does comes before the rate. */
static void
tbf(void **state)
{
	const char *above = ROOT "tbf rate 256kbit burst 1600 latency 50ms\n" CHILD
				 "netem delay 20ms loss 1% limit 70";
	const char *below = ROOT "netem delay 100ms\n" CHILD "tbf rate 256kbit burst 1600 limit 3k";

	becomes(above, "rate = { rate = \"256000bit\"; burst = \"1600B\"; };");
	becomes(above, "queue = \"70pkt\";");
	becomes(above, "loss = { p = 0.01; at = \"ingress\"; };");
	becomes(above, "delay = \"20ms\";");
	becomes(above, "# tbf's limit or latency (3200 bytes) is left out");
	becomes(above, "# netem's limit of 70 packets bounds what waits for the rate");
	lacks(above, "default limit");
	becomes(below, "rate = { rate = \"256000bit\"; burst = \"1600B\"; };");
	becomes(below, "queue = \"3072B\";");
	becomes(ROOT "tbf rate 256kbit burst 1600 latency 50ms", "queue = \"3200B\";");
	becomes(ROOT "tbf rate 1mbit burst 10k latency 50ms\n" CHILD "pfifo limit 20",
		"queue = \"20pkt\";");
	becomes(ROOT "tbf rate 1mbit burst 10k latency 50ms\n" CHILD "bfifo limit 20k",
		"queue = \"20480B\";");
	becomes(ROOT "netem delay 1ms\n" CHILD "pfifo limit 20",
		"# The fifo's limit of 20 is left out");
	becomes(ROOT "tbf rate 1mbit buffer 10k/8 lat 50ms overhead 20 linkl adsl mpu 0",
		"overhead = \"20\"; cell = 48; cell_overhead = 5; burst = \"10240B\";");
	becomes(ROOT "tbf rate 1mbit maxburst 10k lat 50ms mtu 1600", "# mtu 1600 left out");
	becomes(ROOT "tbf rate 1mbit burst 10k lat 50ms\n" CHILD "netem delay 20ms 5ms",
		"# In tc the jitter comes before the rate");
	refused(ROOT "tbf rate 1mbit burst 10k", "tbf wants a limit or a latency");
	refused(ROOT "tbf rate 1mbit lat 50ms", "tbf wants a rate and a burst");
	refused(ROOT "tbf rate 1mbit burst 10k lat 50ms limit 5k", "a limit and a latency");
	refused(ROOT "tbf rate 1mbit burst 10k lat 50ms peakrate 2mbit", "peakrate has no twin");
	refused(ROOT "tbf rate 1mbit burst 10k lat 50ms mpu 64", "mpu");
	refused(ROOT "tbf rate 1mbit burst 10k burst 10k lat 50ms", "\"burst\" is given twice");
	refused(ROOT "tbf rate 10% burst 10k lat 50ms", "a share of an interface's speed");
	refused(ROOT "tbf rate 100 burst 10k lat 50ms", "the rate 100 is 100 bit/s");
	refused(ROOT "tbf rate 1mbit burst 10k lat 50ms linklayer x", "is not a link layer");
	refused(ROOT "tbf rate 1mbit burst 10k lat 50ms overhead 2000", "out of range");
	refused_at(ROOT "tbf rate 1mbit burst 10k lat 50ms\n" CHILD "netem rate 1mbit", 1,
		"two rates");
	refused_at(ROOT "tbf rate 1mbit burst 10k lat 50ms\n" CHILD
			"tbf rate 1mbit burst 10k lat 50ms",
		2, "two rates");
}

#define HTB   ROOT "htb default 11\n"
#define CLASS "tc class add dev eth0 parent 1: classid 1:1 htb rate 100mbit ceil 100mbit\n"
#define LEAF  "tc class add dev eth0 parent 1:1 classid 1:11 htb "

static void
htb(void **state)
{
	becomes(HTB CLASS LEAF "rate 10mbit\ntc qdisc add dev eth0 parent 1:11 netem delay 5ms",
		"rate = { rate = \"10000000bit\"; };");
	becomes(HTB CLASS LEAF "rate 10mbit\ntc qdisc add dev eth0 parent 1:11 netem delay 5ms",
		"delay = \"5ms\";");
	becomes(HTB CLASS LEAF "rate 10mbit ceil 20mbit burst 15k", /* borrows from above */
		"rate = { rate = \"20000000bit\"; burst = \"15360B\"; };");
	becomes(HTB CLASS LEAF "rate 10mbit ceil 200mbit", "rate = \"100000000bit\";");
	becomes(HTB CLASS LEAF "rate 10mbit", "queue = \"1000pkt\";");
	becomes(HTB CLASS LEAF "rate 10mbit\ntc qdisc add dev eth0 parent 1:11 pfifo limit 7",
		"queue = \"7pkt\";");
	becomes(HTB CLASS LEAF "rate 10mbit", "# htb's default 11 left out");
	becomes(HTB CLASS LEAF "rate 10mbit prio 3", "# prio 3 left out");
	becomes(HTB CLASS LEAF "rate 10mbit cburst 9k", "# cburst 9k left out");
	becomes(HTB "tc class add dev eth0 parent 1: classid 1:1 htb rate 1mbit ceil 2mbit",
		"# ceil left out: there is no class above");
	refused_at(HTB, 0, "htb without a class");
	refused_at(HTB CLASS "tc class add dev eth0 parent 1: classid 1:2 htb rate 1mbit", 3,
		"1:2 is beside another");
	refused_at(HTB CLASS "tc filter add dev eth0 parent 1: u32 match ip dport 80 0xffff", 3,
		"a filter sends only some packets there");
	refused(HTB "tc class add dev eth0 parent 1: classid 1:1 htb prio 1", "wants a rate");
	refused(HTB "tc class add dev eth0 parent 1: classid 1:1 htb rate 1mbit mpu 64", "mpu");
	refused(HTB "tc class add dev eth0 parent 1: classid 1:1 htb rate 1mbit speed 64",
		"\"speed\" is no argument of htb");
	refused(HTB "tc class add dev eth0 parent 1: classid 1:1 hfsc rate 1mbit",
		"hfsc has no twin");
}

static void
what_tc_shows(void **state)
{
	const char *one = "qdisc netem 800b: parent 1:5 limit 1000 delay 10.0ms  15.0ms 1%";

	becomes(one, "mean = \"10ms\"; stddev = \"8660254ns\"; order = \"free\"; rho = 0.01; };");
	becomes(one, "# Its parent 1:5 is not among these lines");
	becomes(one, "tc qdisc show does not tell which one is set");
	becomes("qdisc netem 8001: dev eth0 root refcnt 2 limit 9 rate 1Mbit packetoverhead -14 "
		"cellsize 48 celloverhead 5",
		"overhead = \"-14\"; cell = 48; cell_overhead = 5; };");
	becomes("qdisc netem 8001: dev eth0 root refcnt 2 limit 9 loss gemodel p 1% r 10% 1-h 70% "
		"1-k 0.1%",
		"p = 0.01; r = 0.1; h = 0.3; k = 0.999; }");
	becomes("qdisc netem 8001: root refcnt 2 limit 9 loss state p13 1% p31 99% p32 0% p23 100% "
		"p14 2%",
		"p13 = 0.01; p31 = 0.99; p32 = 0; p23 = 1; p14 = 0.02; }");
	becomes("qdisc noqueue 0: dev lo root refcnt 2\n"
		"qdisc netem 8001: dev eth0 root refcnt 2 limit 1000 delay 100ms\n"
		" Sent 0 bytes 0 pkt (dropped 0, overlimits 0 requeues 0)\n"
		" backlog 0b 0p requeues 0\n",
		"delay = \"100ms\";");
	becomes("qdisc noqueue 0: dev lo root refcnt 2\n" /* and it is said */
		"qdisc netem 8001: dev eth0 root refcnt 2 limit 1000 delay 100ms",
		"# qdisc noqueue 0: of lo left out");
	becomes("qdisc htb 1: root refcnt 2 r2q 10 default 0x11 direct_packets_stat 0 direct_qlen "
		"1000\nclass htb 1:11 root leaf 8009: prio 0 rate 10Mbit ceil 10Mbit burst 1600b "
		"cburst 1600b\nqdisc netem 8009: parent 1:11 limit 1000 delay 5ms",
		"rate = { rate = \"10000000bit\"; burst = \"1600B\"; };");
	becomes("qdisc tbf 8001: dev eth0 root refcnt 2 rate 256Kbit burst 1600b lat 50.0ms",
		"queue = \"3200B\";");
}

/* Of a shell: sudo, namespaces, redirections, comments, lines that go on. */
static void
as_it_stands_in_a_script(void **state)
{
	becomes("sudo tc qdisc add dev eth0 root netem delay 5ms", "delay = \"5ms\";");
	becomes("sudo -n /sbin/tc -s qdisc add dev eth0 root netem delay 5ms", "delay = \"5ms\";");
	becomes("ip netns exec red tc qdisc add dev eth0 root netem delay 5ms", "delay = \"5ms\";");
	becomes("tc -n red q a dev eth0 root netem delay 5ms", "delay = \"5ms\";");
	becomes("# a comment\ntc qdisc del dev eth0 root 2>/dev/null || true\n"
		"tc qdisc add dev eth0 root netem \\\n   delay 5ms \\\n   loss 1% # more\n",
		"delay = \"5ms\";");
	becomes("tc qdisc add dev eth0 root netem\n  delay 5ms\n  loss 1%",
		"loss = { p = 0.01; };");
	becomes(ROOT "netem delay 5ms; " CHILD "netem loss 1% && tc qdisc show dev eth0",
		"loss = { p = 0.01; };");
	becomes(ROOT "netem delay 5ms\ntc qdisc change dev eth0 root netem delay 7ms",
		"delay = \"7ms\";");
	becomes(ROOT "netem delay 5ms\ntc qdisc change dev eth0 root netem delay 7ms",
		"# The first of two in one place is left out: change");
	lacks(ROOT "netem delay 5ms\ntc qdisc del dev eth0 root\n" ROOT "netem loss 1%", "delay =");
	becomes("root netem delay 5ms", "delay = \"5ms\";");
	becomes("netem delay 5ms", "delay = \"5ms\";");
	refused_at(ROOT "netem delay 5ms\n" ROOT "netem delay 7ms", 2, "there is one already");
	becomes("$ sudo tc qdisc add dev eth0 root netem delay 5ms", "delay = \"5ms\";");
	refused_at("modprobe ifb\n" ROOT "netem delay 5ms", 1, "\"modprobe\" is no command of tc");
	refused_at(ROOT "netem delay 5ms; ping 1.1.1.1", 1, "\"ping\" is no command of tc");
	refused_at(ROOT "netem delay 5ms\nqdisc clsact ffff: dev eth0 parent ffff:fff1", 2,
		"clsact has no twin here");
	refused_at(ROOT "netem delay 5ms\nip link add ifb0 type ifb", 2, "a command of ip");
	refused_at(ROOT "netem delay 5ms\ntc qdisc add dev eth0 ingress", 2,
		"ingress has no twin here");
	refused_at(ROOT "netem delay 5ms\ntc qdisc add dev eth1 root netem delay 5ms", 2,
		"eth1 is another interface than eth0");
	refused_at(ROOT "netem delay 5ms\ntc qdisc add dev eth0 parent 7:1 netem delay 5ms", 2,
		"does not hang on any of the lines before");
	refused_at(ROOT "netem delay 5ms\n" CHILD "fq_codel", 2, "fq_codel has no twin here");
	refused_at(ROOT "netem delay 5ms\n" CHILD "unknown", 2, "no queueing discipline");
	refused(ROOT, "there is no queueing discipline");
	refused("tc qdisc del dev eth0 root", "there are no arguments");
	refused("tc qdisc add dev eth0 parent 1:1 handle 1: netem delay 5ms\n"
		"tc qdisc add dev eth0 parent 2:1 handle 2: netem delay 5ms",
		"does not hang");
	refused("tc qdisc add dev eth0 parent x netem delay 5ms", "is not a handle");
	refused("tc link add", "\"link\" is no object of tc");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(netem_in_netem),
		cmocka_unit_test(tbf),
		cmocka_unit_test(htb),
		cmocka_unit_test(what_tc_shows),
		cmocka_unit_test(as_it_stands_in_a_script),
	};

	return cmocka_run_group_tests_name("tc", tests, NULL, NULL);
}
