/* SPDX-License-Identifier: BSD-3-Clause
 * The tables of verbs and options. One thread.
 */
#include "verbs.h"

#include <stdio.h>
#include <string.h>

#include "wf_completion.h"
#include "wf_conf.h"
#include "wf_err.h"

/* Of all verbs. */
#define OPTIONS                                                                                    \
	[OPT_SOCKET] = { "socket", 's', "PATH", "control socket [" WF_CONF_DEFAULT_SOCKET "]" },   \
	[OPT_OUTPUT] = { "output", 'o', "FORMAT", "table, json or (rows) csv [table]" },           \
	[OPT_JSON] = { "json", 0, NULL, "the same as -o json" },                                   \
	[OPT_HELP] = { "help", 'h', NULL, "this, or the help of the verb" },                       \
	[OPT_VERSION] = { "version", 'V', NULL, "print the version" }

/* Of one verb each. */
#define SINCE                                                                                      \
	{                                                                                          \
		"since", 0, "N", "only events after number N", .no_twin = true                     \
	}
#define FOLLOW                                                                                     \
	{                                                                                          \
		"follow", 'f', NULL, "go on as they come, until wirefault ends", .no_twin = true   \
	}
#define FOR                                                                                        \
	{                                                                                          \
		"for", 0, "TIME", "it ends by itself after so long, such as 60s", .no_twin = true  \
	}

#define AT                                                                                         \
	{                                                                                          \
		"at", 0, "TIME", "so long from now (+50ms), or ns by the wall clock",              \
			.no_twin = true                                                            \
	}
#define HZ                                                                                         \
	{                                                                                          \
		"hz", 0, "N", "so often a second, 1 to 10 [2]", .no_twin = true                    \
	}
#define COUNT                                                                                      \
	{                                                                                          \
		"count", 0, "N", "end after so many", .no_twin = true                              \
	}

const struct wf_option wfctl_common_options[] = { OPTIONS, { 0 } };
#define SEED                                                                                       \
	{                                                                                          \
		"seed", 0, "N", "of all randomness, instead of the scenarios'", .no_twin = true    \
	}
#define REPORT                                                                                     \
	{                                                                                          \
		"report", 0, "FOLDER", "reports of each: JSON, Markdown, HTML, JUnit XML",         \
			.no_twin = true                                                            \
	}
#define NO_TRAFFIC                                                                                 \
	{                                                                                          \
		"no-traffic", 0, NULL, "whoever is there sends, not what scenarios say",           \
			.no_twin = true                                                            \
	}

static const struct wf_option events_options[] = { OPTIONS, SINCE, FOLLOW, { 0 } };
static const struct wf_option replay_options[] = { OPTIONS, FOLLOW, { 0 } };
static const struct wf_option scenario_options[] = { OPTIONS, FOLLOW, SEED, REPORT, NO_TRAFFIC,
	{ 0 } };
static const struct wf_option set_options[] = { OPTIONS, FOR, AT, { 0 } };
static const struct wf_option apply_options[] = { OPTIONS, AT, { 0 } };
static const struct wf_option bypass_options[] = { OPTIONS, FOR, { 0 } };
static const struct wf_option top_options[] = { OPTIONS, HZ, COUNT, { 0 } };
const struct wf_option wfctl_all_options[] = { OPTIONS, [OPT_SINCE] = SINCE, [OPT_FOLLOW] = FOLLOW,
	[OPT_FOR] = FOR, [OPT_AT] = AT, [OPT_HZ] = HZ, [OPT_COUNT] = COUNT, [OPT_SEED] = SEED,
	[OPT_REPORT] = REPORT, [OPT_NO_TRAFFIC] = NO_TRAFFIC, { 0 } };

