/* SPDX-License-Identifier: BSD-3-Clause
 * The grammar of ipfw(8)'s pipes, queues and schedulers: see property.h.
 */
#include <unistd.h>

#include "property.h"

static char folder[] = "/tmp/wf-property-XXXXXX", samples_name[64], conf_name[64];

static int
rig_import(const char *words, FILE *out, struct wf_err *err)
{
	FILE *samples = fopen(samples_name, "w");
	int rc = wf_import_dummynet(words, "x.samples", out, samples, err);

	fclose(samples);
	return rc;
}

static int
make_files(void **state)
{
	FILE *profile;

	if (mkdtemp(folder) == NULL || chdir(folder) < 0) /* profiles are looked for here */
		return -1;
	snprintf(samples_name, sizeof(samples_name), "%s/x.samples", folder);
	snprintf(conf_name, sizeof(conf_name), "%s/import.conf", folder);
	profile = fopen("x.profile", "w");
	fputs("name x\nsamples 50\nloss-level 0.9\nprob delay\n0 1\n1 51\n", profile);
	return fclose(profile);
}

static int
remove_files(void **state)
{
	unlink(samples_name);
	unlink("x.profile");
	return chdir("/") < 0 ? -1 : rmdir(folder);
}

enum {
	BW,
	DELAY,
	PLR,
	BURST,
	QUEUE,
	AQM,
	MASK,
	BUCKETS,
	NOERROR,
	PROFILE,
	WEIGHT,
	PRIORITY,
	LMAX,
	TYPE
};

/* Values that no other has. What needs a bandwidth has one in front of it. */
static const struct production pipe_settings[] = {
	{ DELAY, "delay 41", "\"41ms\"|samples" },
	{ DELAY, "delay 41ms", "\"41ms\"|samples" },
	{ PLR, "plr 0.13", "loss = { p = 0.13;|plr and the profile's loss-level" },
	{ BURST, "burst 9K", "burst = \"9216B\"" },
	{ BURST, "burst 9000", "burst = \"9000B\"" },
	{ QUEUE, "queue 37", "\"37pkt\"|queue 37 left out" },
	{ QUEUE, "queue 38KBytes", "\"38912B\"|queue 38912 left out" },
	{ QUEUE, "queue 39B", "\"39B\"|queue 39 left out" },
	{ QUEUE, "queue 39bytes", "\"39B\"|queue 39 left out" },
	{ AQM, "droptail", "queue = {" },
	{ AQM, "red 0.003/5/16/0.2", "probability = 0.2; weight = 0.003;" },
	{ AQM, "gred 0.003/5K/16K/0.2 ecn", "weight = 0.003; ecn = true;" },
	{ AQM, "codel", "aqm = \"codel\"" },
	{ AQM, "codel target 6ms", "aqm = \"codel\"; target = \"6ms\";" },
	{ AQM, "codel target 6 interval 91", "target = \"6ms\"; interval = \"91ms\";" },
	{ AQM, "codel interval 91ms ecn", "interval = \"91ms\"; ecn = true;" },
	{ AQM, "codel noecn", "aqm = \"codel\"" },
	{ AQM, "pie", "aqm = \"pie\"" },
	{ AQM, "pie target 16ms tupdate 17ms", "target = \"16ms\"; update = \"17ms\";" },
	{ AQM, "pie alpha 0.125 beta 1.25 max_burst 160", "burst = \"160ms\";" },
	{ AQM, "pie max_ecnth 0.1 ecn", "aqm = \"pie\"; ecn = true;" },
	{ AQM, "pie capdrop drand", "derandomize = true;" },
	{ AQM, "pie nocapdrop nodrand", "nocapdrop left out" },
	{ AQM, "pie onoff dre", "onoff left out" },
	{ AQM, "pie dre", "dre left out" },
	{ AQM, "pie noonoff ts", "aqm = \"pie\"" },
	{ AQM, "type fq_codel", "limit = \"10240pkt\"; aqm = \"fq-codel\"" },
	{ AQM, "type fq_codel target 6ms interval 91ms", "target = \"6ms\"; interval = \"91ms\"" },
	{ AQM, "type fq_codel quantum 301 limit 601",
		"\"601pkt\"; aqm = \"fq-codel\"; quantum = \"301B\"" },
	{ AQM, "type fq_codel flows 500 ecn", "flows 500 becomes 512" },
	{ TYPE, "type fifo", "type fifo left out" },
	{ TYPE, "type wf2q+", "type wf2q+ left out" },
	{ TYPE, "type rr", "type rr left out" },
	{ TYPE, "type qfq", "type qfq left out" },
	{ TYPE, "type prio", "type prio left out" },
	{ MASK, "mask all", "scope = \"flow\"" },
	{ MASK, "flow_mask all", "scope = \"flow\"" },
	{ MASK, "sched_mask all", "scope = \"flow\"" },
	{ MASK, "mask proto 0xff src-ip /32 dst-ip 0xffffffff src-port 65535 dst-port /16",
		"scope = \"flow\"" },
	{ BUCKETS, "buckets 67", "buckets 67 left out" },
	{ NOERROR, "noerror", "noerror left out" },
	{ PROFILE, "profile x.profile", "distribution = \"samples\"" },
	{ WEIGHT, "weight 68", "weight 68 left out" },
	{ PRIORITY, "priority 69", "priority 69 left out" },
	{ PRIORITY, "pri 69", "pri 69 left out" },
	{ LMAX, "lmax 70", "lmax 70 left out" },
	{ LMAX, "maxlen 70", "maxlen 70 left out" },
};
#define N ((int)WF_ARRAY_SIZE(pipe_settings))

