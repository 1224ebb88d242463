/* SPDX-License-Identifier: BSD-3-Clause
 * Writes netem's arguments as a configuration, and what of their meaning is not netem's.
 */
#include <string.h>

#include "wf_import_netem.h"

/* A packet that is both lost and duplicated is sent once, and copies pass the loss again. */
struct fate {
	double none, two; /* probabilities */
};

static struct fate
netem_fate(const struct wf_netem *q)
{
	double p = q->loss_p[0], d = q->duplicate_p, l = q->copies_lost;
	struct fate f = { p * (1 - d), d * (1 - p) * (1 - p) };
	double one = 1 - f.none - f.two;

	f.none += one * l + f.two * l * l;
	f.two *= (1 - l) * (1 - l);
	return f;
}

/* Loss and duplication without a memory are made the same, packet for packet. */
static void
settle_fate(struct wf_netem *q, FILE *out)
{
	struct fate f = netem_fate(q);
	bool plain =
		q->loss == WF_NETEM_RANDOM && q->loss_rho == 0 && q->duplicate_rho == 0 && !q->ecn;

	if (!q->duplicate || q->duplicate_p == 0 || q->loss == WF_NETEM_NO_LOSS)
		return;
	if (!plain) {
		wf_import_note(out, 4,
			"netem sends once what is both lost and duplicated, and copies can be lost "
			"themselves; here what is lost has no copies, and copies are not lost.");
		q->loss_p[0] = q->loss == WF_NETEM_RANDOM
				       ? 1 - (1 - q->loss_p[0]) * (1 - q->copies_lost)
				       : q->loss_p[0];
		return;
	}
	wf_import_note(out, 4,
		"netem sends once what is both lost (%.9g %%) and duplicated (%.9g %%), and copies "
		"can be lost themselves: these shares give the same numbers of packets.",
		100 * (1 - (1 - q->loss_p[0]) * (1 - q->copies_lost)), 100 * q->duplicate_p);
	q->loss_p[0] = f.none;
	q->duplicate_p = f.none < 1 ? f.two / (1 - f.none) : 0;
}

static void
write_correlation(double rho, FILE *out)
{
	if (rho > 0)
		fprintf(out, " correlation = %.9g;", rho > 0.9999 ? 0.9999 : rho);
}

static void
write_correlation_note(const char *what, double rho, FILE *out)
{
	if (rho > 0.9999)
		wf_import_note(out, 4, "%s's correlation of %.9g %% is taken as 99.99 %%.", what,
			rho * 100);
}

static void
write_loss_model(const struct wf_netem *q, FILE *out)
{
	static const char *const state[] = { "p13", "p31", "p32", "p23", "p14" };
	double r = 1 - q->loss_p[0];

	if (q->loss == WF_NETEM_RANDOM) {
		fprintf(out, "    loss = { p = %.9g;", q->loss_p[0]);
		write_correlation(q->loss_rho, out);
	} else if (q->loss == WF_NETEM_STATE) {
		fprintf(out, "    loss = { model = \"4-state\";");
		for (int i = 0; i < q->n_loss; i++)
			fprintf(out, " %s = %.9g;", state[i], q->loss_p[i]);
	} else {
		fprintf(out, "    loss = { model = \"gilbert-elliott\"; p = %.9g; r = %.9g;",
			q->loss_p[0], q->n_loss > 1 ? q->loss_p[1] : r);
		if (q->n_loss > 2)
			fprintf(out, " h = %.9g;", 1 - q->loss_p[2]);
		if (q->n_loss > 3)
			fprintf(out, " k = %.9g;", 1 - q->loss_p[3]);
	}
}

static void
write_loss(const struct wf_netem *q, FILE *out)
{
	if (q->loss == WF_NETEM_NO_LOSS)
		return;
	write_loss_model(q, out);
	if (q->ecn)
		fprintf(out, " action = \"mark\";");
	if (q->rate && !q->loss_behind_rate)
		fprintf(out, " at = \"ingress\";");
	fprintf(out, " };\n");
	if (q->rate && !q->loss_behind_rate)
		wf_import_note(out, 4,
			"at: netem loses before the rate, so that what is lost does not use it.");
	if (q->loss == WF_NETEM_RANDOM && q->loss_rho > 0)
		wf_import_note(out, 4,
			"correlation: netem loses another share than it was told (10 %% with 25 %% "
			"loses 1.6 %%); here it is p.");
	write_correlation_note("loss", q->loss_rho, out);
	if (q->loss == WF_NETEM_GEMODEL)
		wf_import_note(out, 4,
			"h and k are the probabilities of delivery: 1 - what tc calls 1-h and "
			"1-k.");
}

static void
write_chosen(const char *stage, double p, double rho, const char *more, FILE *out)
{
	fprintf(out, "    %s = { p = %.9g;", stage, p);
	write_correlation(rho, out);
	fprintf(out, "%s };\n", more);
	write_correlation_note(stage, rho, out);
}

