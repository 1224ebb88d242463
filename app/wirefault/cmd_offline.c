/* SPDX-License-Identifier: BSD-3-Clause
 * `wirefault offline`: captures through a link on a virtual clock.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "offline_changes.h"
#include "offline_log.h"
#include "offline_replay.h"
#include "progress.h"
#include "wf_cmd.h"
#include "wf_eal.h"
#include "wf_json.h"
#include "wf_report.h"
#include "wf_source_capture.h"
#include "wf_twin.h"
#include "wf_units.h"

#define SNAPLEN 262144

static const struct wf_option options[] = {
	WF_CMD_FROM_OPTIONS,
	{ "link", 'l', "NAME", "the link; may be left out where there is one" },
	{ "ab", 0, "IN",
		"capture that enters at the first port; port: that which it has as a pcap port" },
	{ "ab-out", 0, "OUT",
		"what leaves at the second port; .pcapng or nanosecond pcap; port: to the file "
		"that "
		"it writes as a pcap port" },
	{ "ba", 0, "IN", "capture that enters at the second port" },
	{ "ba-out", 0, "OUT", "what leaves at the first port" },
	{ "changes", 0, "FILE",
		"changes of the link, each with its time from the first packet on" },
	{ "seed", 0, "N", "seed of all randomness, instead of the file's" },
	{ "capture", 0, "FILE",
		"what comes, leaves or ends, with what became of it: pcapng with comments" },
	{ "fates-out", 0, "LOG", "write down what becomes of each packet, for --fates" },
	{ "fates", 0, "LOG", "run again: what LOG says becomes of packets, and nothing is drawn" },
	{ "stats", 0, "FILE", "write the stats document there; - is standard output" },
	WF_CMD_JSON_OPTIONS,
	{ "burst", 0, "N", "packets taken at once, 1 to 32 (default 32); changes speed only" },
	{ "in-flight", 0, "N", "packets that may be held at once (default 4194304)" },
	{ "split", 0, "RULE",
		"--ab's capture has both directions; a sends first | mac=ADDRESS | ip=PREFIX" },
	{ "link-type", 0, "TYPE", "ethernet[,SRC,DST]: SLL, RAW and the like become Ethernet" },
	{ "step-back", 0, "TIME", "stamps that go back by up to this are mended (default 1s)" },
	{ "time-unit", 0, "UNIT",
		"ns: fractions of a pcap are that, whatever its magic number says" },
	{ "quiet", 'q', NULL, "no table and no progress on stderr" },
	{ "help", 'h', NULL, "this help" },
	{ 0 },
};

struct offline {
	struct wf_option_values v;
	struct wf_cap_options cap;
	struct wf_progress progress;
	struct wf_loaded loaded;
	struct wf_plan *plan;
	struct offline_changes changes;
	struct wf_twin_params twin;
	uint32_t link;
	char *to[2];                /* where the two directions are written; heap; NULL: nowhere */
	struct wf_twin_input in[2]; /* twin.n_in of them */
	struct wf_cap_writer *out[2 * WF_CONF_MAX_LINKS]; /* of the link's two directions */
	struct wf_offline_log log;
	bool json; /* the document on standard output, in place of the table */
};

static const char *
value(const struct offline *o, const char *name)
{
	return wf_cmd_value(&wf_cmd_offline, &o->v, name);
}

static void
count_option(const struct offline *o, const char *name, uint32_t fallback, uint32_t max,
	uint32_t *out, struct wf_err *err)
{
	const char *text = value(o, name);
	uint64_t n = fallback;

	if (text != NULL && (wf_units_count(text, &n) < 0 || n < 1 || n > max))
		wf_err_add(err, NULL, NULL, "--%s takes a whole number from 1 to %u, not \"%s\"",
			name, max, text);
	*out = (uint32_t)n;
}

static void
find_link(struct offline *o, struct wf_err *err)
{
	const struct wf_conf *conf = o->loaded.conf;
	const char *name = value(o, "link"), *names[WF_CONF_MAX_LINKS + 1] = { 0 }, *near;
	char hint[WF_NAME_MAX + 32];

	if (name == NULL && conf->n_links == 1)
		return;
	for (uint32_t i = 0; i < conf->n_links; i++) {
		names[i] = conf->links[i].name;
		if (name != NULL && strcmp(name, conf->links[i].name) == 0) {
			o->link = i;
			return;
		}
	}
	near = name != NULL ? wf_suggest(name, names) : NULL;
	snprintf(hint, sizeof(hint), "Did you mean \"%s\"?", near != NULL ? near : "");
	if (name == NULL)
		wf_err_add(err, NULL, "Write --link NAME", "the configuration has %u links: which?",
			conf->n_links);
	else
		wf_err_add(err, NULL, near != NULL ? hint : NULL, "there is no link \"%s\"", name);
}

