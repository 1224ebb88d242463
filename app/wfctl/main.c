/* SPDX-License-Identifier: BSD-3-Clause
 * wfctl: looks at and changes a running wirefault. Here: the command line. One thread.
 */
#include <curl/curl.h>
#include <stdio.h>
#include <string.h>

#include "wf_completion.h"
#include "wf_conf.h"
#include "wf_err.h"
#include "wf_options.h"
#include "wf_wrap.h"
#include "wfctl.h"

struct verb {
	const char *name;
	const char *arguments;
	const char *summary;
	const char *help; /* what --help adds */
	int min, max;     /* number of arguments; max < 0: any */
	int (*run)(const struct wfctl_options *o, int argc, char **argv);
	const struct wf_option *options; /* NULL: those of all verbs */
	bool rows;                       /* it can print CSV */
};

enum {
	OPT_SOCKET,
	OPT_OUTPUT,
	OPT_JSON,
	OPT_HELP,
	OPT_VERSION,
	OPT_SINCE,
	OPT_FOLLOW,
	OPT_FOR,
	OPT_AT,
	OPT_HZ,
	OPT_COUNT
};

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

static const struct wf_option options[] = { OPTIONS, { 0 } };
static const struct wf_option events_options[] = { OPTIONS, SINCE, FOLLOW, { 0 } };
static const struct wf_option replay_options[] = { OPTIONS, FOLLOW, { 0 } };
static const struct wf_option set_options[] = { OPTIONS, FOR, AT, { 0 } };
static const struct wf_option apply_options[] = { OPTIONS, AT, { 0 } };
static const struct wf_option bypass_options[] = { OPTIONS, FOR, { 0 } };
static const struct wf_option top_options[] = { OPTIONS, HZ, COUNT, { 0 } };
static const struct wf_option all_options[] = { OPTIONS, [OPT_SINCE] = SINCE, [OPT_FOLLOW] = FOLLOW,
	[OPT_FOR] = FOR, [OPT_AT] = AT, [OPT_HZ] = HZ, [OPT_COUNT] = COUNT, { 0 } };

