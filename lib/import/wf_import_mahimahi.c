/* SPDX-License-Identifier: BSD-3-Clause
 * mahimahi's shells, one in the other, as a configuration: mm-delay, mm-loss, mm-onoff, mm-link
 * (mm-link(1) and its usage text). The outermost stands first: what the application sends meets the
 * last of them first, what it receives the first.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "wf_import_mahimahi.h"

#define MAX_SHELLS 32

static const char *const dir_name[] = { "uplink", "downlink" };

/* A loss, to be placed when the link's place is known. */
struct lossy {
	int dir, shell;
	double loss, on_s, off_s;
};

struct reader {
	struct wf_import_words w;
	struct wf_mahimahi m;
	struct lossy lossy[MAX_SHELLS];
	int n_lossy, n_shells, link_shell;
};

static bool
parse_number(const char *text, double *out)
{
	char *end;

	*out = strtod(text, &end);
	return end != text && *end == '\0' && *out >= 0 && *out < 1e9;
}

static bool
parse_count(const char *text, double *out)
{
	return wf_import_whole(text, out) && *out > 0 && *out < 1e9;
}

static int
read_delay(struct reader *r)
{
	double ms;

	if (wf_import_value(&r->w, "mm-delay", wf_import_whole, false, "a number of milliseconds",
		    "Write mm-delay 40", &ms) < 0)
		return -EINVAL;
	if (ms < 0 || r->m.delay_ms + ms > 3600e3)
		return wf_err_add(
			r->w.err, NULL, NULL, "mm-delay: not between 0 and an hour in all");
	r->m.delay_ms += ms;
	return 0;
}

static int
read_direction(struct reader *r, const char *shell)
{
	for (int dir = 0; dir < 2; dir++)
		if (wf_import_skip(&r->w, dir_name[dir]))
			return dir;
	return wf_import_refuse(&r->w, shell, "a direction", "Write uplink or downlink");
}

static int
read_loss(struct reader *r)
{
	struct lossy *l = &r->lossy[r->n_lossy++];

	*l = (struct lossy){ .dir = read_direction(r, "mm-loss"), .shell = r->n_shells };
	if (l->dir < 0)
		return -EINVAL;
	return wf_import_value(&r->w, "mm-loss", wf_import_share, false, "a share between 0 and 1",
		"Write mm-loss uplink 0.01", &l->loss);
}

static int
read_onoff(struct reader *r)
{
	struct lossy *l = &r->lossy[r->n_lossy++];
	const char *hint = "Write mm-onoff uplink 10 1";

	*l = (struct lossy){ .dir = read_direction(r, "mm-onoff"), .shell = r->n_shells };
	if (l->dir < 0 ||
		wf_import_value(&r->w, "mm-onoff", parse_number, false, "a number of seconds", hint,
			&l->on_s) < 0 ||
		wf_import_value(&r->w, "mm-onoff", parse_number, false, "a number of seconds", hint,
			&l->off_s) < 0)
		return -EINVAL;
	if (l->on_s + l->off_s == 0)
		return wf_err_add(r->w.err, NULL, hint, "mm-onoff: both of its times are 0");
	return 0;
}

static int
read_queue(struct reader *r, struct wf_mahimahi_dir *d, const char *option, const char *value)
{
	static const char *const names[] = { [WF_MAHIMAHI_INFINITE] = "infinite",
		[WF_MAHIMAHI_DROPTAIL] = "droptail",
		[WF_MAHIMAHI_DROPHEAD] = "drophead",
		[WF_MAHIMAHI_CODEL] = "codel",
		[WF_MAHIMAHI_PIE] = "pie" };

	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(value, names[i]) == 0) {
			d->queue = (enum wf_mahimahi_queue)i;
			return 0;
		}
	return wf_err_add(r->w.err, NULL, "Write infinite, droptail, drophead, codel or pie",
		"--%s: there is no queue \"%s\"", option, value);
}

