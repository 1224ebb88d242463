/* SPDX-License-Identifier: BSD-3-Clause
 * What `wirefault test calibrate` found, for people and as JSON. Control thread.
 */
#include <errno.h>
#include <jansson.h>
#include <time.h>

#include "test_calibrate.h"
#include "test_self.h"
#include "wf_json.h"
#include "wf_text.h"
#include "wf_wrap.h"

static void
print_times(const char *what, const struct wf_hist *h, FILE *out)
{
	char t[5][WF_TEXT_MAX];

	fprintf(out, "%-26s half within %s, 90 %% %s, 99 %% %s, 99.9 %% %s, longest %s\n", what,
		wf_text_time(wf_hist_quantile(h, 0.5), t[0]),
		wf_text_time(wf_hist_quantile(h, 0.9), t[1]),
		wf_text_time(wf_hist_quantile(h, 0.99), t[2]),
		wf_text_time(wf_hist_quantile(h, 0.999), t[3]), wf_text_time(h->max_ns, t[4]));
}

void
wf_calibrate_table(const struct wf_calibrate *c, FILE *out)
{
	char a[3][WF_TEXT_MAX];

	fprintf(out, "generator at %llu packets/s -> plain wire -> %s; %s\n\n",
		(unsigned long long)c->pps, c->ports != NULL ? c->ports : "sink", c->setup);
	print_times("what wirefault adds", &c->added, out);
	if (c->ports != NULL) {
		print_times("out and back in", &c->path, out);
		fprintf(out, "%-26s %s of %s\n", "packets that came back",
			wf_text_count(c->came, a[0]), wf_text_count(c->sent, a[1]));
	}
	fprintf(out, "%-26s %.1f ns, of a clock of %.0f MHz\n", "a look at the clock",
		c->clock_read_ns, c->clock_hz / 1e6);
	fprintf(out, "%-26s %.0f ns on average, %s at most\n", "a turn of the worker", c->turn_ns,
		wf_text_time(c->longest_turn_ns, a[0]));
	fprintf(out, "%-26s 99 %% within %s, longest %s; %u above 10 us, %u above 1 ms in %.1f s",
		"what is due waits for core", wf_text_time(wf_gaps_wait_ns(c->gaps, 0.99), a[0]),
		wf_text_time(c->gaps->longest_ns, a[1]), wf_gaps_above(c->gaps, 10 * WF_NS_PER_US),
		wf_gaps_above(c->gaps, WF_NS_PER_MS), (double)c->gaps->lasted_ns / 1e9);
	if (c->steal >= 0)
		fprintf(out, "; %.1f %% stolen", 100 * c->steal);
	fputs("\n\n", out);
	if (c->missed + c->dropped > 0)
		fprintf(out, "missed %s, dropped %s\n\n", wf_text_count(c->missed, a[0]),
			wf_text_count(c->dropped, a[1]));
	wf_self_verdict(c->trustworthy, c->reasons, c->n_reasons, out);
}

static json_t *
number(uint64_t n)
{
	return json_integer((json_int_t)n);
}

static json_t *
core(const struct wf_calibrate *c)
{
	const struct wf_gaps *g = c->gaps;

	return json_pack("{s:i,s:f,s:o,s:o,s:i,s:i,s:o}", "number", (int)c->core, "seconds",
		(double)g->lasted_ns / 1e9, "wait_p99_ns", number(wf_gaps_wait_ns(g, 0.99)),
		"longest_ns", number(g->longest_ns), "above_10us",
		(int)wf_gaps_above(g, 10 * WF_NS_PER_US), "above_1ms",
		(int)wf_gaps_above(g, WF_NS_PER_MS), "stolen",
		c->steal >= 0 ? json_real(c->steal) : json_null());
}

int
wf_calibrate_json(const struct wf_calibrate *c, FILE *out)
{
	char cpu[256], date[32] = "";
	time_t now = time(NULL);
	struct tm tm;
	json_t *j;

	wf_self_cpu_model(cpu, sizeof(cpu));
	if (gmtime_r(&now, &tm) != NULL)
		strftime(date, sizeof(date), "%FT%TZ", &tm);
	j = json_pack("{s:s,s:s,s:o,s:s,s:s,s:o,s:o,s:f,s:o,s:o,s:{s:f,s:f},s:o,s:{s:f,s:o},"
		      "s:{s:o,s:o,s:o,s:o},s:o}",
		"schema", "wirefault.calibration/1", "version", WF_VERSION, "cpu",
		wf_json_text(cpu), "date", date, "setup", c->setup, "ports",
		c->ports != NULL ? wf_json_text(c->ports) : json_null(), "pps", number(c->pps),
		"seconds", (double)c->duration_ns / 1e9, "added_ns", wf_self_times(&c->added),
		"path_ns", c->ports != NULL ? wf_self_times(&c->path) : json_null(), "clock",
		"read_ns", c->clock_read_ns, "hz", c->clock_hz, "core", core(c), "turn", "mean_ns",
		c->turn_ns, "longest_ns", number(c->longest_turn_ns), "packets", "sent",
		number(c->sent), "came_back", c->ports != NULL ? number(c->came) : json_null(),
		"dropped", number(c->dropped), "missed", number(c->missed), "verdict",
		wf_self_verdict_json(c->trustworthy, c->reasons, c->n_reasons));
	if (j == NULL)
		return -ENOMEM;
	json_dumpf(j, out, WF_JSON_FLAGS);
	fputc('\n', out);
	json_decref(j);
	return 0;
}