const struct wfctl_verb wfctl_verb_list[] = {
	{ "status", "", "is it running, and can its numbers be trusted",
		"Prints the version, the running time, the packets in all, and the verdict.\n", 0,
		0, wfctl_status },
	{ "stats", "", "packets, losses by cause, delays, and the verdict",
		"Prints what each direction of each link did with its packets since the start or "
		"the last reset: received, duplicated, sent, lost (by cause), still queued; the "
		"delay that packets really got; by how much they were released too late; and the "
		"verdict.\n",
		0, 0, wfctl_stats, NULL, true },
	{ "top", "[--hz N] [--count N]", "links as they go: rates, drops, delays, with bars",
		"Prints rates, drops, delays and lateness of every direction twice a second, or "
		"as often as --hz says, until it is ended, or --count times. Delays and "
		"lateness are those of the last whole second, \"-\" if nothing left in it. Bars "
		"are in "
		"proportion to the most that was seen. A direction is plain, impaired (by what "
		"was configured), LATE (packets leave later than they should), OVERLOADED "
		"(wirefault itself loses packets) or DOWN (a port is). Where the output is no "
		"terminal, it goes on line by line; NO_COLOR takes the colours away.\n",
		0, 0, wfctl_top, top_options },
	{ "links", "", "links and what is configured for each direction",
		"Prints the running configuration of every link, direction and class.\n", 0, 0,
		wfctl_links, NULL, true },
	{ "ports", "", "ports, their state and their errors",
		"Prints every port with its device, whether its link is up, and what it missed.\n",
		0, 0, wfctl_ports, NULL, true },
	{ "workers", "", "workers, how busy they are, and how long they were away",
		"Prints every worker with its core, the share of its time in which it had "
		"packets, and the longest time in which it did not poll.\n",
		0, 0, wfctl_workers, NULL, true },
	{ "flows", "[top=N] [by=bytes|packets|loss|delay] | on | off",
		"the largest flows, by what they send or suffer",
		"Prints the largest flows (50, or top=N) by bytes, packets, packets lost, or mean "
		"delay: ends, class, what came, what of it was lost, and the delay that it was "
		"given. They are counted where the configuration says count_flows = true, and from "
		"`flows on` to `flows off`, which takes effect at once.\n\n"
		"  wfctl flows on\n"
		"  wfctl flows top=10 by=loss\n",
		0, 2, wfctl_flows, NULL, true },
	{ "events", "[--since N] [--follow]", "what happened: changes, ports, stalls, warnings",
		"Prints the last events, each with its number, its time and its kind: changes and "
		"who made them, interfaces that go down, come up, go or come back, cables that an "
		"outage pulls, workers that did not poll for long, warnings. With --follow: goes "
		"on as they come. With --follow -o json: a document a line.\n",
		0, 0, wfctl_events, events_options, true },
	{ "set", "LINK [CLASS] ab|ba|both KEY=VALUE... [and LINK ...]",
		"change a direction of a link or of a class, or both, under traffic",
		"Merges the keys into the direction, or into both at once. A key is a block "
		"(delay, loss, rate, ...) or a key of a block (delay.stddev); the value null "
		"removes it. All keys apply together, between two bursts; nothing in flight is "
		"lost. An invalid one changes nothing. A file is the one that the name has here, "
		"where wfctl is called. A direction that was written as a copy of "
		"the other one does not follow it. With --for 60s it ends by itself after that "
		"time, and what was before comes back. More of the same behind the word `and` "
		"changes with it, all or nothing. With --at +50ms, or --at with nanoseconds by the "
		"wall clock, all begin at that instant, whatever is changed until then.\n\n"
		"  wfctl set wan ab delay=20ms delay.stddev=2ms loss=1%\n"
		"  wfctl set wan ba rate=null blackhole=true\n"
		"  wfctl set wan both delay=50ms\n"
		"  wfctl set wan ab loss=100% --for 5s\n"
		"  wfctl set wan voip ab delay=5ms\n"
		"  wfctl set wan both delay=80ms and lan ba rate=1Mbit --at +2s --for 10s\n",
		3, -1, wfctl_set, set_options },
	{ "replay", "[status | start | stop | pause | resume | step | rate]",
		"captures of pcap ports: how far they are, start, pause, another pace",
		"`status` (also without a word) prints how far each is, by how much packets were "
		"late, and what of the files is not sent; with --follow it shows a bar until all "
		"are done. PORT is the one that has the file; where only one has, it may be left "
		"out.\n\n"
		"  wfctl replay start [PORT [PACE]]   from the beginning\n"
		"  wfctl replay stop [PORT]\n"
		"  wfctl replay pause [PORT]\n"
		"  wfctl replay resume [PORT]\n"
		"  wfctl replay step [PORT] [N]       N packets of one that is paused\n"
		"  wfctl replay rate [PORT] PACE      x2, 1000pps, 100Mbit, 1ms, top, step\n",
		0, 3, wfctl_replay, replay_options },
	{ "scenario",
		"run FILE|FOLDER|NAME... | list | status [ID] | stop [ID] | report [ID] [FORM]",
		"run files of what becomes of links over time, and hold what is seen against them",
		"`run` hands scenarios to the running wirefault, which runs them one after the "
		"other above its configuration: files and folders (their *.conf) of here, or names "
		"of those that `list` shows. All of it is checked before the first begins. A line "
		"says when a phase begins; on a terminal a bar shows how far it is. At the end "
		"comes what was expected and how it went: exit code 1 if an expectation is missed "
		"or not shown, or the run can't be trusted. INT and TERM stop the run. A "
		"running wirefault runs no commands, and has the ports that it has: with "
		"--no-traffic whoever is there sends.\n\n"
		"`status` lists the last runs, or prints one with all that is expected of it; with "
		"--follow it goes on until the runs are over. `stop` ends all, or the one of a "
		"number; `trigger` ends a phase that waits for it (until = { trigger = true; }). "
		"`report` prints that of the last run, or of a number, as json, md, html, junit or "
		"text.\n\n"
		"  wfctl scenario run spike --no-traffic\n"
		"  wfctl scenario run my.conf --seed 7 --report reports\n"
		"  wfctl scenario report last html > report.html\n",
		1, -1, wfctl_scenario, scenario_options, true },
	{ "apply", "FILE", "make the changes of a file, each at its time",
		"The file is one that `wirefault offline --changes` takes: changes = ( { at = "
		"\"10s\"; link = \"wan\"; ab = { loss = \"5%\"; }; }, ... ). Their times count "
		"from a "
		"tenth of a second from now, or from --at. All of them or none: each is tried at "
		"once. Files that it names are those beside it. `config diff` shows those to come, "
		"and `config undo` takes them back.\n\n"
		"  wfctl apply outage.conf --at +5s\n",
		1, 1, wfctl_apply, apply_options },
	{ "fault", "LINK blackhole|flap|spike TIME [ab|ba|both] [KEY=VALUE...]",
		"break a link for a while, with all its classes",
		"For that time, nothing passes (blackhole), the link goes and comes (flap: period, "
		"1s, and down, 500ms, how long it is gone), or every packet is late (spike: delay, "
		"500ms); in both directions, unless one is named. Then what was before comes "
		"back.\n\n"
		"  wfctl fault wan blackhole 3s\n"
		"  wfctl fault wan flap 1m period=10s down=1s\n"
		"  wfctl fault wan spike 5s ab delay=300ms\n",
		3, -1, wfctl_fault },
	{ "bypass", "[on [--for TIME] | off]", "make every link a plain wire, or no more",
		"With on, packets go through as if nothing were configured, whatever else is "
		"changed meanwhile, until off, or for the time of --for. Without a word: says "
		"which.\n",
		0, 1, wfctl_bypass, bypass_options },
	{ "reset", "", "set all counters and histograms to zero",
		"Counting starts again from here. Nothing in flight is lost.\n", 0, 0,
		wfctl_reset },
	{ "reload", "", "read the configuration file again and apply it",
		"What `wfctl set` has changed stands above the file and stays; what the file has "
		"no more is undone; both are named. An invalid file changes nothing. The file of "
		"tokens is read again, too.\n",
		0, 0, wfctl_reload },
	{ "capture", "start FILE [KEY=VALUE...] | set filter=EXPRESSION | stop | status",
		"write packets to a pcapng file, each with what became of it",
		"FILE is a name in the configured folder (capture.directory), such as lab.pcapng. "
		"One capture runs at a time. Each direction of a link has three interfaces in it: "
		"what came in, what went out (with the delay it was given and how late it left), "
		"and what was lost (with the reason). A full buffer makes the capture miss "
		"packets, which it counts; traffic never waits for it.\n\n"
		"Keys: filter (a tcpdump expression), link, snaplen, size and time (another file "
		"begins), files (that are kept), memory. While it runs, `set` gives it another "
		"filter; filter=null is none.\n\n"
		"  wfctl capture start lab.pcapng\n"
		"  wfctl capture start ring.pcapng filter=\"tcp port 5201\" size=100MB files=5\n",
		1, -1, wfctl_capture },
	{ "config", "[save FILE | diff | undo [ID|all]]",
		"print the running configuration as the text of a file, or what `set` has changed",
		"What is printed or saved can be given to `wirefault run -c`, from any folder: it "
		"has the seed, even if the system chose it, and names files by their whole paths. "
		"`save` replaces FILE as a whole or not at all. With -o json: prints a tree.\n\n"
		"`diff` shows the changes that `set` has made, with their numbers, and in what the "
		"running configuration differs from what was read. `undo` takes the last one back, "
		"or the one of a number, or all.\n",
		0, 2, wfctl_config },
	{ "completion", "bash|zsh|fish", "print what a shell needs to complete command lines",
		"The text goes where the shell looks for it; `ninja install` does that.\n", 1, 1,
		wfctl_completion },
};

