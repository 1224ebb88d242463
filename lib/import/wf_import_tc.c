/* SPDX-License-Identifier: BSD-3-Clause
 * Reads tc's commands up to the arguments of a queueing discipline: tc(8).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "wf_import_netem.h"
#include "wf_import_tc.h"

const char *const wf_tc_heads[] = { "$", "tc", "/sbin/tc", "/usr/sbin/tc", "sudo", "doas", "ip",
	"qdisc", "class", "filter", "Sent", "backlog", "lended:", "tokens:", NULL };

enum object { QDISC, CLASS, FILTER, CHAIN, ACTION, MONITOR, BARE };
static const char *const objects[] = { "qdisc", "class", "filter", "chain", "action", "monitor",
	NULL };

enum verb { ADD, CHANGE, REPLACE, LINK, DELETE, SHOW, LIST, LS, GET, SHOWN };
static const char *const verbs[] = { "add", "change", "replace", "link", "delete", "show", "list",
	"ls", "get", NULL };

static const char *const kinds[] = { [WF_TC_NETEM] = "netem",
	[WF_TC_TBF] = "tbf",
	[WF_TC_HTB] = "htb",
	[WF_TC_HTB_CLASS] = "",
	[WF_TC_PFIFO] = "pfifo",
	[WF_TC_BFIFO] = "bfifo",
	NULL };

/* "1:", "1:10", ":10", "root"; hexadecimal. */
static bool
parse_id(const char *text, uint32_t *id)
{
	unsigned long major = 0, minor = 0;
	char *end = (char *)text;

	if (strcmp(text, "root") == 0) {
		*id = WF_TC_ROOT;
		return true;
	}
	if (*text != ':')
		major = strtoul(text, &end, 16);
	if (*end == ':' && end[1] != 0)
		minor = strtoul(end + 1, &end, 16);
	else if (*end == ':')
		end++;
	*id = (uint32_t)(major << 16 | minor);
	return *end == 0 && end != text && *text != '-' && major <= 0xffff && minor <= 0xffff;
}

static int
read_id(struct wf_import_words *w, const char *after, uint32_t *id)
{
	const char *word = wf_import_peek(w);

	if (word == NULL || !parse_id(word, id))
		return wf_import_refuse(w, after, "a handle", "Write 1: or 1:10");
	w->at++;
	return 0;
}

/* What only says who or where: sudo, a network namespace. 1: there is a word "tc". */
static int
skip_program(struct wf_import_words *w)
{
	const char *word;

	wf_import_skip(w, "$"); /* a prompt */
	while (wf_import_skip(w, "sudo") || wf_import_skip(w, "doas"))
		while ((word = wf_import_peek(w)) != NULL && *word == '-')
			w->at++;
	if (wf_import_skip(w, "ip")) {
		if (!wf_import_skip(w, "netns") || !wf_import_skip(w, "exec") ||
			wf_import_peek(w) == NULL)
			return wf_import_error(w, "Leave it out, and give only the lines of tc",
				"a command of ip says nothing of impairments");
		w->at++;
	}
	word = wf_import_peek(w);
	if (word == NULL)
		return wf_import_error(w, "Write tc qdisc add dev eth0 root netem delay 20ms",
			"there is no command");
	if (strcmp(word, "tc") != 0 &&
		(strlen(word) < 3 || strcmp(word + strlen(word) - 3, "/tc") != 0))
		return 0;
	w->at++;
	while ((word = wf_import_peek(w)) != NULL && *word == '-') {
		w->at++;
		if (strcmp(word, "-n") == 0 || strncmp(word, "-net", 4) == 0)
			w->at += wf_import_peek(w) != NULL;
	}
	return 1;
}

/* "dev eth0", "root", "parent 1:1", "handle 10:" ... in any order. */
static int
read_place(struct wf_import_words *w, struct wf_tc_node *node)
{
	uint32_t leaf;

	for (;;) {
		if (wf_import_skip(w, "dev")) {
			node->dev = wf_import_peek(w);
			if (node->dev == NULL)
				return wf_import_refuse(w, "dev", "an interface", NULL);
			w->at++;
		} else if (wf_import_skip(w, "root")) {
			node->parent = WF_TC_ROOT;
		} else if (wf_import_skip(w, "parent")) {
			if (read_id(w, "parent", &node->parent) < 0)
				return -EINVAL;
		} else if (wf_import_skip(w, "handle") || wf_import_skip(w, "classid")) {
			if (read_id(w, w->word[w->at - 1], &node->id) < 0)
				return -EINVAL;
		} else if (wf_import_skip(w, "leaf")) {
			if (read_id(w, "leaf", &leaf) < 0)
				return -EINVAL;
		} else if (wf_import_skip(w, "refcnt")) {
			w->at += wf_import_peek(w) != NULL;
		} else if (!wf_import_skip(w, "offloaded") && !wf_import_skip(w, "deleted")) {
			return 0;
		}
	}
}

