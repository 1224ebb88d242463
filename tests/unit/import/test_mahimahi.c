/* SPDX-License-Identifier: BSD-3-Clause
 * mahimahi's shells: what each becomes, and what is refused. That the configurations load is tested
 * with the program.
 */
#include "rig.h"

static int
rig_import(const char *words, FILE *out, struct wf_err *err)
{
	return wf_import_mahimahi(words, out, err);
}

/* Of direction ab or ba alone. */
static void
direction_becomes(const char *words, const char *dir, const char *line, bool there)
{
	char *why, *text = imported(words, &why), *begin, *end;

	if (text == NULL)
		fail_msg("%s: %s", words, why);
	begin = strstr(text, dir);
	assert_non_null(begin);
	end = strstr(begin, "  };\n");
	assert_non_null(end);
	*end = 0;
	if ((strstr(begin, line) != NULL) != there)
		fail_msg("%s: \"%s\" is %s in\n%s", words, line, there ? "not" : "", begin);
	free(text);
}

static void
up(const char *words, const char *line)
{
	direction_becomes(words, "  ab = {", line, true);
	direction_becomes(words, "  ba = {", line, false);
}

static void
down(const char *words, const char *line)
{
	direction_becomes(words, "  ba = {", line, true);
	direction_becomes(words, "  ab = {", line, false);
}

static void
delays_add_up_each_way(void **state)
{
	direction_becomes("mm-delay 40", "  ab = {", "delay = \"40ms\";", true);
	direction_becomes("mm-delay 40", "  ba = {", "delay = \"40ms\";", true);
	becomes("mm-delay 40 mm-delay 5", "delay = \"45ms\";");
	lacks("mm-delay 0", "delay =");
}

static void
losses_multiply(void **state)
{
	up("mm-loss uplink 0.01", "loss = { p = 0.01; };");
	down("mm-loss downlink 0.01", "loss = { p = 0.01; };");
	up("mm-loss uplink 0.5 mm-loss uplink 0.2", "loss = { p = 0.6; };");
}

/* Up: what is behind mm-link, nearer the application, is met first. Down: what is in front. */
static void
loss_sits_where_its_shell_is(void **state)
{
	up("mm-loss uplink 0.1 mm-link u d", "loss = { p = 0.1; };");
	up("mm-link u d mm-loss uplink 0.1", "loss = { p = 0.1; at = \"ingress\"; };");
	down("mm-loss downlink 0.1 mm-link u d", "loss = { p = 0.1; at = \"ingress\"; };");
	down("mm-link u d mm-loss downlink 0.1", "loss = { p = 0.1; };");
	refused("mm-loss uplink 0.1 mm-link u d mm-loss uplink 0.1",
		"uplink: loss before mm-link and behind it");
}

static void
on_and_off(void **state)
{
	up("mm-onoff uplink 10 0.5",
		"{ model = \"gilbert-elliott\"; clock = \"time\"; step = \"1ms\"; p = 0.0001; r = "
		"0.002; k = 1; };");
	up("mm-onoff uplink 10 0.5 mm-loss uplink 0.25", "r = 0.002; k = 0.75; };");
	up("mm-onoff uplink 0 1", "loss = { p = 1.0; };");
	up("mm-onoff uplink 1 0", "loss = { p = 0; };");
	refused("mm-onoff uplink 0 0", "both of its times are 0");
	refused("mm-onoff uplink 1 1 mm-onoff uplink 2 2", "uplink: two mm-onoff");
}

static void
links(void **state)
{
	up("mm-link u.trace d.trace", "rate = { trace = \"u.trace\"; overhead = \"-14\"; };");
	down("mm-link u.trace d.trace", "rate = { trace = \"d.trace\"; overhead = \"-14\"; };");
	becomes("mm-link 'a \"b\\c' d", "trace = \"a \\\"b\\\\c\";");
	becomes("mm-link u d", "queue = { limit = \"1000000pkt\"; };");
	up("mm-link u d --uplink-queue=droptail --uplink-queue-args=packets=7",
		"queue = { limit = \"7pkt\"; };");
	down("mm-link --downlink-queue drophead --downlink-queue-args bytes=5000 u d",
		"queue = { limit = \"5000B\"; drop = \"head\"; };");
	up("mm-link u d --uplink-queue=codel --uplink-queue-args=\"packets=9, target=5, "
	   "interval=100\"",
		"{ limit = \"9pkt\"; aqm = \"codel\"; target = \"5ms\"; interval = \"100ms\"; };");
	up("mm-link u d --uplink-queue=codel --uplink-queue-args=packets=9, target=5, interval=100",
		"{ limit = \"9pkt\"; aqm = \"codel\"; target = \"5ms\"; interval = \"100ms\"; };");
	up("mm-link u d --uplink-queue=pie "
	   "--uplink-queue-args=packets=9,qdelay_ref=20,max_burst=50",
		"{ limit = \"9pkt\"; aqm = \"pie\"; target = \"20ms\"; burst = \"50ms\"; update = "
		"\"30ms\"; };");
}

