/* SPDX-License-Identifier: BSD-3-Clause
 * Writes netem's arguments as a configuration, and what of their meaning is not netem's.
 */
#include <math.h>
#include <string.h>

#include "wf_import_netem.h"

#define SQRT3 1.7320508075688772

static void
write_delay(const struct wf_netem *q, FILE *out)
{
	if (!q->delay)
		return;
	if (!q->jitter) {
		fprintf(out, "    delay = \"%s\";\n", wf_import_time_text(q->mean_ns));
		return;
	}
	fprintf(out, "    # Jitter may reorder packets in netem, so it may here. order = \"fifo\" "
		     "keeps them in order.\n");
	if (q->distribution == NULL && q->mean_ns >= q->jitter_ns)
		fprintf(out,
			"    delay = { distribution = \"uniform\"; min = \"%s\"; max = "
			"\"%s\"; order = \"free\";",
			wf_import_time_text(q->mean_ns - q->jitter_ns),
			wf_import_time_text(q->mean_ns + q->jitter_ns));
	else if (q->distribution == NULL)
		fprintf(out,
			"    delay = { distribution = \"uniform\"; mean = \"%s\"; stddev = "
			"\"%s\"; order = \"free\";",
			wf_import_time_text(q->mean_ns), wf_import_time_text(q->jitter_ns / SQRT3));
	else if (strcmp(q->distribution, "normal") == 0)
		fprintf(out,
			"    delay = { distribution = \"normal\"; mean = \"%s\"; stddev = "
			"\"%s\"; order = \"free\";",
			wf_import_time_text(q->mean_ns), wf_import_time_text(q->jitter_ns));
	else if (strcmp(q->distribution, "uniform") == 0)
		fprintf(out,
			"    delay = { distribution = \"uniform\"; mean = \"%s\"; stddev = "
			"\"%s\"; order = \"free\";",
			wf_import_time_text(q->mean_ns), wf_import_time_text(q->jitter_ns / SQRT3));
	else
		fprintf(out,
			"    delay = { distribution = \"netem\"; file = \"%s\"; mean = \"%s\"; "
			"stddev = \"%s\"; order = \"free\";",
			q->distribution, wf_import_time_text(q->mean_ns),
			wf_import_time_text(q->jitter_ns));
	if (q->delay_rho > 0)
		fprintf(out, " rho = %.3f;", q->delay_rho > 0.999 ? 0.999 : q->delay_rho);
	fprintf(out, " };\n");
	if (q->delay_rho > 0)
		fprintf(out,
			"    # rho: in netem the correlation changes the law, and in Linux 6.1 "
			"it does nothing at all.\n");
}

static void
write_loss(const struct wf_netem *q, FILE *out)
{
	static const char *const state[] = { "p13", "p31", "p32", "p23", "p14" };
	double r = 1 - q->loss_p[0];

	if (q->loss == WF_NETEM_NO_LOSS)
		return;
	if (q->loss == WF_NETEM_RANDOM) {
		fprintf(out, "    loss = { p = %.9g;", q->loss_p[0]);
		if (q->loss_rho > 0)
			fprintf(out, " correlation = %.4f;",
				q->loss_rho > 0.9999 ? 0.9999 : q->loss_rho);
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
	fprintf(out, "%s };\n", q->ecn ? " action = \"mark\";" : "");
	if (q->loss == WF_NETEM_RANDOM && q->loss_rho > 0)
		fprintf(out, "    # correlation: netem loses another share than it was told (10 %% "
			     "with 25 %% loses 1.6 %%); here it is p.\n");
	if (q->loss == WF_NETEM_GEMODEL)
		fprintf(out, "    # h and k are the probabilities of delivery: 1 - what tc calls "
			     "1-h and 1-k.\n");
}

static void
write_chosen(const char *stage, double p, double rho, const char *more, FILE *out)
{
	fprintf(out, "    %s = { p = %.9g;", stage, p);
	if (rho > 0)
		fprintf(out, " correlation = %.4f;", rho > 0.9999 ? 0.9999 : rho);
	fprintf(out, "%s };\n", more);
}

static void
write_slot(const struct wf_netem *q, FILE *out)
{
	if (q->slot_distribution == NULL)
		fprintf(out, "    slot = { min = \"%s\"; max = \"%s\";",
			wf_import_time_text(q->slot_min_ns), wf_import_time_text(q->slot_max_ns));
	else
		fprintf(out,
			"    slot = { distribution = \"%s\"%s%s%s; mean = \"%s\"; stddev = "
			"\"%s\";",
			strcmp(q->slot_distribution, "normal") == 0 ? "normal" : "netem",
			strcmp(q->slot_distribution, "normal") == 0 ? "" : "; file = \"",
			strcmp(q->slot_distribution, "normal") == 0 ? "" : q->slot_distribution,
			strcmp(q->slot_distribution, "normal") == 0 ? "" : "\"",
			wf_import_time_text(q->slot_min_ns), wf_import_time_text(q->slot_max_ns));
	if (q->slot_packets > 0)
		fprintf(out, " packets = %.0f;", q->slot_packets);
	if (q->slot_bytes > 0)
		fprintf(out, " bytes = \"%.0fB\";", q->slot_bytes);
	fprintf(out, " };\n");
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
	fprintf(out, " };\n");
	fprintf(out,
		"    # netem counts what is delayed into its limit as well, and a jittered packet "
		"holds up the link behind it;\n"
		"    # here the queue is that of the rate alone.\n"
		"    queue = \"%.0fpkt\";\n",
		q->limit ? q->limit_packets : 1000);
}

void
wf_import_netem_write(const struct wf_netem *q, const struct wf_import_words *w, FILE *out)
{
	char gap[40] = "";

	wf_import_origin("netem", w, out);
	fprintf(out, "# netem acts on what an interface sends: this is one direction.\n");
	if (q->seed)
		fprintf(out, "seed = %sL;\n", q->seed_text);
	wf_import_link(out);
	fprintf(out, "  ab = {\n");
	if (q->rate)
		write_rate(q, out);
	else if (q->limit)
		fprintf(out,
			"    # limit %.0f left out: it bounds the delay line, which here has "
			"room for all that memory holds.\n",
			q->limit_packets);
	if (q->slot)
		write_slot(q, out);
	write_loss(q, out);
	if (q->corrupt)
		write_chosen("corrupt", q->corrupt_p, q->corrupt_rho, "", out);
	if (q->duplicate)
		write_chosen("duplicate", q->duplicate_p, q->duplicate_rho, "", out);
	if (q->reorder) {
		if (q->gap > 1)
			snprintf(gap, sizeof(gap), " gap = %.0f;", q->gap);
		write_chosen("reorder", q->reorder_p, q->reorder_rho, gap, out);
	}
	write_delay(q, out);
	fprintf(out, "  };\n");
	wf_import_link_end(out);
}