/* "packets=100, bytes=5000"; behind a comma the next word belongs to it. */
static int
read_queue_args(struct reader *r, struct wf_mahimahi_dir *d, const char *option, char *value)
{
	const struct {
		const char *name;
		double *to;
	} known[] = { { "packets", &d->packets }, { "bytes", &d->bytes },
		{ "target", &d->target_ms }, { "interval", &d->interval_ms },
		{ "qdelay_ref", &d->qdelay_ref_ms }, { "max_burst", &d->max_burst_ms } };
	const unsigned n_known = sizeof(known) / sizeof(known[0]);

	for (;;) {
		bool more = *value != 0 && value[strlen(value) - 1] == ',';
		char *rest = NULL;

		for (char *arg = strtok_r(value, ", ", &rest); arg != NULL;
			arg = strtok_r(NULL, ", ", &rest)) {
			size_t length = strcspn(arg, "=");
			unsigned i = 0;

			while (i < n_known && (strlen(known[i].name) != length ||
						      strncmp(known[i].name, arg, length) != 0))
				i++;
			if (i == n_known || arg[length] == 0 ||
				!parse_count(arg + length + 1, known[i].to))
				return wf_err_add(r->w.err, NULL,
					"Write packets=100 or bytes=50000; codel: target and "
					"interval; pie: qdelay_ref and max_burst, in ms",
					"--%s: \"%s\" is not understood", option, arg);
		}
		if (!more || wf_import_peek(&r->w) == NULL)
			return 0;
		value = r->w.word[r->w.at++];
	}
}

static int
once(struct reader *r, bool *given, const char *option)
{
	if (*given)
		return wf_err_add(r->w.err, NULL, "Write it once; mahimahi takes the last",
			"--%s is given twice", option);
	*given = true;
	return 0;
}

static int
refuse_option(struct reader *r, const char *option)
{
	static const char *const all[] = { "once", "meter-uplink", "meter-uplink-delay",
		"meter-downlink", "meter-downlink-delay", "meter-all", "uplink-log", "downlink-log",
		"uplink-queue", "downlink-queue", "uplink-queue-args", "downlink-queue-args",
		NULL };
	const char *near = wf_suggest(option, all);
	char hint[100];

	snprintf(hint, sizeof(hint),
		near ? "Did you mean --%s?" : "mm-link's usage text lists them", near);
	return wf_err_add(
		r->w.err, NULL, hint, "--%s is no option of mm-link that is known here", option);
}

/* Options of one direction: "uplink-log", "downlink-queue-args" ... */
static int
read_direction_option(struct reader *r, const char *option, char *value)
{
	for (int dir = 0; dir < 2; dir++) {
		struct wf_mahimahi_dir *d = &r->m.dir[dir];
		size_t length = strlen(dir_name[dir]);

		if (strncmp(option, dir_name[dir], length) != 0 || option[length] != '-')
			continue;
		if (value == NULL && wf_import_peek(&r->w) != NULL)
			value = r->w.word[r->w.at++];
		if (value == NULL)
			return wf_err_add(
				r->w.err, NULL, NULL, "--%s: its value is missing", option);
		if (strcmp(option + length, "-queue") == 0)
			return once(r, &d->queue_given, option) < 0
				       ? -EINVAL
				       : read_queue(r, d, option, value);
		if (strcmp(option + length, "-queue-args") == 0)
			return once(r, &d->args_given, option) < 0
				       ? -EINVAL
				       : read_queue_args(r, d, option, value);
		if (strcmp(option + length, "-log") == 0) {
			d->logged = true;
			return 0;
		}
	}
	return refuse_option(r, option);
}

static int
read_link_option(struct reader *r)
{
	static const char *const meters[] = { "meter-uplink", "meter-uplink-delay",
		"meter-downlink", "meter-downlink-delay", "meter-all", NULL };
	char *word = r->w.word[r->w.at++] + 2, *value = strchr(word, '=');

	if (value != NULL)
		*value++ = 0;
	for (int i = 0; meters[i] != NULL; i++)
		if (strcmp(word, meters[i]) == 0) {
			r->m.meters = true;
			return 0;
		}
	if (strcmp(word, "once") == 0) {
		r->m.once = true;
		return 0;
	}
	return read_direction_option(r, word, value);
}

