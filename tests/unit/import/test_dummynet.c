/* SPDX-License-Identifier: BSD-3-Clause
 * The settings of dummynet's pipes and its profiles of extra delays: what each becomes, and what is
 * refused. That the configurations load is tested with the program.
 */
#include <unistd.h>

#include "rig.h"

#include "wf_import_dummynet.h"

static char samples_text[1 << 16];

static int
rig_import(const char *words, FILE *out, struct wf_err *err)
{
	FILE *samples = fmemopen(samples_text, sizeof(samples_text), "w");
	int rc = wf_import_dummynet(words, "x.samples", out, samples, err);

	fclose(samples);
	return rc;
}

static void
a_whole_command_or_its_settings(void **state)
{
	becomes("delay 50", "delay = \"50ms\";");
	becomes("ipfw pipe 1 config delay 50", "delay = \"50ms\";");
	becomes("pipe 1 config delay 50ms", "delay = \"50ms\";");
	refused("queue 1 config weight 5", "there is no pipe");
	refused("sched 1 config type fifo", "there is no pipe");
	becomes("sudo ipfw -q pipe 1 config delay 50", "delay = \"50ms\";");
	becomes("sudo -n dnctl pipe 1 config delay 50", "delay = \"50ms\";");
	refused("ipfw pipe 1 config", "no settings");
	refused("", "no settings");
	becomes("delay 50", "# Imported from: dummynet delay 50\n");
}

static void
bandwidths(void **state)
{
	becomes("bw 800Kbit/s", "rate = { rate = \"800000bit\"; overhead = \"-14\"; };");
	becomes("bw 10Mbit/s", "rate = \"10000000bit\"");
	becomes("bw 10M", "rate = \"10000000bit\"");
	becomes("bandwidth 300KByte/s", "rate = \"2400000bit\"");
	becomes("bw 300KB/s", "rate = \"2400000bit\"");
	becomes("bw 10MBit/s", "rate = \"10000000bit\"");
	becomes("bw 10M burst 10K", "burst = \"10240B\";");
	lacks("bw 0 delay 5", "rate");
	refused("bw em0", "\"em0\", behind \"bw\", is not a rate");
	refused("bw 100", "is not a rate between 1 Kbit/s");
	refused("bw", "is missing behind \"bw\"");
	refused("burst 10K", "without a bandwidth nothing queues");
}

static void
queues(void **state)
{
	becomes("bw 10M", "queue = { limit = \"50pkt\"; };");
	becomes("bw 10M queue 30", "queue = { limit = \"30pkt\"; };");
	becomes("bw 10M queue 30KBytes", "queue = { limit = \"30720B\"; };");
	becomes("bw 10M queue 3000B", "queue = { limit = \"3000B\"; };");
	becomes("queue 30 delay 5", "# queue left out");
	becomes("bw 10M queue 60KB gred 0.002/10K/30K/0.1",
		"{ limit = \"61440B\"; aqm = \"red\"; min = \"10240B\"; max = \"30720B\"; "
		"probability = 0.1; weight = 0.002; };");
	becomes("bw 10M red 0.002/5/15/0.1 ecn",
		"min = \"7500B\"; max = \"22500B\"; probability = 0.1; weight = 0.002; ecn = true; "
		"};");
	becomes("bw 10M red 0.002/5/15/0.1", "# Thresholds are bytes here");
	becomes("bw 10M red 0.002/5/15/0.1", "# red drops all above max_th");
	lacks("bw 10M queue 60KB gred 0.002/10K/30K/0.1", "# red");
	becomes("bw 10M codel target 5ms interval 100 ecn",
		"aqm = \"codel\"; target = \"5ms\"; interval = \"100ms\"; ecn = true; };");
	becomes("bw 10M pie target 1s tupdate 500us max_burst 150ms",
		"aqm = \"pie\"; target = \"1000ms\"; update = \"500us\"; burst = \"150ms\"; };");
	becomes("bw 10M droptail", "{ limit = \"50pkt\"; };");
	refused("bw 10M codel droptail", "droptail behind another way");
	refused("bw 10M codel pie", "pie is a second way to manage the queue");
	refused("bw 10M queue 0", "is not slots or bytes");
	refused("bw 10M queue 50T", "is not slots or bytes");
	refused("bw 10M red 0.002/5/15", "is not w_q/min_th/max_th/max_p");
	refused("bw 10M red 0.002/15/5/0.1", "is not w_q");
	refused("bw 10M red 0/5/15/0.1", "is not w_q");
	refused("codel", "without a bandwidth");
	refused("bw 10M ecn", "\"ecn\" belongs to");
	refused("bw 10M codel target 5m", "is not a time");
}

