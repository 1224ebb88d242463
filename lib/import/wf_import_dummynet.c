/* SPDX-License-Identifier: BSD-3-Clause
 * The settings of a dummynet pipe (ipfw(8), "pipe N config ...") as a configuration of one
 * direction.
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "wf_import_dummynet.h"
#include "wf_slurp.h"

#define PROFILE_MAX (1 << 20)

/* A number with K, M or G of 1024 behind it. */
static bool
parse_binary(const char *text, double *out)
{
	char *end;
	const char *units = "KMG", *unit;

	*out = strtod(text, &end);
	if (end == text || !(*out >= 0) || *out > 1e15)
		return false;
	if (*end != 0 && (unit = strchr(units, toupper((unsigned char)*end))) != NULL) {
		*out *= (double)(1 << 10 * (unit - units + 1));
		end++;
	}
	return *end == 0;
}

static bool
parse_ms(const char *text, double *out)
{
	char *end;

	*out = strtod(text, &end);
	return end != text && *out >= 0 && *out <= 10000 &&
	       (*end == 0 || strcasecmp(end, "ms") == 0);
}

/* "5ms", "500us", "1s"; a bare number is ms. */
static bool
parse_time(const char *text, double *ns)
{
	char *end;

	*ns = strtod(text, &end);
	if (end == text || !(*ns > 0) || *ns > 1e9)
		return false;
	if (strcasecmp(end, "us") == 0)
		*ns *= 1e3;
	else if (strcasecmp(end, "s") == 0)
		*ns *= 1e9;
	else if (*end == 0 || strcasecmp(end, "ms") == 0)
		*ns *= 1e6;
	else
		return false;
	return *ns <= 3600e9;
}

bool
wf_dummynet_bandwidth(const char *text, double *bps)
{
	char *end;

	*bps = strtod(text, &end);
	if (end == text || !(*bps >= 0) || *bps > 1e12)
		return false;
	if (toupper((unsigned char)*end) == 'K')
		*bps *= 1e3, end++;
	else if (toupper((unsigned char)*end) == 'M')
		*bps *= 1e6, end++;
	else if (toupper((unsigned char)*end) == 'G')
		*bps *= 1e9, end++;
	if ((*end == 'B' && strncasecmp(end, "bi", 2) != 0) || strncasecmp(end, "by", 2) == 0)
		*bps *= 8;
	return *bps == 0 || (*bps >= 1000 && *bps <= 400e9);
}

/* "50", "50KBytes", "3000B". */
static bool
read_queue(const char *text, struct wf_dummynet *d)
{
	char *end;

	d->queue = strtod(text, &end);
	if (end == text || !(d->queue >= 1) || d->queue > 1e9)
		return false;
	d->queue_in_bytes = *end != 0;
	if (toupper((unsigned char)*end) == 'K')
		d->queue *= 1024;
	return *end == 0 || strchr("kKbB", *end) != NULL;
}

/* w_q/min_th/max_th/max_p */
static int
read_red(struct wf_import_words *w, struct wf_dummynet *d, const char *after)
{
	const char *hint = "Write red 0.002/5/15/0.1", *word = wf_import_peek(w);
	double *const to[] = { &d->weight, &d->min, &d->max, &d->max_p };
	char copy[64], *rest = NULL, *part;
	int n = 0;

	if (word == NULL || strlen(word) >= sizeof(copy))
		return wf_import_refuse(w, after, "w_q/min_th/max_th/max_p", hint);
	snprintf(copy, sizeof(copy), "%s", word);
	for (part = strtok_r(copy, "/", &rest); part != NULL && n < 4;
		part = strtok_r(NULL, "/", &rest), n++)
		if (!(n == 0 || n == 3 ? wf_import_share(part, to[n]) : parse_binary(part, to[n])))
			break;
	if (n < 4 || part != NULL || d->weight == 0 || d->max_p == 0 || d->min < 1 ||
		d->min >= d->max || d->max > 1e9)
		return wf_import_refuse(w, after, "w_q/min_th/max_th/max_p", hint);
	w->at++;
	d->aqm = strcmp(after, "gred") == 0 ? WF_DUMMYNET_GRED : WF_DUMMYNET_RED;
	return 0;
}

