/* SPDX-License-Identifier: BSD-3-Clause
 * The table of routes and the way from a request to its handler. Control thread only.
 */
#include "wf_routes.h"

#include <event2/buffer.h>
#include <event2/keyvalq_struct.h>
#include <stdlib.h>
#include <string.h>

#define WF_ROUTE(method, pattern, name, kind, query, body, reply, summary)                         \
	{ EVHTTP_REQ_##method, pattern, wf_route_##name, WF_EVENT_##kind, #name, query, body,      \
		reply, summary },
const struct wf_route wf_routes[] = {
#include "wf_routes_list.h"
};
#undef WF_ROUTE
const size_t wf_n_routes = WF_ARRAY_SIZE(wf_routes);

static int
hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Decodes one segment of a path. Names that are too long, empty or hold a zero match nothing. */
static bool
decode(const char *segment, size_t len, char out[WF_NAME_MAX])
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		char c = segment[i];

		if (c == '%' && i + 2 < len && hex(segment[i + 1]) >= 0 &&
			hex(segment[i + 2]) >= 0) {
			c = (char)(hex(segment[i + 1]) << 4 | hex(segment[i + 2]));
			i += 2;
		}
		if (c == '\0' || n + 1 == WF_NAME_MAX)
			return false;
		out[n++] = c;
	}
	out[n] = '\0';
	return n > 0;
}

static bool
match(const char *pattern, const char *path, char param[WF_HTTP_PARAMS][WF_NAME_MAX])
{
	int n = 0;

	while (*pattern != '\0') {
		size_t want = strcspn(pattern + 1, "/");
		size_t got;

		if (*path != '/')
			return false;
		got = strcspn(path + 1, "/");
		if (pattern[1] == '{') {
			if (!decode(path + 1, got, param[n++]))
				return false;
		} else if (want != got || strncmp(pattern + 1, path + 1, want) != 0) {
			return false;
		}
		pattern += 1 + want;
		path += 1 + got;
	}
	return *path == '\0';
}

/* "GET, HEAD, PATCH": the methods of this path. False: there is no such path. */
static bool
allowed(const char *path, char *out, size_t size)
{
	char param[WF_HTTP_PARAMS][WF_NAME_MAX];

	out[0] = '\0';
	for (size_t i = 0; i < wf_n_routes; i++) {
		size_t used = strlen(out);

		if (!match(wf_routes[i].pattern, path, param))
			continue;
		snprintf(out + used, size - used, "%s%s%s", used ? ", " : "",
			wf_http_method(wf_routes[i].method),
			wf_routes[i].method == EVHTTP_REQ_GET ? ", HEAD" : "");
	}
	return out[0] != '\0';
}

static const struct wf_route *
find(const char *path, enum evhttp_cmd_type method, struct wf_request *r)
{
	for (size_t i = 0; i < wf_n_routes; i++) {
		const struct wf_route *route = &wf_routes[i];
		bool fits = route->method == method ||
			    (route->method == EVHTTP_REQ_GET && method == EVHTTP_REQ_HEAD);

		if (fits && match(route->pattern, path, r->param))
			return route;
	}
	return NULL;
}

static void
refuse(struct wf_request *r, const char *path)
{
	char allow[64];

	if (!allowed(path, allow, sizeof(allow))) {
		wf_http_problem(r, 404, NULL, "There is nothing at %.200s.", path);
		return;
	}
	evhttp_add_header(evhttp_request_get_output_headers(r->req), "Allow", allow);
	wf_http_problem(r, 405, NULL, "%.200s takes %s only.", path, allow);
}

void
wf_routes_dispatch(struct wf_request *r, struct wf_guard *guard)
{
	const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(r->req);
	const char *path = uri != NULL ? evhttp_uri_get_path(uri) : NULL;
	const struct wf_route *route;
	bool changes;

	if (path == NULL)
		path = "";
	r->kind = WF_EVENT_COUNT;
	wf_http_memory_begin();
	route = find(path, evhttp_request_get_command(r->req), r);
	changes = route != NULL && route->kind < WF_EVENT_COUNT;
	if (guard != NULL &&
		!wf_guard_admits(guard, r,
			changes                                         ? WF_GUARD_CHANGE
			: route != NULL && route->kind == WF_EVENT_OPEN ? WF_GUARD_OPEN
									: WF_GUARD_READ))
		return;
	if (evbuffer_get_length(evhttp_request_get_input_buffer(r->req)) > WF_HTTP_BODY_MAX) {
		wf_http_problem(
			r, 413, NULL, "The body is longer than %u bytes.", WF_HTTP_BODY_MAX);
		return;
	}
	if (route == NULL) {
		refuse(r, path);
		return;
	}
	if (changes) {
		r->kind = (enum wf_event_kind)route->kind;
		if (!wf_http_if_match(r))
			return;
	}
	route->run(r);
	free(r->what);
	free(r->work);
}
