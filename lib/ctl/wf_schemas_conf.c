/* SPDX-License-Identifier: BSD-3-Clause
 * Schemas of configurations, from the tables that also read them: a new key, or a new impairment,
 * is there by itself. Control thread only.
 */
#include <errno.h>
#include <string.h>

#include "wf_conf.h"
#include "wf_json.h"
#include "wf_schemas.h"

static json_t *
ref(const char *name)
{
	char path[96];

	snprintf(path, sizeof(path), "#/components/schemas/%s", name);
	return json_pack("{s:s}", "$ref", path);
}

static json_t *
list_of(json_t *items)
{
	return json_pack("{s:s,s:o}", "type", "array", "items", items);
}

/* What a key may be that is read elsewhere: by its name, where it is more than its kind. */
static json_t *
elsewhere(const struct wf_param *row)
{
	static const struct {
		const char *key, *schema;
	} groups[] = { { "ab", "direction" }, { "ba", "direction" }, { "match", "match" },
		{ "control", "control" } },
	  lists[] = { { "ports", "port" }, { "links", "link" }, { "classes", "class" } };

	if (strcmp(row->name, "workers") == 0)
		return list_of(json_pack("{s:s}", "type", "integer"));
	if (strncmp(row->kind, "list of", 7) == 0)
		return list_of(json_pack("{s:s}", "type", "string"));
	for (size_t i = 0; i < WF_ARRAY_SIZE(groups); i++)
		if (strcmp(row->name, groups[i].key) == 0)
			return ref(groups[i].schema);
	for (size_t i = 0; i < WF_ARRAY_SIZE(lists); i++)
		if (strcmp(row->name, lists[i].key) == 0)
			return list_of(ref(lists[i].schema));
	return json_pack("{s:s}", "type",
		strcmp(row->kind, "group") == 0  ? "object"
		: strcmp(row->kind, "list") == 0 ? "array"
						 : "string");
}

/* A file may write numbers bare where no unit is missed, and anything in quotes. */
static json_t *
types(const struct wf_param *row)
{
	json_t *choices = NULL;

	switch (row->type) {
	case WF_PARAM_BOOL:
		return json_pack("{s:[s,s]}", "type", "boolean", "string");
	case WF_PARAM_CHOICE:
		choices = json_array();
		for (size_t i = 0; row->choices[i] != NULL; i++)
			json_array_append_new(choices, json_string(row->choices[i]));
		return json_pack("{s:s,s:o}", "type", "string", "enum", choices);
	case WF_PARAM_ELSEWHERE:
		return elsewhere(row);
	default:
		return json_pack("{s:[s,s]}", "type", "string", "number");
	}
}

/* What `types` cannot say: in words, and for programs that make forms of it. */
static int
annotate(json_t *j, const struct wf_param *row)
{
	char text[WF_PARAM_TEXT];
	int rc = json_object_set_new(j, "description", json_string(row->help));

	rc |= json_object_set_new(j, "x-kind", json_string(wf_param_type_text(row, text)));
	if (row->fallback != NULL)
		rc |= json_object_set_new(j, "x-default", json_string(row->fallback));
	if (row->min != NULL)
		rc |= json_object_set_new(j, "x-min", json_string(row->min));
	if (row->max != NULL)
		rc |= json_object_set_new(j, "x-max", json_string(row->max));
	return rc;
}

static json_t *
key(const struct wf_param *row)
{
	json_t *j = types(row);

	if (j == NULL || json_object_get(j, "$ref") != NULL || annotate(j, row) == 0)
		return j;
	json_decref(j);
	return NULL;
}

/* A key that a patch may remove. */
static json_t *
or_null(json_t *j)
{
	return json_pack("{s:[o,{s:s}]}", "anyOf", j, "type", "null");
}

static json_t *
closed(json_t *properties)
{
	return json_pack("{s:s,s:o,s:b}", "type", "object", "properties", properties,
		"additionalProperties", 0);
}

