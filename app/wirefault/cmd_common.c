/* SPDX-License-Identifier: BSD-3-Clause
 * What all verbs do alike: options, help, loading a configuration.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "wf_cmd.h"
#include "wf_wrap.h"

void
wf_cmd_help(const struct wf_cmd *cmd, FILE *out)
{
	char summary[512];

	fprintf(out, "Usage: wirefault %s ", cmd->name);
	wf_wrap(cmd->arguments, (unsigned)strlen(cmd->name) + 18, 8, out);
	fprintf(out, "\n\n");
	snprintf(summary, sizeof(summary), "%s.\n\n", cmd->summary);
	wf_wrap(summary, 0, 0, out);
	wf_options_help(cmd->options, out);
	fputc('\n', out);
	wf_wrap("Options have environment twins: --no-huge is WIREFAULT_NO_HUGE=1.\n", 0, 0, out);
}

int
wf_cmd_options(const struct wf_cmd *cmd, int argc, char **argv, struct wf_option_values *v)
{
	if (wf_options_parse(cmd->options, argc, argv, v, stderr) < 0)
		return WF_EXIT_USAGE;
	if (wf_cmd_value(cmd, v, "help") != NULL) {
		wf_cmd_help(cmd, stdout);
		return WF_EXIT_OK;
	}
	if (v->first_rest < argc && !cmd->words) {
		fprintf(stderr,
			"wirefault %s: there is no use for \"%s\". --help lists the options.\n",
			cmd->name, argv[v->first_rest]);
		return WF_EXIT_USAGE;
	}
	return -1;
}

const char *
wf_cmd_value(const struct wf_cmd *cmd, const struct wf_option_values *v, const char *name)
{
	for (int i = 0; cmd->options[i].name != NULL; i++)
		if (strcmp(cmd->options[i].name, name) == 0)
			return v->value[i];
	assert(!"an option that is not in the table");
	return NULL;
}

int
wf_cmd_json(
	const struct wf_cmd *cmd, const struct wf_option_values *v, bool *json, struct wf_err *err)
{
	const char *format = wf_cmd_value(cmd, v, "output");

	*json = wf_cmd_value(cmd, v, "json") != NULL;
	if (format == NULL || strcmp(format, "table") == 0)
		return 0;
	if (strcmp(format, "json") != 0)
		return wf_err_add(err, NULL, "Write -o table or -o json",
			"there is no output format \"%s\"", format);
	*json = true;
	return 0;
}

int
wf_cmd_from(const struct wf_cmd *cmd, const struct wf_option_values *v, struct wf_bridge *out,
	struct wf_err *err)
{
	char hint[128];

	*out = (struct wf_bridge){ .file = wf_cmd_value(cmd, v, "config"),
		.profile = wf_cmd_value(cmd, v, "profile"),
		.set = v->many,
		.n_set = v->n_many };
	if ((out->file == NULL) != (out->profile == NULL))
		return 0;
	snprintf(hint, sizeof(hint), "Write wirefault %s -c FILE, or wirefault %s --profile NAME",
		cmd->name, cmd->name);
	return wf_err_add(err, NULL, hint,
		out->file == NULL ? "which configuration?"
				  : "--config and --profile are one too many");
}

static int
choose_seed(const struct wf_conf *conf, const char *text, uint64_t *seed, struct wf_err *err)
{
	char *end;

	if (text != NULL) {
		errno = 0;
		*seed = strtoull(text, &end, 0);
		if (errno != 0 || *end != 0 || *text == 0 || *text == '-')
			return wf_err_add(err, NULL, "Write --seed 7",
				"\"%s\" is not a seed: a whole number from 0 to 2^64 - 1", text);
		return 0;
	}
	*seed = conf->seed;
	if (!conf->seed_given && getrandom(seed, sizeof(*seed), 0) != sizeof(*seed))
		return wf_err_add(err, NULL, "Give a seed", "the system gave no randomness");
	if (!conf->seed_given)
		*seed >>= 32; /* short enough to be typed again, and exact in any JSON reader */
	return 0;
}

int
wf_load(const struct wf_bridge *from, const char *seed_text, struct wf_loaded *out,
	struct wf_err *err)
{
	return wf_load_tree(wf_bridge_read(from, err), seed_text, out, err);
}

int
wf_load_tree(struct wf_node *tree, const char *seed_text, struct wf_loaded *out, struct wf_err *err)
{
	*out = (struct wf_loaded){ .tree = tree };
	if (out->tree != NULL)
		out->conf = wf_conf_bind(out->tree, err);
	if (out->conf != NULL && choose_seed(out->conf, seed_text, &out->seed, err) == 0)
		return 0;
	wf_unload(out);
	return -EINVAL;
}

void
wf_unload(struct wf_loaded *l)
{
	wf_node_free(l->tree);
	wf_conf_free(l->conf);
	*l = (struct wf_loaded){ 0 };
}

int
wf_cmd_refuse(const struct wf_err *err)
{
	wf_err_print(err, stderr);
	return WF_EXIT_USAGE;
}