/* "mask all", or fields with the bits that tell flows apart. */
static int
read_mask(struct wf_import_words *w, struct wf_dummynet *d)
{
	static const struct {
		const char *name;
		double all;
	} field[] = { { "dst-ip", 4294967295.0 }, { "src-ip", 4294967295.0 }, { "dst-port", 65535 },
		{ "src-port", 65535 }, { "proto", 255 } };
	unsigned full = 0, empty = 0, n = 0;

	if (wf_import_skip(w, "all")) {
		d->per_flow = true;
		return 0;
	}
	for (const char *word; (word = wf_import_peek(w)) != NULL; n++) {
		char *end;
		double value;
		unsigned i = 0;

		while (i < 5 && strcmp(word, field[i].name) != 0)
			i++;
		if (i == 5)
			break;
		w->at++;
		word = wf_import_peek(w);
		if (word == NULL)
			return wf_import_refuse(w, field[i].name, "a mask", "Write 0xffff");
		if (*word == '/') {
			value = strtoul(word + 1, &end, 0);
			full += value >= (i < 2 ? 32 : i < 4 ? 16 : 8);
		} else {
			value = (double)strtoul(word, &end, 0);
			full += value >= field[i].all;
		}
		if (*end != 0 || end == word)
			return wf_import_refuse(w, field[i].name, "a mask", "Write 0xffff");
		empty += value == 0;
		w->at++;
	}
	if (n == 0)
		return wf_import_refuse(w, "mask", "a field", "Write mask all");
	if (empty == n)
		return 0;
	if (full < 5)
		return wf_err_add(w->err, NULL,
			"Write mask all, or import the pipe without its mask and make a class for "
			"each",
			"a mask of some fields: here a flow is addresses, ports and protocol");
	d->per_flow = true;
	return 0;
}

static int
read_profile(struct wf_import_words *w, struct wf_dummynet *d)
{
	const char *name = wf_import_peek(w);
	char *text;
	int rc;

	if (name == NULL)
		return wf_import_refuse(w, "profile", "a file", "Write profile lte.prof");
	if (d->profiled)
		return wf_err_add(w->err, NULL, "Leave one out", "two profiles");
	text = wf_slurp(name, PROFILE_MAX, NULL, NULL, w->err);
	if (text == NULL)
		return -EINVAL;
	rc = wf_dummynet_profile_read(name, text, &d->profile, w->err);
	free(text);
	if (rc < 0)
		return rc;
	w->at++;
	d->profiled = true;
	if (d->profile.bw_bps > 0)
		d->bw_bps = d->profile.bw_bps;
	return 0;
}

/* Words without a value. */
static bool
read_switch(const char *word, struct wf_dummynet *d)
{
	if (strcmp(word, "droptail") == 0)
		d->aqm = WF_DUMMYNET_DROPTAIL;
	else if (strcmp(word, "codel") == 0)
		d->aqm = WF_DUMMYNET_CODEL;
	else if (strcmp(word, "pie") == 0)
		d->aqm = WF_DUMMYNET_PIE;
	else if (strcmp(word, "ecn") == 0)
		d->ecn = true;
	else if (strcmp(word, "noecn") == 0)
		d->ecn = false;
	else if (strcmp(word, "noerror") == 0)
		d->noerror = true;
	else
		return false;
	return true;
}

