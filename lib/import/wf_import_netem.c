/* SPDX-License-Identifier: BSD-3-Clause
 * netem's arguments (tc-netem(8)) as a configuration. Read into a struct first, then written, so
 * that the order of the words does not matter.
 */
#include <errno.h>
#include <string.h>

#include "wf_import_netem.h"

static int
percent(struct wf_import_words *r, const char *after, bool optional, double *out)
{
	return wf_import_value(
		r, after, wf_import_percent, optional, "a percentage", "Write 1%", out);
}

static int
duration(struct wf_import_words *r, const char *after, bool optional, double *out)
{
	return wf_import_value(r, after, wf_import_time, optional, "a time", "Write 10ms", out);
}

static int
number(struct wf_import_words *r, const char *after, bool optional, double *out)
{
	return wf_import_value(
		r, after, wf_import_whole, optional, "a whole number", "Write 10", out);
}

static int
read_delay(struct wf_import_words *r, struct wf_netem *q)
{
	q->delay = true;
	if (duration(r, "delay", false, &q->mean_ns) < 0)
		return -EINVAL;
	if (duration(r, "delay", true, &q->jitter_ns) == 1) {
		q->jitter = q->jitter_ns > 0;
		percent(r, "delay", true, &q->delay_rho);
	}
	return 0;
}

static int
read_loss(struct wf_import_words *r, struct wf_netem *q)
{
	const char *word = wf_import_peek(r);

	q->n_loss = 0;
	if (word != NULL && strcmp(word, "state") == 0) {
		r->at++;
		q->loss = WF_NETEM_STATE;
	} else if (word != NULL && strcmp(word, "gemodel") == 0) {
		r->at++;
		q->loss = WF_NETEM_GEMODEL;
	} else {
		q->loss = WF_NETEM_RANDOM;
		if (word != NULL && strcmp(word, "random") == 0)
			r->at++;
		if (percent(r, "loss", false, &q->loss_p[0]) < 0)
			return -EINVAL;
		percent(r, "loss", true, &q->loss_rho);
		return 0;
	}
	if (percent(r, q->loss == WF_NETEM_STATE ? "state" : "gemodel", false, &q->loss_p[0]) < 0)
		return -EINVAL;
	for (q->n_loss = 1; q->n_loss < (q->loss == WF_NETEM_STATE ? 5 : 4); q->n_loss++)
		if (percent(r, "loss", true, &q->loss_p[q->n_loss]) == 0)
			break;
	return 0;
}

static int
read_reorder(struct wf_import_words *r, struct wf_netem *q)
{
	q->reorder = true;
	if (percent(r, "reorder", false, &q->reorder_p) < 0)
		return -EINVAL;
	percent(r, "reorder", true, &q->reorder_rho);
	return 0;
}

static int
read_rate(struct wf_import_words *r, struct wf_netem *q)
{
	q->rate = true;
	if (wf_import_value(
		    r, "rate", wf_import_rate, false, "a rate", "Write 10mbit", &q->rate_bps) < 0)
		return -EINVAL;
	if (number(r, "rate", true, &q->overhead) == 1 && number(r, "rate", true, &q->cell) == 1)
		number(r, "rate", true, &q->cell_overhead);
	return 0;
}

static int
read_slot(struct wf_import_words *r, struct wf_netem *q)
{
	const char *word = wf_import_peek(r);

	q->slot = true;
	if (word != NULL && strcmp(word, "distribution") == 0) {
		r->at++;
		q->slot_distribution = wf_import_peek(r);
		if (q->slot_distribution == NULL)
			return wf_import_refuse(
				r, "distribution", "a distribution", "Write normal");
		r->at++;
		if (duration(r, "slot distribution", false, &q->slot_min_ns) < 0)
			return -EINVAL;
		return duration(r, "slot distribution", false, &q->slot_max_ns) < 0 ? -EINVAL : 0;
	}
	if (duration(r, "slot", false, &q->slot_min_ns) < 0)
		return -EINVAL;
	q->slot_max_ns = q->slot_min_ns;
	duration(r, "slot", true, &q->slot_max_ns);
	return 0;
}

