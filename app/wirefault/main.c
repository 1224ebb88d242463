/* SPDX-License-Identifier: BSD-3-Clause
 * wirefault: finds the verb and runs it.
 */
#include <string.h>

#include "wf_cmd.h"

static const struct wf_cmd *const cmds[] = { &wf_cmd_run, &wf_cmd_check, &wf_cmd_offline,
	&wf_cmd_gate, &wf_cmd_import, &wf_cmd_reference, &wf_cmd_doctor };

static void
help(FILE *out)
{
	fprintf(out,
		"wirefault %s: a packet-level network emulator\n\n"
		"Usage: wirefault VERB [OPTIONS]\n\n",
		WF_VERSION);
	for (size_t i = 0; i < WF_ARRAY_SIZE(cmds); i++)
		fprintf(out, "  %-10s %s\n", cmds[i]->name, cmds[i]->summary);
	fprintf(out, "\n\"wirefault VERB --help\" tells more, \"wirefault --version\" which one "
		     "this is; wfctl talks to\na running wirefault.\n");
}

int
main(int argc, char **argv)
{
	const char *names[WF_ARRAY_SIZE(cmds) + 1] = { 0 };
	const char *near;

	if (argc < 2) {
		help(stderr);
		return WF_EXIT_USAGE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
		strcmp(argv[1], "help") == 0) {
		help(stdout);
		return WF_EXIT_OK;
	}
	if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "version") == 0) {
		printf("wirefault %s\n", WF_VERSION);
		return WF_EXIT_OK;
	}
	for (size_t i = 0; i < WF_ARRAY_SIZE(cmds); i++) {
		names[i] = cmds[i]->name;
		if (strcmp(argv[1], cmds[i]->name) == 0)
			return cmds[i]->run(argc - 1, argv + 1);
	}
	near = wf_suggest(argv[1], names);
	fprintf(stderr, "wirefault: there is no verb \"%s\".%s%s%s --help lists them.\n", argv[1],
		near ? " Did you mean \"" : "", near ? near : "", near ? "\"?" : "");
	return WF_EXIT_USAGE;
}
