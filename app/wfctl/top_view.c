/* SPDX-License-Identifier: BSD-3-Clause
 * The view. What a direction is doing is said in a word that needs no colour: plain, impaired (the
 * model takes or delays packets), overloaded (wirefault itself loses some), late (packets leave
 * later than they should by more than is on time), down (a port of the link). One thread.
 */
#include <math.h>
#include <string.h>
#include <time.h>

#include "top.h"
#include "wf_drop.h"
#include "wf_text.h"

#define BAR 8 /* cells */

enum health { PLAIN, IMPAIRED, OVERLOADED, LATE, DOWN };
static const struct {
	const char *word, *colour;
} healths[] = { [PLAIN] = { "plain", "" },
	[IMPAIRED] = { "impaired", "\033[33m" },
	[OVERLOADED] = { "OVERLOADED", "\033[1;31m" },
	[LATE] = { "LATE", "\033[1;35m" },
	[DOWN] = { "DOWN", "\033[1;31m" } };

struct row {
	const char *link, *side;
	double in_bps, out_bps, drops; /* a second */
	bool sent;                     /* something, in the last second: it has delays */
	uint64_t delay_p50, delay_p99, late_p99, queued;
	enum health health;
};

static uint64_t
integer(const json_t *j, const char *key)
{
	return (uint64_t)json_integer_value(json_object_get(j, key));
}

static const char *
string(const json_t *j, const char *key)
{
	const char *s = json_string_value(json_object_get(j, key));

	return s != NULL ? s : "?";
}

/* What was counted since; all of it, if counting began again. */
static double
since(const json_t *before, const json_t *now, const char *group, const char *key, double seconds)
{
	uint64_t a = integer(json_object_get(before, group), key);
	uint64_t b = integer(json_object_get(now, group), key);

	return seconds > 0 ? (double)(b >= a ? b - a : b) / seconds : 0;
}

static bool
is_down(const json_t *stats, const json_t *link)
{
	const json_t *port, *name;
	size_t i, k;

	json_array_foreach(json_object_get(stats, "ports"), i, port)
	{
		if (json_is_true(json_object_get(port, "link_up")))
			continue;
		json_array_foreach(json_object_get(link, "ports"), k,
			name) if (strcmp(json_string_value(name), string(port, "name")) ==
				  0) return true;
	}
	return false;
}

/* Of the last second: a column has one value. */
static uint64_t
latest(const json_t *second, const char *column)
{
	return (uint64_t)json_integer_value(json_array_get(json_object_get(second, column), 0));
}

static void
fill(struct row *r, const json_t *before, const json_t *now, const json_t *second, double seconds)
{
	double own = 0;

	for (int i = 1; i < WF_DROP_COUNT; i++) {
		double n = since(json_object_get(before, "dropped"),
			json_object_get(now, "dropped"), wf_drop_info[i].name, "packets", seconds);

		r->drops += n;
		own += wf_drop_info[i].by == WF_DROP_BY_EMULATOR ? n : 0;
	}
	r->in_bps = 8 * since(before, now, "rx", "bytes", seconds);
	r->out_bps = 8 * since(before, now, "tx", "bytes", seconds);
	r->sent = latest(second, "tx_packets") > 0;
	r->delay_p50 = latest(second, "delay_p50_ns");
	r->delay_p99 = latest(second, "delay_p99_ns");
	r->late_p99 = latest(second, "release_error_p99_ns");
	r->queued = integer(json_object_get(now, "queued"), "packets");
	if (own > 0)
		r->health = OVERLOADED;
	else if (r->late_p99 > integer(now, "on_time_ns"))
		r->health = LATE;
	else if (r->drops > 0 || r->delay_p50 > WF_NS_PER_MS)
		r->health = IMPAIRED;
}

static void
bar(const struct top_style *style, double part, FILE *out)
{
	static const char *const eighths[] = { "", "▏", "▎", "▍", "▌", "▋", "▊", "▉" };
	int n = part > 0 ? (int)ceil(fmin(part, 1) * BAR * 8) : 0, cells = n / 8;

	for (int i = 0; i < cells; i++)
		fputs(style->utf8 ? "█" : "#", out);
	if (cells < BAR) {
		if (style->utf8)
			fputs(eighths[n % 8], out);
		else
			fputs(n % 8 >= 4 ? "-" : "", out);
		cells += style->utf8 ? n % 8 != 0 : n % 8 >= 4;
	}
	fprintf(out, "%*s", BAR - cells, "");
}

