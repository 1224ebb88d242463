/* SPDX-License-Identifier: BSD-3-Clause
 * Writes mahimahi's shells as a configuration, and what of their meaning is not mahimahi's.
 */
#include <string.h>

#include "wf_import_mahimahi.h"

#define STEP_S 1e-3 /* of mm-onoff's chain: mahimahi's clock */

static void
write_limit(const struct wf_mahimahi_dir *d, FILE *out)
{
	if (d->packets > 0)
		fprintf(out, "limit = \"%.0fpkt\";", d->packets);
	else
		fprintf(out, "limit = \"%.0fB\";", d->bytes);
}

static void
write_queue(const struct wf_mahimahi_dir *d, FILE *out)
{
	fprintf(out, "    queue = { ");
	if (d->queue == WF_MAHIMAHI_INFINITE)
		fprintf(out, "limit = \"1000000pkt\";");
	else
		write_limit(d, out);
	if (d->queue == WF_MAHIMAHI_DROPHEAD)
		fprintf(out, " drop = \"head\";");
	if (d->queue == WF_MAHIMAHI_CODEL)
		fprintf(out, " aqm = \"codel\"; target = \"%.0fms\"; interval = \"%.0fms\";",
			d->target_ms, d->interval_ms);
	if (d->queue == WF_MAHIMAHI_PIE)
		fprintf(out,
			" aqm = \"pie\"; target = \"%.0fms\"; burst = \"%.0fms\"; update = "
			"\"30ms\";",
			d->qdelay_ref_ms, d->max_burst_ms);
	fprintf(out, " };\n");
	if (d->queue == WF_MAHIMAHI_INFINITE)
		fprintf(out, "    # infinite in mahimahi; here memory has an end.\n");
	if (d->queue == WF_MAHIMAHI_CODEL || d->queue == WF_MAHIMAHI_PIE)
		fprintf(out, "    # As its RFC has it; mahimahi's works in whole ms, and %s.\n",
			d->queue == WF_MAHIMAHI_CODEL
				? "never drops the last packet"
				: "estimates the rate at which packets leave");
}

static void
write_loss(const struct wf_mahimahi_dir *d, FILE *out)
{
	const char *at = d->ingress ? " at = \"ingress\";" : "";

	if (!d->lossy)
		return;
	if (d->on_s + d->off_s == 0 || d->off_s == 0)
		fprintf(out, "    loss = { p = %.9g;%s };\n", d->loss, at);
	else if (d->on_s == 0) {
		fprintf(out, "    loss = { p = 1.0;%s };\n", at);
		wf_import_note(out, 4, "mm-onoff is never on: all is lost, whatever mm-loss says.");
	} else
		fprintf(out,
			"    # mm-onoff: exponential times on (mean %g s) and off (%g s); whole "
			"ms, as in "
			"mahimahi.\n"
			"    loss = { model = \"gilbert-elliott\"; clock = \"time\"; step = "
			"\"1ms\"; "
			"p = %.9g; r = %.9g; k = %.9g;%s };\n",
			d->on_s, d->off_s, d->on_s > STEP_S ? STEP_S / d->on_s : 1.0,
			d->off_s > STEP_S ? STEP_S / d->off_s : 1.0, 1 - d->loss, at);
}

static void
write_dir(const struct wf_mahimahi *m, int dir, FILE *out)
{
	const struct wf_mahimahi_dir *d = &m->dir[dir];

	fprintf(out, "  %s = {\n", dir == WF_MAHIMAHI_UP ? "ab" : "ba");
	if (m->link) {
		fprintf(out, "    rate = { trace = ");
		wf_import_string(d->trace, out);
		fprintf(out, "; overhead = \"-14\"; };\n");
		write_queue(d, out);
	}
	if (d->logged)
		fprintf(out, "    # The log is left out: wfctl stats, or a capture at the port.\n");
	write_loss(d, out);
	if (m->delay_ms > 0)
		fprintf(out, "    delay = \"%.0fms\";\n", m->delay_ms);
	fprintf(out, "  };\n");
}

void
wf_import_mahimahi_write(const struct wf_mahimahi *m, FILE *out)
{
	fprintf(out, "# Port a is the side of the application: ab is the uplink.\n");
	if (m->link)
		fprintf(out,
			"# The traces are looked for beside this file. mahimahi counts IP packets: "
			"overhead -14 leaves the\n# Ethernet header out.\n");
	if (m->once)
		fprintf(out, "# --once left out: mm-link ends with the trace, a link goes on; use "
			     "run --duration.\n");
	if (m->meters)
		fprintf(out, "# The meters are left out: wfctl stats.\n");
	if (m->command != NULL)
		fprintf(out, "# The command is left out: run it on a host behind port a.\n");
	wf_import_link(out);
	write_dir(m, WF_MAHIMAHI_UP, out);
	write_dir(m, WF_MAHIMAHI_DOWN, out);
	wf_import_link_end(out);
}
