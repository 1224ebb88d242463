/* SPDX-License-Identifier: BSD-3-Clause
 * The OpenAPI document. Control thread only.
 */
#include "wf_openapi.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wf_routes.h"
#include "wf_schemas.h"

/* Keys of queries. */
static const struct {
	const char *name, *type, *help;
} query_keys[] = {
	{ "since", "integer", "number of the last event that is known already" },
	{ "wait", "string", "wait so long for one, at most 10s" },
	{ "hz", "integer", "so often a second, 1 to 10" },
	{ "seconds", "integer", "so many of the last ones, 1 to 600" },
	{ "link", "string", "of this link only" },
	{ "top", "integer", "so many at most" },
	{ "by", "string", "in this order" },
	{ "buckets", "boolean", "with every bucket of the histograms" },
	{ "format", "string", "another form of it" },
};

static json_t *
ref(const char *name)
{
	char path[96];

	/* What is new has no schema yet, and may be anything. */
	snprintf(path, sizeof(path), "#/components/schemas/%s", name);
	return json_pack("{s:s}", "$ref", path);
}

static json_t *
media(const char *type, json_t *schema)
{
	return json_pack("{s:{s:o}}", type, "schema", schema);
}

/* The content of a body or an answer with this schema. */
static json_t *
content(const char *name, bool body)
{
	static const char *const texts[] = { "stream", "metrics", "page", "page_file" };
	static const char *const types[] = { "text/event-stream", "text/plain", "text/html",
		"*/*" };
	json_t *j, *also = NULL;

	for (size_t i = 0; i < WF_ARRAY_SIZE(texts); i++)
		if (strcmp(name, texts[i]) == 0)
			return media(types[i], json_pack("{s:s}", "type", "string"));
	j = media("application/json", ref(name));
	if (strcmp(name, "config") == 0 || strcmp(name, "scenario_file") == 0 ||
		strcmp(name, "run") == 0)
		also = media("text/plain", json_pack("{s:s}", "type", "string"));
	else if (strcmp(name, "run_report") == 0)
		also = media("*/*", json_pack("{s:s}", "type", "string"));
	else if (body && (strcmp(name, "patch") == 0 || strstr(name, "_patch") != NULL))
		also = media("application/merge-patch+json", ref(name));
	if (also != NULL)
		json_object_update(j, also);
	json_decref(also);
	return j;
}

static json_t *
path_parameter(const char *name, size_t len)
{
	json_t *schema = json_pack("{s:s}", "type", "string");
	char plain[WF_NAME_MAX];

	snprintf(plain, sizeof(plain), "%.*s", (int)len, name);
	if (strcmp(plain, "side") == 0)
		json_object_set_new(schema, "enum", json_pack("[s,s,s]", "ab", "ba", "both"));
	return json_pack(
		"{s:s,s:s,s:b,s:o}", "name", plain, "in", "path", "required", 1, "schema", schema);
}

static json_t *
query_parameter(const char *name, size_t len)
{
	const char *type = "string", *help = "";
	char plain[WF_NAME_MAX];

	snprintf(plain, sizeof(plain), "%.*s", (int)len, name);
	for (size_t i = 0; i < WF_ARRAY_SIZE(query_keys); i++)
		if (strcmp(query_keys[i].name, plain) == 0) {
			type = query_keys[i].type;
			help = query_keys[i].help;
		}
	return json_pack("{s:s,s:s,s:s,s:{s:s}}", "name", plain, "in", "query", "description", help,
		"schema", "type", type);
}

static json_t *
parameters(const struct wf_route *route)
{
	json_t *all = json_array();
	const char *at;

	for (at = strchr(route->pattern, '{'); at != NULL; at = strchr(at + 1, '{'))
		json_array_append_new(all, path_parameter(at + 1, strcspn(at + 1, "}")));
	for (at = route->query; *at != '\0'; at += strspn(at, " ")) {
		size_t len = strcspn(at, " ");

		json_array_append_new(all, query_parameter(at, len));
		at += len;
	}
	if (route->kind < WF_EVENT_COUNT)
		json_array_append_new(
			all, json_pack("{s:s,s:s,s:s,s:{s:s}}", "name", "If-Match", "in", "header",
				     "description", "the ETag of what is to be changed", "schema",
				     "type", "string"));
	return all;
}

