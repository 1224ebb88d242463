/* SPDX-License-Identifier: BSD-3-Clause
 * dummynet's active queue management: red, codel, pie, and schedulers of type fq_codel.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "wf_import_dummynet.h"

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
	return *ns >= 1e3 && *ns <= 3600e9;
}

static int
set_aqm(struct wf_import_words *w, const char *word, struct wf_dummynet *d,
	enum wf_dummynet_aqm aqm)
{
	if (d->aqm != WF_DUMMYNET_DROPTAIL)
		return wf_import_error(w, "Leave one out",
			"%s is a second way to manage the queue: here it has one", word);
	d->aqm = aqm;
	return 1;
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
		if (!(n == 0 || n == 3 ? wf_import_share(part, to[n])
				       : wf_dummynet_binary(part, to[n])))
			break;
	if (n < 4 || part != NULL || d->weight == 0 || d->max_p == 0 || d->min < 1 ||
		d->min >= d->max)
		return wf_import_refuse(w, after, "w_q/min_th/max_th/max_p", hint);
	w->at++;
	return set_aqm(
		w, after, d, strcmp(after, "gred") == 0 ? WF_DUMMYNET_GRED : WF_DUMMYNET_RED);
}

/* Schedulers share among queues; there is one, but in fq_codel, which makes its own. */
static int
read_type(struct wf_import_words *w, struct wf_dummynet *d)
{
	static const char *const sharing[] = { "fifo", "wf2q+", "rr", "qfq", "prio", NULL };
	const char *type = wf_import_peek(w);

	if (type == NULL)
		return wf_import_refuse(w, "type", "a scheduler", "Write type fq_codel");
	w->at++;
	if (strcasecmp(type, "fq_codel") == 0)
		return set_aqm(w, type, d, WF_DUMMYNET_FQ_CODEL);
	if (strcasecmp(type, "fq_pie") == 0)
		return wf_import_error(w, "Use type fq_codel, or pie without a scheduler",
			"of fq_pie there is no twin here");
	for (int i = 0; sharing[i] != NULL; i++)
		if (strcasecmp(type, sharing[i]) == 0) {
			wf_import_note(d->notes, 0,
				"type %s left out: one queue has nobody to share with.", type);
			return 1;
		}
	return wf_import_error(
		w, "Write type fq_codel", "\"%s\" is no scheduler that is known here", type);
}

/* pie's gains: those of RFC 8033, and no others. */
static int
read_gain(struct wf_import_words *w, const char *word)
{
	double want = strcmp(word, "alpha") == 0 ? 0.125 : strcmp(word, "beta") == 0 ? 1.25 : 0.1;
	const char *text = wf_import_peek(w);
	char *end;
	double value = text != NULL ? strtod(text, &end) : -1;

	if (text == NULL || end == text || *end != 0)
		return wf_import_refuse(w, word, "a number", NULL);
	w->at++;
	if (value != want)
		return wf_import_error(w, "Leave it out",
			"%s %s: pie here has RFC 8033's own, %.9g", word, text, want);
	return 1;
}

/* Words without a value. 1: read; 0: none of them. */
static int
read_switch(struct wf_import_words *w, const char *word, struct wf_dummynet *d)
{
	static const struct {
		const char *name, *why; /* why NULL: it is so anyway */
	} left_out[] = { { "capdrop", NULL }, { "nodrand", NULL }, { "noonoff", NULL },
		{ "ts", NULL },
		{ "nocapdrop", "pie here caps the probability of drops as RFC 8033 does" },
		{ "onoff", "pie here is always on" },
		{ "dre", "the wait is measured, not estimated from the rate of departures" } };

	if (strcmp(word, "droptail") == 0)
		return d->aqm == WF_DUMMYNET_DROPTAIL
			       ? 1
			       : wf_import_error(w, "Leave one out",
					 "droptail behind another way to manage the queue");
	if (strcmp(word, "codel") == 0)
		return set_aqm(w, word, d, WF_DUMMYNET_CODEL);
	if (strcmp(word, "pie") == 0)
		return set_aqm(w, word, d, WF_DUMMYNET_PIE);
	if (strcmp(word, "ecn") == 0 || strcmp(word, "noecn") == 0) {
		d->ecn = word[0] == 'e';
		return 1;
	}
	if (strcmp(word, "drand") == 0) {
		d->derandomize = true;
		return 1;
	}
	for (unsigned i = 0; i < WF_ARRAY_SIZE(left_out); i++)
		if (strcmp(word, left_out[i].name) == 0) {
			if (left_out[i].why != NULL)
				wf_import_note(
					d->notes, 0, "%s left out: %s.", word, left_out[i].why);
			return 1;
		}
	return 0;
}

int
wf_dummynet_read_aqm(struct wf_import_words *w, const char *word, struct wf_dummynet *d)
{
	const struct {
		const char *name;
		bool (*parse)(const char *, double *);
		const char *wanted, *hint;
		double *to;
	} known[] = {
		{ "target", parse_time, "a time from 1us to 1h", "Write 5ms", &d->target_ns },
		{ "interval", parse_time, "a time from 1us to 1h", "Write 100ms", &d->interval_ns },
		{ "tupdate", parse_time, "a time", "Write 15ms", &d->update_ns },
		{ "max_burst", parse_time, "a time", "Write 150ms", &d->max_burst_ns },
		{ "quantum", wf_import_integer, "a number of bytes", "Write 1514", &d->quantum },
		{ "flows", wf_import_integer, "a number of queues", "Write 1024", &d->flows },
		{ "limit", wf_import_integer, "a number of packets", "Write 10240", &d->limit },
	};

	if (strcmp(word, "red") == 0 || strcmp(word, "gred") == 0)
		return read_red(w, d, word);
	if (strcmp(word, "type") == 0)
		return read_type(w, d);
	if (strcmp(word, "alpha") == 0 || strcmp(word, "beta") == 0 ||
		strcmp(word, "max_ecnth") == 0)
		return read_gain(w, word);
	for (unsigned i = 0; i < WF_ARRAY_SIZE(known); i++)
		if (strcmp(word, known[i].name) == 0)
			return wf_import_value(w, word, known[i].parse, false, known[i].wanted,
				known[i].hint, known[i].to);
	return read_switch(w, word, d);
}
