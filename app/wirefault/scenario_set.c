/* SPDX-License-Identifier: BSD-3-Clause
 * Scenarios from files and folders, made ready and checked, all of them before any is run.
 */
#include "scenario_set.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "wf_conf_files.h"

static int
is_scenario(const struct dirent *e)
{
	size_t n = strlen(e->d_name);

	return n > 5 && strcmp(e->d_name + n - 5, ".conf") == 0;
}

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
	int n = scandir(path, &entries, is_scenario, alphasort), rc = 0;

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

/* The configuration that it begins with. */
static int
load(struct scenario *to, const struct scenario_options *o, struct wf_err *err)
{
	const struct wf_scenario *s = to->s;
	struct wf_bridge from = o->from;
	char *path = NULL, seed[24];
	int rc;

	if (from.file == NULL && from.profile == NULL) {
		from.tree = s->own_config;
		from.profile = s->profile;
		if (s->config != NULL)
			from.file = path = wf_conf_path_beside(s->config, s->source->file);
	}
	if (from.tree == NULL && from.profile == NULL && from.file == NULL)
		return wf_err_add(err,
			&(struct wf_where){
				.file = s->source->file, .line = s->source->line, .path = s->name },
			"Write -c FILE or --profile NAME, or config or profile into the scenario",
			"which configuration?");
	snprintf(seed, sizeof(seed), "%llu", (unsigned long long)s->seed);
	rc = wf_load(&from,
		o->seed != NULL ? o->seed
		: s->seed_given ? seed
				: NULL,
		&to->loaded, err);
	free(path);
	if (rc == 0 && wf_conf_set_seed(to->loaded.tree, to->loaded.seed) < 0)
		rc = wf_err_add(err, NULL, NULL, "out of memory");
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
	return rc;
}

static int
make_all(struct scenario_set *set, const struct scenario_options *o, struct wf_err *err)
{
	uint32_t n = 0;
	int rc = 0;

	for (uint32_t i = 0; i < set->n_files; i++)
		n += set->file[i].n;
	set->at = calloc(n > 0 ? n : 1, sizeof(*set->at));
	if (set->at == NULL)
		return wf_err_add(err, NULL, NULL, "out of memory");
	for (uint32_t i = 0; i < set->n_files; i++)
		for (uint32_t k = 0; k < set->file[i].n; k++) {
			struct scenario *to = &set->at[set->n++];

			to->s = &set->file[i].at[k];
			if (make(to, o, err) < 0)
				rc = -EINVAL;
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
