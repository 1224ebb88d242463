/* SPDX-License-Identifier: BSD-3-Clause
 * A text file into memory. Control threads only.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wf_conf_scan.h"

/* Up to WF_CONF_MAX_FILE bytes and one more; *n is their number. 0 or -errno. */
static int
read_all(FILE *f, char **text, size_t *n)
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
	} while (*n == room - 1 && *n <= WF_CONF_MAX_FILE);
	return ferror(f) ? -errno : 0;
}

char *
wf_conf_slurp(const char *path, struct wf_err *err)
{
	const struct wf_where where = { path, 0, NULL };
	FILE *f = fopen(path, "re");
	char *text = NULL;
	size_t n = 0;
	int rc = f != NULL ? read_all(f, &text, &n) : -errno;

	if (f != NULL)
		fclose(f);
	if (rc < 0)
		wf_err_add(err, &where, "Check the name and the permissions", "cannot be read: %s",
			strerror(-rc));
	else if (n > WF_CONF_MAX_FILE)
		rc = wf_err_add(err, &where, NULL, "is longer than 4 MiB");
	else if (text == NULL || memchr(text, 0, n) != NULL)
		rc = wf_err_add(err, &where, NULL, "is not a text file");
	if (rc < 0 || text == NULL) {
		free(text);
		return NULL;
	}
	text[n] = 0;
	return text;
}
