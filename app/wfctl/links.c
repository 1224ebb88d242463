/* SPDX-License-Identifier: BSD-3-Clause
 * `wfctl links`: what is configured for each direction of each link and class. One thread.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client.h"
#include "tables.h"
#include "wf_wrap.h"

#define INDENT 17 /* of what stands behind the name of a block */

static const char *
string(const json_t *j)
{
	const char *s = json_string_value(j);

	return s != NULL ? s : "?";
}

static void
write_scalar(const json_t *j, FILE *out)
{
	if (json_is_string(j))
		fputs(json_string_value(j), out);
	else
		json_dumpf(j, out, JSON_ENCODE_ANY | JSON_COMPACT | JSON_REAL_PRECISION(6));
}

/* "mean=20ms stddev=2ms", or the value itself when it is not a block. */
static void
write_block(const json_t *block, FILE *out)
{
	const char *key, *gap = "";
	json_t *value;

	if (!json_is_object(block)) {
		write_scalar(block, out);
		return;
	}
	json_object_foreach((json_t *)block, key, value)
	{
		fprintf(out, "%s%s=", gap, key);
		write_scalar(value, out);
		gap = " ";
	}
}

/* The block behind `at` columns, and the end of the line. */
static void
print_block(const json_t *block, unsigned at)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (out == NULL)
		return;
	write_block(block, out);
	if (fclose(out) == 0)
		wf_wrap(text, at, at < INDENT ? INDENT : at, stdout);
	free(text);
	putchar('\n');
}

static void
print_direction(const char *side, const json_t *dir, bool of_class)
{
	const char *label = side, *key;
	json_t *block;

	if (json_object_size(dir) == 0) {
		if (!of_class)
			printf("  %-3s plain wire\n", side);
		return;
	}
	json_object_foreach((json_t *)dir, key, block)
	{
		printf("  %-3s %-10s ", label, key);
		print_block(block, INDENT);
		label = "";
	}
}

static void
print_class(const json_t *class)
{
	const json_t *match = json_object_get(class, "match");
	int at = printf("  class %s: ", string(json_object_get(class, "name")));

	if (match != NULL)
		print_block(match, at > 0 ? (unsigned)at : 0);
	else
		putchar('\n');
	print_direction("ab", json_object_get(class, "ab"), true);
	print_direction("ba", json_object_get(class, "ba"), true);
}

static void
print_link(const json_t *link)
{
	const json_t *ports = json_object_get(link, "ports");
	json_t *class;
	size_t i;

	printf("%s: ab is %s > %s, ba is %s > %s\n", string(json_object_get(link, "name")),
		string(json_array_get(ports, 0)), string(json_array_get(ports, 1)),
		string(json_array_get(ports, 1)), string(json_array_get(ports, 0)));
	print_direction("ab", json_object_get(link, "ab"), false);
	print_direction("ba", json_object_get(link, "ba"), false);
	json_array_foreach(json_object_get(link, "classes"), i, class) print_class(class);
}

int
wfctl_links(const struct wfctl_options *o, int argc, char **argv)
{
	json_t *reply = NULL, *link;
	int rc = client_get(o, "/v1/links", &reply);
	size_t i;

	if (rc == WFCTL_OK && o->json)
		rc = client_print_json(reply);
	else if (rc == WFCTL_OK && o->csv)
		wfctl_csv_links(json_object_get(reply, "links"));
	else if (rc == WFCTL_OK)
		json_array_foreach(json_object_get(reply, "links"), i, link) print_link(link);
	json_decref(reply);
	return rc;
}