/* Both the same file, or both standard output? A file that isn't there yet is known by its name. */
static bool
same_file(const char *a, const char *b)
{
	struct stat sa, sb;

	if (strcmp(a, b) == 0)
		return true;
	return stat(a, &sa) == 0 && stat(b, &sb) == 0 && S_ISREG(sa.st_mode) &&
	       sa.st_dev == sb.st_dev && sa.st_ino == sb.st_ino;
}

static const char *
file_of(const struct offline *o, const char *name)
{
	const char *path = value(o, name);

	return strcmp(name, "ab-out") == 0   ? o->to[WF_AB]
	       : strcmp(name, "ba-out") == 0 ? o->to[WF_BA]
	       : path != NULL && strcmp(path, WF_OFFLINE_PORT) == 0
		       ? NULL /* compared by wf_offline_replay_to */
		       : path;
}

/* Of the options, or of the ports. */
static void
find_outputs(struct offline *o, struct wf_err *err)
{
	const char *given[2] = { value(o, "ab-out"), value(o, "ba-out") };

	for (int side = 0; side < 2; side++) {
		const struct wf_conf *conf = o->loaded.conf;

		if (given[side] == NULL)
			continue;
		if (strcmp(given[side], WF_OFFLINE_PORT) == 0)
			o->to[side] =
				wf_offline_replay_to(conf, conf->links[o->link].port[!side], err);
		else if ((o->to[side] = strdup(given[side])) == NULL)
			wf_err_add(err, NULL, NULL, "out of memory");
	}
}

/* What is written must not be what is read, nor be written twice. */
static void
check_files(const struct offline *o, struct wf_err *err)
{
	static const char *const files[] = { "ab", "ba", "fates", "ab-out", "ba-out", "stats",
		"capture", "fates-out" };
	enum { FIRST_OUT = 3 };

	for (size_t out = FIRST_OUT; out < WF_ARRAY_SIZE(files); out++)
		for (size_t i = 0; i < out; i++) {
			const char *a = file_of(o, files[i]), *b = file_of(o, files[out]);

			if (a == NULL || b == NULL || !same_file(a, b))
				continue;
			if (i < FIRST_OUT && strcmp(a, "-") == 0)
				continue; /* standard input, standard output */
			wf_err_add(err, NULL, "Write to another file",
				"--%s and --%s are the same file, %s", files[i], files[out], b);
		}
}

/* A run by a log draws nothing, so there is nothing else to be told of it. */
static void
check_again(const struct offline *o, struct wf_err *err)
{
	static const char *const others[] = { "stats", "capture", "fates-out", "changes", "output",
		"json" };

	for (size_t i = 0; i < WF_ARRAY_SIZE(others); i++)
		if (value(o, "fates") != NULL && value(o, others[i]) != NULL)
			wf_err_add(err, NULL, "Leave one of them out",
				"--fates runs again by a log, and --%s is not for that", others[i]);
}

/* How captures are to be read. */
static void
read_options(struct offline *o, struct wf_err *err)
{
	static const struct wf_cap_options defaults = WF_CAP_OPTIONS;
	const char *unit = value(o, "time-unit"), *step = value(o, "step-back");
	char hint[WF_UNITS_HINT];

	o->cap = defaults;
	if (value(o, "link-type") != NULL)
		wf_cap_options_link_type(&o->cap, value(o, "link-type"), err);
	if (value(o, "split") != NULL &&
		wf_cap_options_split(&o->cap, value(o, "split"), err) == 0 &&
		(value(o, "ba") != NULL || value(o, "ab") == NULL ||
			strcmp(value(o, "ab"), "-") == 0))
		wf_err_add(err, NULL, "Write --ab FILE --split RULE",
			"--split divides the capture of --ab, a file, and needs no --ba");
	if (step != NULL && wf_units_duration(step, &o->cap.step_back_ns) < 0)
		wf_err_add(err, NULL,
			wf_units_hint_or(WF_UNITS_DURATION, step, "Write --step-back 1s", hint),
			"--step-back \"%s\" is no time", step);
	if (unit != NULL && strcmp(unit, "ns") != 0)
		wf_err_add(err, NULL, "Leave it out: then the file says what they are",
			"--time-unit takes ns, not \"%s\"", unit);
	o->cap.nanoseconds = unit != NULL;
}

