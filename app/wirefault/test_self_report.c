/* SPDX-License-Identifier: BSD-3-Clause
 * What `wirefault test self` found, for people and as JSON. Control thread.
 */
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "test_self.h"
#include "wf_json.h"
#include "wf_text.h"
#include "wf_wrap.h"

static int
by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double
median(const double *value, uint32_t n)
{
	double sorted[WF_SELF_ROUNDS];

	if (n == 0)
		return 0;
	memcpy(sorted, value, n * sizeof(*value));
	qsort(sorted, n, sizeof(*sorted), by_value);
	return n % 2 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
}

/* Medians over the rounds; `above` is that of their differences. */
struct figures {
	struct wf_self_phase wire, link;
	double above_ns;
};

static struct figures
figures_of(const struct wf_self *s)
{
	double v[5][WF_SELF_ROUNDS];

	for (uint32_t i = 0; i < s->done; i++) {
		v[0][i] = s->as_wire[i].ns;
		v[1][i] = s->as_wire[i].pps;
		v[2][i] = s->as_link[i].ns;
		v[3][i] = s->as_link[i].pps;
		v[4][i] = s->as_link[i].ns - s->as_wire[i].ns;
	}
	return (struct figures){ { median(v[0], s->done), median(v[1], s->done) },
		{ median(v[2], s->done), median(v[3], s->done) }, median(v[4], s->done) };
}

/* Both directions together. */
static struct wf_dir_stats *
sum_of(const struct wf_self *s)
{
	struct wf_dir_stats *d = malloc(sizeof(*d));

	if (d != NULL) {
		wf_dir_stats_init(d);
		wf_dir_stats_merge(d, &s->dir[0]);
		wf_dir_stats_merge(d, &s->dir[1]);
	}
	return d;
}

static void
print_drops(const struct wf_dir_stats *d, FILE *out)
{
	char n[WF_TEXT_MAX];

	for (int i = 1; i < WF_DROP_COUNT; i++)
		if (d->c.dropped[i].packets > 0)
			fprintf(out, "dropped, %-15s %15s  %6.2f %%\n", wf_drop_info[i].name,
				wf_text_count(d->c.dropped[i].packets, n),
				100.0 * (double)d->c.dropped[i].packets / (double)d->c.rx.packets);
	if (d->fallback > 0)
		fprintf(out, "flows without room     %17s packets: raise max_flows\n",
			wf_text_count(d->fallback, n));
}

void
wf_self_verdict(bool trustworthy, const struct wf_reason *reasons, uint32_t n, FILE *out)
{
	if (trustworthy) {
		fprintf(out, "Verdict: trustworthy. wirefault itself lost nothing and released "
			     "packets on time.\n");
		return;
	}
	fprintf(out, "Verdict: NOT trustworthy, because\n");
	for (uint32_t i = 0; i < n; i++) {
		fputs("  - ", out);
		wf_wrap(reasons[i].text, 4, 4, out);
		fputs("\n    ", out);
		wf_wrap(reasons[i].remedy, 4, 4, out);
		fputc('\n', out);
	}
}

void
wf_self_table(const struct wf_self *s, FILE *out)
{
	const char *name = s->link.conf->links[0].name;
	struct wf_dir_stats *d = sum_of(s);
	struct figures f = figures_of(s);
	char a[WF_TEXT_MAX], b[4][WF_TEXT_MAX], own[WF_LOAD_OWN_TEXT];
	const struct wf_hist *h;

	if (d == NULL)
		return;
	h = &d->error;
	fprintf(out, "generator%s%s -> %s -> %s; %s; median of %u\n\n", *s->traffic != 0 ? "," : "",
		s->traffic, name, s->both ? "generator" : "sink", s->setup, s->done);
	fprintf(out, "%-24s %15s  %9s\n", "", "packets/s", "ns/packet");
	fprintf(out, "%-24s %15s  %9.1f\n", "a plain wire", wf_text_count((uint64_t)f.wire.pps, a),
		f.wire.ns);
	fprintf(out, "%-24.24s %15s  %9.1f  %+.1f\n\n", name,
		wf_text_count((uint64_t)f.link.pps, a), f.link.ns, f.above_ns);
	print_drops(d, out);
	fprintf(out,
		"release error: half within %s, 99 %% within %s, 99.9 %% within %s, longest "
		"%s\n\n",
		wf_text_time(wf_hist_quantile(h, 0.5), b[0]),
		wf_text_time(wf_hist_quantile(h, 0.99), b[1]),
		wf_text_time(wf_hist_quantile(h, 0.999), b[2]), wf_text_time(h->max_ns, b[3]));
	if (s->own.doc != NULL) {
		wf_wrap(wf_load_own_text(&s->own, own), 0, 0, out);
		fputs("\n\n", out);
	}
	wf_self_verdict(s->trustworthy, s->reasons, s->n_reasons, out);
	free(d);
}

