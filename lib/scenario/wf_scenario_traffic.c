/* SPDX-License-Identifier: BSD-3-Clause
 * Traffic and expectations in a scenario's file, and whether what they name is there. Control
 * threads only.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wf_conf_bind.h"
#include "wf_conf_files.h"
#include "wf_expect.h"
#include "wf_scenario.h"

#define MOST 64

struct keys {
	uint64_t given;
	char *text[3], *link;
	int side;
	wf_ns_t start_ns;
};
enum { GENERATOR, REPLAY, COMMAND, LINK, DIRECTION, START };
static const char *const sides[] = { "ab", "ba", NULL };

const struct wf_param wf_traffic_table[] = {
	[GENERATOR] = { .name = "generator",
		.type = WF_PARAM_STRING,
		.offset = offsetof(struct keys, text[WF_TRAFFIC_GENERATOR]),
		.help = "arguments of a generator: \"pps=1000,size=200\"" },
	[REPLAY] = { .name = "replay",
		.type = WF_PARAM_STRING,
		.offset = offsetof(struct keys, text[WF_TRAFFIC_REPLAY]),
		.help = "or those of a pcap port, with files found from this one: "
			"\"file=talk.pcap,pace=x2\"" },
	[COMMAND] = { .name = "command",
		.type = WF_PARAM_STRING,
		.offset = offsetof(struct keys, text[WF_TRAFFIC_COMMAND]),
		.help = "or a command for the shell, whose end and output the report has; live "
			"only" },
	[LINK] = { .name = "link",
		.type = WF_PARAM_STRING,
		.offset = offsetof(struct keys, link),
		.help = "into which it goes; by default the scenario's" },
	[DIRECTION] = { .name = "direction",
		.type = WF_PARAM_CHOICE,
		.offset = offsetof(struct keys, side),
		.fallback = "ab",
		.choices = sides,
		.help = "through which it goes" },
	[START] = { .name = "start",
		.type = WF_PARAM_DURATION,
		.offset = offsetof(struct keys, start_ns),
		.help = "when, from the start of the scenario" },
	{ 0 },
};

static int
read_one(struct wf_traffic *t, const struct wf_node *group, const char *link, struct wf_err *err)
{
	struct keys k = { 0 };
	int rc, given = 0;

	if (wf_param_defaults(wf_traffic_table, &k) < 0)
		return wf_err_add(err, NULL, NULL, "out of memory");
	rc = wf_conf_bind_table(group, wf_traffic_table, 0, &k, err);
	for (int i = 0; i < 3; i++) {
		if (k.text[i] == NULL)
			continue;
		given++;
		free(t->text);
		t->kind = (enum wf_traffic_kind)i;
		t->text = k.text[i];
	}
	t->side = (uint8_t)k.side;
	t->start_ns = k.start_ns;
	t->where = wf_conf_keep_where(group);
	if (k.link != NULL && strlen(k.link) >= WF_NAME_MAX)
		rc = wf_conf_complain(err, group, NULL, "the link's name is too long");
	snprintf(t->link, sizeof(t->link), "%s", k.link != NULL ? k.link : link);
	free(k.link);
	if (rc == 0 && given != 1)
		rc = wf_conf_complain(err, group, "Write generator = \"pps=1000\"",
			"one of generator, replay and command is expected here");
	return rc;
}

/* NULL: there is none, or *rc says that it is no list. */
static const struct wf_node *
list_of(const struct wf_scenario *s, const char *key, size_t most, int *rc, struct wf_err *err)
{
	const struct wf_node *list = wf_node_get(s->source, key);

	*rc = 0;
	if (list == NULL || (list->kind == WF_NODE_LIST && wf_node_length(list) <= most))
		return list;
	*rc = wf_conf_complain(
		err, list, NULL, "a list of up to %zu groups is expected here", most);
	return NULL;
}

int
wf_scenario_read_traffic(struct wf_scenario *s, const char *link, struct wf_err *err)
{
	int rc;
	const struct wf_node *list = list_of(s, "traffic", MOST, &rc, err);

	if (list == NULL)
		return rc;
	s->traffic = calloc(wf_node_length(list) + 1, sizeof(*s->traffic));
	if (s->traffic == NULL)
		return wf_err_add(err, NULL, NULL, "out of memory");
	for (const struct wf_node *n = list->first; n != NULL; n = n->next)
		if (read_one(&s->traffic[s->n_traffic++], n, link, err) < 0)
			rc = -EINVAL;
	return rc;
}

int
wf_scenario_read_expects(struct wf_scenario *s, const char *link, struct wf_err *err)
{
	int rc;
	const struct wf_node *list = list_of(s, "expect", 1000, &rc, err);

	for (const struct wf_node *n = list != NULL ? list->first : NULL; n != NULL; n = n->next)
		if (wf_expect_read(n, link, &s->expect, &s->n_expects, err) < 0)
			rc = -EINVAL;
	return rc;
}

