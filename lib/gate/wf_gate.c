/* SPDX-License-Identifier: BSD-3-Clause
 * Gates from their files: libconfig, one key a measure; groups for directions and classes.
 */
#include "wf_gate.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "wf_conf_bind.h"

/* A group of keys as it is read. */
struct keys {
	struct wf_gate_limits limits; /* first: it has `given` */
	char *title;
};

#define DELAY(key, measure, text)                                                                  \
	[measure] = { .name = (key),                                                               \
		.type = WF_PARAM_DURATION,                                                         \
		.offset = offsetof(struct keys, limits.delay_ns[(measure)]),                       \
		.max = "1h",                                                                       \
		.help = (text) }
#define SHARE(key, measure, text)                                                                  \
	[measure] = { .name = (key),                                                               \
		.type = WF_PARAM_PROB,                                                             \
		.offset = offsetof(struct keys, limits.share[(measure)-WF_GATE_LOSS]),             \
		.help = (text) }
#define MEASURES                                                                                   \
	DELAY("mean", WF_GATE_MEAN, "mean delay (Y.1540: IPTD)"),                                  \
		DELAY("p50", WF_GATE_P50, "median of the delay"),                                  \
		DELAY("p90", WF_GATE_P90, "delay that 90 % of packets do not exceed"),             \
		DELAY("p99", WF_GATE_P99, "the same for 99 %"),                                    \
		DELAY("p99_9", WF_GATE_P99_9, "the same for 99.9 %"),                              \
		DELAY("max", WF_GATE_MAX, "longest delay"),                                        \
		DELAY("variation", WF_GATE_VARIATION,                                              \
			"p99_9 less the shortest delay (Y.1540: IPDV)"),                           \
		SHARE("loss", WF_GATE_LOSS,                                                        \
			"share of packets dropped, whatever the cause (Y.1540: IPLR)"),            \
		SHARE("error", WF_GATE_ERROR, "share of packets corrupted (Y.1540: IPER)")
#define GROUP(row, key, what, text)                                                                \
	[row] = { .name = (key), .type = WF_PARAM_ELSEWHERE, .kind = (what), .help = (text) }

enum { AB = WF_GATE_MEASURES, BA, TITLE, CLASSES, NAME = TITLE };

static const struct wf_param side_table[] = { MEASURES, { 0 } };
static const struct wf_param class_table[] = { MEASURES,
	GROUP(AB, "ab", "group", "limits of the class in this direction"),
	GROUP(BA, "ba", "group", "limits of the class in that one"),
	GROUP(NAME, "name", "string", "of the class (required)"), { 0 } };

const struct wf_param wf_gate_table[] = { MEASURES,
	GROUP(AB, "ab", "group", "limits of this direction, beside those of both"),
	GROUP(BA, "ba", "group", "limits of that one"),
	[TITLE] = { .name = "title",
		.type = WF_PARAM_STRING,
		.offset = offsetof(struct keys, title),
		.help = "what the gate is, for the report" },
	GROUP(CLASSES, "classes", "list", "of groups with a name: limits of a class"), { 0 } };

#define HAS_LIMITS(keys) ((keys).given & ((1ull << WF_GATE_MEASURES) - 1))

/* Limits of a direction instead of, or beside, those of both. */
static void
overlay(struct wf_gate_limits *to, const struct wf_gate_limits *from)
{
	for (int i = 0; i < WF_GATE_MEASURES; i++) {
		if (!wf_param_given(from, (size_t)i))
			continue;
		to->given |= 1ull << i;
		if (i < WF_GATE_LOSS)
			to->delay_ns[i] = from->delay_ns[i];
		else
			to->share[i - WF_GATE_LOSS] = from->share[i - WF_GATE_LOSS];
	}
}

/* "ab" and "ba" of a file or of a class, whose keys for both are `both`. */
static int
bind_sides(const struct wf_node *owner, const struct wf_gate_limits *both,
	struct wf_gate_limits side[2], bool named[2], struct wf_err *err)
{
	int rc = 0;

