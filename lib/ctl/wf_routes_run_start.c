/* SPDX-License-Identifier: BSD-3-Clause
 * Handler that starts scenarios: the text of a file, several files, or one by its name. Control
 * thread only.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "wf_json.h"
#include "wf_routes.h"

#define FILES 256

/* What is asked for, and what of it is ours to free. */
struct asked {
	struct wf_ctl_run_order order;
	struct wf_ctl_scenario file[FILES];
	char *text, name[WF_NAME_MAX + 8];
};

static bool
complain(struct wf_request *r, const char *path, const char *what)
{
	struct wf_err *err = wf_err_new();

	if (err != NULL)
		wf_err_add(err, &(struct wf_where){ .path = path }, NULL, "%s", what);
	wf_http_problem(r, 422, err, "This can't be run; nothing has begun.");
	wf_err_free(err);
	return false;
}

/* false: it has been refused, as by all below. */
static bool
add_file(struct wf_request *r, struct asked *a, const char *name, const char *text)
{
	if (name == NULL || text == NULL)
		return complain(r, "files", "each file has a name and a text");
	if (a->order.n_files == FILES)
		return complain(r, "files", "these are too many");
	a->file[a->order.n_files++] = (struct wf_ctl_scenario){ name, text };
	return true;
}

static bool
add_files(struct wf_request *r, struct asked *a, const json_t *list)
{
	const char *key;
	const json_t *one;
	json_t *v;
	size_t i;

	if (list != NULL && !json_is_array(list))
		return complain(r, "files", "a list is expected here");
	json_array_foreach(list, i, one)
	{
		json_object_foreach((json_t *)(uintptr_t)one, key,
			v) if (strcmp(key, "name") != 0 &&
			       strcmp(key, "text") != 0) return complain(r, "files",
			"a file has a name and a text, and no more");
		if (!add_file(r, a, json_string_value(json_object_get(one, "name")),
			    json_string_value(json_object_get(one, "text"))))
			return false;
	}
	return true;
}

/* One that the library has. */
static bool
add_named(struct wf_request *r, struct asked *a, const json_t *name)
{
	const struct wf_library l = wf_route_scenario_library(r);
	const char *text = json_string_value(name);
	char why[160];
	int rc;

	if (name == NULL)
		return true;
	if (text == NULL)
		return complain(r, "scenario", "a name is expected here");
	rc = wf_library_read(&l, text, &a->text);
	if (rc == -ENOMEM) {
		wf_http_failed(r, rc, NULL);
		return false;
	}
	snprintf(why, sizeof(why), "there is no scenario \"%.80s\"", text);
	if (rc < 0)
		return complain(r, "scenario", why);
	snprintf(a->name, sizeof(a->name), "%s.conf", text);
	return add_file(r, a, a->name, a->text);
}

static bool
read_seed(struct wf_request *r, struct asked *a, const json_t *seed)
{
	const char *text = json_string_value(seed);
	char *end = NULL;

	if (seed == NULL)
		return true;
	a->order.seed_given = true;
	errno = 0;
	if (json_is_integer(seed) && json_integer_value(seed) >= 0)
		a->order.seed = (uint64_t)json_integer_value(seed);
	else if (text != NULL && *text >= '0' && *text <= '9')
		a->order.seed = strtoull(text, &end, 0);
	else
		errno = EINVAL;
	if (errno != 0 || (end != NULL && *end != '\0'))
		return complain(r, "seed", "a seed is a whole number from 0 to 2^64 - 1");
	return true;
}

static bool
read_json(struct wf_request *r, struct asked *a, json_t *body)
{
	static const char *const keys[] = { "scenario", "files", "seed", "traffic", NULL };
	const json_t *traffic = json_object_get(body, "traffic");
	const char *key;
	json_t *v;

	if (!json_is_object(body))
		return complain(r, NULL, "a JSON object is expected");
	json_object_foreach(body, key, v)
	{
		size_t i = 0;

		while (keys[i] != NULL && strcmp(keys[i], key) != 0)
			i++;
		if (keys[i] == NULL)
			return complain(r, key, "there is no such key");
	}
	if (traffic != NULL && !json_is_boolean(traffic))
		return complain(r, "traffic", "true or false is expected here");
	a->order.no_traffic = json_is_false(traffic);
	return read_seed(r, a, json_object_get(body, "seed")) &&
	       add_named(r, a, json_object_get(body, "scenario")) &&
	       add_files(r, a, json_object_get(body, "files"));
}

static void
start(struct wf_request *r, struct asked *a)
{
	struct wf_err *err = wf_err_new();
	uint64_t first = 0;
	int rc = err != NULL ? 0 : -ENOMEM;

	a->order.file = a->file;
	if (wf_route_bypassed(r)) {
		wf_http_problem(r, 409, NULL,
			"Every link is bypassed: nothing would be seen. End that first: wfctl "
			"bypass off.");
	} else {
		if (rc == 0)
			rc = r->ops->run_start(r->ops->ctx, &a->order, &first, err);
		if (rc == -EINVAL)
			wf_http_problem(r, 422, err, "This can't be run; nothing has begun.");
		else if (rc < 0)
			wf_http_failed(r, rc, err);
		else
			wf_http_json(r, 202, wf_route_runs_from(r, first));
	}
	wf_err_free(err);
}

void
wf_route_run_start(struct wf_request *r)
{
	struct asked *a = calloc(1, sizeof(*a));
	json_t *body = NULL;

	if (a == NULL) {
		wf_http_failed(r, -ENOMEM, NULL);
	} else if (wf_http_media(r) == WF_MEDIA_TEXT) {
		a->text = wf_http_body_text(r);
		if (a->text != NULL && add_file(r, a, "body", a->text))
			start(r, a);
	} else if ((body = wf_http_body_json(r)) != NULL && read_json(r, a, body)) {
		if (a->order.n_files == 0)
			complain(r, NULL,
				"write {\"scenario\": \"NAME\"}, or {\"files\": [{\"name\": "
				"\"my.conf\", \"text\": \"...\"}]}");
		else
			start(r, a);
	}
	json_decref(body);
	if (a != NULL)
		free(a->text);
	free(a);
}
