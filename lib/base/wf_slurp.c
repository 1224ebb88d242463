/* SPDX-License-Identifier: BSD-3-Clause
 * Text files into memory. Control threads only.
 */
#include "wf_slurp.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Up to max bytes and one more; *n is their number. 0 or -errno. */
static int
read_all(FILE *f, size_t max, char **text, size_t *n)
{
	size_t room = 4096;

	*text = NULL;
	*n = 0;
	do {
		char *more = realloc(*text, room *= 2);

		if (more == NULL)
			return -ENOMEM;
		*text = more;
		*n += fread(more + *n, 1, room - 1 - *n, f);
	} while (*n == room - 1 && *n <= max);
	return ferror(f) ? -errno : 0;
}

/* What Windows' editors write: a byte order mark before UTF-8, which means nothing, or UTF-16. */
static const char *
skip_mark(char *text, size_t *length)
{
	if (*length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		memmove(text, text + 3, *length -= 3);
	if (*length >= 2 && (memcmp(text, "\xff\xfe", 2) == 0 || memcmp(text, "\xfe\xff", 2) == 0))
		return "It is UTF-16; save it as UTF-8";
	return NULL;
}

bool
wf_slurp_marked(const char *path)
{
	char mark[3] = { 0 };
	FILE *f = fopen(path, "re");
	bool marked =
		f != NULL && fread(mark, 1, 3, f) == 3 && memcmp(mark, "\xef\xbb\xbf", 3) == 0;

	if (f != NULL)
		fclose(f);
	return marked;
}

char *
wf_slurp(const char *path, size_t max_bytes, size_t *n, const struct wf_where *where,
	struct wf_err *err)
{
	const struct wf_where itself = { path, 0, NULL };
	const char *name = where != NULL ? path : "", *space = where != NULL ? " " : "";
	FILE *f = fopen(path, "re");
	char *text = NULL;
	size_t length = 0;
	int rc = f != NULL ? read_all(f, max_bytes, &text, &length) : -errno;
	const char *hint = NULL;

	if (where == NULL)
		where = &itself;
	if (f != NULL)
		fclose(f);
	if (rc < 0)
		wf_err_add(err, where, "Check the name and the permissions",
			"%s%scannot be read: %s", name, space, strerror(-rc));
	else if (length > max_bytes)
		rc = wf_err_add(err, where, NULL, "%s%sis longer than %zu MiB", name, space,
			max_bytes >> 20);
	else if (text == NULL || (hint = skip_mark(text, &length)) != NULL ||
		 memchr(text, 0, length) != NULL)
		rc = wf_err_add(err, where, hint, "%s%sis not a text file", name, space);
	if (rc < 0 || text == NULL) {
		free(text);
		return NULL;
	}
	text[length] = 0;
	if (n != NULL)
		*n = length;
	return text;
}

char *
wf_slurp_beside(const char *name, size_t max_bytes, size_t *n, const struct wf_where *where,
	struct wf_err *err)
{
	const char *slash = where->file != NULL ? strrchr(where->file, '/') : NULL;
	int folder = slash != NULL && *name != '/' ? (int)(slash + 1 - where->file) : 0;
	size_t size = (size_t)folder + strlen(name) + 1;
	char *path, *text;

	if (name[strspn(name, " \t\n")] == 0) {
		wf_err_add(err, where, "Write the name of a file", "the name of the file is empty");
		return NULL;
	}
	path = malloc(size);
	if (path == NULL) {
		wf_err_add(err, where, NULL, "out of memory");
		return NULL;
	}
	snprintf(path, size, "%.*s%s", folder, folder > 0 ? where->file : "", name);
	text = wf_slurp(path, max_bytes, n, where, err);
	free(path);
	return text;
}
