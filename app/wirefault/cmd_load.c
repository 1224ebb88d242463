/* SPDX-License-Identifier: BSD-3-Clause
 * `wirefault test throughput` and its like: options, target, progress and reports of load tests.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd_dp.h"
#include "load_live.h"
#include "load_offline.h"
#include "load_target.h"
#include "test_self.h"
#include "wf_cmd.h"
#include "wf_json.h"
#include "wf_load_report.h"
#include "wf_text.h"

#define OPTION(member, option, kind, preset, least, most, arg, text) { option, 0, arg, text },

static const struct wf_option options[] = {
	WF_CMD_FROM_OPTIONS,
	{ "link", 'l', "NAME", "the link; may be left out where there is one" },
	{ "direction", 0, "ab|ba", "through which the load goes (default ab)" },
	{ "offline", 0, NULL, "on the virtual clock: exact, without ports or rights" },
	{ "tx", 0, "PORT", "a device under test instead: the port to which packets are sent" },
	{ "rx", 0, "PORT", "from which they come back (default: the same)" },
	{ "traffic", 't', "ARGUMENTS",
		"of a generator, such as flows=1000,ip=6; the reference lists them" },
	{ "workers", 0, "CORES",
		"1,2: one worker on each of them, instead of what the file says, or of one" },
	{ "seed", 0, "N", "seed of all randomness, instead of the file's" },
	WF_LOAD_SETTINGS(OPTION){ "html", 0, "FILE", "the report as one page with plots" },
	{ "markdown", 0, "FILE", "the report as Markdown" },
	{ "junit", 0, "FILE", "findings as JUnit XML" },
	{ "calibration", 0, "FILE",
		"of test calibrate --save: what the machine adds, shown beside" },
	{ "quiet", 'q', NULL, "no progress" },
	{ "force", 0, NULL, "a core even if another wirefault polls there, and any interface" },
	WF_CMD_MEMORY_OPTIONS,
	WF_CMD_JSON_OPTIONS,
	{ "help", 'h', NULL, "this help" },
	{ 0 },
};

struct run {
	struct wf_load load;
	struct wf_load_own own;
	struct wf_load_place place;
	struct wf_option_values v;
	struct wf_err *err;
	bool json, bar;
};

static const char *
value(const struct wf_option_values *v, const char *name)
{
	return wf_cmd_value(&wf_cmd_load, v, name);
}

/* One line a trial; on a terminal one line that is written again and again. */
static void
told(void *ctx, const struct wf_load *l, const struct wf_load_trial *t, uint32_t done, uint32_t all)
{
	const struct run *r = ctx;
	char size[WF_LOAD_TEXT], offered[WF_TEXT_MAX], lost[WF_TEXT_MAX], bar[21] = "";
	uint32_t full = all > 0 ? 20 * (done < all ? done : all) / all : 0;

	memset(bar, '.', 20);
	memset(bar, '#', full);
	fprintf(stderr, "%s%s%s%u", r->bar ? "\r\033[K" : "", r->bar && all > 0 ? bar : "",
		r->bar && all > 0 ? " " : "", done);
	if (all >= done)
		fprintf(stderr, " of %s%u", l->settings.load > 0 ? "" : "about ", all);
	fprintf(stderr, ": %s, %s bytes, %s/s, lost %s: %s%s", t->what,
		wf_load_size(t->frame_bytes, size), wf_text_count((uint64_t)t->pps, offered),
		wf_text_count(t->r.t.lost, lost), wf_load_outcomes[t->outcome], r->bar ? "" : "\n");
	fflush(stderr);
}

static void
read_settings(struct run *r)
{
	struct wf_load_settings *s = &r->load.settings;
	const char *traffic = value(&r->v, "traffic"), *seed = value(&r->v, "seed");

	if (wf_load_settings_init(s) < 0) {
		wf_err_add(r->err, NULL, NULL, "out of memory");
		return;
	}
	for (size_t i = 0; wf_load_table[i].name != NULL; i++) {
		const char *text = value(&r->v, wf_load_table[i].name);
		char path[64];

		snprintf(path, sizeof(path), "--%s", wf_load_table[i].name);
		if (text != NULL)
			wf_param_set(wf_load_table, i, text, s, &(struct wf_where){ .path = path },
				r->err);
	}
	if (wf_err_count(r->err) == 0)
		wf_load_settings_check(s, r->load.test, traffic != NULL ? traffic : "", r->err);
	/* The same seed for both, unless the traffic says its own. */
	if (seed != NULL && (traffic == NULL || strstr(traffic, "seed=") == NULL))
		s->traffic.seed = strtoull(seed, NULL, 0);
}

static void
read_calibration(struct run *r)
{
	const char *path = value(&r->v, "calibration");
	char cpu[256];

	if (path == NULL)
		return;
	if (r->place.offline) {
		wf_err_add(r->err, NULL, "Leave one of them out",
			"--calibration with --offline: nothing adds to packets on a virtual clock");
		return;
	}
	wf_self_cpu_model(cpu, sizeof(cpu));
	if (wf_load_own_read(&r->own, path, cpu, r->err) == 0)
		r->load.own = &r->own;
}