static void
add_problem(json_t *all, const char *status, const char *what)
{
	json_object_set_new(all, status,
		json_pack("{s:s,s:o}", "description", what, "content",
			media("application/problem+json", ref("problem"))));
}

static json_t *
responses(const struct wf_route *route)
{
	bool changes = route->kind < WF_EVENT_COUNT;
	/* It goes on when it has been answered. */
	bool begins = strcmp(route->name, "run_start") == 0;
	json_t *all = json_pack("{s:{s:s,s:o}}", begins ? "202" : "200", "description",
		route->summary, "content", content(route->reply, false));

	if (*route->body != '\0') {
		add_problem(all, "400", "the body is not JSON, or not text");
		add_problem(all, "413", "the body is longer than 1 MiB");
		add_problem(all, "415", "the body's media type is not known");
	}
	if (*route->body != '\0' || *route->query != '\0' || changes)
		add_problem(all, "422", "unknown key, or a value out of its range, by its path");
	if (route->kind != WF_EVENT_OPEN)
		add_problem(all, "401", "by TCP: no token, or a wrong one");
	add_problem(all, "403", "by TCP: a foreign Host or Origin, or a token that may only look");
	if (strchr(route->pattern, '{') != NULL || *route->query != '\0')
		add_problem(all, "404", "there is none of that name");
	if (changes) {
		add_problem(all, "409", "it needs a restart, or does not fit what there is");
		add_problem(all, "412", "If-Match names another configuration");
	}
	add_problem(all, "500", "it failed, as said");
	add_problem(all, "503", "out of memory, or a worker does not answer");
	return all;
}

static json_t *
operation(const struct wf_route *route)
{
	json_t *j = json_pack("{s:s,s:s,s:o,s:o}", "operationId", route->name, "summary",
		route->summary, "parameters", parameters(route), "responses", responses(route));

	if (j != NULL && *route->body != '\0')
		json_object_set_new(j, "requestBody",
			json_pack("{s:b,s:o}", "required", strcmp(route->body, "which") != 0,
				"content", content(route->body, true)));
	if (j != NULL && route->kind == WF_EVENT_OPEN)
		json_object_set_new(j, "security", json_array());
	return j;
}

static json_t *
paths(void)
{
	json_t *all = json_object();

	for (size_t i = 0; all != NULL && i < wf_n_routes; i++) {
		const struct wf_route *route = &wf_routes[i];
		json_t *path = json_object_get(all, route->pattern);
		char method[16];

		snprintf(method, sizeof(method), "%s", wf_http_method(route->method));
		for (char *c = method; *c != '\0'; c++)
			*c = (char)(*c | 0x20);
		if (path == NULL &&
			json_object_set_new(all, route->pattern, path = json_object()) < 0)
			path = NULL;
		if (path == NULL || json_object_set_new(path, method, operation(route)) < 0) {
			json_decref(all);
			all = NULL;
		}
	}
	return all;
}

/* Names that only the list of routes has get a schema that says nothing. */
static json_t *
schemas(void)
{
	json_t *all = wf_schemas();

	for (size_t i = 0; all != NULL && i < wf_n_routes; i++) {
		const char *const names[] = { wf_routes[i].body, wf_routes[i].reply };

		for (size_t k = 0; k < WF_ARRAY_SIZE(names); k++)
			if (*names[k] != '\0' && json_object_get(all, names[k]) == NULL)
				json_object_set_new(
					all, names[k], json_pack("{s:s}", "type", "object"));
	}
	return all;
}

json_t *
wf_openapi(void)
{
	return json_pack(
		"{s:s,s:{s:s,s:s,s:s,s:{s:s}},s:[{s:s}],s:o,s:{s:o,s:{s:{s:s,s:s}}},s:[{s:[]}]}",
		"openapi", "3.1.0", "info", "title", "wirefault", "version", WF_VERSION,
		"description",
		"Looks at and changes a running wirefault, over its Unix socket, or over TCP with "
		"a token.",
		"license", "name", "BSD-3-Clause", "servers", "url", "http://localhost", "paths",
		paths(), "components", "schemas", schemas(), "securitySchemes", "token", "type",
		"http", "scheme", "bearer", "security", "token");
}

void
wf_route_openapi(struct wf_request *r)
{
	wf_http_json(r, 200, wf_openapi());
}
