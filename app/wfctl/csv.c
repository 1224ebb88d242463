/* SPDX-License-Identifier: BSD-3-Clause
 * CSV. One thread.
 */
#include "csv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
csv_text(const char *text)
{
	if (text[strcspn(text, ",\"\r\n")] == '\0') {
		fputs(text, stdout);
		return;
	}
	putchar('"');
	for (; *text != '\0'; text++) {
		if (*text == '"')
			putchar('"');
		putchar(*text);
	}
	putchar('"');
}

void
csv_value(const json_t *j)
{
	if (j == NULL || json_is_null(j))
		return;
	if (json_is_string(j))
		csv_text(json_string_value(j));
	else if (json_is_object(j) || json_is_array(j)) {
		char *text = json_dumps(j, JSON_COMPACT | JSON_REAL_PRECISION(15));

		csv_text(text != NULL ? text : "");
		free(text);
	} else {
		json_dumpf(j, stdout, JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
	}
}

static const json_t *
at(const json_t *j, const char *path)
{
	char key[64];

	while (*path != '\0' && j != NULL) {
		size_t len = strcspn(path, ".");

		snprintf(key, sizeof(key), "%.*s", (int)len, path);
		j = json_object_get(j, key);
		path += len + (path[len] == '.');
	}
	return j;
}

void
csv_head(const char *before, const struct csv_column *columns)
{
	fputs(before, stdout);
	for (const struct csv_column *c = columns; c->name != NULL; c++)
		printf("%s%s", c == columns ? "" : ",", c->name);
	putchar('\n');
}

void
csv_row(const char *before, const struct csv_column *columns, const json_t *row)
{
	fputs(before, stdout);
	for (const struct csv_column *c = columns; c->name != NULL; c++) {
		if (c != columns)
			putchar(',');
		csv_value(at(row, c->path));
	}
	putchar('\n');
}
