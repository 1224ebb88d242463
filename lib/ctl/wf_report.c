/* SPDX-License-Identifier: BSD-3-Clause
 * The stats document as tables of at most 100 columns. Any thread.
 *
 * It reads the JSON document and nothing else, so that the daemon's final report and `wfctl stats`
 * are the same thing. A member that is missing reads as 0 or as an empty list.
 */
#include "wf_report.h"

#include <string.h>

#include "wf_drop.h"
#include "wf_text.h"
#include "wf_wrap.h"

static const char *const sides[2] = { "ab", "ba" };

static uint64_t
integer(const json_t *j, const char *key)
{
	return (uint64_t)json_integer_value(json_object_get(j, key));
}

static const char *
string(const json_t *j, const char *key)
{
	const char *s = json_string_value(json_object_get(j, key));

	return s != NULL ? s : "";
}

static uint64_t
packets(const json_t *j, const char *key)
{
	return integer(json_object_get(j, key), "packets");
}

static uint64_t
lost(const json_t *counts)
{
	json_t *by_cause = json_object_get(counts, "dropped"), *c;
	const char *name;
	uint64_t sum = 0;

	json_object_foreach(by_cause, name, c) sum += integer(c, "packets");
	return sum;
}

/* "ab  a > b": the direction by its name and by its ports. */
static void
direction_text(const json_t *link, int side, char *out, size_t size)
{
	const json_t *ports = json_object_get(link, "ports");
	const char *from = json_string_value(json_array_get(ports, (size_t)side));
	const char *to = json_string_value(json_array_get(ports, (size_t)!side));

	snprintf(out, size, "%s  %.6s > %.6s", sides[side], from ? from : "?", to ? to : "?");
}

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
		if (integer(input, notes[i].key) != 0)
			fprintf(out, "%s input packets %s\n",
				wf_text_count(integer(input, notes[i].key), n), notes[i].text);
	json_object_foreach(json_object_get(input, "skipped"), name, skipped)
		fprintf(out, "%s input packets left out: not Ethernet but %s (--link-type)\n",
			wf_text_count((uint64_t)json_integer_value(skipped), n), name);
}

static void
print_header(const json_t *stats, FILE *out)
{
	char text[WF_TEXT_MAX], since[WF_TEXT_MAX];
	uint64_t uptime_ns = integer(stats, "uptime_ns");
	uint64_t since_ns = integer(stats, "since_reset_ns");
	bool reset = since_ns != 0 && since_ns != uptime_ns;

	fprintf(out, "After %s%s%s%s, generation %llu, seed ", wf_text_age(uptime_ns, text),
		reset ? ", reset " : "", reset ? wf_text_age(since_ns, since) : "",
		reset ? " ago" : "", (unsigned long long)integer(stats, "generation"));
	if (json_is_string(json_object_get(stats, "seed"))) /* from 2^63 on */
		fprintf(out, "%s\n", string(stats, "seed"));
	else
		fprintf(out, "%llu\n", (unsigned long long)integer(stats, "seed"));
	print_input(json_object_get(stats, "input"), out);
}

static void
print_counts(const char *link, const char *what, const json_t *c, FILE *out)
{
	char rx[WF_TEXT_MAX], made[WF_TEXT_MAX], tx[WF_TEXT_MAX], gone[WF_TEXT_MAX];
	char queued[WF_TEXT_MAX] = "";

	wf_text_count(packets(c, "rx"), rx);
	wf_text_count(packets(c, "dup_created") + packets(c, "forged"), made);
	wf_text_count(packets(c, "tx"), tx);
	wf_text_count(lost(c), gone);
	if (json_object_get(c, "queued") != NULL)
		wf_text_count(packets(c, "queued"), queued);
	fprintf(out, "  %-12.12s %-20.20s %13s %11s %13s %11s %10s\n", link, what, rx, made, tx,
		gone, queued);
}

static void
print_packets(const json_t *stats, FILE *out)
{
	json_t *link, *class;
	size_t i, j;

	fprintf(out, "\nPackets\n  %-12s %-20s %13s %11s %13s %11s %10s\n", "link", "direction",
		"received", "added", "sent", "lost", "queued");
	json_array_foreach(json_object_get(stats, "links"), i, link)
	{
		for (int side = 0; side < 2; side++) {
			const json_t *d = json_object_get(link, sides[side]);
			const json_t *classes = json_object_get(d, "classes");
			char text[64];

			direction_text(link, side, text, sizeof(text));
			print_counts(side == 0 ? string(link, "name") : "", text, d, out);
			if (json_array_size(classes) < 2)
				continue;
			json_array_foreach(classes, j, class)
			{
				snprintf(text, sizeof(text), "    %s", string(class, "name"));
				print_counts("", text, class, out);
			}
		}
	}
}