/* What a setting does not belong to is named; ranges are those that a configuration takes. */
static void
queue_management(void **state)
{
	becomes("bw 10M pie drand capdrop ts", "derandomize = true;");
	becomes("bw 10M pie alpha 0.125 beta 1.25 max_ecnth 0.1", "aqm = \"pie\";");
	becomes("bw 10M pie nocapdrop", "# nocapdrop left out");
	becomes("bw 10M pie onoff", "# onoff left out");
	becomes("bw 10M pie dre", "# dre left out");
	becomes("bw 10M type fq_codel target 8ms interval 90 quantum 300 limit 600 flows 512 ecn",
		"{ limit = \"600pkt\"; aqm = \"fq-codel\"; quantum = \"300B\"; flows = 512; target "
		"= "
		"\"8ms\"; interval = \"90ms\"; ecn = true; };");
	becomes("bw 10M type fq_codel", "limit = \"10240pkt\"; aqm = \"fq-codel\";");
	becomes("bw 10M type fq_codel flows 1000", "flows = 1024;");
	becomes("bw 10M type fq_codel flows 1000", "# flows 1000 becomes 1024");
	becomes("bw 10M type fq_codel queue 30", "# queue 30 left out");
	becomes("bw 10M type wf2q+", "# type wf2q+ left out");
	becomes("bw 10M red 0.0000001/5/15/0.1", "# w_q 1e-07 is taken as");
	refused("bw 10M pie alpha 0.5", "alpha 0.5: pie here has RFC 8033's own, 0.125");
	refused("bw 10M type fq_pie", "of fq_pie there is no twin");
	refused("bw 10M type cake", "\"cake\" is no scheduler");
	refused("bw 10M target 5ms",
		"\"target\" belongs to codel, pie or fq_codel, not to droptail");
	refused("bw 10M pie interval 5ms", "\"interval\" belongs to codel or fq_codel, not to pie");
	refused("bw 10M codel quantum 300", "\"quantum\" belongs to fq_codel");
	refused("bw 10M codel target 0.1us", "is not a time");
	refused("bw 10M pie tupdate 50us", "tupdate in us is 50, which is not between 100");
	refused("bw 10M type fq_codel flows 100000", "flows is 100000");
	refused("bw 10M type fq_codel mask all", "fq_codel with a mask");
	refused("bw 10M red 0.002/5/900000000/0.1", "max_th in bytes is");
}

/* A pipe, a scheduler on it, a queue on that, and the rule that sends all to it. */
static void
several_commands(void **state)
{
	const char *all = "kldload dummynet\nipfw -q flush\n"
			  "ipfw pipe 1 config bw 10Mbit/s delay 20\n"
			  "ipfw sched 1 config pipe 1 type fq_codel target 7ms\n"
			  "ipfw queue 1 config sched 1 plr 0.25 weight 7\n"
			  "ipfw add 100 queue 1 ip from any to any out via em0";

	becomes(all, "aqm = \"fq-codel\"; target = \"7ms\";");
	becomes(all, "loss = { p = 0.25; at = \"ingress\"; };");
	becomes(all, "rate = \"10000000bit\"");
	becomes(all, "# weight 7 left out");
	becomes(all, "# The rule says which direction this is");
	becomes(all, "# Imported from: ipfw sched 1 config pipe 1 type fq_codel target 7ms\n");
	becomes("pipe 1 config bw 10M; sched 1 config pipe 1 type fq_codel", "fq-codel");
	becomes("ipfw pipe 1 config delay 5; sysctl net.inet.ip.fw.one_pass=1",
		"# sysctl left out");
	refused_at("ipfw pipe 1 config delay 5\nipfw pipe 2 config delay 5", 2, "a second pipe");
	refused_at("ipfw pipe 1 config delay 5\nipfw add pipe 1 ip from any to 10.0.0.1", 2,
		"a rule sends only some packets");
	refused_at("ipfw pipe 1 config delay 5\nipfw add pipe 1 tcp from any to any", 2,
		"a rule sends only some packets");
	refused_at("ipfw pipe 1 config delay 5\nipfw add allow ip from any to any", 2,
		"a rule that sends nothing to a pipe");
	refused("ipfw flush", "there are no settings");
}

static void
flows(void **state)
{
	becomes("bw 1M mask all", "scope = \"flow\";");
	becomes("bw 1M mask src-ip 0xffffffff dst-ip /32 src-port 0xffff dst-port /16 proto 0xff",
		"scope = \"flow\";");
	lacks("bw 1M mask dst-ip 0x0", "scope");
	refused("bw 1M mask dst-ip 0xffffffff", "a mask of some fields");
	refused("bw 1M mask", "a field is missing");
	refused("bw 1M mask dst-ip", "a mask is missing");
	refused("bw 1M mask dst-ip x", "is not a mask");
	becomes("bw 1M flow_mask all", "scope = \"flow\";");
	becomes("bw 1M sched_mask all", "scope = \"flow\";");
	refused("bw 1M mask dst-ip6 /64 src-ip6 /64", "a mask of some fields");
}

