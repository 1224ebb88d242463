/* SPDX-License-Identifier: BSD-3-Clause
 * Writes netem's delay with its jitter.
 */
#include <string.h>

#include "wf_import_netem.h"

#define SQRT3 1.7320508075688772

static void
write_law(const char *law, const char *file, double mean_ns, double stddev_ns, FILE *out)
{
	fprintf(out, "    delay = { distribution = \"%s\";", law);
	if (file != NULL)
		fprintf(out, " file = \"%s\";", file);
	fprintf(out, " mean = \"%s\"; stddev = \"%s\";", wf_import_time_text(mean_ns),
		wf_import_time_text(stddev_ns));
}

/* Its limit is what bites: it counts the packets that are being delayed. */
static void
write_limit_note(const struct wf_netem *q, FILE *out)
{
	double limit = q->limit ? q->limit_packets : 1000;

	if (q->rate || q->mean_ns <= 0)
		return;
	wf_import_note(out, 4,
		"netem drops what is above its %slimit of %.0f packets, delayed ones included: "
		"with %s that is more than %.0f packets/s. Here the delay holds all that memory "
		"does.",
		q->limit ? "" : "default ", limit, wf_import_time_text(q->mean_ns),
		limit / q->mean_ns * 1e9);
}

void
wf_netem_write_delay(const struct wf_netem *q, FILE *out)
{
	if (!q->delay)
		return;
	write_limit_note(q, out);
	if (!q->jitter) {
		fprintf(out, "    delay = \"%s\";\n", wf_import_time_text(q->mean_ns));
		return;
	}
	wf_import_note(out, 4,
		"Jitter may reorder packets in netem, so it may here. order = \"fifo\" keeps them "
		"in order.");
	if (q->distribution == NULL)
		wf_import_note(out, 4,
			"Uniform, as netem without \"distribution\"; tc qdisc show does not tell "
			"which one is set.");
	if (q->distribution == NULL && q->mean_ns >= q->jitter_ns)
		fprintf(out,
			"    delay = { distribution = \"uniform\"; min = \"%s\"; max = \"%s\";",
			wf_import_time_text(q->mean_ns - q->jitter_ns),
			wf_import_time_text(q->mean_ns + q->jitter_ns));
	else if (q->distribution == NULL || strcmp(q->distribution, "uniform") == 0)
		write_law("uniform", NULL, q->mean_ns, q->jitter_ns / SQRT3, out);
	else if (strcmp(q->distribution, "normal") == 0)
		write_law("normal", NULL, q->mean_ns, q->jitter_ns, out);
	else
		write_law("netem", q->distribution, q->mean_ns, q->jitter_ns, out);
	fprintf(out, " order = \"free\";");
	if (q->delay_rho > 0)
		fprintf(out, " rho = %.9g;", q->delay_rho > 0.999 ? 0.999 : q->delay_rho);
	fprintf(out, " };\n");
	if (q->delay_rho > 0)
		wf_import_note(out, 4,
			"rho: in netem the correlation changes the law, and in Linux 6.1 it does "
			"nothing at all.");
	if (q->delay_rho > 0.999)
		wf_import_note(out, 4, "A correlation of %.9g %% is taken as 99.9 %%.",
			q->delay_rho * 100);
}