static int
refuse_kind(struct wf_import_words *w, const char *kind)
{
	static const struct {
		const char *names, *hint;
	} why[] = {
		{ " prio mq mqprio multiq drr ets hfsc cbq qfq ",
			"It parts packets: write classes with match, share.priority and "
			"share.weight" },
		{ " fq_codel codel pie fq_pie red sfq cake fq choke sfb dualpi2 ",
			"Import the rest, and set queue.aqm: codel, fq-codel, pie, red or "
			"dualpi2" },
		{ " ingress clsact ",
			"What an interface receives is the other direction: import what its ifb "
			"sends, as ba" },
	};
	char name[40];

	snprintf(name, sizeof(name), " %.30s ", kind);
	for (size_t i = 0; i < WF_ARRAY_SIZE(why); i++)
		if (strstr(why[i].names, name) != NULL)
			return wf_import_error(w, why[i].hint, "%s has no twin here", kind);
	return wf_import_error(w, "Known are netem, tbf, htb, pfifo and bfifo",
		"\"%s\" is no queueing discipline that is known here", kind);
}

/* The kind and, where it is shown, the handle. 1: left out, as the system's own. */
static int
read_kind(struct wf_tc_tree *tree, struct wf_import_words *w, enum object object, bool shown,
	struct wf_tc_node *node)
{
	const char *kind = wf_import_peek(w);
	int i = 0;

	if (kind == NULL)
		return wf_import_error(w, "Write tc qdisc add dev eth0 root netem delay 20ms",
			"there is no queueing discipline");
	w->at++;
	if (shown && (read_id(w, kind, &node->id) < 0 || read_place(w, node) < 0))
		return -EINVAL;
	while (kinds[i] != NULL && strcmp(kind, kinds[i]) != 0)
		i++;
	if (shown && node->id == 0 && strcmp(kind, "ingress") != 0) {
		wf_import_note(tree->notes, 0,
			"qdisc %s 0: %s%s left out: the system's own, nobody has set it.", kind,
			node->dev ? "of " : "", node->dev ? node->dev : "");
		return 1;
	}
	if (kinds[i] == NULL)
		return refuse_kind(w, kind);
	node->kind = (enum wf_tc_kind)i;
	if (object == CLASS && node->kind != WF_TC_HTB)
		return refuse_kind(w, kind);
	if (object == CLASS)
		node->kind = WF_TC_HTB_CLASS;
	node->classful = object == CLASS;
	return 0;
}

static bool
same_dev(const struct wf_tc_node *a, const struct wf_tc_node *b)
{
	return a->dev == NULL || b->dev == NULL || strcmp(a->dev, b->dev) == 0;
}

/* Takes node i and what hangs on it away. */
static void
remove_node(struct wf_tc_tree *tree, int i)
{
	struct wf_tc_node gone = tree->node[i];

	tree->n--;
	memmove(&tree->node[i], &tree->node[i + 1], (size_t)(tree->n - i) * sizeof(tree->node[0]));
	for (int j = 0; gone.id != 0 && j < tree->n;)
		if (same_dev(&tree->node[j], &gone) && tree->node[j].parent != WF_TC_ROOT &&
			(tree->node[j].parent == gone.id ||
				(!gone.classful && tree->node[j].parent >> 16 == gone.id >> 16))) {
			remove_node(tree, j);
			j = 0;
		} else {
			j++;
		}
}

/* The node in the same place; -1: none. */
static int
find_place(const struct wf_tc_tree *tree, const struct wf_tc_node *node)
{
	for (int i = 0; i < tree->n; i++) {
		const struct wf_tc_node *o = &tree->node[i];

		if (same_dev(o, node) && o->classful == node->classful &&
			(node->classful ? o->id == node->id : o->parent == node->parent))
			return i;
	}
	return -1;
}