static void
read_place(struct run *r)
{
	struct wf_load_place *p = &r->place;
	const char *direction = value(&r->v, "direction");

	p->tx = value(&r->v, "tx");
	p->rx = value(&r->v, "rx");
	p->link = value(&r->v, "link");
	p->seed = value(&r->v, "seed");
	p->workers = value(&r->v, "workers");
	p->offline = value(&r->v, "offline") != NULL;
	if (direction != NULL && strcmp(direction, "ab") != 0 && strcmp(direction, "ba") != 0)
		wf_err_add(r->err, NULL, "Write --direction ab or --direction ba",
			"there is no direction \"%s\"", direction);
	p->side = direction != NULL && strcmp(direction, "ba") == 0 ? WF_BA : WF_AB;
	if (p->offline && p->workers != NULL)
		wf_err_add(r->err, NULL, "Leave --workers or --offline out",
			"there are no workers on the virtual clock");
	if (p->rx != NULL && p->tx == NULL)
		wf_err_add(r->err, NULL, "Write --tx PORT --rx PORT", "--rx without --tx");
	if (p->tx == NULL)
		wf_cmd_from(&wf_cmd_load, &r->v, &p->from, r->err);
	else if (value(&r->v, "config") != NULL || value(&r->v, "profile") != NULL || p->offline ||
		 p->link != NULL || direction != NULL || r->v.n_many > 0)
		wf_err_add(r->err, NULL,
			"Leave --config, --profile, --set, --link, --direction and --offline out",
			"--tx is for a device that is not wirefault");
	p->dp = wf_cmd_dp(&wf_cmd_load, &r->v, r->err);
}

/* One form of the report into a file. */
static int
write_file(const struct run *r, const char *option, int (*put)(const struct wf_load *l, FILE *out))
{
	const char *path = value(&r->v, option);
	struct wf_where where = { .file = path };
	FILE *out;
	int rc;

	if (path == NULL)
		return 0;
	out = fopen(path, "we");
	if (out == NULL)
		return wf_err_add(r->err, &where, "Check the folder and its permissions",
			"cannot be written: %s", strerror(errno));
	rc = put(&r->load, out);
	if (fclose(out) != 0 && rc == 0)
		rc = -errno;
	return rc == 0 ? 0
		       : wf_err_add(r->err, &where, NULL, "cannot be written: %s", strerror(-rc));
}

static int
put_json(const struct wf_load *l, FILE *out)
{
	json_t *doc = wf_load_json(l);
	int rc = doc == NULL ? -ENOMEM : json_dumpf(doc, out, WF_JSON_FLAGS) ? -EIO : 0;

	json_decref(doc);
	if (rc == 0)
		fputc('\n', out);
	return rc;
}

static int
report(const struct run *r)
{
	int rc = write_file(r, "html", wf_load_html);

	rc |= write_file(r, "markdown", wf_load_markdown);
	rc |= write_file(r, "junit", wf_load_junit);
	if ((r->json ? put_json(&r->load, stdout) : wf_load_markdown(&r->load, stdout)) < 0 ||
		fflush(stdout) != 0)
		rc = wf_err_add(r->err, NULL, NULL, "the report cannot be written");
	return rc;
}

static int
measure(struct run *r)
{
	static const int codes[] = { [WF_LOAD_PASSED] = WF_EXIT_OK,
		[WF_LOAD_FAILED] = WF_EXIT_FAILED,
		[WF_LOAD_LIMITED] = WF_EXIT_LIMITED };
	struct wf_load *l = &r->load;
	int rc = wf_load_place_open(&r->place, &l->target, r->err);

	if (rc == 0) {
		r->bar = isatty(STDERR_FILENO);
		l->told = value(&r->v, "quiet") != NULL ? NULL : told;
		l->told_ctx = r;
		rc = wf_load_run(l, r->err);
		if (l->told != NULL && r->bar)
			fputs("\r\033[K", stderr);
	}
	wf_load_place_close(&r->place);
	if (rc == -EINTR && wf_err_count(r->err) == 0)
		fprintf(stderr, "wirefault: interrupted after %u trials\n", l->n_trials);
	if (rc < 0 && rc != -EINTR) {
		wf_err_print(r->err, stderr);
		return WF_EXIT_FAILED;
	}
	if (report(r) < 0) {
		wf_err_print(r->err, stderr);
		return WF_EXIT_FAILED;
	}
	return rc < 0 ? WF_EXIT_FAILED : codes[wf_load_verdict(l)];
}

static int
run(int argc, char **argv)
{
	struct run *r = calloc(1, sizeof(*r));
	int rc = r != NULL ? wf_cmd_options(&wf_cmd_load, argc, argv, &r->v) : WF_EXIT_FAILED;

	if (rc >= 0) {
		free(r);
		return rc;
	}
	r->load.test = argv[0];
	r->err = wf_err_new();
	if (r->err == NULL) {
		free(r);
		return WF_EXIT_FAILED;
	}
	read_settings(r);
	read_place(r);
	read_calibration(r);
	wf_cmd_json(&wf_cmd_load, &r->v, &r->json, r->err);
	if (wf_err_count(r->err) == 0)
		wf_load_place_load(&r->place, &r->load.settings, r->err);
	rc = wf_err_count(r->err) > 0 ? wf_cmd_refuse(r->err) : measure(r);
	wf_load_place_fini(&r->place);
	wf_load_fini(&r->load);
	wf_load_own_fini(&r->own);
	wf_err_free(r->err);
	free(r);
	return rc;
}

const struct wf_cmd wf_cmd_load = {
	.name = "test",
	.arguments = "throughput|latency|loss|back2back|recovery|y1564|microburst|soak (-c FILE | "
		     "--profile NAME [--offline] | --tx PORT [--rx PORT]) [OPTIONS]",
	.summary =
		"Sends load through a link of wirefault, on the real or on the virtual clock, or "
		"through a device between two ports, and says what it stands. Exit code 1: what "
		"was agreed (y1564, soak) is not kept; 4: the tester itself could not keep up, "
		"or missed packets, so nothing is shown",
	.run = run,
	.options = options,
};
