/* SPDX-License-Identifier: BSD-3-Clause
 * Scenarios from files and folders, made ready and checked, all of them before any is run.
 */
#include "scenario_set.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "wf_conf_files.h"
#include "wf_folder.h"
#include "wf_sweep.h"

static int
read_file(struct scenario_set *set, const char *path, struct wf_err *err)
{
	struct wf_scenarios *more = realloc(set->file, (set->n_files + (size_t)1) * sizeof(*more));

	if (more == NULL)
		return wf_err_add(err, NULL, NULL, "out of memory");
	set->file = more;
	return wf_scenarios_read_file(path, &more[set->n_files++], err);
}

static int
read_folder(struct scenario_set *set, const char *path, struct wf_err *err)
{
	const struct wf_where where = { .file = path };
	struct dirent **entries = NULL;
	int n = wf_folder_scan(path, &entries), rc = 0;

	if (n < 0)
		return wf_err_add(err, &where, NULL, "cannot be read: %s", strerror(errno));
	if (n == 0)
		rc = wf_err_add(err, &where, NULL, "has no file *.conf");
	for (int i = 0; i < n; i++) {
		char *file = NULL;

		if (asprintf(&file, "%s/%s", path, entries[i]->d_name) < 0)
			rc = wf_err_add(err, NULL, NULL, "out of memory");
		else if (read_file(set, file, err) < 0)
			rc = -EINVAL;
		if (file != NULL)
			free(file);
		free(entries[i]);
	}
	free(entries);
	return rc;
}

struct wf_node *
scenario_port(const struct wf_node *tree, const struct wf_traffic *t)
{
	const struct wf_node *links = wf_node_get(tree, "links"),
			     *link = wf_conf_owner_node(tree, t->link, NULL);

	if (strcmp(t->link, WF_SCENARIO_LINK) == 0)
		link = links != NULL ? links->first : NULL;
	return link != NULL ? wf_bridge_port(tree, link, t->side) : NULL;
}

/* What sends packets stands in the place of the port from which they would come. */
static int
set_ports(const struct wf_scenario *s, struct wf_node *tree, struct wf_err *err)
{
	int rc = 0;

	for (uint32_t i = 0; i < s->n_traffic; i++) {
		const struct wf_traffic *t = &s->traffic[i];
		struct wf_node *port;
		char *device;

		if (t->kind == WF_TRAFFIC_COMMAND)
			continue;
		port = scenario_port(tree, t);
		if (port == NULL)
			continue; /* binding, or wf_scenario_check, complains */
		device = wf_traffic_device(t);
		if (device == NULL || wf_bridge_set_device(port, device, err) < 0)
			rc = -EINVAL;
		free(device);
	}
	return rc;
}

/* The configuration that it begins with. */
static int
load(struct scenario *to, const struct scenario_options *o, struct wf_err *err)
{
	const struct wf_scenario *s = to->s;
	struct wf_bridge from = o->from;
	struct wf_node *tree;
	char *path = NULL, seed[24];
	int rc;

	if (from.file == NULL && from.profile == NULL && from.text == NULL && from.tree == NULL) {
		from.tree = s->own_config;
		from.profile = s->profile;
		if (s->config != NULL)
			from.file = path = wf_conf_path_beside(s->config, s->source->file);
	}
	if (from.tree == NULL && from.profile == NULL && from.file == NULL && from.text == NULL)
		return wf_err_add(err,
			&(struct wf_where){
				.file = s->source->file, .line = s->source->line, .path = s->name },
			"Write -c FILE or --profile NAME, or config or profile into the scenario",
			"which configuration?");
	snprintf(seed, sizeof(seed), "%llu", (unsigned long long)s->seed);
	tree = wf_bridge_read(&from, err);
	if (tree != NULL && to->of != NULL && wf_sweep_config(to->of, to->row, tree, err) < 0) {
		wf_node_free(tree);
		tree = NULL;
	}
	if (tree != NULL && o->live && set_ports(s, tree, err) < 0) {
		wf_node_free(tree);
		tree = NULL;
	}
	rc = wf_load_tree(tree,
		o->seed != NULL ? o->seed
		: s->seed_given ? seed
				: NULL,
		&to->loaded, err);
	free(path);
	if (rc == 0 && wf_conf_set_seed(to->loaded.tree, to->loaded.seed) < 0)
		rc = wf_err_add(err, NULL, NULL, "out of memory");
	return rc;
}