static void
write_slot_law(const struct wf_netem *q, FILE *out)
{
	const char *law = q->slot_distribution;
	double least = q->slot_min_ns - q->slot_max_ns;

	if (strcmp(law, "uniform") == 0) {
		if (least < 0)
			wf_import_note(out, 4,
				"A jitter above the delay: netem's windows open at once then; here "
				"all times up to the longest are equally likely.");
		fprintf(out, "    slot = { min = \"%s\"; max = \"%s\";",
			wf_import_time_text(least > 0 ? least : 0),
			wf_import_time_text(q->slot_min_ns + q->slot_max_ns));
		return;
	}
	if (strcmp(law, "normal") == 0)
		fprintf(out, "    slot = { distribution = \"normal\";");
	else
		fprintf(out, "    slot = { distribution = \"netem\"; file = \"%s\";", law);
	fprintf(out, " mean = \"%s\"; stddev = \"%s\";", wf_import_time_text(q->slot_min_ns),
		wf_import_time_text(q->slot_max_ns));
}

static void
write_slot(const struct wf_netem *q, FILE *out)
{
	if (q->slot_distribution == NULL)
		fprintf(out, "    slot = { min = \"%s\"; max = \"%s\";",
			wf_import_time_text(q->slot_min_ns), wf_import_time_text(q->slot_max_ns));
	else
		write_slot_law(q, out);
	if (q->slot_packets > 0)
		fprintf(out, " packets = %.0f;", q->slot_packets);
	if (q->slot_bytes > 0)
		fprintf(out, " bytes = \"%.0fB\";", q->slot_bytes);
	if (q->limit)
		fprintf(out, " limit = \"%.0fpkt\";", q->limit_packets);
	fprintf(out, " };\n");
	if (q->delay)
		wf_import_note(out, 4,
			"In netem packets wait for their slot behind the delay; here before it.");
}

static void
write_rate(const struct wf_netem *q, FILE *out)
{
	fprintf(out, "    rate = { rate = \"%.0fbit\";", q->rate_bps);
	if (q->overhead != 0)
		fprintf(out, " overhead = \"%.0f\";", q->overhead);
	if (q->cell > 0)
		fprintf(out, " cell = %.0f;", q->cell);
	if (q->cell_overhead > 0)
		fprintf(out, " cell_overhead = %.0f;", q->cell_overhead);
	if (q->burst_bytes > 0)
		fprintf(out, " burst = \"%.0fB\";", q->burst_bytes);
	fprintf(out, " };\n");
	if (q->queue_packets + q->queue_bytes == 0)
		wf_import_note(out, 4,
			"netem counts what is delayed into its limit as well, and a jittered "
			"packet "
			"holds up the link behind it; here the queue is that of the rate alone.");
	if (q->queue_bytes > 0)
		fprintf(out, "    queue = \"%.0fB\";\n", q->queue_bytes);
	else
		fprintf(out, "    queue = \"%.0fpkt\";\n",
			q->queue_packets > 0 ? q->queue_packets
			: q->limit           ? q->limit_packets
					     : 1000);
}

/* What tells copies from originals, where it is not as in netem. */
static void
write_duplicate(const struct wf_netem *q, FILE *out)
{
	write_chosen("duplicate", q->duplicate_p, q->duplicate_rho, "", out);
	if (q->rate)
		wf_import_note(out, 4,
			"In netem copies take their own time on the link; here they are made "
			"behind "
			"it.");
	if (q->corrupt && q->corrupt_p > 0)
		wf_import_note(out, 4,
			"In netem copies are made of what is not corrupted yet; here they have the "
			"same damage.");
}

void
wf_import_netem_write(const struct wf_netem *as_read, FILE *out)
{
	struct wf_netem settled = *as_read;
	const struct wf_netem *q = &settled;
	char gap[40] = "";

	if (q->seed) /* libconfig's integers have a sign */
		fprintf(out, q->seed_value >> 63 ? "seed = \"%llu\";\n" : "seed = %lluL;\n",
			(unsigned long long)q->seed_value);
	wf_import_link(out);
	fprintf(out, "  ab = {\n");
	settle_fate(&settled, out);
	if (q->slot && q->slot_max_ns == 0) {
		wf_import_note(out, 4,
			"slot 0 left out: netem has no slots then, whatever packets and bytes "
			"say.");
		settled.slot = false;
	}
	if (q->rate)
		write_rate(q, out);
	else if (q->limit && !(q->delay && q->mean_ns > 0) && !q->slot)
		wf_import_note(out, 4, "limit %.0f left out: nothing waits.", q->limit_packets);
	if (q->slot)
		write_slot(q, out);
	write_loss(q, out);
	if (q->corrupt)
		write_chosen("corrupt", q->corrupt_p, q->corrupt_rho, "", out);
	if (q->duplicate)
		write_duplicate(q, out);
	if (q->reorder) {
		if (q->gap > 1)
			snprintf(gap, sizeof(gap), " gap = %.0f;", q->gap);
		write_chosen("reorder", q->reorder_p, q->reorder_rho, gap, out);
	}
	wf_netem_write_delay(q, out);
	fprintf(out, "  };\n");
	wf_import_other_direction(out);
	wf_import_link_end(out);
}
