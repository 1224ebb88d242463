/* SPDX-License-Identifier: BSD-3-Clause
 * `wirefault reference`: the reference of the configuration as Markdown, from the same tables that
 * parse it. docs/reference/configuration.md is its output, kept equal by a test.
 */
#include <string.h>

#include "wf_changes.h"
#include "wf_cmd.h"
#include "wf_expect.h"
#include "wf_generator_args.h"
#include "wf_load_settings.h"
#include "wf_replay_spec.h"
#include "wf_scenario.h"
#include "wf_sweep.h"

static const struct wf_option options[] = {
	{ "help", 'h', NULL, "this help" },
	{ 0 },
};

static const char values[] =
	"## Values\n\n"
	"Values with a unit are strings; they are read exactly, so \"0.1ms\" is 100,000 ns. 0 "
	"needs "
	"no unit.\n\n"
	"| value | written as |\n|---|---|\n"
	"| time | `ns` `us` `ms` `s` `m` `h`: \"20ms\", \"1.5s\" |\n"
	"| rate | bits a second: `bit` `kbit` `Mbit` `Gbit`, with or without `/s`; bytes a second: "
	"`Bps` `kBps` `MBps` `GBps`: \"50Mbit\" |\n"
	"| size | `B` `kB` `MB` `GB` (powers of 1000), `KiB` `MiB` `GiB` (of 1024): \"64KiB\" |\n"
	"| probability | from 0 to 1, or in percent: 0.01 or \"1%\" |\n"
	"| packets, size or time | a number of packets, \"100pkt\" or 100, or one of the above |\n"
	"| on or off | `true` or `false` |\n\n";

static void
bounds(const struct wf_param *p, FILE *out)
{
	if (p->min != NULL && p->max != NULL)
		fprintf(out, " From %s to %s.", p->min, p->max);
	else if (p->min != NULL)
		fprintf(out, " At least %s.", p->min);
	else if (p->max != NULL)
		fprintf(out, " At most %s.", p->max);
}

static void
table(const struct wf_param *params, FILE *out)
{
	fprintf(out, "| key | value | default | meaning |\n|---|---|---|---|\n");
	for (const struct wf_param *p = params; p->name != NULL; p++) {
		char type[WF_PARAM_TEXT];

		fprintf(out, "| `%s` | %s | %s%s%s | %s.", p->name, wf_param_type_text(p, type),
			p->fallback ? "`" : "", p->fallback ? p->fallback : "-",
			p->fallback ? "`" : "", p->help);
		bounds(p, out);
		fprintf(out, " |\n");
	}
	fprintf(out, "\n");
}

static void
causes(FILE *out)
{
	static const char *const whose[] = { [WF_DROP_BY_MODEL] = "the model's",
		[WF_DROP_BY_EMULATOR] = "the emulator's",
		[WF_DROP_BY_OTHER] = "neither's" };

	fprintf(out, "## Causes of drops\n\n"
		     "Every packet that ends inside wirefault is counted under one of these.\n\n"
		     "| cause | whose | meaning |\n|---|---|---|\n");
	for (int i = 1; i < WF_DROP_COUNT; i++)
		fprintf(out, "| `%s` | %s | %s |\n", wf_drop_info[i].name,
			whose[wf_drop_info[i].by], wf_drop_info[i].help);
}

