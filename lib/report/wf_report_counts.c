/* SPDX-License-Identifier: BSD-3-Clause
 * Packets and rates, by direction and class. Any thread.
 */
#include "wf_report_private.h"
#include "wf_text.h"

static void
print_counts(const char *link, const char *what, const json_t *c, FILE *out)
{
	char rx[WF_TEXT_MAX], made[WF_TEXT_MAX], tx[WF_TEXT_MAX], gone[WF_TEXT_MAX];
	char queued[WF_TEXT_MAX] = "";

	wf_text_count(wf_report_packets(c, "rx"), rx);
	wf_text_count(wf_report_packets(c, "dup_created") + wf_report_packets(c, "forged"), made);
	wf_text_count(wf_report_packets(c, "tx"), tx);
	wf_text_count(wf_report_lost(c), gone);
	if (json_object_get(c, "queued") != NULL)
		wf_text_count(wf_report_packets(c, "queued"), queued);
	fprintf(out, "  %-12.12s %-20.20s %13s %11s %13s %11s %10s\n", link, what, rx, made, tx,
		gone, queued);
}

void
wf_report_print_packets(const json_t *stats, FILE *out)
{
	json_t *link, *class;
	size_t i, j;

	fprintf(out, "\nPackets\n  %-12s %-20s %13s %11s %13s %11s %10s\n", "link", "direction",
		"received", "added", "sent", "lost", "queued");
	json_array_foreach(json_object_get(stats, "links"), i, link)
	{
		for (int side = 0; side < 2; side++) {
			const json_t *d = json_object_get(link, wf_report_sides[side]);
			const json_t *classes = json_object_get(d, "classes");
			char text[64];

			wf_report_direction(link, side, text, sizeof(text));
			print_counts(side == 0 ? wf_report_string(link, "name") : "", text, d, out);
			if (json_array_size(classes) < 2)
				continue;
			json_array_foreach(classes, j, class)
			{
				snprintf(text, sizeof(text), "    %s",
					wf_report_string(class, "name"));
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
	const json_t *d = json_object_get(link, wf_report_sides[side]);
	const json_t *rates = json_object_get(d, "rates");
	json_t *classes = json_object_get(d, "classes"), *class;
	char text[64];
	size_t i;

	wf_report_direction(link, side, text, sizeof(text));
	print_rate(side == 0 ? wf_report_string(link, "name") : "", text,
		json_object_get(rates, "since_reset"), out);
	if (lately != NULL)
		print_rate("", lately, json_object_get(rates, "interval"), out);
	if (json_array_size(classes) < 2)
		return;
	json_array_foreach(classes, i, class)
	{
		snprintf(text, sizeof(text), "    %s", wf_report_string(class, "name"));
		print_rate("", text,
			json_object_get(json_object_get(class, "rates"), "since_reset"), out);
	}
}

void
wf_report_print_rates(const json_t *stats, FILE *out)
{
	uint64_t interval_ns = wf_report_integer(stats, "interval_ns");
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
		interval_ns != 0 && interval_ns != wf_report_integer(stats, "since_reset_ns")
			? lately
			: NULL,
		out);
}