static const struct verb verbs[] = {
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
	{ "capture", "start FILE [KEY=VALUE...] | stop | status",
		"write packets to a pcapng file, each with what became of it",
		"FILE is a name in the configured folder (capture.directory), such as lab.pcapng. "
		"One capture runs at a time. Each direction of a link has three interfaces in it: "
		"what came in, what went out (with the delay it was given and how late it left), "
		"and what was lost (with the reason). A full buffer makes the capture miss "
		"packets, which it counts; traffic never waits for it.\n\n"
		"Keys: filter (a tcpdump expression), link, snaplen, size and time (another file "
		"begins), files (that are kept), memory.\n\n"
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

#define CALL 29 /* width of the column of verbs in the help */

static const struct wf_option *
options_of(const struct verb *v)
{
	return v->options != NULL ? v->options : options;
}

const struct wf_completion_verb *
wfctl_verbs(void)
{
	static struct wf_completion_verb list[WF_ARRAY_SIZE(verbs) + 2];

	for (size_t i = 0; i < WF_ARRAY_SIZE(verbs); i++)
		list[i] = (struct wf_completion_verb){ verbs[i].name, verbs[i].summary,
			options_of(&verbs[i]) };
	list[WF_ARRAY_SIZE(verbs)] =
		(struct wf_completion_verb){ "help", "the help of a verb", options };
	return list;
}

static void
print_options(const struct wf_option *table, FILE *out)
{
	fprintf(out, "Options, before or after the verb:\n");
	wf_options_help(table, out);
	wf_wrap("Environment: WIREFAULT_SOCKET and WIREFAULT_OUTPUT stand for the options.\n", 0, 0,
		out);
}

static void
print_help(FILE *out)
{
	fprintf(out, "wfctl: look at and change a running wirefault\n\n"
		     "usage: wfctl [-s SOCKET] [-o table|json|csv] VERB [ARGUMENT...]\n\n"
		     "Verbs:\n");
	for (size_t i = 0; i < WF_ARRAY_SIZE(verbs); i++) {
		char call[64];

		snprintf(call, sizeof(call), "%s %s", verbs[i].name, verbs[i].arguments);
		if (strlen(call) <= CALL)
			fprintf(out, "  %-*s ", CALL, call);
		else
			fprintf(out, "  %s\n  %*s ", call, CALL, "");
		wf_wrap(verbs[i].summary, CALL + 3, CALL + 3, out);
		fputc('\n', out);
	}
	fprintf(out, "  %-*s ", CALL, "help [VERB]");
	wf_wrap("this, or what a verb does", CALL + 3, CALL + 3, out);
	fputc('\n', out);
	fputc('\n', out);
	print_options(options, out);
	fputc('\n', out);
	wf_wrap("Exit codes: 0 done, 1 refused or failed, 2 wrong usage, 3 wirefault cannot be "
		"reached.\n",
		0, 0, out);
}

/* The keys of a direction, from the tables that also parse them. */
static void
print_keys(void)
{
	printf("Keys (a block alone stands for its first key here):\n");
	for (int i = 0; i < WF_BLOCK_COUNT; i++) {
		const struct wf_block *s = wf_block_registry[i];
		char line[2048];
		int n = snprintf(line, sizeof(line), "%s", s->main_key != NULL ? s->main_key : "");

		for (const struct wf_param *p = s->params; p->name != NULL; p++)
			if (s->main_key == NULL || strcmp(p->name, s->main_key) != 0)
				n += snprintf(line + n, sizeof(line) - (size_t)n, "%s%s",
					n > 0 ? " " : "", p->name);
		printf("  %-11s ", s->name);
		wf_wrap(line, 14, 14, stdout);
		putchar('\n');
	}
	printf("  %-11s ", "bypass");
	wf_wrap("true or false: a plain wire, whatever the blocks say", 14, 14, stdout);
	printf("\n\n");
}

static void
print_verb_help(const struct verb *v)
{
	printf("wfctl %s: ", v->name);
	wf_wrap(v->summary, (unsigned)strlen(v->name) + 8, 8, stdout);
	printf("\n\nusage: wfctl [-s SOCKET] [-o table|json] %s%s%s\n\n", v->name,
		*v->arguments ? " " : "", v->arguments);
	wf_wrap(v->help, 0, 0, stdout);
	putchar('\n');
	if (v->run == wfctl_set)
		print_keys();
	print_options(options_of(v), stdout);
}

static const struct verb *
find_verb(const char *name)
{
	const char *names[WF_ARRAY_SIZE(verbs) + 1] = { 0 };
	const char *near;

	for (size_t i = 0; i < WF_ARRAY_SIZE(verbs); i++) {
		if (strcmp(verbs[i].name, name) == 0)
			return &verbs[i];
		names[i] = verbs[i].name;
	}
	near = wf_suggest(name, names);
	fprintf(stderr, "wfctl: there is no verb \"%s\".", name);
	if (near != NULL)
		fprintf(stderr, " Did you mean %s?", near);
	fprintf(stderr, " wfctl --help lists them.\n");
	return NULL;
}

/* Options that only one verb takes have been read for all. */
static bool
fits(const struct verb *v, const struct wfctl_options *o)
{
	bool events = v->options == events_options;
	bool follows = events || v->options == replay_options;
	bool at = v->run == wfctl_set || v->run == wfctl_apply;
	bool changes = v->run == wfctl_set || v->run == wfctl_bypass, top = v->run == wfctl_top;
	const char *strange = o->since != NULL && !events       ? "since"
			      : o->follow && !follows           ? "follow"
			      : o->for_time != NULL && !changes ? "for"
			      : o->at_time != NULL && !at       ? "at"
			      : o->hz != NULL && !top           ? "hz"
			      : o->count != NULL && !top        ? "count"
								: NULL;

	if (strange != NULL)
		fprintf(stderr, "wfctl: %s takes no --%s.\n", v->name, strange);
	else if (o->csv && !v->rows)
		fprintf(stderr, "wfctl: %s has no rows for -o csv: use -o json.\n", v->name);
	return strange == NULL && (!o->csv || v->rows);
}

static int
run_verb(const struct wfctl_options *o, bool help, int argc, char **argv)
{
	const struct verb *v;
	int rc;

	if (argc == 0) {
		print_help(help ? stdout : stderr);
		return help ? WFCTL_OK : WFCTL_USAGE;
	}
	if (strcmp(argv[0], "help") == 0) {
		help = true;
		argc--;
		argv++;
	}
	if (argc == 0) {
		print_help(stdout);
		return WFCTL_OK;
	}
	v = find_verb(argv[0]);
	if (v == NULL)
		return WFCTL_USAGE;
	if (help) {
		print_verb_help(v);
		return WFCTL_OK;
	}
	if (argc - 1 < v->min || (v->max >= 0 && argc - 1 > v->max)) {
		fprintf(stderr, "usage: wfctl %s%s%s\nwfctl %s --help says more.\n", v->name,
			*v->arguments ? " " : "", v->arguments, v->name);
		return WFCTL_USAGE;
	}
	if (!fits(v, o))
		return WFCTL_USAGE;
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return WFCTL_FAILED;
	rc = v->run(o, argc - 1, argv + 1);
	curl_global_cleanup();
	return rc;
}

static int
run(int argc, char **argv)
{
	struct wfctl_options o = { .socket = WF_CONF_DEFAULT_SOCKET };
	struct wf_option_values v;

	if (wf_options_parse(all_options, argc, argv, &v, stderr) < 0)
		return WFCTL_USAGE;
	if (v.value[OPT_VERSION] != NULL) {
		puts("wfctl " WF_VERSION);
		return WFCTL_OK;
	}
	if (v.value[OPT_SOCKET] != NULL)
		o.socket = v.value[OPT_SOCKET];
	if (v.value[OPT_OUTPUT] != NULL) {
		o.json = strcmp(v.value[OPT_OUTPUT], "json") == 0;
		o.csv = strcmp(v.value[OPT_OUTPUT], "csv") == 0;
		if (!o.json && !o.csv && strcmp(v.value[OPT_OUTPUT], "table") != 0) {
			fprintf(stderr, "wfctl: --output is table, json or csv, not \"%s\".\n",
				v.value[OPT_OUTPUT]);
			return WFCTL_USAGE;
		}
	}
	o.json |= v.value[OPT_JSON] != NULL;
	o.for_time = v.value[OPT_FOR];
	o.at_time = v.value[OPT_AT];
	o.since = v.value[OPT_SINCE];
	o.hz = v.value[OPT_HZ];
	o.count = v.value[OPT_COUNT];
	o.follow = v.value[OPT_FOLLOW] != NULL;
	return run_verb(&o, v.value[OPT_HELP] != NULL, argc - v.first_rest, argv + v.first_rest);
}

int
main(int argc, char **argv)
{
	int rc = run(argc, argv);

	if (fflush(stdout) != 0 || ferror(stdout)) {
		perror("wfctl: standard output");
		return rc != WFCTL_OK ? rc : WFCTL_FAILED;
	}
	return rc;
}