/* Of links, classes and phases. */
static int
check_names(const struct scenario *c, struct wf_err *err)
{
	struct wf_plan *plan = wf_plan_compile(c->loaded.conf, c->loaded.seed, NULL, err);
	int rc = plan != NULL ? wf_scenario_check(c->s, plan, err) : -EINVAL;

	wf_plan_free(plan);
	return rc;
}

static int
make(struct scenario *to, const struct scenario_options *o, struct wf_err *err)
{
	int rc = load(to, o, err);

	if (rc == 0)
		rc = wf_script_make(to->s, to->loaded.tree, to->loaded.seed, &to->script, err);
	if (rc == 0)
		rc = wf_script_timeline(&to->script, to->loaded.tree, 1, NULL, err);
	return rc == 0 ? check_names(to, err) : rc;
}

/* Rows of a sweep, all with the seed of the first: what is different is the value alone. */
static int
make_rows(struct scenario_set *set, const struct wf_scenario *of, const struct scenario_options *o,
	struct wf_err *err)
{
	struct scenario_options like = *o;
	char seed[24];

	for (uint32_t row = 0; row < wf_sweep_rows(of->sweep); row++) {
		struct scenario *to = &set->at[set->n];
		struct wf_node *tree = wf_sweep_scenario(of, row, err);
		struct wf_scenarios *file = &set->file[set->n_files];

		if (tree == NULL)
			return -EINVAL;
		set->n_files++;
		*to = (struct scenario){ .of = of, .row = row };
		/* What is wrong with one of them is so with all: once is enough. */
		if (wf_scenarios_read_tree(tree, file, err) < 0)
			return -EINVAL;
		to->s = &file->at[0];
		set->n++;
		if (make(to, &like, err) < 0)
			return -EINVAL;
		snprintf(seed, sizeof(seed), "%llu", (unsigned long long)to->loaded.seed);
		like.seed = seed;
	}
	return 0;
}

static int
make_all(struct scenario_set *set, const struct scenario_options *o, struct wf_err *err)
{
	uint32_t n = 0, n_files = set->n_files;
	struct wf_scenarios *more;
	int rc = 0;

	for (uint32_t i = 0; i < n_files; i++)
		for (uint32_t k = 0; k < set->file[i].n; k++)
			n += set->file[i].at[k].sweep != NULL
				     ? wf_sweep_rows(set->file[i].at[k].sweep)
				     : 1;
	set->at = calloc(n > 0 ? n : 1, sizeof(*set->at));
	/* Rows are read as if they had files of their own. */
	more = realloc(set->file, (n_files + (size_t)n + 1) * sizeof(*more));
	if (more != NULL)
		set->file = more;
	if (set->at == NULL || more == NULL)
		return wf_err_add(err, NULL, NULL, "out of memory");
	for (uint32_t i = 0; i < n_files; i++)
		for (uint32_t k = 0; k < set->file[i].n; k++) {
			struct wf_scenario *s = &set->file[i].at[k];
			struct scenario *to = &set->at[set->n];
			int one;

			if (o->no_traffic)
				wf_scenario_drop_traffic(s);
			if (s->sweep == NULL) {
				*to = (struct scenario){ .s = s };
				set->n++;
				one = make(to, o, err);
			} else {
				one = make_rows(set, s, o, err);
			}
			rc = one < 0 ? -EINVAL : rc;
		}
	return rc;
}

int
scenario_set_read(struct scenario_set *set, char *const *paths, int n,
	const struct scenario_options *o, struct wf_err *err)
{
	int rc = 0;

	*set = (struct scenario_set){ 0 };
	for (int i = 0; i < n; i++) {
		struct stat about;
		bool folder = stat(paths[i], &about) == 0 && S_ISDIR(about.st_mode);

		if ((folder ? read_folder(set, paths[i], err) : read_file(set, paths[i], err)) < 0)
			rc = -EINVAL;
	}
	if (make_all(set, o, err) < 0)
		rc = -EINVAL;
	return rc;
}

int
scenario_set_read_texts(struct scenario_set *set, const struct scenario_text *texts, uint32_t n,
	const struct scenario_options *o, struct wf_err *err)
{
	int rc = 0;

	*set = (struct scenario_set){ .file = calloc(n, sizeof(*set->file)) };
	if (set->file == NULL)
		return wf_err_add(err, NULL, NULL, "out of memory");
	for (uint32_t i = 0; i < n; i++)
		if (wf_scenarios_read_text(
			    texts[i].text, texts[i].name, &set->file[set->n_files++], err) < 0)
			rc = -EINVAL;
	if (make_all(set, o, err) < 0)
		rc = -EINVAL;
	return rc;
}