	for (int i = 0; i < 2; i++) {
		const struct wf_node *n = wf_node_get(owner, i == 0 ? "ab" : "ba");
		struct keys keys = { 0 };

		if (n != NULL && wf_conf_bind_table(n, side_table, 0, &keys, err) < 0)
			rc = -EINVAL;
		side[i] = *both;
		overlay(&side[i], &keys.limits);
		named[i] = HAS_LIMITS(keys.limits) != 0;
	}
	return rc;
}

static int
bind_class(const struct wf_node *n, struct wf_gate *g, struct wf_err *err)
{
	const uint64_t others = 1ull << AB | 1ull << BA | 1ull << NAME;
	struct wf_gate_class *c = &g->classes[g->n_classes];
	struct keys keys = { 0 };
	int rc = wf_conf_bind_table(n, class_table, others, &keys, err);

	if (n->kind != WF_NODE_GROUP)
		return rc;
	rc |= wf_conf_bind_name(n, c->name, err);
	rc |= bind_sides(n, &keys.limits, c->side, c->named, err);
	for (uint32_t i = 0; i < g->n_classes; i++)
		if (strcmp(g->classes[i].name, c->name) == 0)
			rc = wf_conf_complain(err, n, "Write one group with all its limits",
				"class \"%s\" stands here twice", c->name);
	if (rc == 0 && !HAS_LIMITS(c->side[0]) && !HAS_LIMITS(c->side[1]))
		rc = wf_conf_complain(err, n, "Write loss = \"1%\"", "a class without a limit");
	g->n_classes++;
	return rc < 0 ? -EINVAL : 0;
}

static int
bind_classes(const struct wf_node *list, struct wf_gate *g, struct wf_err *err)
{
	size_t n = list != NULL ? wf_node_length(list) : 0;
	int rc = 0;

	if (list == NULL)
		return 0;
	if (list->kind != WF_NODE_LIST || n == 0 || n > WF_CONF_MAX_CLASSES)
		return wf_conf_complain(err, list,
			"Write classes = ( { name = \"voip\"; loss = \"1%\"; } )",
			"this is not a list of 1 to %d classes", WF_CONF_MAX_CLASSES);
	g->classes = calloc(n, sizeof(*g->classes));
	if (g->classes == NULL)
		return wf_err_add(err, NULL, NULL, "out of memory");
	for (const struct wf_node *c = list->first; c != NULL; c = c->next)
		rc |= bind_class(c, g, err);
	return rc;
}

static int
bind(struct wf_node *tree, const char *name, struct wf_gate *g, struct wf_err *err)
{
	const uint64_t others = 1ull << AB | 1ull << BA | 1ull << CLASSES;
	struct wf_where where = { .file = name };
	struct keys keys = { 0 };
	int rc;

	*g = (struct wf_gate){ 0 };
	if (tree == NULL)
		return -EINVAL;
	rc = wf_conf_bind_table(tree, wf_gate_table, others, &keys, err);
	rc |= bind_sides(tree, &keys.limits, g->side, g->named, err);
	rc |= bind_classes(wf_node_get(tree, "classes"), g, err);
	g->title = keys.title;
	if (rc == 0 && !HAS_LIMITS(g->side[0]) && !HAS_LIMITS(g->side[1]) && g->n_classes == 0)
		rc = wf_err_add(err, &where, "Write mean = \"100ms\"", "a gate without a limit");
	wf_node_free(tree);
	if (rc < 0)
		wf_gate_fini(g);
	return rc < 0 ? -EINVAL : 0;
}

int
wf_gate_read_file(const char *path, struct wf_gate *g, struct wf_err *err)
{
	return bind(wf_conf_read_file(path, err), path, g, err);
}

int
wf_gate_read_text(const char *text, const char *name, struct wf_gate *g, struct wf_err *err)
{
	return bind(wf_conf_read_text(text, name, false, err), name, g, err);
}

void
wf_gate_fini(struct wf_gate *g)
{
	free(g->title);
	free(g->classes);
	*g = (struct wf_gate){ 0 };
}