void
wf_self_cpu_model(char *out, size_t size)
{
	FILE *f = fopen("/proc/cpuinfo", "re");
	char line[256];

	snprintf(out, size, "unknown");
	while (f != NULL && fgets(line, sizeof(line), f) != NULL) {
		const char *colon = strchr(line, ':');

		if (strncmp(line, "model name", 10) != 0 || colon == NULL)
			continue;
		line[strcspn(line, "\n")] = 0;
		snprintf(out, size, "%s", colon + 2);
		break;
	}
	if (f != NULL)
		fclose(f);
}

static json_t *
number(uint64_t n)
{
	return json_integer((json_int_t)n);
}

static json_t *
phase(const struct wf_self_phase *p)
{
	return json_pack("{s:f,s:f}", "packets_per_s", p->pps, "ns_per_packet", p->ns);
}

static json_t *
rounds(const struct wf_self *s)
{
	json_t *j = json_array();

	for (uint32_t i = 0; i < s->done; i++)
		json_array_append_new(j, json_pack("{s:o,s:o}", "wire", phase(&s->as_wire[i]),
						 "link", phase(&s->as_link[i])));
	return j;
}

json_t *
wf_self_times(const struct wf_hist *h)
{
	return json_pack("{s:o,s:o,s:o,s:o,s:o,s:o}", "count", number(h->count), "p50",
		number(wf_hist_quantile(h, 0.5)), "p90", number(wf_hist_quantile(h, 0.9)), "p99",
		number(wf_hist_quantile(h, 0.99)), "p99_9", number(wf_hist_quantile(h, 0.999)),
		"max", number(h->max_ns));
}

static json_t *
packets(const struct wf_dir_stats *d, const struct wf_count *queued)
{
	json_t *drops = json_object();

	for (int i = 1; i < WF_DROP_COUNT; i++)
		if (d->c.dropped[i].packets > 0)
			json_object_set_new(
				drops, wf_drop_info[i].name, number(d->c.dropped[i].packets));
	return json_pack("{s:o,s:o,s:o,s:o,s:o}", "rx", number(d->c.rx.packets), "tx",
		number(d->c.tx.packets), "queued", number(queued[0].packets + queued[1].packets),
		"flow_fallback", number(d->fallback), "dropped", drops);
}

json_t *
wf_self_verdict_json(bool trustworthy, const struct wf_reason *reasons, uint32_t n)
{
	json_t *why = json_array(), *remedies = json_array();

	for (uint32_t i = 0; i < n; i++) {
		json_array_append_new(why, wf_json_text(reasons[i].text));
		json_array_append_new(remedies, wf_json_text(reasons[i].remedy));
	}
	return json_pack(
		"{s:b,s:o,s:o}", "trustworthy", trustworthy, "reasons", why, "remedies", remedies);
}

int
wf_self_json(const struct wf_self *s, FILE *out)
{
	struct wf_dir_stats *d = sum_of(s);
	struct figures f = figures_of(s);
	char cpu[256], date[32] = "";
	time_t now = time(NULL);
	struct tm tm;
	json_t *j;

	if (d == NULL)
		return -ENOMEM;
	wf_self_cpu_model(cpu, sizeof(cpu));
	if (localtime_r(&now, &tm) != NULL)
		strftime(date, sizeof(date), "%F", &tm);
	j = json_pack(
		"{s:s,s:s,s:o,s:s,s:s,s:o,s:s,s:b,s:o,s:i,s:f,s:o,s:o,s:f,s:o,s:o,s:o,s:o,s:o,s:o}",
		"schema", "wirefault.self/1", "version", WF_VERSION, "cpu", wf_json_text(cpu),
		"date", date, "setup", s->setup, "link", wf_json_text(s->link.conf->links[0].name),
		"traffic", s->traffic, "both", s->both, "seed", number(s->link.seed), "workers",
		(int)s->n_workers, "seconds", (double)s->duration_ns / 1e9, "wire", phase(&f.wire),
		"run", phase(&f.link), "above_wire_ns", f.above_ns, "rounds", rounds(s), "packets",
		packets(d, s->queued), "delay_ns", wf_self_times(&d->delay), "release_error_ns",
		wf_self_times(&d->error), "own", wf_load_own_json(&s->own), "verdict",
		wf_self_verdict_json(s->trustworthy, s->reasons, s->n_reasons));
	free(d);
	if (j == NULL)
		return -ENOMEM;
	json_dumpf(j, out, WF_JSON_FLAGS);
	fputc('\n', out);
	json_decref(j);
	return 0;
}
