/* SPDX-License-Identifier: BSD-3-Clause
 * Writes a dummynet pipe as a configuration, and what of its meaning is not dummynet's.
 */
#include "wf_import_dummynet.h"

#define SLOT_BYTES 1500.0 /* of a slot, where only bytes can be said */

static void
write_red(const struct wf_dummynet *d, FILE *out)
{
	double unit = d->queue_in_bytes ? 1 : SLOT_BYTES;

	fprintf(out,
		" aqm = \"red\"; min = \"%.0fB\"; max = \"%.0fB\"; probability = %.9g; weight = "
		"%.9g;",
		d->min * unit, d->max * unit, d->max_p, d->weight < 1e-6 ? 1e-6 : d->weight);
}

static void
write_aqm(const struct wf_dummynet *d, FILE *out)
{
	if (d->aqm == WF_DUMMYNET_RED || d->aqm == WF_DUMMYNET_GRED)
		write_red(d, out);
	else if (d->aqm != WF_DUMMYNET_DROPTAIL)
		fprintf(out, " aqm = \"%s\";",
			d->aqm == WF_DUMMYNET_PIE     ? "pie"
			: d->aqm == WF_DUMMYNET_CODEL ? "codel"
						      : "fq-codel");
	if (d->quantum > 0)
		fprintf(out, " quantum = \"%.0fB\";", d->quantum);
	if (d->flows > 0)
		fprintf(out, " flows = %.0f;", d->flows);
	if (d->derandomize)
		fprintf(out, " derandomize = true;");
	if (d->target_ns > 0)
		fprintf(out, " target = \"%s\";", wf_import_time_text(d->target_ns));
	if (d->interval_ns > 0)
		fprintf(out, " interval = \"%s\";", wf_import_time_text(d->interval_ns));
	if (d->update_ns > 0)
		fprintf(out, " update = \"%s\";", wf_import_time_text(d->update_ns));
	if (d->max_burst_ns > 0)
		fprintf(out, " burst = \"%s\";", wf_import_time_text(d->max_burst_ns));
	if (d->ecn)
		fprintf(out, " ecn = true;");
}

static void
write_rate(const struct wf_dummynet *d, FILE *out)
{
	if (d->bw_bps == 0) {
		if (d->queue > 0)
			fprintf(out, "    # queue left out: without a bandwidth nothing waits.\n");
		return;
	}
	fprintf(out,
		"    # dummynet counts IP packets: overhead -14 leaves the Ethernet header out.\n"
		"    rate = { rate = \"%.0fbit\"; overhead = \"-14\";",
		d->bw_bps);
	if (d->burst_bytes > 0)
		fprintf(out, " burst = \"%.0fB\";", d->burst_bytes);
	fprintf(out, " };\n    queue = { limit = \"%.0f%s\";",
		d->aqm == WF_DUMMYNET_FQ_CODEL ? (d->limit > 0 ? d->limit : 10240)
		: d->queue > 0                 ? d->queue
					       : 50,
		d->queue_in_bytes && d->aqm != WF_DUMMYNET_FQ_CODEL ? "B" : "pkt");
	write_aqm(d, out);
	fprintf(out, " };\n");
	if (d->aqm == WF_DUMMYNET_RED || d->aqm == WF_DUMMYNET_GRED) {
		if (!d->queue_in_bytes)
			fprintf(out,
				"    # Thresholds are bytes here: slots were taken for %.0f "
				"bytes each.\n",
				SLOT_BYTES);
		if (d->aqm == WF_DUMMYNET_RED)
			fprintf(out,
				"    # red drops all above max_th; here, as gred does, all above "
				"twice that.\n");
	}
}

static double
profile_loss(const struct wf_dummynet *d)
{
	return d->profiled ? 1 - (double)d->profile.kept / d->profile.samples : 0;
}

/* dummynet loses by plr before the queue, by a profile behind the link. One stage does both. */
static void
write_loss(const struct wf_dummynet *d, FILE *out)
{
	double behind = profile_loss(d);

	if (behind > 0 && d->plr > 0)
		fprintf(out,
			"    # plr and the profile's loss-level in one; both use up the link.\n"
			"    loss = { p = %.9g; };\n",
			1 - (1 - d->plr) * (1 - behind));
	else if (behind > 0)
		fprintf(out, "    loss = { p = %.9g; };\n", behind);
	else if (d->plr > 0 && d->bw_bps == 0)
		fprintf(out, "    loss = { p = %.9g; };\n", d->plr);
	else if (d->plr > 0)
		fprintf(out,
			"    # Before the queue, as in dummynet.\n"
			"    loss = { p = %.9g; at = \"ingress\"; };\n",
			d->plr);
}

static void
write_delay(const struct wf_dummynet *d, const char *samples_name, FILE *out)
{
	if (d->profiled && d->profile.kept > 0) {
		fprintf(out,
			"    # dummynet's link is busy while a packet has its extra delay; here "
			"the next may be sent meanwhile.\n"
			"    delay = { distribution = \"samples\"; file = ");
		wf_import_string(samples_name, out);
		fprintf(out, "; order = \"fifo\"; };\n");
	} else if (d->delay_ms > 0) {
		fprintf(out, "    delay = \"%s\";\n", wf_import_time_text(d->delay_ms * 1e6));
	}
}

void
wf_import_dummynet_write(const struct wf_dummynet *d, const char *samples_name, FILE *out)
{
	wf_import_link(out);
	fprintf(out, "  ab = {\n");
	if (d->per_flow)
		fprintf(out, "    scope = \"flow\"; # mask: a pipe for each flow\n");
	write_rate(d, out);
	write_loss(d, out);
	write_delay(d, samples_name, out);
	fprintf(out, "  };\n");
	wf_import_other_direction(out);
	wf_import_link_end(out);
}

void
wf_import_dummynet_write_samples(const struct wf_dummynet *d, FILE *out)
{
	for (int i = 0; i < d->profile.kept; i++)
		fprintf(out, "%s\n",
			wf_import_time_text((d->delay_ms + d->profile.delay_ms[i]) * 1e6));
}