static void
scenarios(void)
{
	printf("## Scenarios\n\nOf the files that `wirefault scenario` reads: one scenario, or "
	       "`schema_version = 1; scenarios = ( { ... }, ... );`. Phases follow each other; "
	       "directions and classes that a phase names have its impairments in the place of "
	       "the configuration's, all others are as configured. Faults stand above phases "
	       "while their windows last; those that are written later stand above earlier "
	       "ones. Clocks of outages, waves and traces begin with each phase.\n\n");
	table(wf_scenario_table, stdout);
	printf("### Phases\n\nSteps of a ramp have values on the way; a step has that of its "
	       "middle, with `ramp = \"step\"` the first has the first value and the last one "
	       "the last.\n\n");
	table(wf_phase_table, stdout);
	printf("Of `until`; what comes first ends the phase, and all behind it comes so much "
	       "earlier. Offline it ends with that packet, exactly; live some ten milliseconds "
	       "later.\n\n");
	table(wf_until_table, stdout);
	printf("### Faults\n\nWindows of a schedule, in EBNF:\n\n```ebnf\n"
	       "schedule = window { \";\" window } ;\n"
	       "window   = part [ \",\" part ] ;                     (* each part at most once *)\n"
	       "part     = \"start\" \":\" time | \"duration\" \":\" time ;\n"
	       "time     = duration | number \"%%\" ;                (* of the scenario's "
	       "duration *)\n```\n\nWithout a start a window begins with the scenario, without a "
	       "duration it lasts to the end. Windows may overlap: what stands in two of them "
	       "stands once.\n\n");
	table(wf_fault_table, stdout);
	printf("### Traffic\n\nOf each group one of the first three.\n\n");
	table(wf_traffic_table, stdout);
	printf("### Expectations\n\nA limit is \"<= 5%%\", \">= 9Mbit\" or \"9Mbit .. 11Mbit\"; a "
	       "value alone is the most, of `throughput` and `packets` the least. A share has to "
	       "be shown by the exact binomial bound (95 %%), a percentile by as many packets as "
	       "could show it: where there were too few, the expectation is not kept. A packet "
	       "belongs to the phase in which it came, throughput to that in which packets left. "
	       "The report has a [schema](scenario-report.schema.json).\n\n");
	table(wf_expect_table, stdout);
	printf("### Sweeps and loads\n\nA scenario with `sweep` is a run for each value, and one "
	       "before them, NAME-baseline, of its traffic through plain wires, in which nothing "
	       "is expected. Each has a report as any other; beside them is one of all rows, with "
	       "differences to the baseline ([schema](scenario-sweep.schema.json)).\n\n");
	table(wf_sweep_table, stdout);
	printf("With `load` generators send at one rate after the other, whatever becomes of their "
	       "packets: delays are from the instant at which a packet was to be sent, also where "
	       "sending it was late. The report has the highest load up to which all that is "
	       "expected is kept.\n\n");
	table(wf_load_strategy_table, stdout);
}

static int
run(int argc, char **argv)
{
	struct wf_option_values v;
	int rc = wf_cmd_options(&wf_cmd_reference, argc, argv, &v);

	if (rc >= 0)
		return rc;
	printf("# Reference of the configuration\n\n"
	       "Made by `wirefault reference` from the tables that parse the configuration.\n\n");
	fputs(values, stdout);
	for (const struct wf_conf_section *s = wf_conf_sections; s->heading != NULL; s++) {
		printf("## %s\n\n%s.\n\n", s->heading, s->summary);
		table(s->params, stdout);
		if (strcmp(s->heading, "ports") != 0)
			continue;
		printf("### generator\n\nA device that makes UDP packets: "
		       "`generator,flows=10000,order=shuffle,size=imix,pps=1000000`. What is sent "
		       "to it is counted and freed; so it is at a `sink`, which makes none.\n\n");
		table(wf_generator_table, stdout);
		printf("### pcap\n\nA device from which captures come: "
		       "`pcap,file=talk.pcap,pace=x2,loops=10`, and for the other side of a "
		       "conversation, on a port of its own, `pcap,of=a` with a's `split`. What is "
		       "sent to it is counted and freed, and before that written to a file if "
		       "one is named: `pcap,to=out.pcapng`, alone or beside a file that comes "
		       "from it. Files are those of the working directory.\n\n");
		table(wf_replay_table, stdout);
	}
	printf("## Impairments of a direction\n\n"
	       "In `ab`, `ba` and in the `ab` and `ba` of a class, in the order in which packets "
	       "meet them. A scalar sets the block's main key: `delay = \"20ms\"` is "
	       "`delay = { mean = \"20ms\"; }`.\n\n");
	for (int i = 0; i < WF_BLOCK_COUNT; i++) {
		const struct wf_block *ops = wf_block_registry[i];

		printf("### %s\n\n%s. Main key: `%s`.\n\n", ops->name, ops->summary, ops->main_key);
		table(ops->params, stdout);
	}
	printf("## Changes\n\nOf the file that `wirefault offline --changes` reads: `changes = ( { "
	       "at = "
	       "\"10s\"; for = \"5s\"; link = \"wan\"; ab = { loss = \"5%%\"; }; } )`. In force "
	       "from that instant on, for all packets that come then or later; \"null\" takes a "
	       "key or an impairment away. Of those that change the same key, the one that began "
	       "last counts.\n\n");
	table(wf_changes_table, stdout);
	scenarios();
	causes(stdout);
	printf("\n## Load tests\n\nOptions of `wirefault test throughput` and its like, written as "
	       "`--KEY VALUE`; the report is described [here](load-tests.md).\n\n");
	table(wf_load_table, stdout);
	return WF_EXIT_OK;
}

const struct wf_cmd wf_cmd_reference = {
	.name = "reference",
	.arguments = "",
	.summary = "Prints the reference of the configuration as Markdown",
	.run = run,
	.options = options,
};
