/* SPDX-License-Identifier: BSD-3-Clause
 * wfctl: looks at and changes a running wirefault. Here: the command line. One thread.
 */
#include <curl/curl.h>
#include <stdio.h>
#include <string.h>

#include "verbs.h"
#include "wf_conf.h"
#include "wf_wrap.h"

#define CALL 29 /* width of the column of verbs in the help */

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
	for (size_t i = 0; i < wfctl_n_verbs; i++) {
		char call[64];

		snprintf(call, sizeof(call), "%s %s", wfctl_verb_list[i].name,
			wfctl_verb_list[i].arguments);
		if (strlen(call) <= CALL)
			fprintf(out, "  %-*s ", CALL, call);
		else
			fprintf(out, "  %s\n  %*s ", call, CALL, "");
		wf_wrap(wfctl_verb_list[i].summary, CALL + 3, CALL + 3, out);
		fputc('\n', out);
	}
	fprintf(out, "  %-*s ", CALL, "help [VERB]");
	wf_wrap("this, or what a verb does", CALL + 3, CALL + 3, out);
	fputc('\n', out);
	fputc('\n', out);
	print_options(wfctl_common_options, out);
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
print_verb_help(const struct wfctl_verb *v)
{
	printf("wfctl %s: ", v->name);
	wf_wrap(v->summary, (unsigned)strlen(v->name) + 8, 8, stdout);
	printf("\n\nusage: wfctl [-s SOCKET] [-o table|json] %s%s%s\n\n", v->name,
		*v->arguments ? " " : "", v->arguments);
	wf_wrap(v->help, 0, 0, stdout);
	putchar('\n');
	if (v->run == wfctl_set)
		print_keys();
	print_options(wfctl_options_of(v), stdout);
}

static int
run_verb(const struct wfctl_options *o, bool help, int argc, char **argv)
{
	const struct wfctl_verb *v;
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
	v = wfctl_find_verb(argv[0]);
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
	if (!wfctl_fits(v, o))
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

	if (wf_options_parse(wfctl_all_options, argc, argv, &v, stderr) < 0)
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
	o.seed = v.value[OPT_SEED];
	o.report = v.value[OPT_REPORT];
	o.no_traffic = v.value[OPT_NO_TRAFFIC] != NULL;
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
