/* SPDX-License-Identifier: BSD-3-Clause
 * The stats document as tables of at most 100 columns. Any thread.
 *
 * It reads the JSON document and nothing else, so that the daemon's final report and `wfctl stats`
 * are the same thing. A member that is missing reads as 0 or as an empty list.
 */
#include "wf_report.h"

#include "wf_report_private.h"
#include "wf_text.h"
#include "wf_wrap.h"

/* What had to be done to captures. */
static void
print_input(const json_t *input, FILE *out)
{
	static const struct {
		const char *key, *text;
	} notes[] = {
		{ "time_clamped", "had a time before their predecessor's; they were taken at the "
				  "predecessor's" },
		{ "time_out_of_place",
			"had a time out of place; they were taken at their predecessor's" },
		{ "untimed", "have no time: delays are right, rates and jitter mean little" },
		{ "converted", "were made Ethernet" },
		{ "no_side", "left out: it can't be said in which direction they went" },
		{ "malformed", "left out: shorter than their own header" },
	};
	const char *name;
	char n[WF_TEXT_MAX];
	json_t *skipped;

	for (size_t i = 0; i < WF_ARRAY_SIZE(notes); i++)
		if (wf_report_integer(input, notes[i].key) != 0)
			fprintf(out, "%s input packets %s\n",
				wf_text_count(wf_report_integer(input, notes[i].key), n),
				notes[i].text);
	json_object_foreach(json_object_get(input, "skipped"), name, skipped)
		fprintf(out, "%s input packets left out: not Ethernet but %s (--link-type)\n",
			wf_text_count((uint64_t)json_integer_value(skipped), n), name);
}

static void
print_header(const json_t *stats, FILE *out)
{
	char text[WF_TEXT_MAX], since[WF_TEXT_MAX];
	uint64_t uptime_ns = wf_report_integer(stats, "uptime_ns");
	uint64_t since_ns = wf_report_integer(stats, "since_reset_ns");
	bool reset = since_ns != 0 && since_ns != uptime_ns;

	fprintf(out, "After %s%s%s%s, generation %llu, seed ", wf_text_age(uptime_ns, text),
		reset ? ", reset " : "", reset ? wf_text_age(since_ns, since) : "",
		reset ? " ago" : "", (unsigned long long)wf_report_integer(stats, "generation"));
	if (json_is_string(json_object_get(stats, "seed"))) /* from 2^63 on */
		fprintf(out, "%s\n", wf_report_string(stats, "seed"));
	else
		fprintf(out, "%llu\n", (unsigned long long)wf_report_integer(stats, "seed"));
	print_input(json_object_get(stats, "input"), out);
}

static void
print_port(const json_t *p, FILE *out)
{
	uint64_t missed = wf_report_integer(p, "rx_missed") + wf_report_integer(p, "rx_nombuf");
	const json_t *w = json_object_get(p, "written");
	char n[WF_TEXT_MAX], e[WF_TEXT_MAX];

	fprintf(out, "  port %-8.8s  %-30.30s %-10s missed %s, send errors %s\n",
		wf_report_string(p, "name"), wf_report_string(p, "device"),
		wf_report_string(p, "state"), wf_text_count(missed, n),
		wf_text_count(wf_report_integer(p, "tx_errors"), e));
	if (w != NULL)
		fprintf(out, "    packets written to its file: %s, missed: %s%s\n",
			wf_text_count(wf_report_integer(w, "packets"), n),
			wf_text_count(wf_report_integer(w, "missed"), e),
			json_is_true(json_object_get(w, "failed"))
				? "; it could not be written to its end"
				: "");
}

static void
print_worker(const json_t *w, FILE *out)
{
	char stall[WF_TEXT_MAX], core[24];

	snprintf(
		core, sizeof(core), "core %llu", (unsigned long long)wf_report_integer(w, "lcore"));
	fprintf(out, "  worker on %-9s busy %5.1f %%, longest stall %s%s\n", core,
		100.0 * json_number_value(json_object_get(w, "busy_ratio")),
		wf_text_time(wf_report_integer(w, "stall_max_ns"), stall),
		json_is_true(json_object_get(w, "shares_core"))
			? "; shares its core, so timing is coarse"
			: "");
}

static void
print_machine(const json_t *stats, FILE *out)
{
	const json_t *pool = json_object_get(stats, "pool");
	json_t *ports = json_object_get(stats, "ports"), *workers, *j;
	char a[WF_TEXT_MAX], b[WF_TEXT_MAX];
	size_t i;

	workers = json_object_get(stats, "workers");
	if (json_array_size(ports) + json_array_size(workers) == 0)
		return;
	fprintf(out, "\nMachine\n");
	json_array_foreach(ports, i, j) print_port(j, out);
	json_array_foreach(workers, i, j) print_worker(j, out);
	fprintf(out, "  packet buffers in use: %s of %s\n",
		wf_text_count(wf_report_integer(pool, "in_use"), a),
		wf_text_count(wf_report_integer(pool, "size"), b));
	j = json_object_get(stats, "capture");
	if (j != NULL)
		fprintf(out, "  captured packets: %s, missed: %s\n",
			wf_text_count(wf_report_integer(j, "captured"), a),
			wf_text_count(wf_report_integer(j, "capture_missed"), b));
}

/* Words behind `at` columns, and a newline. */
static void
print_words(const char *words, unsigned at, unsigned indent, FILE *out)
{
	wf_wrap(words != NULL ? words : "?", at, indent, out);
	fputc('\n', out);
}

static void
print_warnings(const json_t *stats, FILE *out)
{
	json_t *warning;
	size_t i;

	json_array_foreach(json_object_get(stats, "warnings"), i, warning)
	{
		fprintf(out, "%sWARNING: ", i == 0 ? "\n" : "");
		print_words(json_string_value(warning), 9, 9, out);
	}
}

static void
print_verdict(const json_t *stats, FILE *out)
{
	const json_t *unaccounted = json_object_get(stats, "unaccounted");
	const json_t *verdict = json_object_get(stats, "verdict");
	char n[WF_TEXT_MAX], b[WF_TEXT_MAX];
	json_t *reason;
	size_t i;

	fprintf(out, "\nUnaccounted: %s packets, %s bytes\n",
		wf_text_count(wf_report_integer(unaccounted, "packets"), n),
		wf_text_count(wf_report_integer(unaccounted, "bytes"), b));
	if (json_is_true(json_object_get(verdict, "trustworthy"))) {
		fprintf(out, "Verdict: trustworthy. wirefault itself lost nothing and released "
			     "packets on time.\n");
		return;
	}
	fprintf(out, "Verdict: NOT trustworthy, because\n");
	json_array_foreach(json_object_get(verdict, "reasons"), i, reason)
	{
		const json_t *remedy = json_array_get(json_object_get(verdict, "remedies"), i);

		fputs("  - ", out);
		print_words(json_string_value(reason), 4, 4, out);
		if (json_is_string(remedy)) {
			fputs("    ", out);
			print_words(json_string_value(remedy), 4, 4, out);
		}
	}
}

void
wf_report_table(const json_t *stats, FILE *out)
{
	print_header(stats, out);
	wf_report_print_packets(stats, out);
	wf_report_print_rates(stats, out);
	wf_report_print_lost(stats, out);
	wf_report_print_times(stats, out);
	wf_report_print_replays(stats, out);
	print_machine(stats, out);
	print_warnings(stats, out);
	print_verdict(stats, out);
}