static int
read_link(struct reader *r)
{
	int n = 0;

	if (r->m.link)
		return wf_err_add(r->w.err, NULL, "Write a configuration for each, and two links",
			"two mm-link, one in the other: a link has one rate");
	r->m.link = true;
	r->link_shell = r->n_shells;
	for (const char *word; (word = wf_import_peek(&r->w)) != NULL;) {
		if (strcmp(word, "--") == 0)
			break;
		if (strncmp(word, "--", 2) == 0) {
			if (read_link_option(r) < 0)
				return -EINVAL;
		} else if (n < 2) {
			r->m.dir[n++].trace = word;
			r->w.at++;
		} else {
			break;
		}
	}
	if (n < 2)
		return wf_import_refuse(&r->w, "mm-link", "a trace for up and one for down",
			"Write mm-link UP.trace DOWN.trace");
	return 0;
}

static int
refuse_shell(struct reader *r, const char *word)
{
	static const char *const all[] = { "mm-delay", "mm-loss", "mm-onoff", "mm-link", NULL };
	const char *near = strstr(word, "web") != NULL ? NULL : wf_suggest(word, all);
	char hint[100];

	snprintf(hint, sizeof(hint),
		near ? "Did you mean %s?" : "These are: mm-delay, mm-loss, mm-onoff and mm-link",
		near);
	return wf_err_add(
		r->w.err, NULL, hint, "%s is not a shell that does something to packets", word);
}

static int
read_shell(struct reader *r)
{
	const char *word = r->w.word[r->w.at];

	if (r->n_shells++ == MAX_SHELLS)
		return wf_err_add(r->w.err, NULL, NULL, "more than %d shells", MAX_SHELLS);
	r->w.at++;
	if (strcmp(word, "mm-delay") == 0)
		return read_delay(r);
	if (strcmp(word, "mm-loss") == 0)
		return read_loss(r);
	if (strcmp(word, "mm-onoff") == 0)
		return read_onoff(r);
	if (strcmp(word, "mm-link") == 0)
		return read_link(r);
	return refuse_shell(r, word);
}

/* Uplink, shells behind the link's come before it; downlink, those in front of it. */
static int
place_losses(struct reader *r)
{
	for (int i = 0; i < r->n_lossy; i++) {
		const struct lossy *l = &r->lossy[i];
		struct wf_mahimahi_dir *d = &r->m.dir[l->dir];
		bool before = r->m.link && (l->dir == WF_MAHIMAHI_UP ? l->shell > r->link_shell
								     : l->shell < r->link_shell);

		if (d->lossy && d->ingress != before)
			return wf_err_add(r->w.err, NULL, "Put them on the same side of mm-link",
				"%s: loss before mm-link and behind it: a direction has one",
				dir_name[l->dir]);
		if (l->on_s + l->off_s > 0 && d->on_s + d->off_s > 0)
			return wf_err_add(r->w.err, NULL, NULL,
				"%s: two mm-onoff: a direction has one", dir_name[l->dir]);
		d->lossy = true;
		d->ingress = before;
		d->loss = 1 - (1 - d->loss) * (1 - l->loss);
		d->on_s += l->on_s;
		d->off_s += l->off_s;
	}
	return 0;
}

/* Times in ms, of which a queue here takes an hour; and what is of no use is said. */
static int
check_args(struct reader *r, int dir)
{
	const struct wf_mahimahi_dir *d = &r->m.dir[dir];
	const struct {
		const char *name;
		double ms;
		enum wf_mahimahi_queue owner;
	} known[] = { { "target", d->target_ms, WF_MAHIMAHI_CODEL },
		{ "interval", d->interval_ms, WF_MAHIMAHI_CODEL },
		{ "qdelay_ref", d->qdelay_ref_ms, WF_MAHIMAHI_PIE },
		{ "max_burst", d->max_burst_ms, WF_MAHIMAHI_PIE } };

	for (unsigned i = 0; i < WF_ARRAY_SIZE(known); i++) {
		if (known[i].ms > 3600e3)
			return wf_err_add(r->w.err, NULL, NULL, "%s: %s is longer than an hour",
				dir_name[dir], known[i].name);
		if (known[i].ms > 0 && known[i].owner != d->queue)
			wf_import_note(r->m.notes, 0, "%s: %s left out: its queue has none.",
				dir_name[dir], known[i].name);
	}
	return 0;
}