static json_t *
keys(const struct wf_param *table, bool nullable)
{
	json_t *all = json_object();

	for (const struct wf_param *row = table; all != NULL && row->name != NULL; row++) {
		json_t *j = key(row);

		if (json_object_set_new(all, row->name, nullable ? or_null(j) : j) < 0) {
			json_decref(all);
			all = NULL;
		}
	}
	return all;
}

/* The keys, or the main key alone. Of a choice that others depend on, each key says what for. */
static json_t *
block(const struct wf_block *b, bool nullable)
{
	json_t *group = closed(keys(b->params, nullable)), *scalar;
	const struct wf_param *main_row =
		b->main_key != NULL ? &b->params[wf_param_find(b->params, b->main_key)] : NULL;

	if (group != NULL &&
		json_object_set_new(group, "description", json_string(b->summary)) < 0) {
		json_decref(group);
		group = NULL;
	}
	if (main_row == NULL)
		return group;
	scalar = key(main_row);
	return json_pack("{s:[o,o]}", "anyOf", group, scalar);
}

static void
block_name(const struct wf_block *b, bool nullable, char out[48])
{
	snprintf(out, 48, "block_%s%s", b->name, nullable ? "_patch" : "");
}

/* A direction (wf_conf_sections has its other keys), or a patch of one. */
static json_t *
direction(const struct wf_param *table, bool nullable)
{
	json_t *all = keys(table, nullable);
	char name[48];
	int rc = all != NULL ? 0 : -1;

	for (int i = 0; i < WF_BLOCK_COUNT && rc == 0; i++) {
		json_t *j;

		block_name(wf_block_registry[i], nullable, name);
		j = ref(name);
		rc = json_object_set_new(
			all, wf_block_registry[i]->name, nullable ? or_null(j) : j);
	}
	if (rc == 0 && nullable)
		rc = json_object_set_new(all, "for",
			json_pack("{s:s,s:s}", "type", "string", "description",
				"it ends by itself after so long"));
	if (rc == 0)
		return closed(all);
	json_decref(all);
	return NULL;
}

static int
add_section(json_t *all, const struct wf_conf_section *s)
{
	static const struct {
		const char *heading, *name;
	} names[] = { { "Top level", "config" }, { "ports", "port" }, { "links", "link" },
		{ "classes", "class" }, { "match", "match" }, { "control", "control" } };

	if (strcmp(s->heading, "Directions") == 0)
		return json_object_set_new(all, "direction", direction(s->params, false)) |
		       json_object_set_new(all, "patch", direction(s->params, true));
	for (size_t i = 0; i < WF_ARRAY_SIZE(names); i++)
		if (strcmp(s->heading, names[i].heading) == 0)
			return json_object_set_new(
				all, names[i].name, closed(keys(s->params, false)));
	return 0;
}

/* A body that changes a link or class: all is optional, and a null removes. */
static int
add_owner_patches(json_t *all)
{
	static const char *const of[] = { "link", "class" };
	char name[32];
	int rc = 0;

	for (size_t i = 0; i < WF_ARRAY_SIZE(of); i++) {
		snprintf(name, sizeof(name), "%s_patch", of[i]);
		rc |= json_object_set_new(all, name,
			json_pack("{s:s,s:s}", "type", "object", "description",
				"Keys of it, null to remove one; or ab and ba, patches of its "
				"directions, with for."));
	}
	return rc;
}

int
wf_schemas_add_conf(json_t *all)
{
	int rc = add_owner_patches(all);
	char name[48];

	for (const struct wf_conf_section *s = wf_conf_sections; s->heading != NULL; s++)
		rc |= add_section(all, s);
	for (int i = 0; i < 2 * WF_BLOCK_COUNT; i++) {
		const struct wf_block *b = wf_block_registry[i / 2];

		block_name(b, i % 2, name);
		rc |= json_object_set_new(all, name, block(b, i % 2));
	}
	return rc != 0 ? -ENOMEM : 0;
}
