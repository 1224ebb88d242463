/* SPDX-License-Identifier: BSD-3-Clause
 * Texts in, trees or the lines that users see out.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rig.h"

char *
rig_lines(const struct wf_err *err)
{
	char *lines = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&lines, &size);

	wf_err_print(err, out);
	fclose(out);
	return lines;
}

struct wf_node *
rig_tree(const char *text)
{
	struct wf_err *err = wf_err_new();
	struct wf_node *tree = wf_conf_read_text(text, "t.conf", false, err);
	char *lines = rig_lines(err);

	if (tree == NULL || wf_err_count(err) != 0)
		fail_msg("%s", lines);
	free(lines);
	wf_err_free(err);
	return tree;
}

/* Reads and binds. */
static struct wf_conf *
load(const char *text, char **lines)
{
	struct wf_err *err = wf_err_new();
	struct wf_node *tree = wf_conf_read_text(text, "t.conf", false, err);
	struct wf_conf *conf = tree != NULL ? wf_conf_bind(tree, err) : NULL;

	assert_true((conf == NULL) == (wf_err_count(err) != 0));
	wf_node_free(tree);
	*lines = rig_lines(err);
	wf_err_free(err);
	return conf;
}

struct wf_conf *
rig_conf(const char *text)
{
	char *lines;
	struct wf_conf *conf = load(text, &lines);

	if (conf == NULL)
		fail_msg("%s", lines);
	free(lines);
	return conf;
}

char *
rig_complaints(const char *text)
{
	char *lines;

	wf_conf_free(load(text, &lines));
	return lines;
}

void
rig_refuses(const char *text, const char *lines)
{
	char *said = rig_complaints(text);

	if (strcmp(said, lines) != 0)
		fail_msg("on\n%s\nit says\n%s\nnot\n%s", text, said, lines);
	free(said);
}

static void
squeeze(char *s)
{
	char *to = s;

	for (; *s != 0; s++)
		if (strchr(" \n\t", *s) == NULL)
			*to++ = *s;
		else if (s[1] != 0 && strchr(" \n\t", s[1]) == NULL)
			*to++ = ' ';
	*to = 0;
}

void
rig_is(const struct wf_node *n, const char *text)
{
	char *written = wf_conf_write(n);

	assert_non_null(written);
	squeeze(written);
	assert_string_equal(written, text);
	free(written);
}
