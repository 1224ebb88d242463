/* SPDX-License-Identifier: BSD-3-Clause
 * Reports of scenarios into a folder.
 */
#include "scenario_reports.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#include "wf_json.h"
#include "wf_scenario_report.h"
#include "wf_sweep_report.h"

static int
put_json(const json_t *doc, FILE *out)
{
	if (json_dumpf(doc, out, WF_JSON_FLAGS) < 0 || fputc('\n', out) == EOF)
		return -EIO;
	return 0;
}

/* NULL with a reason. */
static FILE *
open_file(const char *folder, const char *name, const char *suffix, char path[PATH_MAX],
	struct wf_err *err)
{
	FILE *out = NULL;

	if (snprintf(path, PATH_MAX, "%s/%s%s", folder, name, suffix) < PATH_MAX)
		out = fopen(path, "we");
	else
		errno = ENAMETOOLONG;
	if (out == NULL)
		wf_err_add(err, &(struct wf_where){ .file = path },
			"Check the folder and its permissions", "cannot be written: %s",
			strerror(errno));
	return out;
}

static int
close_file(FILE *out, const char *path, int rc, struct wf_err *err)
{
	if (fclose(out) != 0 && rc == 0)
		rc = -errno;
	return rc == 0 ? 0
		       : wf_err_add(err, &(struct wf_where){ .file = path }, NULL,
				 "cannot be written: %s", strerror(-rc));
}

int
scenario_reports_folder(const char *folder, struct wf_err *err)
{
	struct stat about;

	if (mkdir(folder, 0777) == 0 || (stat(folder, &about) == 0 && S_ISDIR(about.st_mode)))
		return 0;
	return wf_err_add(err, &(struct wf_where){ .file = folder }, NULL,
		"is no folder, and none can be made: %s", strerror(errno));
}

struct form {
	const char *suffix;
	int (*put)(const json_t *doc, FILE *out);
};
#define FORMS 3

static int
write_forms(
	const struct form form[FORMS], const char *folder, const json_t *doc, struct wf_err *err)
{
	const char *name = json_string_value(json_object_get(doc, "name"));
	char path[PATH_MAX];
	int rc = 0;

	for (int i = 0; i < FORMS; i++) {
		FILE *out = open_file(folder, name, form[i].suffix, path, err);

		if (out == NULL || close_file(out, path, form[i].put(doc, out), err) < 0)
			rc = -EINVAL;
	}
	return rc;
}

int
scenario_reports_sweep(const char *folder, const json_t *doc, struct wf_err *err)
{
	static const struct form forms[FORMS] = { { ".json", put_json },
		{ ".md", wf_sweep_markdown }, { ".html", wf_sweep_html } };

	return write_forms(forms, folder, doc, err);
}

int
scenario_reports_write(const char *folder, json_t *const *docs, uint32_t n, struct wf_err *err)
{
	static const struct form forms[FORMS] = { { ".json", put_json },
		{ ".md", wf_scenario_markdown }, { ".html", wf_scenario_html } };
	char path[PATH_MAX];
	int rc = 0;
	FILE *out;

	for (uint32_t i = 0; i < n; i++)
		if (write_forms(forms, folder, docs[i], err) < 0)
			rc = -EINVAL;
	out = open_file(folder, "junit", ".xml", path, err);
	if (out == NULL || close_file(out, path, wf_scenario_junit(docs, n, out), err) < 0)
		rc = -EINVAL;
	return rc;
}
