/* SPDX-License-Identifier: BSD-3-Clause
 * `wfctl completion`: what a shell completes, from the same tables that parse the command line.
 */
#include "wf_completion.h"
#include "wfctl.h"

int
wfctl_completion(const struct wfctl_options *o, int argc, char **argv)
{
	if (argc == 1 && wf_completion_print(argv[0], "wfctl", wfctl_verbs(), stdout) == 0)
		return WFCTL_OK;
	fprintf(stderr, "Which shell? Write wfctl completion bash, zsh or fish.\n");
	return WFCTL_USAGE;
}
