/* SPDX-License-Identifier: BSD-3-Clause
 * The words of a change: LINK [CLASS] SIDE KEY=VALUE... One thread.
 */
#include "target.h"

#include <stdio.h>
#include <string.h>

#include "wf_conf.h"
#include "wf_json.h"

json_t *
wfctl_patch(int argc, char **argv)
{
	struct wf_node *patch = wf_node_new(WF_NODE_GROUP, NULL);
	struct wf_err *err = wf_err_new();
	json_t *j = NULL;

	if (patch != NULL && err != NULL) {
		for (int i = 0; i < argc; i++)
			wf_conf_patch_set(patch, argv[i], err);
		if (wf_err_count(err) == 0 && wf_conf_settle_dir(patch))
			j = wf_json_from_node(patch);
		else
			wf_err_print(err, stderr);
	}
	wf_err_free(err);
	wf_node_free(patch);
	return j;
}

static bool
is_side(const char *word)
{
	return strcmp(word, "ab") == 0 || strcmp(word, "ba") == 0 || strcmp(word, "both") == 0;
}

int
wfctl_read_target(int argc, char **argv, struct wfctl_target *t)
{
	if (argc < 3) {
		fprintf(stderr, "wfctl: set takes LINK [CLASS] ab|ba|both KEY=VALUE...%s.\n",
			argc > 0 ? "" : ", and so behind \"and\"");
		return 0;
	}
	if (argc > 3 && is_side(argv[2])) { /* a class may be called "ab", too */
		*t = (struct wfctl_target){ argv[0], argv[1], argv[2] };
		return 3;
	}
	*t = (struct wfctl_target){ argv[0], NULL, argv[1] };
	if (is_side(argv[1]))
		return 2;
	if (is_side(argv[2]))
		fprintf(stderr, "wfctl: nothing to set. Write wfctl set %s %s %s delay=20ms.\n",
			argv[0], argv[1], argv[2]);
	else
		fprintf(stderr, "wfctl: a direction is ab, ba or both, not \"%s\".\n",
			strchr(argv[2], '=') != NULL ? argv[1] : argv[2]);
	return 0;
}