/* A word that begins something, with all that belongs to it. */
static int
read_one(struct wf_import_words *r, struct wf_netem *q)
{
	const char *word = r->word[r->at++];

	if (strcmp(word, "limit") == 0) {
		q->limit = true;
		return number(r, word, false, &q->limit_packets);
	}
	if (strcmp(word, "delay") == 0 || strcmp(word, "latency") == 0)
		return read_delay(r, q);
	if (strcmp(word, "distribution") == 0) {
		q->distribution = wf_import_peek(r);
		if (q->distribution == NULL)
			return wf_import_refuse(r, word, "a distribution", "Write normal");
		r->at++;
		return 0;
	}
	if (strcmp(word, "loss") == 0 || strcmp(word, "drop") == 0)
		return read_loss(r, q);
	if (strcmp(word, "ecn") == 0) {
		q->ecn = true;
		return 0;
	}
	if (strcmp(word, "corrupt") == 0) {
		q->corrupt = true;
		if (percent(r, word, false, &q->corrupt_p) < 0)
			return -EINVAL;
		percent(r, word, true, &q->corrupt_rho);
		return 0;
	}
	if (strcmp(word, "duplicate") == 0) {
		q->duplicate = true;
		if (percent(r, word, false, &q->duplicate_p) < 0)
			return -EINVAL;
		percent(r, word, true, &q->duplicate_rho);
		return 0;
	}
	if (strcmp(word, "reorder") == 0)
		return read_reorder(r, q);
	if (strcmp(word, "gap") == 0)
		return number(r, word, false, &q->gap);
	if (strcmp(word, "rate") == 0)
		return read_rate(r, q);
	if (strcmp(word, "slot") == 0)
		return read_slot(r, q);
	if (strcmp(word, "packets") == 0)
		return number(r, word, false, &q->slot_packets);
	if (strcmp(word, "bytes") == 0)
		return number(r, word, false, &q->slot_bytes);
	if (strcmp(word, "seed") == 0) {
		q->seed = true;
		q->seed_text = wf_import_peek(r);
		if (q->seed_text == NULL || q->seed_text[strspn(q->seed_text, "0123456789")] != 0 ||
			strlen(q->seed_text) > 18)
			return wf_import_refuse(r, word, "a seed of at most 18 digits", "Write 42");
		r->at++;
		return 0;
	}
	return wf_err_add(r->err, NULL, "tc-netem(8) lists them",
		"\"%s\" is no argument of netem, or one too many", word);
}

/* What netem itself refuses, and what no configuration can say. */
static int
check(const struct wf_netem *q, struct wf_err *err)
{
	int rc = 0;

	if (q->distribution != NULL && !q->jitter)
		rc = wf_err_add(err, NULL, "Write delay 20ms 5ms distribution normal",
			"\"distribution\" needs a delay with jitter");
	if (q->distribution != NULL && strpbrk(q->distribution, "\"\\/") != NULL)
		rc = wf_err_add(err, NULL, "Write a plain name, as normal",
			"\"%s\" is not a name of a distribution", q->distribution);
	if (q->reorder && !q->delay)
		rc = wf_err_add(err, NULL, "Add delay 10ms", "reordering needs a delay");
	if (q->gap != 0 && !q->reorder)
		rc = wf_err_add(err, NULL, "Add reorder 25%", "\"gap\" belongs to \"reorder\"");
	if (q->gap < 0 || q->gap > 1e6)
		rc = wf_err_add(err, NULL, "Write 5", "\"gap\" is not between 1 and 1000000");
	if (q->ecn && q->loss == WF_NETEM_NO_LOSS)
		rc = wf_err_add(err, NULL, "Add loss 1%", "\"ecn\" belongs to \"loss\"");
	if (q->limit && (q->limit_packets < 1 || q->limit_packets > 1e6))
		rc = wf_err_add(
			err, NULL, "Write limit 1000", "\"limit\" is not between 1 and 1000000");
	if (q->rate && (q->rate_bps < 1000 || q->rate_bps > 400e9))
		rc = wf_err_add(err, NULL, NULL, "the rate is not between 1 kbit/s and 400 Gbit/s");
	if ((q->slot_packets != 0 || q->slot_bytes != 0) && !q->slot)
		rc = wf_err_add(
			err, NULL, "Add slot 10ms", "\"packets\" and \"bytes\" belong to \"slot\"");
	if (q->slot && q->slot_distribution == NULL && q->slot_max_ns < q->slot_min_ns)
		rc = wf_err_add(err, NULL, "Swap them", "the slot's minimum is above its maximum");
	if (q->mean_ns > 3600e9 || q->jitter_ns > 3600e9 || q->slot_max_ns > 3600e9 ||
		q->slot_min_ns > 3600e9)
		rc = wf_err_add(err, NULL, NULL, "no time may be longer than an hour");
	return rc;
}

int
wf_import_netem(const char *words, FILE *out, struct wf_err *err)
{
	struct wf_import_words r;
	struct wf_netem q = { 0 };
	int rc =
		wf_import_split(&r, words, "netem", err); /* tc qdisc add dev eth0 root netem ... */

	if (rc == 0 && r.n == 0)
		rc = wf_err_add(err, NULL, "Write import netem 'delay 20ms loss 1%'",
			"there are no arguments");
	while (rc >= 0 && r.at < r.n)
		rc = read_one(&r, &q);
	if (rc >= 0)
		rc = check(&q, err);
	if (rc >= 0)
		wf_import_netem_write(&q, &r, out);
	wf_import_words_fini(&r);
	return rc < 0 ? -EINVAL : 0;
}