#define N_VERBS WF_ARRAY_SIZE(wfctl_verb_list)
const size_t wfctl_n_verbs = N_VERBS;

const struct wf_option *
wfctl_options_of(const struct wfctl_verb *v)
{
	return v->options != NULL ? v->options : wfctl_common_options;
}

const struct wf_completion_verb *
wfctl_verbs(void)
{
	static struct wf_completion_verb list[N_VERBS + 2];

	for (size_t i = 0; i < N_VERBS; i++)
		list[i] = (struct wf_completion_verb){ wfctl_verb_list[i].name,
			wfctl_verb_list[i].summary, wfctl_options_of(&wfctl_verb_list[i]) };
	list[N_VERBS] =
		(struct wf_completion_verb){ "help", "the help of a verb", wfctl_common_options };
	return list;
}

const struct wfctl_verb *
wfctl_find_verb(const char *name)
{
	const char *names[N_VERBS + 1] = { 0 };
	const char *near;

	for (size_t i = 0; i < N_VERBS; i++) {
		if (strcmp(wfctl_verb_list[i].name, name) == 0)
			return &wfctl_verb_list[i];
		names[i] = wfctl_verb_list[i].name;
	}
	near = wf_suggest(name, names);
	fprintf(stderr, "wfctl: there is no verb \"%s\".", name);
	if (near != NULL)
		fprintf(stderr, " Did you mean %s?", near);
	fprintf(stderr, " wfctl --help lists them.\n");
	return NULL;
}