static void
everything_else(void **state)
{
	becomes("bw 1M plr 0.01", "loss = { p = 0.01; at = \"ingress\"; };");
	becomes("plr 0.01", "loss = { p = 0.01; };");
	becomes("plr 0.01 noerror", "# noerror left out");
	becomes("plr 0.01 buckets 64", "# buckets 64 left out");
	refused("plr 2", "is not a share");
	refused("delay 20000", "is not a number of ms up to 10000");
	becomes("bw 1M weight 5", "# weight 5 left out");
	refused("delya 5", "\"delya\" is no setting");
	hinted("delya 5", "Did you mean \"delay\"?");
	refused("bw 1M bw 2M", "\"bw\" is given twice");
	refused("delay 5 delay 7", "\"delay\" is given twice");
}

/* Reads a profile; the caller frees it. NULL: refused. */
static struct wf_dummynet_profile *
profile(const char *text, char *why, size_t size)
{
	struct wf_dummynet_profile *p = calloc(1, sizeof(*p));
	struct wf_err *err = wf_err_new();
	char *copy = strdup(text);

	*why = 0;
	if (wf_dummynet_profile_read("p", copy, p, err) < 0) {
		wf_err_format(wf_err_item(err, 0), why, size);
		free(p);
		p = NULL;
	}
	free(copy);
	wf_err_free(err);
	return p;
}

/* ipfw(8): samples is the number of points of the table, delays between points are interpolated,
 * and a packet whose share is above loss-level is lost. */
static void
a_profile_is_a_table(void **state)
{
	char why[200];
	struct wf_dummynet_profile *p = profile("name x # a name\nsamples 10\nloss-level 0.8\nbw "
						"2Mbit/s\n\nprob delay\n0 10\n0.5 20\n1 70\n",
		why, sizeof(why));
	const double want[] = { 10, 12, 14, 16, 18, 20, 30, 40, 50, 60 };

	assert_non_null(p);
	assert_int_equal(p->samples, 10);
	assert_int_equal(p->kept, 8);
	assert_true(p->bw_bps == 2e6);
	for (int i = 0; i < 10; i++)
		assert_true(p->delay_ms[i] > want[i] - 1e-9 && p->delay_ms[i] < want[i] + 1e-9);
	free(p);
}

static void
profile_refused(const char *text, const char *message)
{
	char why[300];

	assert_null(profile(text, why, sizeof(why)));
	if (strstr(why, message) == NULL)
		fail_msg("%s: not \"%s\"", why, message);
}

static void
what_is_no_profile_is_refused(void **state)
{
	profile_refused("", "p: fewer than two points");
	profile_refused("delay prob\n1 0.5\n", "fewer than two points");
	profile_refused("delay prob\n1 0.5 7\n", "p:2: not two words");
	profile_refused("samples\n", "p:1: not two words");
	profile_refused("samples 5000\n", "not a number between 2 and 1024");
	profile_refused("loss-level 2\n", "loss-level: not a share");
	profile_refused("bw fast\n", "bw: not a rate");
	profile_refused("delay prob\n1 2\n3 1\n", "p:2: \"1 2\" is no point");
	profile_refused("jitter 5\n", "there is no \"jitter\"");
}

static void
a_profile_becomes_samples(void **state)
{
	char name[] = "/tmp/wf-profile-XXXXXX", words[200];
	const char *text = "samples 4\nloss-level 0.75\ndelay prob\n0 0\n8 1\n";
	int fd = mkstemp(name);
	struct wf_err *err;

	assert_true(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	close(fd);
	snprintf(words, sizeof(words), "bw 1M delay 5 profile %s", name);
	becomes(words, "delay = { distribution = \"samples\"; file = \"x.samples\"; order = "
		       "\"fifo\"; };");
	assert_string_equal(samples_text, "5ms\n7ms\n9ms\n");
	becomes(words, "loss = { p = 0.25; };");
	strcat(words, " plr 0.5");
	becomes(words, "loss = { p = 0.625; };");

	err = wf_err_new();
	assert_true(wf_import_dummynet(words, NULL, stderr, NULL, err) < 0);
	assert_string_equal(wf_err_item(err, 0)->hint, "Add --samples FILE");
	wf_err_free(err);
	unlink(name);
	refused(words, "cannot be read");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_whole_command_or_its_settings),
		cmocka_unit_test(bandwidths),
		cmocka_unit_test(queues),
		cmocka_unit_test(queue_management),
		cmocka_unit_test(several_commands),
		cmocka_unit_test(flows),
		cmocka_unit_test(everything_else),
		cmocka_unit_test(a_profile_is_a_table),
		cmocka_unit_test(what_is_no_profile_is_refused),
		cmocka_unit_test(a_profile_becomes_samples),
	};

	return cmocka_run_group_tests_name("dummynet", tests, NULL, NULL);
}