static void
print_rate(const char *link, const char *what, const json_t *rates, FILE *out)
{
	char text[4][WF_TEXT_MAX];

	fprintf(out, "  %-12.12s %-20.20s", link, what);
	for (int i = 0; i < 2; i++) {
		const json_t *r = json_object_get(rates, i == 0 ? "rx" : "tx");

		fprintf(out, " %13s %14s",
			wf_text_per_second(
				json_number_value(json_object_get(r, "packets_per_s")), text[0]),
			wf_text_rate(json_number_value(json_object_get(r, "bits_per_s")), text[1]));
	}
	fputc('\n', out);
}

/* A direction since the reset, lately, and its classes since the reset. */
static void
print_direction_rates(const json_t *link, int side, const char *lately, FILE *out)
{
	const json_t *d = json_object_get(link, sides[side]);
	const json_t *rates = json_object_get(d, "rates");
	json_t *classes = json_object_get(d, "classes"), *class;
	char text[64];
	size_t i;

	direction_text(link, side, text, sizeof(text));
	print_rate(side == 0 ? string(link, "name") : "", text,
		json_object_get(rates, "since_reset"), out);
	if (lately != NULL)
		print_rate("", lately, json_object_get(rates, "interval"), out);
	if (json_array_size(classes) < 2)
		return;
	json_array_foreach(classes, i, class)
	{
		snprintf(text, sizeof(text), "    %s", string(class, "name"));
		print_rate("", text,
			json_object_get(json_object_get(class, "rates"), "since_reset"), out);
	}
}

static void
print_rates(const json_t *stats, FILE *out)
{
	uint64_t interval_ns = integer(stats, "interval_ns");
	char age[WF_TEXT_MAX], lately[64];
	json_t *link;
	size_t i;

	snprintf(lately, sizeof(lately), "    last %s", wf_text_age(interval_ns, age));
	fprintf(out,
		"\nRates          %-20s %28s %28s\n"
		"  %-12s %-20s %13s %14s %13s %14s\n",
		"", "--------- received ---------", "----------- sent -----------", "link",
		"direction", "pkt/s", "bit/s", "pkt/s", "bit/s");
	json_array_foreach(json_object_get(stats, "links"), i,
		link) for (int side = 0; side < 2; side++) print_direction_rates(link, side,
		interval_ns != 0 && interval_ns != integer(stats, "since_reset_ns") ? lately : NULL,
		out);
}

static const char *
cause_help(const char *name)
{
	for (int i = 1; i < WF_DROP_COUNT; i++)
		if (strcmp(wf_drop_info[i].name, name) == 0)
			return wf_drop_info[i].help;
	return "";
}

/* Causes of one direction under its heading; shares are of all packets that came in or were made.
 */
static void
print_causes(const char *link, const char *side, const json_t *d, FILE *out)
{
	uint64_t all = packets(d, "rx") + packets(d, "dup_created") + packets(d, "forged");
	json_t *by_cause = json_object_get(d, "dropped"), *c;
	const char *name;

	if (lost(d) == 0)
		return;
	fprintf(out, "  %.40s %s\n", link, side);
	json_object_foreach(by_cause, name, c)
	{
		uint64_t n = integer(c, "packets");
		char text[WF_TEXT_MAX];

		if (n == 0)
			continue;
		fprintf(out, "%15s %8.3f %%  %-12s %s\n", wf_text_count(n, text),
			all != 0 ? 100.0 * (double)n / (double)all : 0.0, name, cause_help(name));
	}
}

static void
print_lost(const json_t *stats, FILE *out)
{
	const json_t *links = json_object_get(stats, "links");
	uint64_t sum = 0;
	json_t *link;
	size_t i;

	json_array_foreach(links, i, link) for (int side = 0; side < 2; side++) sum +=
		lost(json_object_get(link, sides[side]));
	if (sum == 0)
		return;
	fprintf(out, "\nLost, by cause\n");
	json_array_foreach(links, i, link) for (int side = 0; side < 2; side++) print_causes(
		string(link, "name"), sides[side], json_object_get(link, sides[side]), out);
}

