/* SPDX-License-Identifier: BSD-3-Clause
 * Prometheus' text format: a family after the other, each with all its series. Control threads
 * only.
 */
#include "wf_metrics.h"

static const char *const sides[2] = { "ab", "ba" };

static void
head(FILE *out, const char *name, const char *type, const char *help)
{
	fprintf(out, "# HELP wirefault_%s %s\n# TYPE wirefault_%s %s\n", name, help, name, type);
}

static void
label(FILE *out, const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '\\' || *text == '"')
			fputc('\\', out);
		fputs(*text == '\n' ? "\\n" : (char[]){ *text, 0 }, out);
	}
}

static double
seconds(wf_ns_t ns)
{
	return (double)ns / 1e9;
}

/* ---- Of the whole ---- */

static void
gauge(FILE *out, const char *name, const char *help, double value)
{
	head(out, name, "gauge", help);
	fprintf(out, "wirefault_%s %.17g\n", name, value);
}

static void
write_whole(const struct wf_snapshot *s, FILE *out)
{
	struct wf_count lost_track = wf_snapshot_unaccounted(s);

	head(out, "build_info", "gauge", "Always 1, with the version of wirefault.");
	fprintf(out, "wirefault_build_info{version=\"%s\"} 1\n", WF_VERSION);
	gauge(out, "uptime_seconds", "Time since packets flow.", seconds(s->uptime_ns));
	gauge(out, "generation", "Number of the configuration in force.", (double)s->generation);
	gauge(out, "trustworthy", "1 if the numbers can be trusted, 0 if not.", s->trustworthy);
	gauge(out, "unaccounted_packets", "Packets of which nothing is known: 0.",
		(double)lost_track.packets);
	gauge(out, "pool_buffers", "Packet buffers there are.", (double)s->pool_size);
	gauge(out, "pool_buffers_in_use", "Packet buffers that hold a packet.",
		(double)s->pool_in_use);
}

/* ---- Of directions ---- */

static void
begin(FILE *out, const char *name, const struct wf_snap_link *l, int side)
{
	fprintf(out, "wirefault_%s{link=\"", name);
	label(out, l->name);
	fprintf(out, "\",direction=\"%s\"", sides[side]);
}

static void
value(FILE *out, uint64_t n)
{
	fprintf(out, "} %llu\n", (unsigned long long)n);
}

/* What is counted of a direction. */
static const struct counter {
	const char *packets, *bytes; /* names; bytes NULL: not exported */
	const char *help;
	size_t offset; /* in struct wf_snap_dir */
	bool is_gauge;
} counters[] = {
#define OF(member) offsetof(struct wf_snap_dir, member)
	{ "received_packets_total", "received_bytes_total", "received", OF(s.c.rx), false },
	{ "sent_packets_total", "sent_bytes_total", "sent", OF(s.c.tx), false },
	{ "duplicated_packets_total", NULL, "made by duplication", OF(s.c.dup_created), false },
	{ "forged_packets_total", NULL, "made by wirefault: ICMP, resets, DNS answers",
		OF(s.c.forged), false },
	{ "marked_packets_total", NULL, "marked Congestion Experienced", OF(s.c.marked), false },
	{ "corrupted_packets_total", NULL, "with flipped bits", OF(s.c.corrupted), false },
	{ "resent_packets_total", NULL, "sent again by a link that does so", OF(s.resent), false },
	{ "queued_packets", "queued_bytes", "held now", OF(queued), true },
#undef OF
};

static void
write_counter(const struct wf_snapshot *s, const struct counter *c, bool bytes, FILE *out)
{
	const char *name = bytes ? c->bytes : c->packets;
	char help[96];

	snprintf(help, sizeof(help), "%s %s.", bytes ? "Bytes of frames" : "Packets", c->help);
	head(out, name, c->is_gauge ? "gauge" : "counter", help);
	for (uint32_t i = 0; i < 2 * s->n_links; i++) {
		const struct wf_snap_link *l = &s->links[i / 2];
		const struct wf_count *n = (const void *)((const char *)&l->dir[i % 2] + c->offset);

		begin(out, name, l, (int)(i % 2));
		value(out, bytes ? n->bytes : n->packets);
	}
}

