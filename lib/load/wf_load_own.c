/* SPDX-License-Identifier: BSD-3-Clause
 * Reading what was calibrated, and saying it.
 */
#include "wf_load_own.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "wf_text.h"

#define SCHEMA "wirefault.calibration/1"
#define HINT   "Make one: wirefault test calibrate --save FILE"

static bool
is_time(const json_t *times, const char *key)
{
	const json_t *t = json_object_get(times, key);

	return json_is_integer(t) && json_integer_value(t) >= 0;
}

static bool
are_times(const json_t *times)
{
	return is_time(times, "p50") && is_time(times, "p99") && is_time(times, "max");
}

/* Has it all that is shown? */
static bool
is_calibration(const json_t *doc)
{
	const json_t *path = json_object_get(doc, "path_ns"),
		     *ports = json_object_get(doc, "ports");

	return json_is_string(json_object_get(doc, "cpu")) &&
	       json_is_string(json_object_get(doc, "date")) &&
	       are_times(json_object_get(doc, "added_ns")) &&
	       (json_is_null(path) || (are_times(path) && json_is_string(ports)));
}

int
wf_load_own_read(struct wf_load_own *own, const char *path, const char *cpu, struct wf_err *err)
{
	const struct wf_where where = { .file = path };
	const char *schema;
	json_error_t why;

	*own = (struct wf_load_own){ .doc = json_load_file(path, 0, &why) };
	if (own->doc == NULL)
		return wf_err_add(err, &where, HINT, "%s", why.text);
	schema = json_string_value(json_object_get(own->doc, "schema"));
	if (schema == NULL || strcmp(schema, SCHEMA) != 0 || !is_calibration(own->doc)) {
		wf_load_own_fini(own);
		return wf_err_add(err, &where, HINT, "this is no calibration (%s)", SCHEMA);
	}
	own->here = strcmp(json_string_value(json_object_get(own->doc, "cpu")), cpu) == 0;
	return 0;
}

void
wf_load_own_fini(struct wf_load_own *own)
{
	json_decref(own->doc);
	*own = (struct wf_load_own){ 0 };
}

static wf_ns_t
time_of(const json_t *times, const char *key)
{
	return (wf_ns_t)json_integer_value(json_object_get(times, key));
}

static int
put_times(const json_t *times, char *out, size_t room)
{
	char t[3][WF_TEXT_MAX];

	return snprintf(out, room, "half within %s, 99 %% within %s, longest %s",
		wf_text_time(time_of(times, "p50"), t[0]),
		wf_text_time(time_of(times, "p99"), t[1]),
		wf_text_time(time_of(times, "max"), t[2]));
}

const char *
wf_load_own_text(const struct wf_load_own *own, char out[WF_LOAD_OWN_TEXT])
{
	const json_t *path = json_object_get(own->doc, "path_ns");
	char added[128], back[128];

	put_times(json_object_get(own->doc, "added_ns"), added, sizeof(added));
	snprintf(out, WF_LOAD_OWN_TEXT, "this machine alone adds: %s", added);
	if (!json_is_null(path)) {
		put_times(path, back, sizeof(back));
		snprintf(out, WF_LOAD_OWN_TEXT,
			"this machine alone adds: %s; out and back in by %.64s: %s", added,
			json_string_value(json_object_get(own->doc, "ports")), back);
	}
	snprintf(out + strlen(out), WF_LOAD_OWN_TEXT - strlen(out),
		" (calibrated %.32s%s%.64s). "
		"Nothing was subtracted.",
		json_string_value(json_object_get(own->doc, "date")),
		own->here ? "" : " on another processor, ",
		own->here ? "" : json_string_value(json_object_get(own->doc, "cpu")));
	return out;
}

json_t *
wf_load_own_json(const struct wf_load_own *own)
{
	if (own == NULL || own->doc == NULL)
		return json_null();
	return json_pack("{s:O,s:O,s:b,s:O?,s:O,s:O,s:b}", "date",
		json_object_get(own->doc, "date"), "cpu", json_object_get(own->doc, "cpu"),
		"same_cpu", own->here, "ports", json_object_get(own->doc, "ports"), "added_ns",
		json_object_get(own->doc, "added_ns"), "path_ns",
		json_object_get(own->doc, "path_ns"), "subtracted", false);
}