static void
what_has_no_twin_is_said(void **state)
{
	becomes("mm-link u d --once", "# --once left out");
	becomes("mm-link u d --meter-all", "# The meters are left out");
	becomes("mm-link u d --meter-uplink-delay", "# The meters are left out");
	becomes("mm-link u d --uplink-queue=droptail --uplink-queue-args=packets=9,target=5",
		"# uplink: target left out: its queue has none.");
	up("mm-link u d --uplink-log=file", "# The log is left out");
	becomes("mm-delay 5 -- ls -l", "# The command is left out");
	becomes("mm-delay 5 ls", "# The command is left out");
	lacks("mm-delay 5", "left out");
	becomes("mm-link u d --once ls -l", "# Imported from: mahimahi mm-link u d --once ls -l\n");
}

static void
what_is_wrong_is_refused(void **state)
{
	refused("", "no mm- command");
	refused("delay 40", "no mm- command");
	refused("mm-delay", "a number of milliseconds is missing behind \"mm-delay\"");
	refused("mm-delay -1", "not between 0 and an hour");
	refused("mm-delay 1.5", "\"1.5\", behind \"mm-delay\", is not a number of milliseconds");
	refused("mm-loss 0.1", "is not a direction");
	refused("mm-loss uplink 2", "is not a share");
	refused("mm-link up", "a trace for up and one for down is missing");
	refused("mm-link u d mm-link u d", "two mm-link");
	refused("mm-link u d --speed=9", "--speed is no option");
	refused("mm-link u d --uplink-speed=9", "--uplink-speed is no option");
	refused("mm-link u d --uplink-queue", "its value is missing");
	refused("mm-link u d --uplink-queue=red", "there is no queue \"red\"");
	refused("mm-link u d --uplink-queue=droptail", "uplink: mahimahi wants a limit");
	refused("mm-link u d --uplink-queue=droptail --uplink-queue-args=packets=1,bytes=1",
		"a limit in packets and one in bytes");
	refused("mm-link u d --uplink-queue-args=packets=1", "an infinite queue has no limits");
	refused("mm-link u d --uplink-queue-args=slots=1", "\"slots=1\" is not understood");
	refused("mm-link u d --uplink-queue-args=packets=x", "\"packets=x\" is not understood");
	refused("mm-link u d --downlink-queue=pie --downlink-queue-args=packets=1",
		"downlink: mahimahi's pie wants");
	refused("mm-link u d --downlink-queue=codel --downlink-queue-args=packets=1",
		"downlink: codel wants");
	refused("mm-link u d --uplink-queue=infinite --uplink-queue=infinite", "is given twice");
	refused("mm-link u d --downlink-queue-args=packets=1 --downlink-queue-args=packets=2",
		"is given twice");
	refused("mm-link u d --meter-everything", "--meter-everything is no option");
	hinted("mm-link u d --uplink-qeue=codel", "Did you mean --uplink-queue?");
	hinted("mm-dealy 5", "Did you mean mm-delay?");
	refused("mm-link u d --uplink-queue=codel "
		"--uplink-queue-args=packets=9,target=5,interval=9000000",
		"uplink: interval is longer than an hour");
	refused("mm-webreplay dir", "mm-webreplay is not a shell that does something to packets");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(delays_add_up_each_way),
		cmocka_unit_test(losses_multiply),
		cmocka_unit_test(loss_sits_where_its_shell_is),
		cmocka_unit_test(on_and_off),
		cmocka_unit_test(links),
		cmocka_unit_test(what_has_no_twin_is_said),
		cmocka_unit_test(what_is_wrong_is_refused),
	};

	return cmocka_run_group_tests_name("mahimahi", tests, NULL, NULL);
}