static void
write_drops(const struct wf_snapshot *s, bool bytes, FILE *out)
{
	const char *name = bytes ? "dropped_bytes_total" : "dropped_packets_total";

	head(out, name, "counter",
		bytes ? "Bytes of frames dropped, by cause." : "Packets dropped, by cause.");
	for (uint32_t i = 0; i < 2 * s->n_links; i++) {
		const struct wf_snap_link *l = &s->links[i / 2];
		const struct wf_count *dropped = l->dir[i % 2].s.c.dropped;

		for (int cause = 1; cause < WF_DROP_COUNT; cause++) {
			begin(out, name, l, (int)(i % 2));
			fprintf(out, ",cause=\"%s\"", wf_drop_info[cause].name);
			value(out, bytes ? dropped[cause].bytes : dropped[cause].packets);
		}
	}
}

/* ---- Histograms ---- */

#define BUCKETS 15 /* and the last one, +Inf */
static const wf_ns_t delay_ns[BUCKETS] = { 10 * WF_NS_PER_US, 100 * WF_NS_PER_US, WF_NS_PER_MS,
	2 * WF_NS_PER_MS, 5 * WF_NS_PER_MS, 10 * WF_NS_PER_MS, 20 * WF_NS_PER_MS, 50 * WF_NS_PER_MS,
	100 * WF_NS_PER_MS, 200 * WF_NS_PER_MS, 500 * WF_NS_PER_MS, WF_NS_PER_S, 2 * WF_NS_PER_S,
	5 * WF_NS_PER_S, 10 * WF_NS_PER_S };
static const wf_ns_t error_ns[BUCKETS] = { WF_NS_PER_US, 2 * WF_NS_PER_US, 5 * WF_NS_PER_US,
	10 * WF_NS_PER_US, 20 * WF_NS_PER_US, 50 * WF_NS_PER_US, 100 * WF_NS_PER_US,
	200 * WF_NS_PER_US, 500 * WF_NS_PER_US, WF_NS_PER_MS, 2 * WF_NS_PER_MS, 5 * WF_NS_PER_MS,
	10 * WF_NS_PER_MS, 100 * WF_NS_PER_MS, WF_NS_PER_S };

/* One series. A bucket of ours counts below a bound if all of it does: 0.8 % at most are off. */
static void
write_series(const struct wf_snap_link *l, int side, const char *name, const struct wf_hist *h,
	const wf_ns_t bound[BUCKETS], FILE *out)
{
	char full[64];
	uint64_t below = 0;
	uint32_t i = 0;

	snprintf(full, sizeof(full), "%s_bucket", name);
	for (int b = 0; b < BUCKETS; b++) {
		for (; i + 1 < WF_HIST_BUCKETS && wf_hist_lower(i + 1) <= bound[b] + 1; i++)
			below += h->bucket[i];
		begin(out, full, l, side);
		fprintf(out, ",le=\"%.9g\"", seconds(bound[b]));
		value(out, below);
	}
	begin(out, full, l, side);
	fprintf(out, ",le=\"+Inf\"");
	value(out, h->count);
	snprintf(full, sizeof(full), "%s_sum", name);
	begin(out, full, l, side);
	fprintf(out, "} %.9f\n", (double)h->sum_ns / 1e9);
	snprintf(full, sizeof(full), "%s_count", name);
	begin(out, full, l, side);
	value(out, h->count);
}

static void
write_times(const struct wf_snapshot *s, FILE *out)
{
	head(out, "delay_seconds", "histogram", "Time from receive to transmit.");
	for (uint32_t i = 0; i < 2 * s->n_links; i++)
		write_series(&s->links[i / 2], (int)(i % 2), "delay_seconds",
			&s->links[i / 2].dir[i % 2].s.delay, delay_ns, out);
	head(out, "release_error_seconds", "histogram",
		"By how much packets were released later than they were to be.");
	for (uint32_t i = 0; i < 2 * s->n_links; i++)
		write_series(&s->links[i / 2], (int)(i % 2), "release_error_seconds",
			&s->links[i / 2].dir[i % 2].s.error, error_ns, out);
}