/* A name that a report has. */
struct titled {
	const char *name;
	const struct wf_scenario *of; /* where it is written */
};

static int
by_name(const void *a, const void *b)
{
	const struct titled *x = a, *y = b;

	return strcmp(x->name, y->name);
}

int
scenario_set_check_reports(const struct scenario_set *set, struct wf_err *err)
{
	struct titled *all = calloc(2 * (size_t)set->n + 1, sizeof(*all));
	uint32_t n = 0;
	int rc = 0;

	if (all == NULL)
		return wf_err_add(err, NULL, NULL, "out of memory");
	for (uint32_t i = 0; i < set->n; i++) {
		const struct scenario *c = &set->at[i];

		all[n++] = (struct titled){ c->s->name, c->of != NULL ? c->of : c->s };
		if (c->of != NULL && c->row == 0)
			all[n++] = (struct titled){ c->of->name, c->of };
	}
	qsort(all, n, sizeof(*all), by_name);
	for (uint32_t i = 1; i < n; i++) {
		const struct wf_node *at = all[i].of->source, *other = all[i - 1].of->source;

		if (strcmp(all[i].name, all[i - 1].name) == 0)
			rc = wf_err_add(err, &(struct wf_where){ at->file, at->line, NULL },
				"Give one of them another name, or leave --report out",
				"its report \"%s\" would be written over that of %s:%u",
				all[i].name, other->file, other->line);
	}
	free(all);
	return rc;
}

/* A member that is text. NULL with a reason. */
static const char *
text_of(const json_t *doc, const char *key, const char *path, struct wf_err *err)
{
	const char *text = json_string_value(json_object_get(doc, key));

	if (text == NULL)
		wf_err_add(err, &(struct wf_where){ .file = path },
			"Take NAME.json of scenario run --report",
			"this is no report of a scenario: it has no %s", key);
	return text;
}

int
scenario_set_read_report(struct scenario_set *set, const char *path,
	const struct scenario_options *o, bool *live, struct wf_err *err)
{
	static const char schema[] = "wirefault.scenario/1";
	struct scenario_options again = *o;
	json_error_t why;
	json_t *doc = json_load_file(path, 0, &why);
	const char *config = NULL, *scenario = NULL, *seed = NULL, *file = NULL, *mode = NULL,
		   *is = NULL;
	int rc = -EINVAL;

	*set = (struct scenario_set){ 0 };
	if (doc == NULL)
		return wf_err_add(err,
			&(struct wf_where){
				.file = path, .line = why.line > 0 ? (unsigned)why.line : 0 },
			NULL, "%s", why.text);
	if ((is = text_of(doc, "schema", path, err)) != NULL && strcmp(is, schema) != 0)
		wf_err_add(err, &(struct wf_where){ .file = path }, NULL, "is \"%s\", not \"%s\"",
			is, schema);
	else if (is != NULL && (config = text_of(doc, "config", path, err)) != NULL &&
		 (scenario = text_of(doc, "scenario", path, err)) != NULL &&
		 (seed = text_of(doc, "seed", path, err)) != NULL &&
		 (mode = text_of(doc, "mode", path, err)) != NULL &&
		 (file = text_of(doc, "file", path, err)) != NULL)
		set->file = calloc(1, sizeof(*set->file));
	if (set->file != NULL && mode != NULL) {
		*live = again.live = strcmp(mode, "live") == 0;
		again.from.text = config;
		again.seed = o->seed != NULL ? o->seed : seed;
		set->n_files = 1;
		rc = wf_scenarios_read_text(scenario, file, set->file, err);
	}
	if (rc == 0)
		rc = make_all(set, &again, err);
	json_decref(doc);
	return rc;
}

void
scenario_set_free(struct scenario_set *set)
{
	for (uint32_t i = 0; i < set->n; i++) {
		wf_script_fini(&set->at[i].script);
		wf_unload(&set->at[i].loaded);
	}
	for (uint32_t i = 0; i < set->n_files; i++)
		wf_scenarios_free(&set->file[i]);
	free(set->at);
	free(set->file);
}
