/* SPDX-License-Identifier: BSD-3-Clause
 * The standard set of scenarios from a capture.
 */
#include "scenario_generate.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "scenario_flows.h"
#include "scenario_reports.h"
#include "wf_conf_files.h"
#include "wf_text.h"
#include "wf_units.h"

#define SHORTEST_NS (100 * WF_NS_PER_MS) /* of a scenario */
#define LOWEST_BPS  8000

/* What stands when, of one scenario. */
struct part {
	const char *what; /* impairments of each conversation */
	unsigned start_percent;
	wf_ns_t most_ns; /* it lasts so long, but not longer than half of all; 0: to the end */
};

static const struct kind {
	const char *name, *title;
	bool lossless, tcp; /* nothing may get lost; only of TCP */
	uint32_t n;
	struct part part[3];
} kinds[] = {
	{ "spike", "a spike of latency of 800 ms", true, false, 1,
		{ { "delay = \"800ms\";", 25, 2 * WF_NS_PER_S } } },
	{ "stair-step", "five steps of 100 ms of latency", true, false, 0, { { NULL, 0, 0 } } },
	{ "pulses", "three pulses of latency", true, false, 3,
		{ { "delay = \"150ms\";", 10, WF_NS_PER_S },
			{ "delay = \"250ms\";", 40, WF_NS_PER_S },
			{ "delay = \"150ms\";", 70, WF_NS_PER_S } } },
	{ "loss", "5 % of loss for 4 s", false, false, 1,
		{ { "loss = \"5%\";", 25, 4 * WF_NS_PER_S } } },
	{ "jitter", "jitter of 80 ms", true, false, 1,
		{ { "delay = { mean = \"100ms\"; stddev = \"40ms\"; distribution = \"normal\"; "
		    "order = \"free\"; };",
			0, 0 } } },
	{ "bandwidth-cap", "half of their mean rate", false, false, 1, { { NULL, 25, 0 } } },
	{ "reset", "TCP connections are reset", false, true, 1,
		{ { "reset = \"100%\";", 40, 3 * WF_NS_PER_S } } },
	{ "blackhole", "a second without anything", false, false, 1,
		{ { "blackhole = true;", 40, WF_NS_PER_S } } },
};

struct job {
	const struct scenario_flows *flows;
	char *path; /* of the capture, as it is found from anywhere */
	wf_ns_t duration_ns;
	FILE *out;
};

static bool
is_meant(const struct kind *k, const struct scenario_flow *f)
{
	return !k->tcp || f->key.proto == IPPROTO_TCP;
}

static bool
any_meant(const struct kind *k, const struct scenario_flows *flows)
{
	for (uint32_t i = 0; i < flows->n; i++)
		if (is_meant(k, &flows->at[i]))
			return true;
	return false;
}

/* Half of what it sends in the time of the capture. */
static void
put_cap(const struct job *j, const struct scenario_flow *f)
{
	double bps = (double)f->bytes * 8e9 / (double)j->duration_ns / 2;
	char text[WF_UNITS_TEXT];

	fprintf(j->out, "rate = { rate = \"%s\"; overhead = 0; }; queue = { limit = \"50ms\"; };",
		wf_units_format_rate(
			bps > LOWEST_BPS ? (uint64_t)(bps / 1000) * 1000 : LOWEST_BPS, text));
}

/* The same of each conversation. */
static void
put_items(const struct job *j, const struct kind *k, const char *what)
{
	const char *comma = "";

	fputs("items = (", j->out);
	for (uint32_t i = 0; i < j->flows->n; i++) {
		if (!is_meant(k, &j->flows->at[i]))
			continue;
		fprintf(j->out, "%s\n      { class = \"flow-%u\"; ab = { ", comma, i + 1);
		if (what != NULL)
			fputs(what, j->out);
		else
			put_cap(j, &j->flows->at[i]);
		fputs(" }; }", j->out);
		comma = ",";
	}
	fputs(" );", j->out);
}

static void
put_faults(const struct job *j, const struct kind *k)
{
	char lasts[WF_UNITS_TEXT];

	fputs("faults = (", j->out);
	for (uint32_t i = 0; i < k->n; i++) {
		const struct part *p = &k->part[i];
		wf_ns_t half_ns = j->duration_ns / (2 * k->n),
			most_ns = p->most_ns < half_ns ? p->most_ns : half_ns;

		fprintf(j->out, "%s\n  { name = \"%s-%u\"; schedule = \"start:%u%%",
			i > 0 ? "," : "", k->name, i + 1, p->start_percent);
		if (most_ns > 0)
			fprintf(j->out, ",duration:%s", wf_units_format_duration(most_ns, lasts));
		fputs("\";\n    ", j->out);
		put_items(j, k, p->what);
		fputs(" }", j->out);
	}
	fputs("\n);\n", j->out);
}