/* Everything that can be wrong before a packet moves. 0 or -EINVAL with reasons. */
static int
prepare(struct offline *o, struct wf_err *err)
{
	struct wf_bridge from;

	wf_cmd_from(&wf_cmd_offline, &o->v, &from, err);
	if (value(o, "ab") == NULL && value(o, "ba") == NULL)
		wf_err_add(err, NULL, "Write --ab IN.pcap --ab-out OUT.pcap", "there is no input");
	if (value(o, "ab-out") != NULL && value(o, "ab") == NULL)
		wf_err_add(err, NULL, "Add --ab IN.pcap", "--ab-out without --ab");
	if (value(o, "ba-out") != NULL && value(o, "ba") == NULL && value(o, "split") == NULL)
		wf_err_add(err, NULL, "Add --ba IN.pcap", "--ba-out without --ba");
	check_again(o, err);
	read_options(o, err);
	wf_cmd_json(&wf_cmd_offline, &o->v, &o->json, err);
	for (int side = 0; side < 2 && o->json; side++) {
		const char *out = value(o, side == 0 ? "ab-out" : "ba-out");

		if (out != NULL && strcmp(out, "-") == 0)
			wf_err_add(err, NULL, "Write the document with --stats FILE",
				"standard output cannot take packets and JSON");
	}
	count_option(o, "burst", WF_TWIN_BURST, WF_TWIN_BURST, &o->twin.burst, err);
	count_option(o, "in-flight", 1u << 22, 1u << 28, &o->twin.max_held, err);
	if ((from.file == NULL) == (from.profile == NULL) ||
		wf_load(&from, value(o, "seed"), &o->loaded, err) < 0)
		return -EINVAL;
	find_link(o, err);
	find_outputs(o, err);
	check_files(o, err);
	if (value(o, "changes") != NULL)
		offline_changes_read(&o->changes, value(o, "changes"), &o->loaded, err);
	o->plan = wf_plan_compile(o->loaded.conf, o->loaded.seed, NULL, err);
	o->twin.plan = o->plan;
	o->twin.conf = o->loaded.conf;
	return wf_err_count(err) == 0 ? 0 : -EINVAL;
}

static int
open_captures(struct offline *o, struct wf_err *err)
{
	static const char *const in[2] = { "ab", "ba" };

	o->twin.in = o->in;
	o->twin.out = o->out;
	for (int side = 0; side < 2; side++) {
		struct wf_source_capture q = { .path = value(o,
						       in[o->cap.split != WF_CAP_ALL ? 0 : side]),
			.options = &o->cap,
			.own_times = true,
			.loops = 1 };
		struct wf_twin_input *to = &o->in[o->twin.n_in];

		o->cap.side = (uint8_t)side;
		to->dir = 2 * o->link + (uint32_t)side;
		if (q.path == NULL)
			continue;
		to->source = strcmp(q.path, WF_OFFLINE_PORT) == 0
				     ? wf_offline_replay(o->loaded.conf,
					       o->loaded.conf->links[o->link].port[side], err)
				     : wf_source_capture(&q, err);
		if (to->source == NULL)
			return -EINVAL;
		o->twin.n_in++;
	}
	for (uint32_t side = 0; side < 2; side++) {
		struct wf_cap_writer **to = &o->out[2 * o->link + side];

		if (o->to[side] != NULL && (*to = wf_cap_create(o->to[side], SNAPLEN, err)) == NULL)
			return -EINVAL;
	}
	return 0;
}

/* Closes what is open. Errors of writing are found here at the latest. */
static int
close_captures(struct offline *o, struct wf_err *err)
{
	int rc = 0;

	for (uint32_t side = 0; side < 2; side++) {
		struct wf_cap_writer *out = o->out[2 * o->link + side];
		int error = out != NULL ? wf_cap_finish(out) : 0;

		wf_source_free(o->in[side].source);
		if (error < 0)
			rc = wf_err_add(err, NULL, NULL, "the output cannot be written: %s",
				strerror(-error));
	}
	return rc;
}

static int
write_stats(const char *path, const json_t *doc, struct wf_err *err)
{
	struct wf_where where = { path, 0, NULL };
	FILE *out;
	bool ok;

	if (path == NULL)
		return 0;
	out = strcmp(path, "-") == 0 ? stdout : fopen(path, "we");
	if (out == NULL)
		return wf_err_add(err, &where, "Check the folder and its permissions",
			"cannot be written: %s", strerror(errno));
	ok = json_dumpf(doc, out, JSON_INDENT(2)) == 0 && fputc('\n', out) != EOF;
	if ((out == stdout ? fflush(out) : fclose(out)) != 0 || !ok)
		return wf_err_add(err, &where, NULL, "cannot be written: %s", strerror(errno));
	return 0;
}

