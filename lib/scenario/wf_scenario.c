/* SPDX-License-Identifier: BSD-3-Clause
 * Scenarios from their files: what is said of the whole. Control threads only.
 */
#include "wf_scenario.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "wf_conf_bind.h"
#include "wf_sweep.h"

#define MAX_SCENARIOS 256

struct keys {
	uint64_t given;
	uint64_t schema_version;
	char *title, *profile, *link;
	uint64_t seed;
	wf_ns_t duration_ns;
};
enum {
	SCHEMA,
	NAME,
	TITLE,
	CONFIG,
	PROFILE,
	LINK,
	SEED,
	DURATION,
	PHASES,
	FAULTS,
	TRAFFIC,
	EXPECT,
	SWEEP,
	LOAD
};

const struct wf_param wf_scenario_table[] = {
	[SCHEMA] = { .name = "schema_version",
		.type = WF_PARAM_COUNT,
		.offset = offsetof(struct keys, schema_version),
		.min = "1",
		.max = "1",
		.help = "of the file (required there): 1" },
	[NAME] = { .name = "name",
		.type = WF_PARAM_ELSEWHERE,
		.kind = "string",
		.help = "its name (required)" },
	[TITLE] = { .name = "title",
		.type = WF_PARAM_STRING,
		.offset = offsetof(struct keys, title),
		.help = "what it is, for the report" },
	[CONFIG] = { .name = "config",
		.type = WF_PARAM_ELSEWHERE,
		.kind = "file or group",
		.help = "the configuration that it begins with: a file, found from this one, or "
			"its keys in a group" },
	[PROFILE] = { .name = "profile",
		.type = WF_PARAM_STRING,
		.offset = offsetof(struct keys, profile),
		.help = "or that of a known network" },
	[LINK] = { .name = "link",
		.type = WF_PARAM_STRING,
		.offset = offsetof(struct keys, link),
		.help = "of whatever names none; by default the only one" },
	[SEED] = { .name = "seed",
		.type = WF_PARAM_COUNT,
		.offset = offsetof(struct keys, seed),
		.help = "of all randomness; by default the configuration's" },
	[DURATION] = { .name = "duration",
		.type = WF_PARAM_DURATION,
		.offset = offsetof(struct keys, duration_ns),
		.min = "1us",
		.help = "of the whole; by default that of its phases" },
	[PHASES] = { .name = "phases",
		.type = WF_PARAM_ELSEWHERE,
		.kind = "list",
		.help = "what stands one after the other" },
	[FAULTS] = { .name = "faults",
		.type = WF_PARAM_ELSEWHERE,
		.kind = "list",
		.help = "what stands above the phases, on schedules of its own" },
	[TRAFFIC] = { .name = "traffic",
		.type = WF_PARAM_ELSEWHERE,
		.kind = "list",
		.help = "what sends packets; without it whoever is there" },
	[EXPECT] = { .name = "expect",
		.type = WF_PARAM_ELSEWHERE,
		.kind = "list",
		.help = "what has to hold, else the run has failed" },
	[SWEEP] = { .name = "sweep",
		.type = WF_PARAM_ELSEWHERE,
		.kind = "group",
		.help = "several runs, in which a parameter has one value after the other" },
	[LOAD] = { .name = "load",
		.type = WF_PARAM_ELSEWHERE,
		.kind = "group",
		.help = "or several, in which generators send more and more" },
	{ 0 },
};

static void
fini(struct wf_scenario *s)
{
	wf_scenario_free_phases(s);
	wf_scenario_free_traffic(s);
	free(s->title);
	free(s->config);
	free(s->profile);
	wf_node_free(s->own_config);
	wf_sweep_free(s->sweep);
	wf_node_free(s->source);
	*s = (struct wf_scenario){ 0 };
}

void
wf_scenarios_free(struct wf_scenarios *s)
{
	while (s->n > 0)
		fini(&s->at[--s->n]);
	free(s->at);
	*s = (struct wf_scenarios){ 0 };
}

/* A file's name, or what it would say. */
static int
read_config(struct wf_scenario *s, struct wf_err *err)
{
	const struct wf_node *n = wf_node_get(s->source, "config");
	int rc = 0;

	if (n != NULL && s->profile != NULL)
		rc = wf_conf_complain(
			err, n, "Leave one of them out", "config and profile are one too many");
	if (n == NULL)
		return rc;
	if (n->kind == WF_NODE_GROUP) {
		s->own_config = wf_node_clone(n);
		if (s->own_config == NULL)
			return wf_err_add(err, NULL, NULL, "out of memory");
		free(s->own_config->name);
		s->own_config->name = NULL;
		return wf_conf_normalise(s->own_config, err) < 0 ? -EINVAL : rc;
	}
	if (n->kind != WF_NODE_STRING || *n->string == 0)
		return wf_conf_complain(err, n, "Write config = \"lab.conf\"",
			"the name of a file, or a group, is expected here");
	s->config = strdup(n->string);
	return s->config != NULL ? rc : wf_err_add(err, NULL, NULL, "out of memory");
}

