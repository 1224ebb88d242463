/* SPDX-License-Identifier: BSD-3-Clause
 * Words with commas between them, each a row of a table. Control threads only.
 */
#include "wf_param_args.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of a device. */
#define MOST_ROWS 63 /* bits of `given` but one */

/* Which one may have been meant, or all there are. */
static int
refuse(const struct wf_param_device *d, const char *name, const struct wf_where *where,
	struct wf_err *err)
{
	const char *names[MOST_ROWS + 1] = { 0 }, *near;
	char hint[512] = "It takes ";

	assert(wf_param_count(d->table) <= MOST_ROWS);
	for (size_t i = 0; d->table[i].name != NULL; i++) {
		size_t used = strlen(hint);

		names[i] = d->table[i].name;
		snprintf(hint + used, sizeof(hint) - used, "%s%s", i > 0 ? ", " : "", names[i]);
	}
	near = wf_suggest(name, names);
	if (near != NULL)
		snprintf(hint, sizeof(hint), "Did you mean \"%s\"?", near);
	return wf_err_add(err, where, hint, "%s has no argument \"%.64s\"", d->name, name);
}

static int
set(const struct wf_param_device *d, const char *name, const char *value, void *block,
	const struct wf_where *where, struct wf_err *err)
{
	int row = wf_param_find(d->table, name);
	char path[160];
	struct wf_where at = { where->file, where->line, path };

	if (row < 0)
		return refuse(d, name, where, err);
	snprintf(path, sizeof(path), "%s: %s", where->path != NULL ? where->path : d->kind, name);
	return wf_param_set(d->table, (size_t)row, value, block, &at, err);
}

int
wf_param_args(const struct wf_param_device *d, const char *device, void *block,
	const struct wf_where *where, struct wf_err *err)
{
	char *copy = strdup(device), *rest = copy, *word;
	int ret = 0;

	if (copy == NULL)
		return wf_err_add(err, where, NULL, "out of memory");
	strsep(&rest, ","); /* what it is called */
	while ((word = strsep(&rest, ",")) != NULL) {
		char *value = strchr(word, '=');

		if (value != NULL)
			*value++ = '\0';
		ret |= set(d, word, value != NULL ? value : "", block, where, err);
	}
	free(copy);
	return ret;
}
