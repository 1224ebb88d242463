/* SPDX-License-Identifier: BSD-3-Clause
 * Settings of dummynet's pipes, queues and schedulers, as ipfw(8) has them. What ipfw takes twice,
 * and then forgets once, is refused.
 */
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "wf_import_dummynet.h"
#include "wf_slurp.h"

#define PROFILE_MAX (1 << 20)

bool
wf_dummynet_binary(const char *text, double *out)
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

/* "50", "50KBytes", "3000B", "3000bytes". */
static bool
parse_queue(const char *text, struct wf_dummynet *d)
{
	char *end;

	d->queue = strtod(text, &end);
	if (end == text || !(d->queue >= 1) || d->queue > 1e9)
		return false;
	d->queue_in_bytes = *end != 0;
	if (toupper((unsigned char)*end) == 'K') {
		d->queue *= 1024;
		end++;
	}
	return *end == 0 || strcasecmp(end, "b") == 0 || strcasecmp(end, "byte") == 0 ||
	       strcasecmp(end, "bytes") == 0;
}

static int
read_queue(struct wf_import_words *w, struct wf_dummynet *d)
{
	const char *value = wf_import_peek(w);

	if (value == NULL || !parse_queue(value, d))
		return wf_import_refuse(w, "queue", "slots or bytes", "Write 50 or 50KBytes");
	d->queue = floor(d->queue);
	if (!d->queue_in_bytes)
		d->queue = wf_import_packets("queue", d->queue, d->notes);
	w->at++;
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
		{ "src-port", 65535 }, { "proto", 255 }, { "dst-ip6", 128 }, { "src-ip6", 128 },
		{ "flow-id", 1048575 }, { "dst-ipv6", 128 }, { "src-ipv6", 128 } };
	unsigned full = 0, empty = 0, n = 0;

	if (wf_import_skip(w, "all")) {
		d->per_flow = true;
		return 0;
	}
	for (const char *word; (word = wf_import_peek(w)) != NULL; n++) {
		char *end;
		double value;
		unsigned i = 0;

		while (i < WF_ARRAY_SIZE(field) && strcmp(word, field[i].name) != 0)
			i++;
		if (i == WF_ARRAY_SIZE(field))
			break;
		w->at++;
		word = wf_import_peek(w);
		if (word == NULL)
			return wf_import_refuse(w, field[i].name, "a mask", "Write 0xffff");
		if (*word == '/') {
			value = strtoul(word + 1, &end, 0);
			full += i < 5 && value >= (i < 2 ? 32 : i < 4 ? 16 : 8);
		} else {
			value = (double)strtoul(word, &end, 0);
			full += i < 5 && value >= field[i].all;
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
		return wf_import_error(w,
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
		return wf_import_error(w, "Leave one out", "two profiles");
	text = wf_slurp(name, PROFILE_MAX, NULL, NULL, w->err);
	if (text == NULL)
		return -EINVAL;
	rc = wf_dummynet_profile_read(name, text, &d->profile, w->err);
	free(text);
	if (rc < 0)
		return rc;
	w->at++;
	d->profiled = true;
	if (d->profile.bw_bps > 0 && d->bw_bps > 0 && d->bw_bps != d->profile.bw_bps)
		wf_import_note(d->notes, 0, "bw %.9g Mbit/s left out: the profile has its own.",
			d->bw_bps / 1e6);
	if (d->profile.bw_bps > 0)
		d->bw_bps = d->profile.bw_bps;
	return 0;
}

int
wf_dummynet_once(struct wf_import_words *w, const char *word, struct wf_dummynet *d)
{
	static const char *const names[] = { "bw", "bandwidth", "delay", "plr", "burst", "queue",
		"mask", "flow_mask", "sched_mask", "buckets", "weight", "priority", "pri", "lmax",
		"maxlen", "type", "pipe", "sched", "flowset", "link", "target", "interval",
		"tupdate", "max_burst", "quantum", "flows", "limit", "alpha", "beta", "max_ecnth",
		NULL };
	uint64_t bit = 1;

	for (int i = 0; names[i] != NULL; i++, bit <<= 1)
		if (strcmp(word, names[i]) == 0) {
			if (d->given & bit)
				return wf_import_error(w, "Write it once; ipfw takes the last",
					"\"%s\" is given twice", word);
			d->given |= bit;
		}
	return 0;
}

/* Settings that bound or name something there is one of here. 1: read. */
static int
read_left_out(struct wf_import_words *w, const char *word, struct wf_dummynet *d)
{
	static const struct {
		const char *name, *why;
	} known[] = {
		{ "buckets", "the table of flows grows as it must (max_flows)" },
		{ "weight", "one queue has nobody to share with" },
		{ "priority", "one queue has nobody to share with" },
		{ "pri", "one queue has nobody to share with" },
		{ "lmax", "schedulers here take packets of any length" },
		{ "maxlen", "schedulers here take packets of any length" },
	};
	double value;

	for (unsigned i = 0; i < WF_ARRAY_SIZE(known); i++) {
		if (strcmp(word, known[i].name) != 0)
			continue;
		if (wf_import_value(
			    w, word, wf_import_integer, false, "a number", "Write 64", &value) < 0)
			return -EINVAL;
		wf_import_note(d->notes, 0, "%s %.0f left out: %s.", word, value, known[i].why);
		return 1;
	}
	if (strcmp(word, "noerror") != 0)
		return 0;
	wf_import_note(d->notes, 0, "noerror left out: no sender is told of drops here.");
	return 1;
}

static int
read_number(struct wf_import_words *w, const char *word, struct wf_dummynet *d)
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
		{ "burst", wf_dummynet_binary, "a number of bytes", "Write 10K", &d->burst_bytes },
	};

	for (unsigned i = 0; i < WF_ARRAY_SIZE(known); i++)
		if (strcmp(word, known[i].name) == 0)
			return wf_import_value(w, word, known[i].parse, false, known[i].wanted,
				known[i].hint, known[i].to);
	return 0;
}