/* Before, the stairs for half of the time, and after them. */
static void
put_stairs(const struct job *j, const struct kind *k)
{
	char quarter[WF_UNITS_TEXT], half[WF_UNITS_TEXT], step[WF_UNITS_TEXT];
	wf_ns_t half_ns = j->duration_ns / 2;

	wf_units_format_duration(j->duration_ns / 4, quarter);
	wf_units_format_duration(half_ns, half);
	wf_units_format_duration((half_ns + 4) / 5, step);
	fprintf(j->out,
		"phases = (\n  { name = \"before\"; duration = \"%s\"; },\n"
		"  { name = \"stairs\"; duration = \"%s\"; step = \"%s\"; ramp = \"step\";\n    ",
		quarter, half, step);
	put_items(j, k, "delay = \"100ms -> 500ms\";");
	fputs(" },\n  { name = \"after\"; }\n);\n", j->out);
}

static void
put_classes(const struct job *j)
{
	char filter[SCENARIO_FLOW_FILTER], bytes[WF_TEXT_MAX], packets[WF_TEXT_MAX];

	fputs("    classes = (", j->out);
	for (uint32_t i = 0; i < j->flows->n; i++) {
		const struct scenario_flow *f = &j->flows->at[i];

		fprintf(j->out,
			"%s\n      # %s bytes in %s packets\n      { name = \"flow-%u\"; ab = { "
			"};\n"
			"        filter = \"%s\"; }",
			i > 0 ? "," : "", wf_text_count(f->bytes, bytes),
			wf_text_count(f->packets, packets), i + 1, scenario_flow_filter(f, filter));
	}
	fputs("\n    ); } );\n", j->out);
}

static void
put_scenario(const struct job *j, const struct kind *k)
{
	char lasts[WF_UNITS_TEXT];

	fprintf(j->out,
		"# %s, of the largest conversations of the capture; all others pass as they are.\n"
		"# Both directions of them go through ab, as the capture has them. What is "
		"expected "
		"is yours to say.\n"
		"schema_version = 1;\nname = \"%s\";\ntitle = \"%s\";\n"
		"config = {\n  ports = ( { name = \"a\"; device = \"sink\"; }, { name = \"b\"; "
		"device = "
		"\"sink\"; } );   # --ports A,B: others\n"
		"  links = ( { name = \"wan\"; ports = [ \"a\", \"b\" ];\n",
		k->title, k->name, k->title);
	put_classes(j);
	fprintf(j->out, "};\nseed = 7;\nduration = \"%s\";\n",
		wf_units_format_duration(j->duration_ns, lasts));
	if (k->n > 0)
		put_faults(j, k);
	else
		put_stairs(j, k);
	fprintf(j->out, "traffic = ( { replay = \"file=%s\"; } );\n", j->path);
	if (k->lossless)
		fputs("expect = ( { loss = 0; } );\n", j->out);
}

static int
write_one(struct job *j, const struct kind *k, const char *folder, FILE *said, struct wf_err *err)
{
	struct wf_where where = { 0 };
	char *path = NULL;
	int rc = 0;

	if (asprintf(&path, "%s/%s.conf", folder, k->name) < 0)
		return wf_err_add(err, NULL, NULL, "out of memory");
	where.file = path;
	j->out = fopen(path, "wxe");
	if (j->out == NULL) {
		rc = wf_err_add(err, &where,
			errno == EEXIST ? "Write --into another folder" : "Check the folder", "%s",
			errno == EEXIST ? "it is there already" : strerror(errno));
	} else {
		put_scenario(j, k);
		rc = ferror(j->out) ? -EIO : 0;
		if (fclose(j->out) != 0 || rc < 0)
			rc = wf_err_add(err, &where, NULL, "cannot be written");
		else
			fprintf(said, "%s: %s\n", path, k->title);
	}
	free(path);
	return rc;
}

/* Names of files stand in device strings, and in strings of configurations. */
static int
check_path(const char *path, struct wf_err *err)
{
	if (strpbrk(path, ",+\"\\\n") == NULL)
		return 0;
	return wf_err_add(err, &(struct wf_where){ .file = path }, "Give the file another name",
		"a scenario can't name a file with a comma, plus, quote or backslash in its path");
}

int
scenario_generate(
	const char *pcap, uint32_t flows, const char *folder, FILE *said, struct wf_err *err)
{
	struct scenario_flows found;
	struct job j = { .flows = &found };
	char n[WF_TEXT_MAX], all[WF_TEXT_MAX], untold[WF_TEXT_MAX];
	int rc = scenario_flows_read(pcap, flows, &found, err);

	if (rc < 0)
		return rc;
	j.path = wf_conf_path_absolute(pcap, NULL);
	/* The last packet comes before the end. */
	j.duration_ns = (found.duration_ns / WF_NS_PER_MS + 1) * WF_NS_PER_MS;
	if (j.duration_ns < SHORTEST_NS)
		j.duration_ns = SHORTEST_NS;
	if (j.path == NULL)
		rc = wf_err_add(err, NULL, NULL, "out of memory");
	else
		rc = check_path(j.path, err);
	if (rc == 0)
		rc = scenario_reports_folder(folder, err);
	if (rc == 0)
		fprintf(said, "%s: %s packets, %s conversations; %s packets are of none\n", pcap,
			wf_text_count(found.packets, n), wf_text_count(found.all, all),
			wf_text_count(found.untold, untold));
	for (size_t i = 0; i < WF_ARRAY_SIZE(kinds) && rc == 0; i++)
		if (any_meant(&kinds[i], &found))
			rc = write_one(&j, &kinds[i], folder, said, err);
	free(j.path);
	scenario_flows_free(&found);
	return rc;
}
