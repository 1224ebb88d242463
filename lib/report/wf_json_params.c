/* SPDX-License-Identifier: BSD-3-Clause */
#include "wf_json_params.h"

#include <string.h>

#include "wf_conf.h"

#include "wf_stage.h"

static const char *
type_name(enum wf_param_type type)
{
	static const char *const names[] = {
		[WF_PARAM_BOOL] = "boolean",
		[WF_PARAM_COUNT] = "count",
		[WF_PARAM_REAL] = "number",
		[WF_PARAM_DURATION] = "duration",
		[WF_PARAM_RATE] = "rate",
		[WF_PARAM_SIZE] = "size",
		[WF_PARAM_PROB] = "probability",
		[WF_PARAM_CHOICE] = "choice",
		[WF_PARAM_LIMIT] = "limit",
		[WF_PARAM_OVERHEAD] = "overhead",
		[WF_PARAM_STRING] = "text",
		[WF_PARAM_ELSEWHERE] = "other",
	};

	return names[type];
}

/* Those choices whose bit is set; all of them: ~0. NULL (no member): no choices, or no bit. */
static json_t *
words(const char *const *choices, uint32_t bits)
{
	json_t *list;

	if (choices == NULL || bits == 0)
		return NULL;
	list = json_array();
	for (uint32_t i = 0; list != NULL && choices[i] != NULL; i++) {
		if ((bits >> i & 1) && json_array_append_new(list, json_string(choices[i])) < 0) {
			json_decref(list);
			list = NULL;
		}
	}
	return list;
}

static json_t *
param(const struct wf_param *p, const char *const *selected)
{
	json_t *choices = words(p->choices, UINT32_MAX), *belongs = words(selected, p->belongs);
	/* What is not there and what there was no memory for look the same. */
	bool good = (choices != NULL || p->choices == NULL) &&
		    (belongs != NULL || selected == NULL || p->belongs == 0);
	json_t *j = json_pack("{s:s,s:s,s:s,s:s*,s:s*,s:s*,s:o*,s:o*}", "key", p->name, "type",
		type_name(p->type), "help", p->help, "default", p->fallback, "min", p->min, "max",
		p->max, "choices", choices, "belongs", belongs);

	if (good)
		return j;
	json_decref(j);
	return NULL;
}

static json_t *
block(const struct wf_block *b)
{
	const struct wf_param *selector = NULL;
	json_t *rows = json_array();

	if (b->selector != NULL)
		selector = &b->params[wf_param_find(b->params, b->selector)];
	for (const struct wf_param *p = b->params; rows != NULL && p->name != NULL; p++)
		if (json_array_append_new(
			    rows, param(p, selector != NULL ? selector->choices : NULL)) < 0) {
			json_decref(rows);
			rows = NULL;
		}
	return json_pack("{s:s,s:s,s:s,s:s*,s:o}", "name", b->name, "summary", b->summary, "main",
		b->main_key, "selector", b->selector, "params", rows);
}

/* What a request for a capture takes: where files go is the configuration's to say. */
static json_t *
capture_rows(void)
{
	const struct wf_conf_section *s = wf_conf_sections;
	json_t *rows = json_array();

	while (strcmp(s->heading, "capture") != 0)
		s++;
	for (const struct wf_param *p = s->params; rows != NULL && p->name != NULL; p++) {
		if (strcmp(p->name, "directory") == 0)
			continue;
		if (json_array_append_new(rows, param(p, NULL)) < 0) {
			json_decref(rows);
			rows = NULL;
		}
	}
	return rows;
}

json_t *
wf_json_params(void)
{
	json_t *blocks = json_array();

	for (int i = 0; blocks != NULL && i < WF_BLOCK_COUNT; i++)
		if (json_array_append_new(blocks, block(wf_block_registry[i])) < 0) {
			json_decref(blocks);
			blocks = NULL;
		}
	return json_pack("{s:o,s:o}", "blocks", blocks, "capture", capture_rows());
}