static int
add_node(struct wf_tc_tree *tree, struct wf_import_words *w, enum verb verb,
	const struct wf_tc_node *node)
{
	int i = find_place(tree, node);

	if (i >= 0 && (verb == ADD || verb == SHOWN || verb == LINK) && node->parent != 0)
		return wf_import_error(w, "Leave one out; change and replace take its place",
			"there is one already in this place");
	if (i >= 0 && node->parent != 0) {
		wf_import_note(tree->notes, 0,
			"The first of two in one place is left out: %s takes its place.",
			verbs[verb]);
		if (verb == CHANGE || (tree->node[i].id != 0 && node->id == tree->node[i].id)) {
			tree->node[i] = *node; /* keeps what hangs on it */
			return 0;
		}
		remove_node(tree, i);
	}
	tree->node[tree->n++] = *node;
	return 0;
}

static int
read_head(struct wf_import_words *w, enum object *object, enum verb *verb)
{
	const char *word;
	int tc = skip_program(w), i;

	*object = BARE;
	*verb = ADD;
	if (tc < 0)
		return tc;
	word = wf_import_peek(w);
	if (word == NULL)
		return wf_import_error(w, "Write tc qdisc add dev eth0 root netem delay 20ms",
			"there is no command");
	if (tc || strcmp(word, "qdisc") == 0 || strcmp(word, "class") == 0 ||
		strcmp(word, "filter") == 0) {
		i = wf_import_begins(word, objects);
		if (i < 0)
			return wf_import_error(
				w, "Write tc qdisc", "\"%s\" is no object of tc", word);
		*object = (enum object)i;
		w->at++;
		word = wf_import_peek(w);
		i = word != NULL ? wf_import_begins(word, verbs) : SHOW;
		*verb = i < 0 ? SHOWN : (enum verb)i;
		w->at += word != NULL && i >= 0;
	}
	return 0;
}

static bool
is_kind(const char *word)
{
	int i = 0;

	while (kinds[i] != NULL && strcmp(word, kinds[i]) != 0)
		i++;
	return kinds[i] != NULL;
}

static void delete (struct wf_tc_tree *tree, const struct wf_tc_node *which)
{
	for (int i = 0; i < tree->n;) {
		const struct wf_tc_node *node = &tree->node[i];

		if (same_dev(node, which) &&
			((which->parent != 0 && node->parent == which->parent) ||
				(which->id != 0 && node->id == which->id))) {
			remove_node(tree, i);
			i = 0;
		} else {
			i++;
		}
	}
}

static int
read_command(struct wf_tc_tree *tree, struct wf_import_words *w)
{
	static const char *const counts[] = { "Sent", "backlog", "lended:", "tokens:", NULL };
	struct wf_tc_node node = { .words = w };
	enum object object;
	enum verb verb;
	int rc;

	for (int i = 0; counts[i] != NULL; i++)
		if (strcmp(w->word[0], counts[i]) == 0)
			return 0; /* of tc -s: no settings */
	if (read_head(w, &object, &verb) < 0)
		return -EINVAL;
	if (verb >= SHOW && verb != SHOWN)
		return 0;
	if (object == FILTER || object == CHAIN || object == ACTION)
		return verb == DELETE
			       ? 0
			       : wf_import_error(w,
					 "Leave it out, and write a class with match or filter",
					 "a %s sends only some packets there", objects[object]);
	if (object == MONITOR)
		return 0;
	if (verb != SHOWN && read_place(w, &node) < 0)
		return -EINVAL;
	if (verb == DELETE) {
		delete (tree, &node);
		return 0;
	}
	if (object == BARE && w->where != NULL && w->at == 0 && !is_kind(w->word[0]) &&
		!wf_netem_is_argument(w->word[0]))
		return wf_import_error(w, "Leave it out, and give only the lines of tc",
			"\"%s\" is no command of tc", w->word[0]);
	rc = object == BARE && w->at == 0 && !is_kind(w->word[0])
		     ? 0 /* netem's arguments alone */
		     : read_kind(tree, w, object, verb == SHOWN, &node);
	if (rc > 0)
		return 0;
	return rc < 0 ? rc : add_node(tree, w, verb, &node);
}

int
wf_tc_read(struct wf_tc_tree *tree, struct wf_import_script *s, struct wf_err *err)
{
	for (int i = 0; i < s->n; i++)
		if (read_command(tree, &s->command[i].words) < 0)
			return -EINVAL;
	if (tree->n == 0)
		return wf_err_add(err, NULL, "Write import netem 'delay 20ms loss 1%'",
			"there are no arguments");
	return 0;
}
