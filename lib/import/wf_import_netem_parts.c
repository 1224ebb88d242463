/* SPDX-License-Identifier: BSD-3-Clause
 * netem's loss models, rate and slots: arguments with a grammar of their own. Labels in front of
 * values ("p13", "cellsize") are what `tc qdisc show` writes.
 */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "wf_import_netem.h"

static int
labelled(
	struct wf_import_words *w, const char *label, const char *after, bool optional, double *out)
{
	bool said = label != NULL && wf_import_skip(w, label);

	return wf_import_value(w, said ? label : after, wf_import_percent, optional && !said,
		"a percentage", "Write 1%", out);
}

int
wf_netem_read_loss(struct wf_import_words *w, struct wf_netem *q)
{
	static const char *const labels[][5] = { [WF_NETEM_STATE] = { "p13", "p31", "p32", "p23",
							 "p14" },
		[WF_NETEM_GEMODEL] = { "p", "r", "1-h", "1-k" } };
	const char *name;

	if (!wf_import_skip(w, "state") && !wf_import_skip(w, "gemodel")) {
		q->loss = WF_NETEM_RANDOM;
		wf_import_skip(w, "random");
		if (labelled(w, NULL, "loss", false, &q->loss_p[0]) < 0)
			return -EINVAL;
		labelled(w, NULL, "loss", true, &q->loss_rho);
		return 0;
	}
	name = w->word[w->at - 1];
	q->loss = name[0] == 's' ? WF_NETEM_STATE : WF_NETEM_GEMODEL;
	for (q->n_loss = 0; q->n_loss < (q->loss == WF_NETEM_STATE ? 5 : 4); q->n_loss++) {
		int rc = labelled(
			w, labels[q->loss][q->n_loss], name, q->n_loss > 0, &q->loss_p[q->n_loss]);

		if (rc < 0)
			return rc;
		if (rc == 0)
			break;
	}
	return 0;
}

/* A bare number that would do as Mbit/s is what people mean. */
int
wf_netem_check_rate(struct wf_import_words *w, const char *word, double bps, FILE *notes)
{
	char hint[120];
	double number;
	size_t length = strlen(word);

	if (bps >= 1000 && bps <= 400e9) {
		if (length > 3 && strcasecmp(word + length - 3, "bps") == 0)
			wf_import_note(notes, 0,
				"%s: tc's bps are bytes a second. This is %.9g Mbit/s.", word,
				bps / 1e6);
		return 0;
	}
	if (bps < 1000 && wf_import_integer(word, &number) && number >= 1)
		snprintf(hint, sizeof(hint), "Did you mean %.40smbit?", word);
	else
		snprintf(hint, sizeof(hint), "Write 10mbit");
	return wf_import_error(w, hint,
		"the rate %s is %.9g bit/s, which is not between 1 kbit/s and 400 Gbit/s", word,
		bps);
}

/* tc's own numbers, which are whole, may be hexadecimal or negative. */
static int
number(struct wf_import_words *w, const char *label, double *out)
{
	bool said = wf_import_skip(w, label);

	return wf_import_value(w, said ? label : "rate", wf_import_integer, !said,
		"a whole number of bytes", "Write 20", out);
}

static int
check_cells(struct wf_import_words *w, struct wf_netem *q)
{
	if (q->overhead < -64 || q->overhead > 1024)
		return wf_import_error(w, "It may be from -64 to 1024",
			"the overhead of %.0f bytes a packet is out of range", q->overhead);
	if (q->cell < 0 || q->cell > 65535)
		return wf_import_error(w, "It may be up to 65535, 0 for none",
			"the cell size of %.0f bytes is out of range", q->cell);
	if (q->cell == 0 && q->cell_overhead != 0) {
		wf_import_note(q->notes, 0,
			"The cell overhead of %.0f is left out: without cells netem ignores it.",
			q->cell_overhead);
		q->cell_overhead = 0;
	}
	if (q->cell_overhead < 0 || q->cell_overhead > 1024)
		return wf_import_error(w,
			"It may be from 0 to 1024; of cells that lose bytes there is no twin",
			"the cell overhead of %.0f bytes is out of range", q->cell_overhead);
	return 0;
}

int
wf_netem_read_rate(struct wf_import_words *w, struct wf_netem *q)
{
	const char *word = wf_import_peek(w);
	int rc;

	if (word != NULL && strchr(word, '%') != NULL)
		return wf_import_error(w, "Write the rate itself, as 10mbit",
			"the rate %s is a share of an interface's speed, which is not known here",
			word);
	if (wf_import_value(
		    w, "rate", wf_import_rate, false, "a rate", "Write 10mbit", &q->rate_bps) < 0 ||
		wf_netem_check_rate(w, word, q->rate_bps, q->notes) < 0)
		return -EINVAL;
	q->rate = true;
	rc = number(w, "packetoverhead", &q->overhead);
	if (rc >= 0)
		rc = number(w, "cellsize", &q->cell);
	if (rc >= 0)
		rc = number(w, "celloverhead", &q->cell_overhead);
	return rc < 0 ? rc : check_cells(w, q);
}

static int
slot_time(struct wf_import_words *w, bool optional, double *out)
{
	return wf_import_value(w, "slot", wf_import_time_ns, optional, "a time", "Write 10ms", out);
}

int
wf_netem_read_slot(struct wf_import_words *w, struct wf_netem *q)
{
	double ignored;

	q->slot = true;
	if (!wf_import_skip(w, "distribution")) {
		if (slot_time(w, false, &q->slot_min_ns) < 0)
			return -EINVAL;
		q->slot_max_ns = q->slot_min_ns;
		slot_time(w, true, &q->slot_max_ns);
		return 0;
	}
	q->slot_distribution = wf_import_peek(w);
	if (q->slot_distribution == NULL)
		return wf_import_refuse(w, "distribution", "a distribution", "Write normal");
	if (wf_import_time_ns(q->slot_distribution, &ignored))
		return wf_import_error(w,
			"Write the law in front of it, as slot distribution normal 800us 100us",
			"which distribution the slots have is not said (tc qdisc show does not)");
	w->at++;
	if (slot_time(w, false, &q->slot_min_ns) < 0 || slot_time(w, false, &q->slot_max_ns) < 0)
		return -EINVAL;
	if (q->slot_max_ns == 0)
		return wf_import_error(
			w, "Write slot 800us", "\"slot distribution\" has a jitter of 0");
	return 0;
}
