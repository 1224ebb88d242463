/* SPDX-License-Identifier: BSD-3-Clause
 * `wirefault test`: measurements of wirefault by itself, and which other tests there are.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cmd_dp.h"
#include "interrupt.h"
#include "test_self.h"
#include "wf_load.h"
#include "wf_units.h"

/* Where nothing is asked for. */
#define TRAFFIC "flows=1000,order=shuffle"
static const char plain_link[] =
	"ports = ( { name = \"a\"; device = \"sink\"; }, { name = \"b\"; device = \"sink\"; } );\n"
	"links = ( { name = \"link\"; ports = [ \"a\", \"b\" ]; } );\n";

static const struct wf_option options[] = {
	WF_CMD_FROM_OPTIONS,
	{ "link", 'l', "NAME", "the link; may be left out where there is one" },
	{ "traffic", 't', "ARGUMENTS",
		"of the generator (default " TRAFFIC "); the reference lists them" },
	{ "both", 0, NULL, "a generator at either end" },
	{ "duration", 'd', "TIME", "of all measurements together (default 6s)" },
	{ "rounds", 0, "N", "in turn with a plain wire so many times (default 3)" },
	{ "seed", 0, "N", "seed of all randomness, instead of the file's" },
	{ "calibration", 0, "FILE",
		"of test calibrate --save: what the machine adds, shown beside" },
	{ "force", 0, NULL, "a core even if another wirefault polls there" },
	WF_CMD_MEMORY_OPTIONS,
	WF_CMD_JSON_OPTIONS,
	{ "help", 'h', NULL, "this help" },
	{ 0 },
};

static const char *
value(const struct wf_option_values *v, const char *name)
{
	return wf_cmd_value(&wf_cmd_test, v, name);
}

static void
read_times(const struct wf_option_values *v, struct wf_self *s, struct wf_err *err)
{
	const char *duration = value(v, "duration"), *rounds = value(v, "rounds");
	char hint[WF_UNITS_HINT];
	uint64_t n = 3;

	if (rounds != NULL && (wf_units_count(rounds, &n) < 0 || n < 1 || n > WF_SELF_ROUNDS))
		wf_err_add(err, NULL, NULL,
			"--rounds takes a whole number from 1 to %d, not \"%s\"", WF_SELF_ROUNDS,
			rounds);
	s->rounds = (uint32_t)n;
	s->duration_ns = 6 * WF_NS_PER_S;
	if (duration == NULL)
		return;
	if (wf_units_duration(duration, &s->duration_ns) < 0)
		wf_err_add(err, NULL,
			wf_units_hint_or(WF_UNITS_DURATION, duration, "Write --duration 6s", hint),
			"\"%s\" is no time", duration);
	else if (s->duration_ns / 2 / s->rounds < 10 * WF_NS_PER_MS)
		wf_err_add(err, NULL, "Raise --duration, or lower --rounds",
			"less than 10 ms for each of %u measurements", 2 * s->rounds);
}

static int
load(const struct wf_option_values *v, struct wf_self *s, struct wf_dp_options *opt,
	struct wf_err *err)
{
	struct wf_bridge from = { .text = plain_link, .set = v->many, .n_set = v->n_many };
	const char *calibration = value(v, "calibration");
	char cpu[256];
	bool named = value(v, "config") != NULL || value(v, "profile") != NULL;

	s->traffic = value(v, "traffic") != NULL ? value(v, "traffic") : TRAFFIC;
	s->both = value(v, "both") != NULL;
	read_times(v, s, err);
	if (named)
		wf_cmd_from(&wf_cmd_test, v, &from, err);
	*opt = wf_cmd_dp(&wf_cmd_test, v, err);
	wf_self_cpu_model(cpu, sizeof(cpu));
	if (calibration != NULL)
		wf_load_own_read(&s->own, calibration, cpu, err);
	if (wf_err_count(err) > 0)
		return -EINVAL;
	return wf_self_load(s, &from, value(v, "link"), value(v, "seed"), err);
}

static int
measure(struct wf_self *s, const struct wf_dp_options *opt, bool json, struct wf_err *err)
{
	int rc;

	wf_interrupt_hold();
	rc = wf_self_run(s, opt, err);
	if (rc == -EINTR && wf_err_count(err) == 0)
		fprintf(stderr, "wirefault: interrupted after %u of %u rounds\n", s->done,
			s->rounds);
	if (rc < 0) {
		wf_err_print(err, stderr);
		return WF_EXIT_FAILED;
	}
	if (json ? wf_self_json(s, stdout) < 0 : (wf_self_table(s, stdout), false))
		return WF_EXIT_FAILED;
	return s->trustworthy ? WF_EXIT_OK : WF_EXIT_UNSHOWN;
}

/* Which test? */
static int
check_word(int argc, char **argv, int first)
{
	const char *names[16] = { "self", "calibrate" }, *near;

	for (size_t i = 0; wf_load_tests[i].name != NULL; i++)
		names[i + 2] = wf_load_tests[i].name;
	if (argc - first == 1 && strcmp(argv[first], "self") == 0)
		return 0;
	near = argc - first == 1 ? wf_suggest(argv[first], names) : NULL;
	if (argc - first == 1)
		fprintf(stderr, "wirefault test: there is no test \"%s\". ", argv[first]);
	else
		fputs("wirefault test: one test is wanted, and first of all. ", stderr);
	if (near != NULL)
		fprintf(stderr, "Did you mean \"%s\"?\n", near);
	else
		fputs("Write wirefault test self, or see --help for others.\n", stderr);
	return -EINVAL;
}

static int
run(int argc, char **argv)
{
	struct wf_option_values v;
	struct wf_dp_options opt;
	struct wf_self *s;
	struct wf_err *err;
	bool json = false;
	int rc;

	if (argc > 1 && wf_load_find(argv[1]) != NULL)
		return wf_cmd_load.run(argc - 1, argv + 1);

	if (argc > 1 && strcmp(argv[1], "calibrate") == 0)
		return wf_cmd_calibrate.run(argc - 1, argv + 1);
	rc = wf_cmd_options(&wf_cmd_test, argc, argv, &v);
	if (rc >= 0)
		return rc;
	if (check_word(argc, argv, v.first_rest) < 0)
		return WF_EXIT_USAGE;
	err = wf_err_new();
	s = calloc(1, sizeof(*s));
	if (err == NULL || s == NULL)
		rc = WF_EXIT_FAILED;
	else if (wf_cmd_json(&wf_cmd_test, &v, &json, err) < 0 || load(&v, s, &opt, err) < 0)
		rc = wf_cmd_refuse(err);
	else
		rc = measure(s, &opt, json, err);
	if (s != NULL) {
		wf_load_own_fini(&s->own);
		wf_self_unload(s);
	}
	free(s);
	wf_err_free(err);
	return rc;
}

const struct wf_cmd wf_cmd_test = {
	.name = "test",
	.arguments = "self [-c FILE | --profile NAME] [--set KEY=VALUE] [--traffic ARGUMENTS] "
		     "[OPTIONS]; or calibrate, throughput, latency, loss, back2back, recovery, "
		     "y1564, microburst or soak: see wirefault test throughput --help",
	.summary =
		"Measures wirefault itself: generator -> link -> sink in one process, in turn with "
		"a plain wire between the same ports. Exit code 3: it ran, but its verdict does "
		"not trust it. Other tests send load through a link or a device",
	.run = run,
	.options = options,
	.words = true,
};