void
wf_scenario_drop_traffic(struct wf_scenario *s)
{
	for (uint32_t i = 0; i < s->n_traffic; i++) {
		free(s->traffic[i].text);
		wf_conf_free_where(&s->traffic[i].where);
	}
	free(s->traffic);
	s->traffic = NULL;
	s->n_traffic = 0;
	wf_node_free(wf_node_get(s->source, "traffic"));
}

void
wf_scenario_free_traffic(struct wf_scenario *s)
{
	wf_scenario_drop_traffic(s);
	free(s->expect);
}

/* "file=a.pcap+b.pcap" with names as they are found from here. */
static void
put_files(const char *argument, size_t n, const char *from, FILE *out)
{
	size_t at = strlen("file=");

	fprintf(out, "%.*s", (int)at, argument);
	while (at < n) {
		size_t length = strcspn(argument + at, "+,");
		char *name = strndup(argument + at, length),
		     *path = name != NULL ? wf_conf_path_beside(name, from) : NULL;

		fputs(path != NULL ? path : "", out);
		free(name);
		free(path);
		at += length;
		if (at < n)
			fputc(argument[at++], out);
	}
}

char *
wf_traffic_device(const struct wf_traffic *t)
{
	char *device = NULL;
	size_t size;
	FILE *out = open_memstream(&device, &size);

	if (out == NULL)
		return NULL;
	fputs(t->kind == WF_TRAFFIC_REPLAY ? "pcap" : "generator", out);
	for (const char *at = t->text, *end; *at != 0; at = *end != 0 ? end + 1 : end) {
		end = at + strcspn(at, ",");
		fputc(',', out);
		if (t->kind == WF_TRAFFIC_REPLAY && strncmp(at, "file=", 5) == 0)
			put_files(at, (size_t)(end - at), t->where.file, out);
		else
			fprintf(out, "%.*s", (int)(end - at), at);
	}
	return fclose(out) == 0 ? device : NULL;
}

uint32_t
wf_scenario_find_dir(const struct wf_plan *plan, const char *link, uint8_t side)
{
	if (strcmp(link, WF_SCENARIO_LINK) == 0)
		return plan->n_dirs == 2 ? side : UINT32_MAX;
	for (uint32_t l = 0; l < plan->n_dirs / 2; l++)
		if (strcmp(plan->link_name[l], link) == 0)
			return 2 * l + side;
	return UINT32_MAX;
}

static bool
has_phase(const struct wf_scenario *s, const char *name)
{
	for (uint32_t i = 0; i < s->n_phases; i++)
		if (strcmp(s->phase[i].name, name) == 0)
			return true;
	return *name == 0;
}

static int
no_link(const struct wf_where *where, const char *link, struct wf_err *err)
{
	if (strcmp(link, WF_SCENARIO_LINK) == 0)
		return wf_err_add(err, where, "Write link = \"wan\"",
			"the configuration has several links: which?");
	return wf_err_add(err, where, NULL, "there is no link \"%s\"", link);
}

/* What ends a phase: is it there? */
static int
check_until(const struct wf_scenario *s, const struct wf_phase *p, const struct wf_plan *plan,
	struct wf_err *err)
{
	const struct wf_until *u = &p->until;
	const struct wf_where where = { s->source->file, u->line, p->name };
	bool replay = false;
	int rc = 0;

	if (wf_scenario_find_dir(plan, u->link, u->side) == UINT32_MAX &&
		(u->packets > 0 || u->bytes > 0))
		rc = no_link(&where, u->link, err);
	for (uint32_t i = 0; i < s->n_traffic; i++)
		replay |= s->traffic[i].kind == WF_TRAFFIC_REPLAY;
	if (u->replay && !replay)
		rc = wf_err_add(err, &where, "Write traffic = ( { replay = \"file=talk.pcap\"; } )",
			"until a replay is over, but there is none");
	return rc;
}

int
wf_scenario_check(const struct wf_scenario *s, const struct wf_plan *plan, struct wf_err *err)
{
	int rc = 0;

	for (uint32_t i = 0; i < s->n_traffic; i++)
		if (wf_scenario_find_dir(plan, s->traffic[i].link, 0) == UINT32_MAX)
			rc = no_link(&s->traffic[i].where, s->traffic[i].link, err);
	for (uint32_t i = 0; i < s->n_phases; i++)
		if (s->phase[i].has_until && s->phase[i].round == 0 &&
			check_until(s, &s->phase[i], plan, err) < 0)
			rc = -EINVAL;
	for (uint32_t i = 0; i < s->n_expects; i++) {
		const struct wf_expect *e = &s->expect[i];
		const struct wf_where where = { s->source->file, e->line, e->name };
		uint32_t dir = wf_scenario_find_dir(plan, e->link, e->side);

		if (dir == UINT32_MAX)
			rc = no_link(&where, e->link, err);
		else if (*e->class != 0 && wf_plan_class_of(plan, dir, e->class) == NULL)
			rc = wf_err_add(
				err, &where, NULL, "there is no class \"%s\" there", e->class);
		if (!has_phase(s, e->phase))
			rc = wf_err_add(err, &where, NULL, "there is no phase \"%s\"", e->phase);
	}
	return rc;
}