/* The number of the pipe or scheduler that a queue or scheduler hangs on: there is one. */
static int
read_parent(struct wf_import_words *w, const char *word)
{
	double number;

	return wf_import_value(w, word, wf_import_integer, false, "a number", "Write 1", &number);
}

static int
refuse_unknown(struct wf_import_words *w, const char *word)
{
	static const char *const all[] = { "bw", "bandwidth", "delay", "plr", "burst", "queue",
		"mask", "buckets", "noerror", "profile", "droptail", "red", "gred", "codel", "pie",
		"type", "fq_codel", "target", "interval", "tupdate", "max_burst", "ecn", "noecn",
		"quantum", "flows", "limit", NULL };
	const char *near = wf_suggest(word, all);
	char hint[100];

	snprintf(hint, sizeof(hint), near ? "Did you mean \"%s\"?" : "ipfw(8) lists them", near);
	return wf_import_error(w, hint, "\"%s\" is no setting that is known here", word);
}

int
wf_dummynet_read(struct wf_import_words *w, enum wf_dummynet_object object, struct wf_dummynet *d)
{
	const char *word;
	int rc = 1;

	while (rc > 0 && (word = wf_import_peek(w)) != NULL) {
		w->at++;
		rc = wf_dummynet_once(w, word, d);
		if (rc < 0)
			return rc;
		if (strcmp(word, "queue") == 0)
			rc = read_queue(w, d) < 0 ? -EINVAL : 1;
		else if (strcmp(word, "mask") == 0 || strcmp(word, "flow_mask") == 0 ||
			 strcmp(word, "sched_mask") == 0)
			rc = read_mask(w, d) < 0 ? -EINVAL : 1;
		else if (strcmp(word, "profile") == 0)
			rc = read_profile(w, d) < 0 ? -EINVAL : 1;
		else if (object != WF_DUMMYNET_OF_PIPE &&
			 (strcmp(word, "pipe") == 0 || strcmp(word, "sched") == 0 ||
				 strcmp(word, "link") == 0 || strcmp(word, "flowset") == 0))
			rc = read_parent(w, word);
		else if ((rc = read_left_out(w, word, d)) == 0 &&
			 (rc = wf_dummynet_read_aqm(w, word, d)) == 0 &&
			 (rc = read_number(w, word, d)) == 0)
			return refuse_unknown(w, word);
	}
	return rc < 0 ? rc : 0;
}