/* The changes count from the first packet. */
static int
begin_changes(struct offline *o, struct wf_err *err)
{
	wf_ns_t first_ns = WF_SOURCE_END;
	int rc;

	if (value(o, "changes") == NULL)
		return 0;
	for (uint32_t i = 0; i < o->twin.n_in; i++) {
		wf_ns_t ns = wf_source_next_ns(o->in[i].source);

		first_ns = ns < first_ns ? ns : first_ns;
	}
	if (first_ns == WF_SOURCE_END) /* no packet: no change either */
		return 0;
	rc = offline_changes_begin(&o->changes, &o->loaded, first_ns, err);
	if (rc == 0) {
		o->twin.plan = o->changes.line.plan[0];
		o->twin.timeline = &o->changes.line;
	}
	return rc;
}

static void
show_progress(void *ctx)
{
	struct offline *o = ctx;
	uint64_t packets = 0, done = 0, all = 0;

	for (uint32_t i = 0; i < o->twin.n_in; i++) {
		uint64_t at, size;

		wf_source_progress(o->in[i].source, &at, &size);
		packets += wf_source_notes(o->in[i].source)->packets;
		done += at;
		all += size;
	}
	wf_progress_show(&o->progress, packets, done, all);
}

static int
simulate(struct offline *o, struct wf_err *err)
{
	struct wf_snapshot *snap = NULL;
	json_t *doc = NULL;
	int rc;

	if (wf_eal_offline(err) < 0 || wf_plan_arm(o->plan, err) < 0)
		return -EINVAL;
	rc = open_captures(o, err);
	if (rc == 0)
		rc = begin_changes(o, err);
	wf_progress_begin(&o->progress, stderr, value(o, "quiet") != NULL);
	o->twin.progress = show_progress;
	o->twin.progress_ctx = o;
	if (rc == 0)
		rc = wf_offline_log_open(&o->log, value(o, "capture"), value(o, "fates-out"),
			&o->loaded, &o->twin, err);
	if (rc == 0)
		rc = value(o, "fates") != NULL
			     ? wf_offline_again(value(o, "fates"), &o->loaded, &o->twin,
				       value(o, "quiet") != NULL ? NULL : stderr, err)
			     : wf_twin_run(&o->twin, &snap, err);
	wf_progress_end(&o->progress);
	if (wf_offline_log_close(&o->log, err) < 0)
		rc = -EINVAL;
	if (close_captures(o, err) < 0)
		rc = -EINVAL;
	if (snap != NULL && (doc = wf_json_stats(snap)) != NULL) {
		const char *path = value(o, "stats");

		if (write_stats(path, doc, err) < 0 ||
			(o->json && (path == NULL || strcmp(path, "-") != 0) &&
				write_stats("-", doc, err) < 0))
			rc = -EINVAL;
		if (value(o, "quiet") == NULL && !o->json)
			wf_report_table(doc, stderr);
	}
	json_decref(doc);
	wf_snapshot_free(snap);
	return rc;
}

static int
run(int argc, char **argv)
{
	struct offline o = { 0 };
	struct wf_err *err = wf_err_new();
	int rc = wf_cmd_options(&wf_cmd_offline, argc, argv, &o.v);

	if (rc < 0 && err != NULL) {
		if (prepare(&o, err) < 0)
			rc = wf_cmd_refuse(err);
		else
			rc = simulate(&o, err) < 0 ? WF_EXIT_FAILED : WF_EXIT_OK;
		if (rc == WF_EXIT_FAILED)
			wf_err_print(err, stderr);
	}
	free(o.to[WF_AB]);
	free(o.to[WF_BA]);
	offline_changes_fini(&o.changes);
	wf_plan_free(o.plan);
	wf_unload(&o.loaded);
	wf_err_free(err);
	return rc;
}

const struct wf_cmd wf_cmd_offline = {
	.name = "offline",
	.arguments = "-c FILE | --profile NAME [--link NAME] --ab IN --ab-out OUT [--ba IN "
		     "--ba-out OUT] [OPTIONS]",
	.summary = "Sends captures through a link on a virtual clock: exact, and the same for the "
		   "same seed",
	.run = run,
	.options = options,
};
