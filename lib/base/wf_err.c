/* SPDX-License-Identifier: BSD-3-Clause
 * A list of errors. Control threads only.
 */
#include "wf_err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "wf_wrap.h"

struct wf_err {
	size_t added, kept;
	struct wf_err_item item[WF_ERR_MAX];
};

struct wf_err *
wf_err_new(void)
{
	return calloc(1, sizeof(struct wf_err));
}

void
wf_err_free(struct wf_err *err)
{
	if (err == NULL)
		return;
	for (size_t i = 0; i < err->kept; i++) {
		free(err->item[i].file);
		free(err->item[i].path);
		free(err->item[i].message);
		free(err->item[i].hint);
	}
	free(err);
}

/* Users' text is in all of these: it can't make a second line or steer a terminal. */
static char *
printable(char *s)
{
	for (char *c = s; c != NULL && *c != 0; c++)
		if (((unsigned char)*c < ' ' && *c != '\t') || *c == 0x7f)
			*c = '?';
	return s;
}

static char *
copy(const char *s)
{
	return s != NULL ? printable(strdup(s)) : NULL;
}

int
wf_err_add(struct wf_err *err, const struct wf_where *where, const char *hint, const char *fmt, ...)
{
	struct wf_err_item *item;
	va_list ap;

	if (err == NULL || err->added++ >= WF_ERR_MAX)
		return -EINVAL;
	item = &err->item[err->kept++];
	if (where != NULL) {
		item->file = copy(where->file);
		item->line = where->line;
		item->path = copy(where->path);
	}
	item->hint = copy(hint);
	va_start(ap, fmt);
	if (vasprintf(&item->message, fmt, ap) < 0)
		item->message = NULL;
	va_end(ap);
	printable(item->message);
	return -EINVAL;
}

size_t
wf_err_count(const struct wf_err *err)
{
	return err->added;
}

const struct wf_err_item *
wf_err_item(const struct wf_err *err, size_t i)
{
	return i < err->kept ? &err->item[i] : NULL;
}

static bool
ends_in_question(const char *s)
{
	return *s != 0 && s[strlen(s) - 1] == '?';
}

int
wf_err_format(const struct wf_err_item *item, char *out, size_t size)
{
	const char *message = item->message != NULL ? item->message : "out of memory";
	const char *hint = item->hint != NULL ? item->hint : "";
	bool question = ends_in_question(message), hint_question = ends_in_question(hint);
	char line[16] = "";

	if (item->line != 0)
		snprintf(line, sizeof(line), "%s%u", item->file ? ":" : "line ", item->line);
	return snprintf(out, size, "%s%s%s%s%s%s%s%s%s%s", item->file ? item->file : "", line,
		item->file || item->line ? ": " : "", item->path ? item->path : "",
		item->path ? ": " : "", message, question ? "" : ".", *hint ? " " : "", hint,
		*hint && !hint_question ? "." : "");
}

void
wf_err_print(const struct wf_err *err, FILE *out)
{
	for (size_t i = 0; i < err->kept; i++) {
		int n = wf_err_format(&err->item[i], NULL, 0);
		char *line = n < 0 ? NULL : malloc((size_t)n + 1);

		if (line == NULL)
			continue;
		wf_err_format(&err->item[i], line, (size_t)n + 1);
		wf_wrap_message(line, 0, out);
		free(line);
	}
	if (err->added > err->kept)
		fprintf(out, "... and %zu more errors.\n", err->added - err->kept);
}
