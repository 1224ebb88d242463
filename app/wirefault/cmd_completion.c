/* SPDX-License-Identifier: BSD-3-Clause
 * `wirefault completion`: what a shell completes, from the same tables that parse the command line.
 */
#include "wf_cmd.h"
#include "wf_completion.h"

#define MOST_VERBS 32

static const struct wf_option options[] = {
	{ "help", 'h', NULL, "this help" },
	{ 0 },
};

static int
run(int argc, char **argv)
{
	struct wf_completion_verb verbs[MOST_VERBS + 1] = { 0 };
	struct wf_option_values v;
	int rc = wf_cmd_options(&wf_cmd_completion, argc, argv, &v);

	if (rc >= 0)
		return rc;
	for (size_t i = 0; i < MOST_VERBS && wf_cmds[i] != NULL; i++)
		verbs[i] = (struct wf_completion_verb){ wf_cmds[i]->name, wf_cmds[i]->summary,
			wf_cmds[i]->options };
	if (argc - v.first_rest == 1 &&
		wf_completion_print(argv[v.first_rest], "wirefault", verbs, stdout) == 0)
		return WF_EXIT_OK;
	fprintf(stderr, "Which shell? Write wirefault completion bash, zsh or fish.\n");
	return WF_EXIT_USAGE;
}

const struct wf_cmd wf_cmd_completion = {
	.name = "completion",
	.arguments = "bash | zsh | fish",
	.summary = "Prints what a shell needs to complete command lines",
	.run = run,
	.options = options,
	.words = true,
};
