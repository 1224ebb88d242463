/* SPDX-License-Identifier: BSD-3-Clause
 * A tree as libconfig text that reads back as the same tree. Control threads only.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wf_conf.h"

static void write_value(const struct wf_node *n, unsigned depth, FILE *out);

static void
indent(unsigned depth, FILE *out)
{
	while (depth-- > 0)
		fputs("  ", out);
}

static void
write_string(const char *s, FILE *out)
{
	fputc('"', out);
	for (; *s != 0; s++) {
		if (*s == '"' || *s == '\\')
			fprintf(out, "\\%c", *s);
		else if ((unsigned char)*s < ' ' || *s == 0x7f)
			fprintf(out, "\\x%02x", (unsigned char)*s);
		else
			fputc(*s, out);
	}
	fputc('"', out);
}

static void
write_children(const struct wf_node *n, unsigned depth, FILE *out)
{
	for (const struct wf_node *c = n->first; c != NULL; c = c->next) {
		indent(depth, out);
		if (n->kind == WF_NODE_GROUP)
			fprintf(out, "%s = ", c->name);
		write_value(c, depth, out);
		fputs(n->kind == WF_NODE_GROUP ? ";\n" : c->next != NULL ? ",\n" : "\n", out);
	}
}

static void
write_value(const struct wf_node *n, unsigned depth, FILE *out)
{
	char text[64];

	switch (n->kind) {
	case WF_NODE_GROUP:
	case WF_NODE_LIST:
		fputs(n->kind == WF_NODE_GROUP ? "{" : "(", out);
		if (n->first != NULL) {
			fputc('\n', out);
			write_children(n, depth + 1, out);
			indent(depth, out);
		}
		fputs(n->kind == WF_NODE_GROUP ? "}" : ")", out);
		return;
	case WF_NODE_STRING:
		write_string(n->string, out);
		return;
	case WF_NODE_INT:
		fprintf(out, "%lld%s", (long long)n->integer,
			n->integer > INT32_MAX || n->integer < INT32_MIN ? "L" : "");
		return;
	case WF_NODE_REAL:
		wf_node_text(n, text, sizeof(text));
		fprintf(out, "%s%s", text, text[strcspn(text, ".eE")] == 0 ? ".0" : "");
		return;
	case WF_NODE_BOOL:
		fputs(n->boolean ? "true" : "false", out);
		return;
	case WF_NODE_NULL:
		fputs("\"\"", out); /* only patches hold it */
		return;
	}
}

char *
wf_conf_write(const struct wf_node *tree)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	if (out == NULL)
		return NULL;
	write_children(tree, 0, out);
	if (fclose(out) != 0) {
		free(text);
		return NULL;
	}
	return text;
}