static int
check_queue(struct reader *r, int dir)
{
	struct wf_mahimahi_dir *d = &r->m.dir[dir];

	if (check_args(r, dir) < 0)
		return -EINVAL;
	d->packets = wf_import_packets("packets", d->packets, r->m.notes);
	if (d->queue == WF_MAHIMAHI_INFINITE)
		return d->packets + d->bytes == 0
			       ? 0
			       : wf_err_add(r->w.err, NULL, "Add --uplink-queue=droptail",
					 "%s: an infinite queue has no limits", dir_name[dir]);
	if (d->packets == 0 && d->bytes == 0)
		return wf_err_add(r->w.err, NULL, "Add --uplink-queue-args=packets=100",
			"%s: mahimahi wants a limit in packets or bytes", dir_name[dir]);
	if (d->packets != 0 && d->bytes != 0)
		return wf_err_add(r->w.err, NULL, "Leave out the one that is reached later",
			"%s: a limit in packets and one in bytes: a queue here has one",
			dir_name[dir]);
	if (d->queue == WF_MAHIMAHI_PIE && (d->qdelay_ref_ms == 0 || d->max_burst_ms == 0))
		return wf_err_add(r->w.err, NULL, "Add qdelay_ref=20, max_burst=100",
			"%s: mahimahi's pie wants qdelay_ref and max_burst", dir_name[dir]);
	if (d->queue == WF_MAHIMAHI_CODEL && (d->target_ms == 0 || d->interval_ms == 0))
		return wf_err_add(r->w.err, NULL, "Add target=5, interval=100",
			"%s: codel wants target and interval", dir_name[dir]);
	return 0;
}

static int
read_all(struct reader *r, const char *line, struct wf_err *err)
{
	int rc = wf_import_split(&r->w, line, NULL, err);
	const char *word;

	if (rc == 0 && (wf_import_peek(&r->w) == NULL || strncmp(r->w.word[0], "mm-", 3) != 0))
		rc = wf_err_add(err, NULL, "Write import mahimahi 'mm-delay 40 mm-link UP DOWN'",
			"there is no mm- command");
	while (rc >= 0 && (word = wf_import_peek(&r->w)) != NULL && strncmp(word, "mm-", 3) == 0)
		rc = read_shell(r);
	if (rc >= 0) {
		wf_import_skip(&r->w, "--");
		r->m.command = wf_import_peek(&r->w);
		rc = place_losses(r);
	}
	for (int dir = 0; rc >= 0 && r->m.link && dir < 2; dir++)
		rc = check_queue(r, dir);
	return rc;
}

int
wf_import_mahimahi(const char *line, FILE *out, struct wf_err *err)
{
	struct reader r = { .n_shells = 0 };
	struct wf_import_words as_written = { .n = 0 };
	char *notes = NULL;
	size_t size;
	int rc;

	r.m.notes = open_memstream(&notes, &size);
	rc = r.m.notes == NULL ? wf_err_add(err, NULL, NULL, "out of memory")
			       : read_all(&r, line, err);
	if (r.m.notes != NULL && fclose(r.m.notes) != 0 && rc >= 0)
		rc = wf_err_add(err, NULL, NULL, "out of memory");
	if (rc >= 0)
		rc = wf_import_split(&as_written, line, NULL, err); /* options were cut up */
	if (rc >= 0) {
		wf_import_origin("mahimahi", &as_written, out);
		fputs(notes, out);
		wf_import_mahimahi_write(&r.m, out);
	}
	free(notes);
	wf_import_words_fini(&as_written);
	wf_import_words_fini(&r.w);
	return rc < 0 ? -EINVAL : 0;
}
