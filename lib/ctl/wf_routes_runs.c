/* SPDX-License-Identifier: BSD-3-Clause
 * Handlers of runs of scenarios: looked at, stopped, and their reports. Control thread only.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wf_json.h"
#include "wf_routes.h"
#include "wf_scenario_report.h"

static bool
number(const struct wf_request *r, uint32_t i, struct wf_scenario_state *out)
{
	return r->ops->run(r->ops->ctx, i, out);
}

json_t *
wf_route_runs_from(const struct wf_request *r, uint64_t first)
{
	json_t *list = json_array();
	struct wf_scenario_state s;

	for (uint32_t i = 0; list != NULL && number(r, i, &s); i++)
		if (s.id >= first &&
			json_array_append_new(list, wf_scenario_state_json(&s, false)) < 0) {
			json_decref(list);
			list = NULL;
		}
	return list != NULL ? json_pack("{s:o}", "runs", list) : NULL;
}

void
wf_route_runs(struct wf_request *r)
{
	wf_http_json(r, 200, wf_route_runs_from(r, 0));
}

/* The run of the address: a number, or "last". false: 404 has been replied. */
static bool
find(struct wf_request *r, struct wf_scenario_state *out)
{
	bool last = strcmp(r->param[0], "last") == 0, found = false;
	struct wf_scenario_state s;
	char *end;
	unsigned long long id = strtoull(r->param[0], &end, 10);

	if (!last && (*end != '\0' || r->param[0][0] < '0' || r->param[0][0] > '9'))
		id = 0; /* which is no run's */
	for (uint32_t i = 0; number(r, i, &s); i++)
		if (last || s.id == id) {
			*out = s;
			found = true;
		}
	if (!found)
		wf_http_problem(r, 404, NULL,
			last ? "No scenario has run."
			     : "There is no run \"%s\", or it is no longer kept.",
			r->param[0]);
	return found;
}

void
wf_route_run_get(struct wf_request *r)
{
	struct wf_scenario_state s;

	if (find(r, &s))
		wf_http_json(r, 200, wf_scenario_state_json(&s, true));
}

void
wf_route_runs_stop(struct wf_request *r)
{
	int rc = r->ops->run_stop(r->ops->ctx, 0);

	if (rc < 0)
		wf_http_failed(r, rc, NULL);
	else
		wf_http_json(r, 200, wf_route_runs_from(r, 0));
}

void
wf_route_run_stop(struct wf_request *r)
{
	struct wf_scenario_state s;
	int rc;

	if (!find(r, &s))
		return;
	r->about = s.s->name;
	rc = r->ops->run_stop(r->ops->ctx, s.id);
	if (rc == -EALREADY)
		wf_http_problem(r, 409, NULL, "Run %llu is over.", (unsigned long long)s.id);
	else if (rc < 0)
		wf_http_failed(r, rc, NULL);
	else if (find(r, &s))
		wf_http_json(r, 200, wf_scenario_state_json(&s, true));
}

void
wf_route_run_trigger(struct wf_request *r)
{
	struct wf_scenario_state s;

	if (!find(r, &s))
		return;
	r->about = s.s->name;
	if (r->ops->run_trigger(r->ops->ctx, s.id) < 0)
		wf_http_problem(r, 409, NULL, "No phase of run %llu waits for a trigger now.",
			(unsigned long long)s.id);
	else
		wf_http_json(r, 200, wf_scenario_state_json(&s, true));
}

/* ---- Reports ---- */

static int
put_json(const json_t *doc, FILE *out)
{
	return json_dumpf(doc, out, WF_JSON_FLAGS) < 0 || fputc('\n', out) == EOF ? -EIO : 0;
}

static int
put_junit(const json_t *doc, FILE *out)
{
	json_t *one = (json_t *)(uintptr_t)doc;

	return wf_scenario_junit(&one, 1, out);
}

static int
put_text(const json_t *doc, FILE *out)
{
	wf_scenario_summary(doc, out);
	return ferror(out) ? -EIO : 0;
}

static const struct form {
	const char *name, *media;
	int (*put)(const json_t *doc, FILE *out);
} forms[] = {
	{ "json", "application/json", put_json },
	{ "md", "text/markdown; charset=utf-8", wf_scenario_markdown },
	{ "html", "text/html; charset=utf-8", wf_scenario_html },
	{ "junit", "application/xml", put_junit },
	{ "text", "text/plain; charset=utf-8", put_text },
};

static bool
read_format(struct wf_request *r, const char *key, const char *value, void *ctx)
{
	const struct form **form = ctx;

	if (strcmp(key, "format") != 0) {
		wf_http_problem(r, 422, NULL, "The key is format, not \"%.80s\".", key);
		return false;
	}
	for (size_t i = 0; i < WF_ARRAY_SIZE(forms); i++)
		if (strcmp(value, forms[i].name) == 0) {
			*form = &forms[i];
			return true;
		}
	wf_http_problem(r, 422, NULL,
		"A report has the formats json, md, html, junit and text, not \"%.80s\".", value);
	return false;
}

static void
reply_report(struct wf_request *r, const struct form *form, const json_t *doc)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	int rc = out != NULL ? form->put(doc, out) : -ENOMEM;

	if (out != NULL && fclose(out) != 0)
		rc = -ENOMEM;
	if (rc < 0) {
		wf_http_failed(r, rc, NULL);
	} else {
		/* A page of its own, which may do nothing but look as it does. */
		evhttp_add_header(evhttp_request_get_output_headers(r->req),
			"Content-Security-Policy",
			"default-src 'none'; style-src 'unsafe-inline'; sandbox");
		wf_http_bytes(r, form->media, text, size);
	}
	free(text);
}

void
wf_route_run_report(struct wf_request *r)
{
	const struct form *form = &forms[0];
	struct wf_scenario_state s;

	if (!wf_http_query(r, read_format, &form) || !find(r, &s))
		return;
	if (s.report == NULL)
		wf_http_problem(r, 404, NULL, "Run %llu has no report: it is %s.",
			(unsigned long long)s.id, wf_scenario_stages[s.stage]);
	else
		reply_report(r, form, s.report);
}
