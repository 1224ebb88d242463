/* SPDX-License-Identifier: BSD-3-Clause
 * Options by getopt_long, from a table. Control threads only.
 */
#include "wf_options.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "wf_err.h"
#include "wf_wrap.h"

#define LONG_ONLY 256 /* getopt's value for row i: LONG_ONLY + i */
#define WIDTH     28  /* of the column of options in the help */

/* Fills getopt's tables. */
static void
getopt_tables(const struct wf_option *table, struct option *longs, char *shorts)
{
	int i;

	*shorts++ = ':';
	for (i = 0; table[i].name != NULL; i++) {
		assert(i < WF_OPTIONS_MAX);
		longs[i] = (struct option){ table[i].name,
			table[i].arg != NULL ? required_argument : no_argument, NULL,
			LONG_ONLY + i };
		if (table[i].letter == 0)
			continue;
		*shorts++ = table[i].letter;
		if (table[i].arg != NULL)
			*shorts++ = ':';
	}
	longs[i] = (struct option){ 0 };
	*shorts = 0;
}

/* What getopt_long stumbled over: `word`, or one letter (optopt) of a word of several. */
static int
complain(const struct wf_option *table, const char *word, bool missing, FILE *err)
{
	const char *names[WF_OPTIONS_MAX + 1] = { 0 };
	const char *near;

	if (missing) {
		fprintf(err, "%s needs a value.\n", word);
		return -EINVAL;
	}
	if (optopt >= LONG_ONLY) {
		fprintf(err, "--%s takes no value.\n", table[optopt - LONG_ONLY].name);
		return -EINVAL;
	}
	if (optopt != 0) {
		fprintf(err, "There is no option -%c. --help lists them.\n", optopt);
		return -EINVAL;
	}
	for (int i = 0; table[i].name != NULL; i++)
		names[i] = table[i].name;
	near = strncmp(word, "--", 2) == 0 ? wf_suggest(word + 2, names) : NULL;
	if (near != NULL)
		fprintf(err, "There is no option %s. Did you mean --%s?\n", word, near);
	else
		fprintf(err, "There is no option %s. --help lists them.\n", word);
	return -EINVAL;
}

static void
from_environment(const struct wf_option *o, const char **value)
{
	char name[64];
	const char *text;
	int n = snprintf(name, sizeof(name), "WIREFAULT_%s", o->name);

	for (int i = 0; i < n && i < (int)sizeof(name) - 1; i++)
		name[i] = name[i] == '-' ? '_' : (char)toupper((unsigned char)name[i]);
	text = getenv(name);
	if (text == NULL || *text == 0)
		return;
	if (o->arg != NULL)
		*value = text;
	else if (strcmp(text, "1") == 0 || strcmp(text, "yes") == 0 || strcmp(text, "true") == 0)
		*value = "";
}

/* A value of row `o`. */
static int
keep(const struct wf_option *o, const char *text, const char **value, struct wf_option_values *out,
	FILE *err)
{
	*value = text;
	if (!o->many)
		return 0;
	if (out->n_many == WF_OPTIONS_MANY) {
		fprintf(err, "--%s is given more than %d times.\n", o->name, WF_OPTIONS_MANY);
		return -EINVAL;
	}
	out->many[out->n_many++] = text;
	return 0;
}

int
wf_options_parse(const struct wf_option *table, int argc, char **argv, struct wf_option_values *out,
	FILE *err)
{
	struct option longs[WF_OPTIONS_MAX + 1];
	char shorts[2 * WF_OPTIONS_MAX + 2];
	int c;

	memset(out, 0, sizeof(*out));
	getopt_tables(table, longs, shorts);
	optind = 0;
	opterr = 0;
	while ((c = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
		if (c == '?' || c == ':')
			return complain(table, argv[optind - 1], c == ':', err);
		for (int i = 0; table[i].name != NULL; i++)
			if (c == LONG_ONLY + i || (table[i].letter != 0 && c == table[i].letter)) {
				if (keep(&table[i], optarg != NULL ? optarg : "", &out->value[i],
					    out, err) < 0)
					return -EINVAL;
			}
	}
	out->first_rest = optind;
	for (int i = 0; table[i].name != NULL; i++) {
		if (out->value[i] != NULL || table[i].no_twin)
			continue;
		from_environment(&table[i], &out->value[i]);
		if (out->value[i] != NULL)
			keep(&table[i], out->value[i], &out->value[i], out, err);
	}
	return 0;
}

void
wf_options_help(const struct wf_option *table, FILE *out)
{
	for (int i = 0; table[i].name != NULL; i++) {
		char left[48];

		snprintf(left, sizeof(left), "%c%c%s --%s%s%s", table[i].letter ? '-' : ' ',
			table[i].letter ? table[i].letter : ' ', table[i].letter ? "," : " ",
			table[i].name, table[i].arg != NULL ? " " : "",
			table[i].arg != NULL ? table[i].arg : "");
		fprintf(out, "  %-*s ", WIDTH, left);
		wf_wrap(table[i].help, WIDTH + 3, WIDTH + 3, out);
		fputc('\n', out);
	}
}
