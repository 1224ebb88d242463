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
	refused("queue 1 config weight 5", "\"queue\" is not a pipe");
	refused("sched 1 config type fifo", "\"sched\" is not a pipe");
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
	becomes("bw 10M codel droptail", "{ limit = \"50pkt\"; };");
	refused("bw 10M queue 0", "is not slots or bytes");
	refused("bw 10M queue 50T", "is not slots or bytes");
	refused("bw 10M red 0.002/5/15", "is not w_q/min_th/max_th/max_p");
	refused("bw 10M red 0.002/15/5/0.1", "is not w_q");
	refused("bw 10M red 0/5/15/0.1", "is not w_q");
	refused("codel", "without a bandwidth");
	refused("bw 10M ecn", "\"ecn\" belongs to");
	refused("bw 10M codel target 5m", "is not a time");
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
}

static void
everything_else(void **state)
{
	becomes("plr 0.01", "loss = { p = 0.01; at = \"ingress\"; };");
	becomes("plr 0.01 noerror", "# noerror left out");
	becomes("plr 0.01 buckets 64", "# buckets left out");
	refused("plr 2", "is not a share");
	refused("delay 20000", "is not a number of ms up to 10000");
	refused("weight 5", "\"weight\" is no setting of a pipe");
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
		cmocka_unit_test(flows),
		cmocka_unit_test(everything_else),
		cmocka_unit_test(a_profile_is_a_table),
		cmocka_unit_test(what_is_no_profile_is_refused),
		cmocka_unit_test(a_profile_becomes_samples),
	};

	return cmocka_run_group_tests_name("dummynet", tests, NULL, NULL);
}