static int
read_one(struct wf_import_words *w, struct wf_dummynet *d)
{
	const struct {
		const char *name;
		bool (*parse)(const char *, double *);
		const char *wanted, *hint;
		double *to;
	} known[] = {
		{ "bw", wf_dummynet_bandwidth, "a rate between 1 Kbit/s and 400 Gbit/s, or 0",
			"Write 10Mbit/s; a bandwidth by an interface's name has none here",
			&d->bw_bps },
		{ "bandwidth", wf_dummynet_bandwidth,
			"a rate between 1 Kbit/s and 400 Gbit/s, or 0", "Write 10Mbit/s",
			&d->bw_bps },
		{ "delay", parse_ms, "a number of ms up to 10000", "Write 50", &d->delay_ms },
		{ "plr", wf_import_share, "a share between 0 and 1", "Write 0.01", &d->plr },
		{ "burst", parse_binary, "a number of bytes", "Write 10K", &d->burst_bytes },
		{ "target", parse_time, "a time", "Write 5ms", &d->target_ns },
		{ "interval", parse_time, "a time", "Write 100ms", &d->interval_ns },
		{ "tupdate", parse_time, "a time", "Write 15ms", &d->update_ns },
		{ "max_burst", parse_time, "a time", "Write 150ms", &d->max_burst_ns },
	};
	const char *word = w->word[w->at++], *value = wf_import_peek(w);
	double ignored;

	for (unsigned i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(word, known[i].name) == 0)
			return wf_import_value(w, word, known[i].parse, false, known[i].wanted,
				known[i].hint, known[i].to);
	if (read_switch(word, d))
		return 0;
	if (strcmp(word, "queue") == 0) {
		if (value == NULL || !read_queue(value, d))
			return wf_import_refuse(w, word, "slots or bytes", "Write 50 or 50KBytes");
		w->at++;
		return 0;
	}
	if (strcmp(word, "red") == 0 || strcmp(word, "gred") == 0)
		return read_red(w, d, word);
	if (strcmp(word, "mask") == 0)
		return read_mask(w, d);
	if (strcmp(word, "profile") == 0)
		return read_profile(w, d);
	if (strcmp(word, "buckets") == 0) {
		d->buckets = true;
		return wf_import_value(
			w, word, wf_import_whole, false, "a number", "Write 64", &ignored);
	}
	return wf_err_add(w->err, NULL, "ipfw(8) lists them; those of schedulers have no twin here",
		"\"%s\" is no setting of a pipe that is known here", word);
}

/* "ipfw pipe 1 config", or nothing, in front of the settings. */
static int
skip_command(struct wf_import_words *w)
{
	const char *kind;

	while (wf_import_skip(w, "ipfw") || wf_import_skip(w, "dnctl") || wf_import_skip(w, "-q"))
		;
	if (w->at + 2 >= w->n || strcmp(w->word[w->at + 2], "config") != 0)
		return 0;
	kind = w->word[w->at];
	w->at += 3;
	if (strcmp(kind, "pipe") == 0)
		return 0;
	return wf_err_add(w->err, NULL,
		"Import the pipe; share.weight and share.priority of classes do what a scheduler "
		"does",
		"\"%s\" is not a pipe", kind);
}

static int
check(const struct wf_dummynet *d, const char *samples_name, struct wf_err *err)
{
	if (d->bw_bps == 0 && (d->aqm != WF_DUMMYNET_DROPTAIL || d->burst_bytes > 0))
		return wf_err_add(err, NULL, "Add bw 10Mbit/s",
			"without a bandwidth nothing queues: no aqm, no burst");
	if (d->ecn && d->aqm == WF_DUMMYNET_DROPTAIL)
		return wf_err_add(
			err, NULL, "Add codel", "\"ecn\" belongs to red, gred, codel or pie");
	if (d->burst_bytes > 1e9)
		return wf_err_add(err, NULL, NULL, "a burst above 1 GB");
	if (d->profiled && d->profile.kept > 0 && samples_name == NULL)
		return wf_err_add(err, NULL, "Add --samples FILE",
			"a profile becomes a file of samples beside the configuration");
	return 0;
}

int
wf_import_dummynet(
	const char *words, const char *samples_name, FILE *out, FILE *samples, struct wf_err *err)
{
	struct wf_import_words w;
	struct wf_dummynet *d = calloc(1, sizeof(*d));
	int rc;

	if (d == NULL)
		return wf_err_add(err, NULL, NULL, "out of memory");
	rc = wf_import_split(&w, words, NULL, err);
	if (rc == 0)
		rc = skip_command(&w);
	if (rc == 0 && w.at == w.n)
		rc = wf_err_add(err, NULL, "Write import dummynet 'bw 10Mbit/s delay 50 plr 0.01'",
			"there are no settings");
	while (rc >= 0 && w.at < w.n)
		rc = read_one(&w, d);
	if (rc >= 0)
		rc = check(d, samples_name, err);
	if (rc >= 0) {
		wf_import_dummynet_write(d, &w, samples_name, out);
		if (d->profiled && samples != NULL)
			wf_import_dummynet_write_samples(d, samples);
	}
	wf_import_words_fini(&w);
	free(d);
	return rc < 0 ? -EINVAL : 0;
}
