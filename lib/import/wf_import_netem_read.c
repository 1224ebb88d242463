/* SPDX-License-Identifier: BSD-3-Clause
 * Reads netem's arguments as tc does: words may be cut short, the first that begins so is meant.
 * tc takes the last of what is given twice; that is refused here.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "wf_import_netem.h"

static int
percent(struct wf_import_words *w, const char *after, bool optional, double *out)
{
	return wf_import_value(
		w, after, wf_import_percent, optional, "a percentage", "Write 1%", out);
}

static bool
is_bare(const char *word)
{
	return strchr("0123456789.", word[strlen(word) - 1]) != NULL;
}

/* Since iproute2 6.9 a bare number is nanoseconds. */
static int
duration(struct wf_import_words *w, const char *after, bool optional, FILE *notes, double *out)
{
	const char *word = wf_import_peek(w);
	int rc = wf_import_value(w, after, wf_import_time, optional, "a time", "Write 10ms", out);

	if (rc == 1 && is_bare(word) && *out > 0)
		wf_import_note(notes, 0,
			"%s %s has no unit: microseconds before iproute2 6.9, nanoseconds since. "
			"Here it is taken as %sus.",
			after, word, word);
	return rc;
}

static int
read_delay(struct wf_import_words *w, struct wf_netem *q)
{
	q->delay = true;
	if (duration(w, "delay", false, q->notes, &q->mean_ns) < 0)
		return -EINVAL;
	if (duration(w, "delay", true, q->notes, &q->jitter_ns) == 1) {
		q->jitter = q->jitter_ns > 0;
		percent(w, "delay", true, &q->delay_rho);
	}
	if (q->delay_rho > 0 && !q->jitter)
		wf_import_note(q->notes, 0,
			"delay's correlation left out: without jitter it does nothing.");
	return 0;
}

static int
read_limit(struct wf_import_words *w, struct wf_netem *q)
{
	q->limit = true;
	if (wf_import_value(w, "limit", wf_import_size, false, "a number of packets",
		    "Write limit 1000", &q->limit_packets) < 0)
		return -EINVAL;
	if (q->limit_packets < 1 || q->limit_packets > 4294967295.0)
		return wf_import_error(
			w, "Write limit 1000", "\"limit\" is not between 1 and 4294967295");
	q->limit_packets = wf_import_packets("limit", q->limit_packets, q->notes);
	return 0;
}

static int
read_distribution(struct wf_import_words *w, struct wf_netem *q)
{
	q->distribution = wf_import_peek(w);
	if (q->distribution == NULL)
		return wf_import_refuse(w, "distribution", "a distribution", "Write normal");
	w->at++;
	return 0;
}

static int
read_ecn(struct wf_import_words *w, struct wf_netem *q)
{
	q->ecn = true;
	return 0;
}

static int
read_corrupt(struct wf_import_words *w, struct wf_netem *q)
{
	q->corrupt = true;
	if (percent(w, "corrupt", false, &q->corrupt_p) < 0)
		return -EINVAL;
	percent(w, "corrupt", true, &q->corrupt_rho);
	return 0;
}

static int
read_duplicate(struct wf_import_words *w, struct wf_netem *q)
{
	q->duplicate = true;
	if (percent(w, "duplicate", false, &q->duplicate_p) < 0)
		return -EINVAL;
	percent(w, "duplicate", true, &q->duplicate_rho);
	return 0;
}

static int
read_reorder(struct wf_import_words *w, struct wf_netem *q)
{
	q->reorder = true;
	if (percent(w, "reorder", false, &q->reorder_p) < 0)
		return -EINVAL;
	percent(w, "reorder", true, &q->reorder_rho);
	return 0;
}

static int
read_gap(struct wf_import_words *w, struct wf_netem *q)
{
	if (wf_import_value(
		    w, "gap", wf_import_integer, false, "a whole number", "Write 5", &q->gap) < 0)
		return -EINVAL;
	if (q->gap < 0 || q->gap > 1e6)
		return wf_import_error(w, "Write 5", "\"gap\" is not between 0 and 1000000");
	return 0;
}

static int
read_packets(struct wf_import_words *w, struct wf_netem *q)
{
	return wf_import_value(w, "packets", wf_import_integer, false, "a whole number", "Write 10",
		&q->slot_packets);
}

static int
read_bytes(struct wf_import_words *w, struct wf_netem *q)
{
	return wf_import_value(
		w, "bytes", wf_import_size, false, "a size", "Write 64k", &q->slot_bytes);
}

static int
read_seed(struct wf_import_words *w, struct wf_netem *q)
{
	const char *word = wf_import_peek(w);
	char *end;

	errno = 0;
	if (word != NULL)
		q->seed_value = strtoull(word, &end, 10);
	if (word == NULL || *word < '0' || *word > '9' || *end != 0 || errno == ERANGE)
		return wf_import_refuse(w, "seed", "a seed, a whole number below 2^64", "Write 42");
	w->at++;
	q->seed = true;
	return 0;
}

/* In tc's order, which decides what a word that is cut short means. */
static const char *const names[] = { "limit", "latency", "delay", "loss", "drop", "ecn", "reorder",
	"corrupt", "gap", "duplicate", "distribution", "rate", "slot", "seed", "packets", "bytes",
	NULL };
static int (*const readers[])(struct wf_import_words *, struct wf_netem *) = { read_limit,
	read_delay, read_delay, wf_netem_read_loss, wf_netem_read_loss, read_ecn, read_reorder,
	read_corrupt, read_gap, read_duplicate, read_distribution, wf_netem_read_rate,
	wf_netem_read_slot, read_seed, read_packets, read_bytes };

static int
refuse_unknown(struct wf_import_words *w, const char *word)
{
	const char *near = wf_suggest(word, names);
	char hint[100];

	if (near != NULL)
		snprintf(hint, sizeof(hint), "Did you mean \"%s\"?", near);
	else
		snprintf(hint, sizeof(hint), "tc-netem(8) lists them");
	return wf_import_error(w, hint, "\"%s\" is no argument of netem, or one too many", word);
}

bool
wf_netem_is_argument(const char *word)
{
	return wf_import_begins(word, names) >= 0;
}

int
wf_netem_read(struct wf_import_words *w, struct wf_netem *q)
{
	unsigned given = 0;

	while (wf_import_peek(w) != NULL) {
		const char *word = w->word[w->at++];
		int i = wf_import_begins(word, names);

		if (i < 0)
			return refuse_unknown(w, word);
		if (readers[i] == read_delay)
			i = 2;
		if (readers[i] == wf_netem_read_loss)
			i = 3;
		if (given & 1u << i)
			return wf_import_error(w,
				"Write it once; tc takes the last without a word, or refuses",
				"\"%s\" is given twice", names[i]);
		given |= 1u << i;
		if (readers[i](w, q) < 0)
			return -EINVAL;
	}
	return wf_netem_check(q, w);
}
