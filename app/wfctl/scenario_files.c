/* SPDX-License-Identifier: BSD-3-Clause
 * Scenarios from files to wirefault, and reports from there to files. One thread.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "scenario.h"
#include "wf_err.h"
#include "wf_folder.h"
#include "wf_slurp.h"

#define MOST_BYTES (1u << 20) /* what a request may have */

/* Takes the text; NULL: it has been said why. */
static int
add(json_t *list, const char *name, char *text)
{
	json_t *one = text != NULL ? json_pack("{s:s,s:s}", "name", name, "text", text) : NULL;

	if (text != NULL && one == NULL)
		fprintf(stderr, "wfctl: %s: not UTF-8, or out of memory.\n", name);
	free(text);
	return one != NULL && json_array_append_new(list, one) == 0 ? WFCTL_OK : WFCTL_FAILED;
}

static int
add_file(json_t *list, const char *path)
{
	struct wf_err *err = wf_err_new();
	char *text = err != NULL ? wf_slurp(path, MOST_BYTES, NULL, NULL, err) : NULL;

	if (err != NULL)
		wf_err_print(err, stderr);
	wf_err_free(err);
	return add(list, path, text);
}

static int
add_folder(json_t *list, const char *path)
{
	struct dirent **entries = NULL;
	int n = wf_folder_scan(path, &entries), rc = WFCTL_OK;

	if (n <= 0) {
		fprintf(stderr, "wfctl: %s: %s.\n", path,
			n < 0 ? strerror(errno) : "there is no file *.conf in it");
		rc = WFCTL_FAILED;
	}
	for (int i = 0; i < n; i++) {
		char *file = NULL;

		if (asprintf(&file, "%s/%s", path, entries[i]->d_name) < 0)
			file = NULL;
		if (file == NULL || add_file(list, file) != WFCTL_OK)
			rc = WFCTL_FAILED;
		free(file);
		free(entries[i]);
	}
	free(entries);
	return rc;
}

/* One that wirefault knows. */
static int
add_named(const struct wfctl_options *o, json_t *list, const char *name)
{
	char path[160], file[96];
	struct client_request r = { .method = "GET", .path = path, .accept = "text/plain" };
	char *text = NULL;
	int rc;

	snprintf(path, sizeof(path), "/v1/scenarios/%.100s", name);
	snprintf(file, sizeof(file), "%.80s.conf", name);
	rc = client_text(o, &r, &text);
	return rc == WFCTL_OK ? add(list, file, text) : rc;
}

/* Letters, digits, - and _ only: it can be a name, and is one if there is no such file. */
static bool
is_name(const char *word)
{
	return word[strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-"
				 "_")] == '\0';
}

json_t *
scenario_files(const struct wfctl_options *o, int argc, char **argv, int *rc)
{
	json_t *list = json_array();

	*rc = WFCTL_OK;
	for (int i = 0; i < argc; i++) {
		struct stat about;
		bool there = stat(argv[i], &about) == 0;
		int one = !there && is_name(argv[i])        ? add_named(o, list, argv[i])
			  : there && S_ISDIR(about.st_mode) ? add_folder(list, argv[i])
							    : add_file(list, argv[i]);

		*rc = one != WFCTL_OK ? one : *rc;
	}
	if (*rc == WFCTL_OK)
		return list;
	json_decref(list);
	return NULL;
}

/* ---- Reports ---- */

int
scenario_report(const struct wfctl_options *o, const char *id, const char *form, char **text)
{
	char path[160];
	struct client_request r = { .method = "GET", .path = path, .accept = "*/*" };

	snprintf(path, sizeof(path), "/v1/runs/%.60s/report?format=%.20s", id, form);
	return client_text(o, &r, text);
}

static int
save(const struct wfctl_options *o, const json_t *run, const char *folder, const char *form,
	const char *suffix)
{
	char id[24], *text = NULL, *path = NULL;
	FILE *out = NULL;
	int rc;

	snprintf(id, sizeof(id), "%llu", (unsigned long long)scenario_number(run, "id"));
	rc = scenario_report(o, id, form, &text);
	if (rc != WFCTL_OK)
		return rc;
	if (asprintf(&path, "%s/%s%s", folder, scenario_string(run, "name"), suffix) < 0)
		path = NULL;
	errno = ENOMEM;
	if (path != NULL)
		out = fopen(path, "we");
	if (out != NULL && fputs(text, out) == EOF)
		rc = WFCTL_FAILED;
	if (out == NULL || fclose(out) != 0)
		rc = WFCTL_FAILED;
	if (rc != WFCTL_OK)
		fprintf(stderr, "wfctl: %s: cannot be written: %s.\n", path != NULL ? path : folder,
			strerror(errno));
	free(path);
	free(text);
	return rc;
}

int
scenario_save(const struct wfctl_options *o, const json_t *run, const char *folder)
{
	static const char *const forms[][2] = { { "json", ".json" }, { "md", ".md" },
		{ "html", ".html" }, { "junit", ".xml" } };
	int rc = WFCTL_OK;

	if (mkdir(folder, 0777) < 0 && errno != EEXIST) {
		fprintf(stderr, "wfctl: %s: no folder can be made: %s.\n", folder, strerror(errno));
		return WFCTL_FAILED;
	}
	for (size_t i = 0; rc == WFCTL_OK && i < sizeof(forms) / sizeof(forms[0]); i++)
		rc = save(o, run, folder, forms[i][0], forms[i][1]);
	return rc;
}