/* Options that only one verb takes have been read for all. */
bool
wfctl_fits(const struct wfctl_verb *v, const struct wfctl_options *o)
{
	bool events = v->options == events_options;
	bool scenario = v->run == wfctl_scenario;
	bool follows = events || scenario || v->options == replay_options;
	bool at = v->run == wfctl_set || v->run == wfctl_apply;
	bool changes = v->run == wfctl_set || v->run == wfctl_bypass, top = v->run == wfctl_top;
	bool runs = o->seed != NULL || o->report != NULL || o->no_traffic;
	const char *strange = o->since != NULL && !events       ? "since"
			      : o->follow && !follows           ? "follow"
			      : o->for_time != NULL && !changes ? "for"
			      : o->at_time != NULL && !at       ? "at"
			      : o->hz != NULL && !top           ? "hz"
			      : o->count != NULL && !top        ? "count"
			      : runs && !scenario               ? (o->seed != NULL            ? "seed"
									  : o->report != NULL ? "report"
											      : "no-traffic")
								: NULL;

	if (strange != NULL)
		fprintf(stderr, "wfctl: %s takes no --%s.\n", v->name, strange);
	else if (o->csv && !v->rows)
		fprintf(stderr, "wfctl: %s has no rows for -o csv: use -o json.\n", v->name);
	return strange == NULL && (!o->csv || v->rows);
}
