/* SPDX-License-Identifier: BSD-3-Clause
 * wirefault: finds the verb and runs it.
 */
#include <errno.h>
#include <string.h>

#include "wf_cmd.h"
#include "wf_wrap.h"

const struct wf_cmd *const wf_cmds[] = { &wf_cmd_run, &wf_cmd_check, &wf_cmd_offline, &wf_cmd_fit,
	&wf_cmd_gate, &wf_cmd_scenario, &wf_cmd_replay, &wf_cmd_import, &wf_cmd_reference,
	&wf_cmd_test, &wf_cmd_doctor, &wf_cmd_restore, &wf_cmd_completion, NULL };

static void
help(FILE *out)
{
	fprintf(out,
		"wirefault %s: a packet-level network emulator\n\n"
		"Usage: wirefault VERB [OPTIONS]\n\n",
		WF_VERSION);
	for (size_t i = 0; wf_cmds[i] != NULL; i++) {
		fprintf(out, "  %-10s ", wf_cmds[i]->name);
		wf_wrap(wf_cmds[i]->summary, 13, 13, out);
		fputc('\n', out);
	}
	fputc('\n', out);
	wf_wrap("\"wirefault help VERB\" tells more, \"wirefault -V\" which one this is; wfctl "
		"talks "
		"to a running wirefault.\n",
		0, 0, out);
}

static const struct wf_cmd *
find(const char *name)
{
	const char *names[WF_ARRAY_SIZE(wf_cmds)] = { 0 };
	const char *near;

	for (size_t i = 0; wf_cmds[i] != NULL; i++) {
		names[i] = wf_cmds[i]->name;
		if (strcmp(name, wf_cmds[i]->name) == 0)
			return wf_cmds[i];
	}
	near = wf_suggest(name, names);
	fprintf(stderr, "wirefault: there is no verb \"%s\".%s%s%s --help lists them.\n", name,
		near ? " Did you mean \"" : "", near ? near : "", near ? "\"?" : "");
	return NULL;
}

static bool
is_one_of(const char *word, const char *a, const char *b, const char *c)
{
	return strcmp(word, a) == 0 || strcmp(word, b) == 0 || strcmp(word, c) == 0;
}

static int
run(int argc, char **argv)
{
	const struct wf_cmd *cmd;

	if (argc < 2) {
		help(stderr);
		return WF_EXIT_USAGE;
	}
	if (is_one_of(argv[1], "--version", "-V", "version")) {
		printf("wirefault %s\n", WF_VERSION);
		return WF_EXIT_OK;
	}
	if (!is_one_of(argv[1], "--help", "-h", "help")) {
		cmd = find(argv[1]);
		return cmd != NULL ? cmd->run(argc - 1, argv + 1) : WF_EXIT_USAGE;
	}
	if (argc < 3 || argv[2][0] == '-') {
		help(stdout);
		return WF_EXIT_OK;
	}
	cmd = find(argv[2]);
	if (cmd == NULL)
		return WF_EXIT_USAGE;
	wf_cmd_help(cmd, stdout);
	return WF_EXIT_OK;
}

int
main(int argc, char **argv)
{
	int rc = run(argc, argv);
	int why = fflush(stdout) != 0 ? errno : 0; /* of an earlier failure nothing is known */

	/* Whatever a verb prints, a full disk is no success. */
	if (why != 0 || ferror(stdout)) {
		fprintf(stderr, "wirefault: standard output cannot be written%s%s\n",
			why != 0 ? ": " : "", why != 0 ? strerror(why) : "");
		return rc != WF_EXIT_OK ? rc : WF_EXIT_FAILED;
	}
	return rc;
}