static const struct production rates[] = {
	{ BW, "bw 43Mbit/s", "\"43000000bit\"" },
	{ BW, "bandwidth 43Mbit/s", "\"43000000bit\"" },
	{ BW, "bw 43M", "\"43000000bit\"" },
	{ BW, "bw 43Kbit/s", "\"43000bit\"" },
	{ BW, "bw 43KByte/s", "\"344000bit\"" },
	{ BW, "bw 43000bit/s", "\"43000bit\"" },
	{ BW, "bw 0 delay 3", "\"3ms\"" },
};

static void
each_production_of_pipes(void **state)
{
	each_once(pipe_settings, N, "bw 10Mbit/s ", conf_name);
	each_once(pipe_settings, N, "ipfw pipe 1 config bw 10Mbit/s ", conf_name);
	each_once(pipe_settings, N, "sudo dnctl -q pipe 1 config bw 10Mbit/s ", conf_name);
	each_once(rates, WF_ARRAY_SIZE(rates), "", conf_name);
}

/* What a pipe doesn't have may be its queue's or its scheduler's. */
static void
each_production_of_queues_and_schedulers(void **state)
{
	static const int links_only[] = { DELAY, BURST, PROFILE };
	struct production others[WF_ARRAY_SIZE(pipe_settings)];
	int n = 0;

	for (int i = 0; i < N; i++) {
		bool link = false;

		for (unsigned k = 0; k < WF_ARRAY_SIZE(links_only); k++)
			link = link || pipe_settings[i].group == links_only[k];
		if (!link)
			others[n++] = pipe_settings[i];
	}
	each_once(others, n, "ipfw pipe 1 config bw 10Mbit/s\nipfw sched 1 config pipe 1 ",
		conf_name);
	each_once(others, n, "ipfw pipe 1 config bw 10Mbit/s\nipfw queue 1 config pipe 1 ",
		conf_name);
}

static void
productions_together(void **state)
{
	many_together(pipe_settings, N, "bw 10Mbit/s ", conf_name, 1500, 70);
	many_together(pipe_settings, N,
		"ipfw pipe 1 config bw 10Mbit/s\nipfw queue 1 config sched 1\nipfw sched 1 config "
		"pipe 1 ",
		conf_name, 500, 25);
}

static void
any_values_of_pipes(void **state)
{
	static const char *const grammar[] = { "bw R", "bw 10Mbit/s", "delay T", "delay N", "plr N",
		"plr 0.5", "burst S", "queue N", "queue S", "codel target T interval T",
		"pie target T tupdate T max_burst T", "type fq_codel quantum N flows N limit N",
		"type fq_codel target T", "mask src-ip N", "mask all", "buckets N", "weight N",
		"red 0.002/5/15/0.1", "gred 0.5/1/900000000/1", "red 1e-9/1K/1G/1", "ecn",
		"profile x.profile" };

	any_values(grammar, WF_ARRAY_SIZE(grammar), "", conf_name, 6000, 50);
	any_values(grammar, WF_ARRAY_SIZE(grammar), "bw 10Mbit/s ", conf_name, 6000, 100);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_production_of_pipes),
		cmocka_unit_test(each_production_of_queues_and_schedulers),
		cmocka_unit_test(productions_together),
		cmocka_unit_test(any_values_of_pipes),
	};

	return cmocka_run_group_tests_name("property dummynet", tests, make_files, remove_files);
}