/* Of a direction or a class. */
static void
print_time(const char *link, const char *what, const json_t *d, FILE *out)
{
	const json_t *delay = json_object_get(d, "delay_ns");
	const json_t *error = json_object_get(d, "release_error_ns");
	char mean[WF_TEXT_MAX], p50[WF_TEXT_MAX], p99[WF_TEXT_MAX];
	char e50[WF_TEXT_MAX], e99[WF_TEXT_MAX];

	fprintf(out, "  %-12.12s %-20.20s", link, what);
	if (integer(delay, "count") == 0) {
		fprintf(out, " %12s\n", "no packets");
		return;
	}
	fprintf(out, " %12s %11s %11s    %11s %11s\n", wf_text_time(integer(delay, "mean"), mean),
		wf_text_time(integer(delay, "p50"), p50), wf_text_time(integer(delay, "p99"), p99),
		wf_text_time(integer(error, "p50"), e50), wf_text_time(integer(error, "p99"), e99));
}

static void
print_direction_time(const json_t *link, int side, FILE *out)
{
	const json_t *d = json_object_get(link, sides[side]);
	json_t *class;
	char text[64];
	size_t i;

	direction_text(link, side, text, sizeof(text));
	print_time(side == 0 ? string(link, "name") : "", text, d, out);
	json_array_foreach(json_object_get(d, "classes"), i, class)
	{
		if (json_object_get(class, "delay_ns") == NULL)
			continue;
		snprintf(text, sizeof(text), "    %s", string(class, "name"));
		print_time("", text, class, out);
	}
}

/* Packets that waited for their predecessors: how far that moved the mean. */
static void
print_clamped(const json_t *link, int side, FILE *out)
{
	const json_t *c = json_object_get(json_object_get(link, sides[side]), "clamped");
	char n[WF_TEXT_MAX], bias[WF_TEXT_MAX];

	if (integer(c, "packets") == 0)
		return;
	fprintf(out,
		"  %s %s: %s packets waited to keep their order; that adds %s to the mean delay\n",
		string(link, "name"), sides[side], wf_text_count(integer(c, "packets"), n),
		wf_text_time(integer(c, "bias_mean_ns"), bias));
}

/* What the link has sent again. */
static void
print_resent(const json_t *link, int side, FILE *out)
{
	const json_t *c = json_object_get(json_object_get(link, sides[side]), "resent");
	char n[WF_TEXT_MAX];

	if (integer(c, "packets") != 0)
		fprintf(out, "  %s %s: lost frames were sent again %s times by the link\n",
			string(link, "name"), sides[side], wf_text_count(integer(c, "packets"), n));
}

static void
print_times(const json_t *stats, FILE *out)
{
	const json_t *links = json_object_get(stats, "links");
	json_t *link;
	size_t i;

	fprintf(out,
		"\nTime           %-20s %37s   %24s\n"
		"  %-12s %-20s %12s %11s %11s    %11s %11s\n",
		"", "------ delay that packets got ------", "--- released late by ---", "link",
		"direction", "mean", "p50", "p99", "p50", "p99");
	json_array_foreach(links, i, link) for (int side = 0; side < 2; side++)
		print_direction_time(link, side, out);
	json_array_foreach(links, i, link) for (int side = 0; side < 2; side++)
		print_clamped(link, side, out);
	json_array_foreach(links, i, link) for (int side = 0; side < 2; side++)
		print_resent(link, side, out);
}

static void
print_port(const json_t *p, FILE *out)
{
	uint64_t missed = integer(p, "rx_missed") + integer(p, "rx_nombuf");
	char n[WF_TEXT_MAX], e[WF_TEXT_MAX];

	fprintf(out, "  port %-8.8s  %-30.30s %-10s missed %s, send errors %s\n", string(p, "name"),
		string(p, "device"), string(p, "state"), wf_text_count(missed, n),
		wf_text_count(integer(p, "tx_errors"), e));
}

static void
print_worker(const json_t *w, FILE *out)
{
	char stall[WF_TEXT_MAX], core[24];

	snprintf(core, sizeof(core), "core %llu", (unsigned long long)integer(w, "lcore"));
	fprintf(out, "  worker on %-9s busy %5.1f %%, longest stall %s%s\n", core,
		100.0 * json_number_value(json_object_get(w, "busy_ratio")),
		wf_text_time(integer(w, "stall_max_ns"), stall),
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
		wf_text_count(integer(pool, "in_use"), a), wf_text_count(integer(pool, "size"), b));
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
		wf_text_count(integer(unaccounted, "packets"), n),
		wf_text_count(integer(unaccounted, "bytes"), b));
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
	print_packets(stats, out);
	print_rates(stats, out);
	print_lost(stats, out);
	print_times(stats, out);
	print_machine(stats, out);
	print_warnings(stats, out);
	print_verdict(stats, out);
}
