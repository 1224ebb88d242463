/* SPDX-License-Identifier: BSD-3-Clause
 * What an importer makes of words, for its tests.
 */
#ifndef IMPORT_RIG_H
#define IMPORT_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "wf_import.h"

/* The importer under test; each file has its own. */
static int rig_import(const char *words, FILE *out, struct wf_err *err);

/* The configuration; NULL when it is refused, with *why (the caller frees both). */
static char *
imported(const char *words, char **why)
{
	struct wf_err *err = wf_err_new();
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	int rc = rig_import(words, out, err);

	fclose(out);
	*why = rc < 0 ? strdup(wf_err_item(err, 0)->message) : NULL;
	assert_int_equal(rc<0, wf_err_count(err)> 0);
	wf_err_free(err);
	if (rc < 0) {
		assert_int_equal(size, 0);
		free(text);
		return NULL;
	}
	return text;
}

static inline void
becomes(const char *words, const char *line)
{
	char *why, *text = imported(words, &why);

	if (text == NULL || strstr(text, line) == NULL)
		fail_msg("%s: no \"%s\" in\n%s%s", words, line, text ? text : "", why ? why : "");
	free(text);
	free(why);
}

static inline void
lacks(const char *words, const char *line)
{
	char *why, *text = imported(words, &why);

	assert_non_null(text);
	assert_null(strstr(text, line));
	free(text);
	free(why);
}

static inline void
refused(const char *words, const char *message)
{
	char *why, *text = imported(words, &why);

	if (text != NULL || strstr(why, message) == NULL)
		fail_msg("%s: %s, not \"%s\"", words, text ? "taken" : why, message);
	free(why);
}

static inline void
hinted(const char *words, const char *hint)
{
	struct wf_err *err = wf_err_new();
	FILE *out = fopen("/dev/null", "w");

	assert_true(rig_import(words, out, err) < 0);
	assert_string_equal(wf_err_item(err, 0)->hint, hint);
	fclose(out);
	wf_err_free(err);
}

/* The line that is blamed; 0: none. */
static inline void
refused_at(const char *words, unsigned line, const char *message)
{
	struct wf_err *err = wf_err_new();
	FILE *out = fopen("/dev/null", "w");

	refused(words, message);
	assert_true(rig_import(words, out, err) < 0);
	assert_int_equal(wf_err_item(err, 0)->line, line);
	fclose(out);
	wf_err_free(err);
}

#endif