/* ---- Classes, ports, workers ---- */

static void
write_class(const struct wf_snapshot *s, const char *name, const char *help, bool sent, FILE *out)
{
	head(out, name, "counter", help);
	for (uint32_t i = 0; i < 2 * s->n_links; i++) {
		const struct wf_snap_link *l = &s->links[i / 2];
		const struct wf_snap_dir *d = &l->dir[i % 2];

		for (uint32_t c = 0; c < d->n_classes; c++) {
			begin(out, name, l, (int)(i % 2));
			fputs(",class=\"", out);
			label(out, d->classes[c].name);
			fputc('"', out);
			value(out,
				sent ? d->classes[c].s.c.tx.packets : d->classes[c].s.c.rx.packets);
		}
	}
}

static void
write_port(const struct wf_snapshot *s, const char *name, const char *type, const char *help,
	size_t offset, bool is_flag, FILE *out)
{
	head(out, name, type, help);
	for (uint32_t i = 0; i < s->n_ports; i++) {
		const char *at = (const char *)&s->ports[i] + offset;

		fprintf(out, "wirefault_%s{port=\"", name);
		label(out, s->ports[i].name);
		fputc('"', out);
		value(out, is_flag ? *(const bool *)at : *(const uint64_t *)at);
	}
}

static void
write_ports(const struct wf_snapshot *s, FILE *out)
{
#define OF(member) offsetof(struct wf_snap_port, member)
	write_port(s, "port_up", "gauge", "1 if packets can go out, 0 if not.", OF(link_up), true,
		out);
	write_port(s, "port_missed_packets_total", "counter",
		"Packets that came faster than they were taken.", OF(rx_missed), false, out);
	write_port(s, "port_no_buffer_packets_total", "counter",
		"Packets that came when no buffer was free.", OF(rx_nombuf), false, out);
	write_port(s, "port_receive_errors_total", "counter", "Errors of receiving.", OF(rx_errors),
		false, out);
	write_port(s, "port_transmit_errors_total", "counter", "Errors of sending.", OF(tx_errors),
		false, out);
	write_port(s, "port_downs_total", "counter", "How often its interface went down or away.",
		OF(downs), false, out);
#undef OF
}

static void
write_worker(const struct wf_snapshot *s, const char *name, const char *type, const char *help,
	double (*of)(const struct wf_snap_worker *), FILE *out)
{
	head(out, name, type, help);
	for (uint32_t i = 0; i < s->n_workers; i++)
		fprintf(out, "wirefault_%s{core=\"%u\"} %.17g\n", name, s->workers[i].lcore,
			of(&s->workers[i]));
}

static double
busy_of(const struct wf_snap_worker *w)
{
	return w->busy_ratio;
}

static double
stall_of(const struct wf_snap_worker *w)
{
	return seconds(w->stall_max_ns);
}

static double
cpu_of(const struct wf_snap_worker *w)
{
	return seconds(w->cpu_ns);
}

void
wf_metrics_write(const struct wf_snapshot *s, FILE *out)
{
	write_whole(s, out);
	for (size_t i = 0; i < WF_ARRAY_SIZE(counters); i++) {
		write_counter(s, &counters[i], false, out);
		if (counters[i].bytes != NULL)
			write_counter(s, &counters[i], true, out);
	}
	write_drops(s, false, out);
	write_drops(s, true, out);
	write_times(s, out);
	write_class(s, "class_received_packets_total", "Packets of a class received.", false, out);
	write_class(s, "class_sent_packets_total", "Packets of a class sent.", true, out);
	write_ports(s, out);
	write_worker(s, "worker_busy_ratio", "gauge", "Share of its time a worker had work.",
		busy_of, out);
	write_worker(s, "worker_longest_stall_seconds", "gauge",
		"Longest time a worker did not poll.", stall_of, out);
	write_worker(s, "worker_cpu_seconds_total", "counter",
		"Time that a worker was given of its core.", cpu_of, out);
}