/* In one of a list, whose file says it, the version stands not. */
static int
read_one(const struct wf_node *group, bool in_list, struct wf_scenario *s, struct wf_err *err)
{
	const uint64_t others = 1ull << NAME | 1ull << CONFIG | 1ull << PHASES | 1ull << FAULTS |
				1ull << TRAFFIC | 1ull << EXPECT | 1ull << SWEEP | 1ull << LOAD;
	const char *link = WF_SCENARIO_LINK;
	struct keys k = { 0 };
	int rc = wf_conf_bind_table(group, wf_scenario_table, others, &k, err);

	if (group->kind != WF_NODE_GROUP)
		return rc;
	s->source = wf_node_clone(group);
	s->title = k.title;
	s->profile = k.profile;
	s->seed = k.seed;
	s->seed_given = wf_param_given(&k, SEED);
	if (s->source == NULL) {
		free(k.link);
		return wf_err_add(err, NULL, NULL, "out of memory");
	}
	if (in_list == wf_param_given(&k, SCHEMA))
		rc = wf_conf_complain(err, group, "Write schema_version = 1 at the top of the file",
			in_list ? "the version is the file's" : "the file doesn't say its version");
	if (k.link != NULL && (*k.link == 0 || strlen(k.link) >= WF_NAME_MAX))
		rc = wf_conf_complain(err, wf_node_get(group, "link"), NULL,
			"a name of up to %d letters is expected here", WF_NAME_MAX - 1);
	else if (k.link != NULL)
		link = k.link;
	if (wf_conf_bind_name(group, s->name, err) < 0)
		rc = -EINVAL;
	if (read_config(s, err) < 0)
		rc = -EINVAL;
	if (wf_scenario_read_phases(s, link, k.duration_ns, err) < 0)
		rc = -EINVAL;
	if (wf_scenario_read_faults(s, link, err) < 0)
		rc = -EINVAL;
	if (wf_scenario_read_traffic(s, link, err) < 0)
		rc = -EINVAL;
	if (wf_scenario_read_expects(s, link, err) < 0)
		rc = -EINVAL;
	if (wf_sweep_read(s->source, &s->sweep, err) < 0)
		rc = -EINVAL;
	if (rc == 0 && s->n_phases == 0 && s->end_ns == UINT64_MAX && s->n_faults == 0 &&
		s->n_traffic == 0)
		rc = wf_conf_complain(err, group,
			"Write duration = \"10s\", or phases = ( { name = \"a\"; } )",
			"a scenario in which nothing happens, and no end");
	free(k.link);
	return rc;
}

static int
check_names(const struct wf_scenarios *s, const struct wf_node *list, struct wf_err *err)
{
	int rc = 0;

	for (uint32_t i = 0; i < s->n; i++)
		for (uint32_t k = 0; k < i; k++)
			if (*s->at[i].name != 0 && strcmp(s->at[i].name, s->at[k].name) == 0)
				rc = wf_conf_complain(err, wf_node_at(list, i), NULL,
					"two scenarios of the name \"%s\"", s->at[i].name);
	return rc;
}

static int
read_list(const struct wf_node *tree, struct wf_scenarios *out, struct wf_err *err)
{
	static const char *const keys[] = { "schema_version", "scenarios", NULL };
	const struct wf_node *list = wf_node_get(tree, "scenarios"),
			     *version = wf_node_get(tree, "schema_version");
	int rc = 0;

	for (const struct wf_node *n = tree->first; n != NULL; n = n->next)
		if (n != list && n != version)
			rc = wf_conf_unknown(err, n, keys);
	if (version == NULL || version->kind != WF_NODE_INT ||
		version->integer != WF_SCENARIO_SCHEMA)
		rc = wf_conf_complain(err, version != NULL ? version : tree,
			"Write schema_version = 1", "the file doesn't say its version");
	if (list->kind != WF_NODE_LIST || list->first == NULL ||
		wf_node_length(list) > MAX_SCENARIOS)
		return wf_conf_complain(err, list, NULL,
			"a list of 1 to %d scenarios is expected here", MAX_SCENARIOS);
	out->at = calloc(wf_node_length(list), sizeof(*out->at));
	if (out->at == NULL)
		return wf_err_add(err, NULL, NULL, "out of memory");
	for (const struct wf_node *n = list->first; n != NULL; n = n->next)
		if (read_one(n, true, &out->at[out->n++], err) < 0)
			rc = -EINVAL;
	return check_names(out, list, err) < 0 ? -EINVAL : rc;
}

int
wf_scenarios_read_tree(struct wf_node *tree, struct wf_scenarios *out, struct wf_err *err)
{
	int rc;

	*out = (struct wf_scenarios){ 0 };
	if (tree == NULL)
		return -EINVAL;
	if (wf_node_get(tree, "scenarios") != NULL) {
		rc = read_list(tree, out, err);
	} else {
		out->at = calloc(1, sizeof(*out->at));
		rc = out->at != NULL ? read_one(tree, false, &out->at[out->n++], err)
				     : wf_err_add(err, NULL, NULL, "out of memory");
	}
	wf_node_free(tree);
	if (rc < 0)
		wf_scenarios_free(out);
	return rc;
}

int
wf_scenarios_read_file(const char *path, struct wf_scenarios *out, struct wf_err *err)
{
	return wf_scenarios_read_tree(wf_conf_read_file(path, err), out, err);
}

int
wf_scenarios_read_text(
	const char *text, const char *name, struct wf_scenarios *out, struct wf_err *err)
{
	return wf_scenarios_read_tree(wf_conf_read_text(text, name, false, err), out, err);
}