static void
rescale(struct top_scale *s, const struct row *r)
{
	s->bps = fmax(s->bps, fmax(r->in_bps, r->out_bps));
	s->drops = fmax(s->drops, r->drops);
	s->delay_ns = r->delay_p99 > s->delay_ns ? r->delay_p99 : s->delay_ns;
}

static double
part(double of, double most)
{
	return most > 0 ? of / most : 0;
}

/* What a second without packets has none of. */
static const char *
time_text(const struct row *r, uint64_t ns, char out[WF_TEXT_MAX])
{
	return r->sent ? wf_text_time(ns, out) : "-";
}

static void
print_row(const struct top_style *style, const struct top_scale *s, const struct row *r, FILE *out)
{
	char in[WF_TEXT_MAX], sent[WF_TEXT_MAX], drops[WF_TEXT_MAX], p50[WF_TEXT_MAX],
		p99[WF_TEXT_MAX], late[WF_TEXT_MAX], queued[WF_TEXT_MAX];
	const char *colour = style->colour ? healths[r->health].colour : "";

	fprintf(out, "%-10.10s %s %13s %13s ", r->link, r->side, wf_text_rate(r->in_bps, in),
		wf_text_rate(r->out_bps, sent));
	bar(style, part(r->out_bps, s->bps), out);
	fprintf(out, " %9s ", wf_text_per_second(r->drops, drops));
	bar(style, part(r->drops, s->drops), out);
	fprintf(out, " %9s %9s ", time_text(r, r->delay_p50, p50), time_text(r, r->delay_p99, p99));
	bar(style, part((double)r->delay_p99, (double)s->delay_ns), out);
	fprintf(out, " %9s %7s %s%s%s\n", time_text(r, r->late_p99, late),
		wf_text_count(r->queued, queued), colour, healths[r->health].word,
		*colour != '\0' ? "\033[0m" : "");
}

static void
print_head(FILE *out)
{
	fprintf(out, "%-13s %13s %13s %*s %9s %*s %9s %9s %*s %9s %7s %s\n", "link", "in", "out",
		BAR, "", "drops/s", BAR, "", "delay p50", "p99", BAR, "", "late p99", "queued",
		"state");
}

static void
print_title(const struct top_style *style, const json_t *now, FILE *out)
{
	bool good = json_is_true(json_object_get(json_object_get(now, "verdict"), "trustworthy"));
	char age[WF_TEXT_MAX], clock[16] = "";
	time_t t = time(NULL);
	struct tm tm;

	if (localtime_r(&t, &tm) != NULL)
		strftime(clock, sizeof(clock), "%T", &tm);
	fprintf(out, "\033[H\033[2Jwirefault, running for %s, generation %llu, %s%s%s  %s\n\n",
		wf_text_age(integer(now, "uptime_ns"), age),
		(unsigned long long)integer(now, "generation"),
		style->colour ? (good ? "\033[32m" : "\033[1;31m") : "",
		good ? "trustworthy" : "NOT trustworthy", style->colour ? "\033[0m" : "", clock);
}

static const json_t *
link_of(const json_t *document, size_t i)
{
	return json_array_get(json_object_get(document, "links"), i);
}

static void
print_direction(const struct top_style *style, struct top_scale *scale, const struct top_seen *seen,
	size_t link, const char *side, FILE *out)
{
	const json_t *l = link_of(seen->now, link);
	uint64_t passed_ns = integer(seen->now, "uptime_ns") - integer(seen->before, "uptime_ns");
	struct row r = { .link = string(l, "name"), .side = side };

	fill(&r, json_object_get(link_of(seen->before, link), side), json_object_get(l, side),
		json_object_get(link_of(seen->second, link), side), (double)passed_ns / 1e9);
	if (is_down(seen->now, l))
		r.health = DOWN;
	rescale(scale, &r);
	print_row(style, scale, &r, out);
}

void
top_print(const struct top_style *style, struct top_scale *scale, const struct top_seen *seen,
	FILE *out)
{
	size_t n = json_array_size(json_object_get(seen->now, "links"));
	size_t most = style->screen && style->rows > 5 ? (style->rows - 5) / 2 : n;

	if (style->screen)
		print_title(style, seen->now, out);
	if (style->screen || !scale->headed)
		print_head(out);
	scale->headed = true;
	for (size_t i = 0; i < n && i < most; i++) {
		print_direction(style, scale, seen, i, "ab", out);
		print_direction(style, scale, seen, i, "ba", out);
	}
	if (most < n)
		fprintf(out, "and %zu links more: the window is too low for them\n", n - most);
	fflush(out);
}
