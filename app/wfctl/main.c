/* SPDX-License-Identifier: BSD-3-Clause
 * wfctl: looks at and changes a running wirefault. Here: the command line. One thread.
 */
#include <curl/curl.h>
#include <stdio.h>
#include <string.h>

#include "wf_conf.h"
#include "wf_err.h"
#include "wf_options.h"
#include "wfctl.h"

struct verb {
	const char *name;
	const char *arguments;
	const char *summary;
	const char *help; /* what --help adds */
	int min, max;     /* number of arguments; max < 0: any */
	int (*run)(const struct wfctl_options *o, int argc, char **argv);
};

static const struct verb verbs[] = {
	{ "status", "", "is it running, and can its numbers be trusted",
		"Prints the version, the running time, the packets in all, and the verdict.\n", 0,
		0, wfctl_status },
	{ "stats", "", "packets, losses by cause, delays, and the verdict",
		"Prints what each direction of each link did with its packets since the start or "
		"the\n"
		"last reset: received, duplicated, sent, lost (by cause), still queued; the delay "
		"that\n"
		"packets really got; by how much they were released too late; and the verdict.\n",
		0, 0, wfctl_stats },
	{ "links", "", "links and what is configured for each direction",
		"Prints the running configuration of every link, direction and class.\n", 0, 0,
		wfctl_links },
	{ "ports", "", "ports, their state and their errors",
		"Prints every port with its device, whether its link is up, and what it missed.\n",
		0, 0, wfctl_ports },
	{ "set", "LINK ab|ba KEY=VALUE...", "change one direction of a link, under traffic",
		"Merges the keys into the direction. A key is a block (delay, loss, rate, ...) or "
		"a\n"
		"key of a block (delay.stddev); the value null removes it. All keys apply "
		"together,\n"
		"between two bursts; nothing in flight is lost. An invalid one changes nothing.\n\n"
		"  wfctl set wan ab delay=20ms delay.stddev=2ms loss=1%\n"
		"  wfctl set wan ba rate=null blackhole=true\n",
		3, -1, wfctl_set },
	{ "reset", "", "set all counters and histograms to zero",
		"Counting starts again from here. Nothing in flight is lost.\n", 0, 0,
		wfctl_reset },
	{ "reload", "", "read the configuration file again and apply it",
		"The file replaces what `wfctl set` has changed. An invalid file changes "
		"nothing.\n",
		0, 0, wfctl_reload },
	{ "config", "", "print the running configuration as the text of a file",
		"With -o json: as a tree. What is printed can be given to `wirefault run -c`.\n", 0,
		0, wfctl_config },
};

enum { OPT_SOCKET, OPT_OUTPUT, OPT_HELP, OPT_VERSION };

static const struct wf_option options[] = {
	[OPT_SOCKET] = { "socket", 's', "PATH", "control socket [" WF_CONF_DEFAULT_SOCKET "]" },
	[OPT_OUTPUT] = { "output", 'o', "FORMAT", "table or json [table]" },
	[OPT_HELP] = { "help", 'h', NULL, "this, or the help of the verb" },
	[OPT_VERSION] = { "version", 'V', NULL, "print the version" },
	{ 0 },
};

static void
print_options(FILE *out)
{
	fprintf(out, "Options, before or after the verb:\n");
	wf_options_help(options, out);
	fprintf(out, "Environment: WIREFAULT_SOCKET and WIREFAULT_OUTPUT stand for the options.\n");
}

static void
print_help(FILE *out)
{
	fprintf(out, "wfctl: look at and change a running wirefault\n\n"
		     "usage: wfctl [-s SOCKET] [-o table|json] VERB [ARGUMENT...]\n\n"
		     "Verbs:\n");
	for (size_t i = 0; i < WF_ARRAY_SIZE(verbs); i++) {
		char call[40];

		snprintf(call, sizeof(call), "%s %s", verbs[i].name, verbs[i].arguments);
		fprintf(out, "  %-29s %s\n", call, verbs[i].summary);
	}
	fputc('\n', out);
	print_options(out);
	fprintf(out,
		"\nExit codes: 0 done, 1 refused or failed, 2 wrong usage, 3 wirefault cannot be "
		"reached.\n");
}

/* The keys of a direction, from the tables that also parse them. */
static void
print_keys(void)
{
	printf("Keys (a block alone stands for its first key here):\n");
	for (int i = 0; i < WF_STAGE_COUNT; i++) {
		const struct wf_stage_ops *s = wf_stage_registry[i];

		printf("  %-10s", s->name);
		if (s->main_key != NULL)
			printf(" %s", s->main_key);
		for (const struct wf_param *p = s->params; p->name != NULL; p++)
			if (s->main_key == NULL || strcmp(p->name, s->main_key) != 0)
				printf(" %s", p->name);
		putchar('\n');
	}
	printf("  %-10s true or false: a plain wire, whatever the blocks say\n\n", "bypass");
}

static void
print_verb_help(const struct verb *v)
{
	printf("wfctl %s: %s\n\nusage: wfctl [-s SOCKET] [-o table|json] %s%s%s\n\n%s\n", v->name,
		v->summary, v->name, *v->arguments ? " " : "", v->arguments, v->help);
	if (v->run == wfctl_set)
		print_keys();
	print_options(stdout);
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

static int
run_verb(const struct wfctl_options *o, bool help, int argc, char **argv)
{
	const struct verb *v;
	int rc;

	if (argc == 0) {
		print_help(help ? stdout : stderr);
		return help ? WFCTL_OK : WFCTL_USAGE;
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

	if (wf_options_parse(options, argc, argv, &v, stderr) < 0)
		return WFCTL_USAGE;
	if (v.value[OPT_VERSION] != NULL) {
		puts("wfctl " WF_VERSION);
		return WFCTL_OK;
	}
	if (v.value[OPT_SOCKET] != NULL)
		o.socket = v.value[OPT_SOCKET];
	if (v.value[OPT_OUTPUT] != NULL) {
		o.json = strcmp(v.value[OPT_OUTPUT], "json") == 0;
		if (!o.json && strcmp(v.value[OPT_OUTPUT], "table") != 0) {
			fprintf(stderr, "wfctl: --output is table or json, not \"%s\".\n",
				v.value[OPT_OUTPUT]);
			return WFCTL_USAGE;
		}
	}
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
