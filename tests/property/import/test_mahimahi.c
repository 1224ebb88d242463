/* SPDX-License-Identifier: BSD-3-Clause
 * The grammar of mm-delay(1), mm-loss(1), mm-onoff(1) and mm-link(1): see property.h. Traces lie
 * where the configuration would.
 */
#include <unistd.h>

#include "property.h"

static char folder[] = "/tmp/wf-property-XXXXXX", trace_name[2][64], conf_name[64];

static int
rig_import(const char *words, FILE *out, struct wf_err *err)
{
	return wf_import_mahimahi(words, out, err);
}

static int
make_files(void **state)
{
	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(conf_name, sizeof(conf_name), "%s/import.conf", folder);
	for (int i = 0; i < 2; i++) {
		FILE *trace;

		snprintf(trace_name[i], sizeof(trace_name[i]), "%s/%s", folder, i ? "dn" : "up");
		trace = fopen(trace_name[i], "w");
		fputs("1\n2\n3\n", trace);
		if (fclose(trace) != 0)
			return -1;
	}
	return 0;
}

static int
remove_files(void **state)
{
	unlink(trace_name[0]);
	unlink(trace_name[1]);
	return rmdir(folder);
}

enum { DELAY, UP_LOSS, DOWN_LOSS, UP_ONOFF, DOWN_ONOFF };

static const struct production shells[] = {
	{ DELAY, "mm-delay 41", "\"41ms\"" },
	{ UP_LOSS, "mm-loss uplink 0.13", "p = 0.13;|k = 0.87;" },
	{ DOWN_LOSS, "mm-loss downlink 0.14", "p = 0.14;|k = 0.86;|whatever mm-loss says" },
	{ UP_ONOFF, "mm-onoff uplink 15 2", "(mean 15 s) and off (2 s)" },
	{ DOWN_ONOFF, "mm-onoff downlink 16.5 0.25", "(mean 16.5 s) and off (0.25 s)" },
	{ DOWN_ONOFF, "mm-onoff downlink 0 3", "p = 1.0;" },
};

enum { ONCE, UP_LOG, DOWN_LOG, METER, UP_QUEUE, DOWN_QUEUE, COMMAND };

static const struct production options[] = {
	{ ONCE, "--once", "--once left out" },
	{ UP_LOG, "--uplink-log=/tmp/log", "The log is left out" },
	{ DOWN_LOG, "--downlink-log /tmp/log", "The log is left out" },
	{ METER, "--meter-uplink", "The meters are left out" },
	{ METER, "--meter-uplink-delay", "The meters are left out" },
	{ METER, "--meter-downlink", "The meters are left out" },
	{ METER, "--meter-downlink-delay", "The meters are left out" },
	{ METER, "--meter-all", "The meters are left out" },
	{ UP_QUEUE, "--uplink-queue=infinite", "infinite in mahimahi" },
	{ UP_QUEUE, "--uplink-queue=droptail --uplink-queue-args=packets=37", "\"37pkt\"" },
	{ UP_QUEUE, "--uplink-queue droptail --uplink-queue-args bytes=38000", "\"38000B\"" },
	{ UP_QUEUE, "--uplink-queue=drophead --uplink-queue-args=\"packets=37\"",
		"drop = \"head\"" },
	{ UP_QUEUE,
		"--uplink-queue=codel --uplink-queue-args=\"packets=37, target=6, interval=91\"",
		"target = \"6ms\"; interval = \"91ms\"" },
	{ UP_QUEUE, "--uplink-queue=pie --uplink-queue-args=bytes=38000,qdelay_ref=21,max_burst=92",
		"target = \"21ms\"; burst = \"92ms\"" },
	{ DOWN_QUEUE, "--downlink-queue=infinite", "infinite in mahimahi" },
	{ DOWN_QUEUE, "--downlink-queue=droptail --downlink-queue-args=packets=47", "\"47pkt\"" },
	{ DOWN_QUEUE, "--downlink-queue=drophead --downlink-queue-args=bytes=48000", "\"48000B\"" },
	{ DOWN_QUEUE,
		"--downlink-queue=codel --downlink-queue-args=\"packets=47, target=7, "
		"interval=93\"",
		"target = \"7ms\"; interval = \"93ms\"" },
	{ DOWN_QUEUE,
		"--downlink-queue=pie "
		"--downlink-queue-args=\"packets=47,qdelay_ref=22,max_burst=94\"",
		"target = \"22ms\"; burst = \"94ms\"" },
	{ DOWN_QUEUE,
		"--downlink-queue=droptail --downlink-queue-args=\"packets=47, qdelay_ref=22\"",
		"downlink: qdelay_ref left out" },
};

static void
each_production(void **state)
{
	each_once(shells, WF_ARRAY_SIZE(shells), "", conf_name);
	each_once(shells, WF_ARRAY_SIZE(shells), "mm-link up dn ", conf_name);
	each_once(options, WF_ARRAY_SIZE(options), "mm-link up dn ", conf_name);
	each_once(options, WF_ARRAY_SIZE(options), "mm-delay 5 mm-link up dn ", conf_name);
	becomes("mm-link up dn -- iperf -c x", "# The command is left out");
}

static void
productions_together(void **state)
{
	many_together(shells, WF_ARRAY_SIZE(shells), "", conf_name, 500, 95);
	many_together(shells, WF_ARRAY_SIZE(shells), "mm-link up dn ", conf_name, 500, 95);
	many_together(options, WF_ARRAY_SIZE(options), "mm-link up dn ", conf_name, 1000, 95);
}

static void
any_values_of_shells(void **state)
{
	static const char *const grammar[] = { "mm-delay N", "mm-loss uplink N",
		"mm-loss downlink 0.5", "mm-onoff uplink N N", "mm-onoff downlink 1e-9 1e8",
		"mm-link up dn --once",
		"mm-link up dn --uplink-queue=codel "
		"--uplink-queue-args=packets=99999999,target=3600000,interval=1",
		"mm-link up dn --uplink-queue=pie "
		"--uplink-queue-args=bytes=1,qdelay_ref=3600000,max_burst=3600000" };

	any_values(grammar, 6, "", conf_name, 5000, 50);
	any_values(grammar + 6, 2, "", conf_name, 200, 100);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_production),
		cmocka_unit_test(productions_together),
		cmocka_unit_test(any_values_of_shells),
	};

	return cmocka_run_group_tests_name("property mahimahi", tests, make_files, remove_files);
}
