/* SPDX-License-Identifier: BSD-3-Clause
 * Expectations from files: "<= 5%", ">= 9Mbit", "9Mbit .. 11Mbit", or a value alone, which is at
 * most or at least, as the measure has it. Control threads only.
 */
#include "wf_expect.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wf_conf_bind.h"
#include "wf_units.h"

#define MOST 1000

enum { NAME, LINK, CLASS, DIRECTION, PHASE, FIRST };

#define KEY(row, key, text)                                                                        \
	[row] = { .name = (key), .type = WF_PARAM_ELSEWHERE, .kind = "string", .help = (text) }
#define SHARE_KIND "probability"
#define TIME_KIND  "time"
#define RATE_KIND  "rate"
#define COUNT_KIND "number"

const struct wf_param wf_expect_table[] = {
	KEY(NAME, "name", "what it is called in reports; by default its measure"),
	KEY(LINK, "link", "the link; by default the scenario's"),
	KEY(CLASS, "class", "a class of it; without one, all packets of the direction"),
	KEY(DIRECTION, "direction", "ab (the default) or ba"),
	KEY(PHASE, "phase", "only packets that came in the phases of this name"),
#define WF_MEASURE_ROW(key, unit, at_least, text)                                                  \
	{ .name = #key, .type = WF_PARAM_ELSEWHERE, .kind = unit##_KIND, .help = (text) },
	WF_MEASURES(WF_MEASURE_ROW)
#undef WF_MEASURE_ROW
		{ 0 },
};

#define UNIT_SHARE WF_MEASURE_SHARE
#define UNIT_TIME  WF_MEASURE_TIME
#define UNIT_RATE  WF_MEASURE_RATE
#define UNIT_COUNT WF_MEASURE_COUNT_UNIT

const struct wf_measure_info wf_measure_info[WF_MEASURE_COUNT] = {
#define WF_MEASURE_INFO(name, unit, at_least, help) { #name, UNIT_##unit, at_least, help },
	WF_MEASURES(WF_MEASURE_INFO)
#undef WF_MEASURE_INFO
};

static int
read_value(enum wf_measure_unit unit, const char *text, double *out)
{
	uint64_t whole = 0;
	int rc;

	switch (unit) {
	case WF_MEASURE_SHARE:
		return wf_units_prob(text, out);
	case WF_MEASURE_TIME:
		rc = wf_units_duration(text, &whole);
		break;
	case WF_MEASURE_RATE:
		rc = wf_units_rate(text, &whole);
		break;
	default:
		rc = wf_units_count(text, &whole);
	}
	*out = (double)whole;
	return rc;
}

static int
read_limits(struct wf_expect *e, const struct wf_node *n, struct wf_err *err)
{
	const struct wf_measure_info *info = &wf_measure_info[e->measure];
	const char *text = wf_node_text(n, e->text, sizeof(e->text)), *dots;
	char low[sizeof(e->text)];
	int rc = 0;

	if (text == NULL || strlen(text) >= sizeof(e->text))
		return wf_conf_complain(err, n, NULL, "a value or a range is expected here");
	if (text != e->text)
		snprintf(e->text, sizeof(e->text), "%s", text);
	text = e->text;
	dots = strstr(text, "..");
	e->has_low = dots != NULL || strncmp(text, ">=", 2) == 0 ||
		     (info->at_least && strncmp(text, "<=", 2) != 0);
	e->has_high = dots != NULL || !e->has_low;
	if (strncmp(text, ">=", 2) == 0 || strncmp(text, "<=", 2) == 0)
		text += 2;
	if (dots != NULL) {
		snprintf(low, sizeof(low), "%.*s", (int)(dots - text), text);
		text = dots + 2;
		rc = read_value(info->unit, low, &e->low);
	}
	if (rc == 0)
		rc = read_value(info->unit, text, e->has_high ? &e->high : &e->low);
	if (rc == 0 && e->has_low && e->has_high && e->low > e->high)
		rc = -ERANGE;
	return rc == 0 ? 0
		       : wf_conf_complain(err, n,
				 info->unit == WF_MEASURE_SHARE  ? "Write \"<= 5%\" or \"1% .. 2%\""
				 : info->unit == WF_MEASURE_TIME ? "Write \"<= 50ms\""
				 : info->unit == WF_MEASURE_RATE ? "Write \">= 9Mbit\""
								 : "Write \">= 100\"",
				 "\"%s\" limits nothing of this", e->text);
}

/* A name into `out`, if the group has it. */
static int
read_name(const struct wf_node *group, const char *key, char out[WF_NAME_MAX], struct wf_err *err)
{
	const struct wf_node *n = wf_node_get(group, key);

	if (n == NULL)
		return 0;
	if (n->kind != WF_NODE_STRING || *n->string == 0 || strlen(n->string) >= WF_NAME_MAX)
		return wf_conf_complain(err, n, NULL, "a name of up to %d letters is expected here",
			WF_NAME_MAX - 1);
	snprintf(out, WF_NAME_MAX, "%s", n->string);
	return 0;
}

static int
read_where(struct wf_expect *e, const struct wf_node *group, struct wf_err *err)
{
	const struct wf_node *n = wf_node_get(group, "direction");
	int rc = read_name(group, "name", e->name, err) | read_name(group, "link", e->link, err) |
		 read_name(group, "class", e->class, err) |
		 read_name(group, "phase", e->phase, err);

	if (n == NULL)
		return rc;
	if (n->kind != WF_NODE_STRING ||
		(strcmp(n->string, "ab") != 0 && strcmp(n->string, "ba") != 0))
		return wf_conf_complain(err, n, "Write direction = \"ab\"", "ab or ba?");
	e->side = strcmp(n->string, "ba") == 0 ? WF_BA : WF_AB;
	return rc;
}

int
wf_expect_read(const struct wf_node *group, const char *link, struct wf_expect **list, uint32_t *n,
	struct wf_err *err)
{
	struct wf_expect like = { .line = group->line }, *more;
	uint32_t before = *n;
	int rc = wf_conf_bind_table(group, wf_expect_table, UINT64_MAX, &like, err);

	if (group->kind != WF_NODE_GROUP)
		return rc;
	snprintf(like.link, sizeof(like.link), "%s", link);
	if (read_where(&like, group, err) < 0)
		rc = -EINVAL;
	for (int i = 0; i < WF_MEASURE_COUNT; i++) {
		const struct wf_node *value = wf_node_get(group, wf_measure_info[i].name);

		if (value == NULL)
			continue;
		more = *n < MOST ? realloc(*list, (*n + (size_t)1) * sizeof(**list)) : NULL;
		if (more == NULL)
			return wf_err_add(err, NULL, NULL, "more than %d expectations", MOST);
		*list = more;
		more[*n] = like;
		more[*n].measure = (enum wf_measure_id)i;
		if (*like.name == 0)
			snprintf(more[*n].name, WF_NAME_MAX, "%s", wf_measure_info[i].name);
		if (read_limits(&more[(*n)++], value, err) < 0)
			rc = -EINVAL;
		if (wf_expect_of_trips((enum wf_measure_id)i) && *like.class != 0)
			rc = wf_conf_complain(err, value, "Leave class out",
				"round trips are measured of all connections of a direction");
	}
	if (rc == 0 && *n == before)
		rc = wf_conf_complain(
			err, group, "Write loss = \"<= 5%\"", "an expectation of nothing");
	if (rc == 0 && wf_node_get(group, "recovery") != NULL && *like.phase == 0)
		rc = wf_conf_complain(err, group, "Write phase = \"NAME\"", "recovery of what?");
	return rc;
}
