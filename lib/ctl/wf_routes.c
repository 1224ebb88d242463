/* SPDX-License-Identifier: BSD-3-Clause
 * The table of routes and the way from a request to its handler. Control thread only.
 */
#include "wf_routes.h"

#include <event2/buffer.h>
#include <event2/keyvalq_struct.h>
#include <stdlib.h>
#include <string.h>

struct route {
	enum evhttp_cmd_type method;
	const char *pattern; /* "{}" stands for any one segment */
	void (*run)(struct wf_request *r);
	enum wf_event_kind kind; /* of what it does */
};

#define LOOK WF_EVENT_COUNT /* it only looks */

static const struct route routes[] = {
	{ EVHTTP_REQ_GET, "/healthz", wf_route_health, LOOK },
	{ EVHTTP_REQ_GET, "/v1/version", wf_route_version, LOOK },
	{ EVHTTP_REQ_GET, "/v1/stats", wf_route_stats, LOOK },
	{ EVHTTP_REQ_GET, "/v1/ports", wf_route_ports, LOOK },
	{ EVHTTP_REQ_GET, "/v1/events", wf_route_events, LOOK },
	{ EVHTTP_REQ_POST, "/v1/reset", wf_route_reset, WF_EVENT_reset },
	{ EVHTTP_REQ_GET, "/v1/config", wf_route_config_get, LOOK },
	{ EVHTTP_REQ_PUT, "/v1/config", wf_route_config_put, WF_EVENT_change },
	{ EVHTTP_REQ_POST, "/v1/config/validate", wf_route_config_validate, LOOK },
	{ EVHTTP_REQ_POST, "/v1/config/reload", wf_route_config_reload, WF_EVENT_reload },
	{ EVHTTP_REQ_GET, "/v1/config/diff", wf_route_config_diff, LOOK },
	{ EVHTTP_REQ_POST, "/v1/config/undo", wf_route_config_undo, WF_EVENT_change },
	{ EVHTTP_REQ_GET, "/v1/replays", wf_route_replays, LOOK },
	{ EVHTTP_REQ_POST, "/v1/replays", wf_route_replay_start, WF_EVENT_replay },
	{ EVHTTP_REQ_GET, "/v1/replays/{}", wf_route_replay_get, LOOK },
	{ EVHTTP_REQ_PATCH, "/v1/replays/{}", wf_route_replay_patch, WF_EVENT_replay },
	{ EVHTTP_REQ_DELETE, "/v1/replays/{}", wf_route_replay_stop, WF_EVENT_replay },
	{ EVHTTP_REQ_GET, "/v1/links", wf_route_links, LOOK },
	{ EVHTTP_REQ_GET, "/v1/links/{}/{}", wf_route_dir_get, LOOK },
	{ EVHTTP_REQ_PATCH, "/v1/links/{}/{}", wf_route_dir_patch, WF_EVENT_change },
	{ EVHTTP_REQ_GET, "/v1/links/{}/classes/{}/{}", wf_route_class_get, LOOK },
	{ EVHTTP_REQ_PATCH, "/v1/links/{}/classes/{}/{}", wf_route_class_patch, WF_EVENT_change },
};

/* Decodes one segment of a path. Names that are too long, empty or hold a zero match nothing. */
static bool
decode(const char *segment, size_t len, char out[WF_NAME_MAX])
{
	char *copy = strndup(segment, len);
	char *plain = NULL;
	size_t plain_len = 0;
	bool ok = false;

	if (copy != NULL)
		plain = evhttp_uridecode(copy, 0, &plain_len);
	if (plain != NULL && plain_len > 0 && plain_len < WF_NAME_MAX &&
		strlen(plain) == plain_len) {
		memcpy(out, plain, plain_len + 1);
		ok = true;
	}
	free(plain);
	free(copy);
	return ok;
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
		if (want == 2 && strncmp(pattern + 1, "{}", 2) == 0) {
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
	for (size_t i = 0; i < WF_ARRAY_SIZE(routes); i++) {
		size_t used = strlen(out);

		if (!match(routes[i].pattern, path, param))
			continue;
		snprintf(out + used, size - used, "%s%s%s", used ? ", " : "",
			wf_http_method(routes[i].method),
			routes[i].method == EVHTTP_REQ_GET ? ", HEAD" : "");
	}
	return out[0] != '\0';
}

void
wf_routes_dispatch(struct evhttp_request *req, const struct wf_ctl_ops *ops, struct wf_later *later)
{
	struct wf_request r = { .req = req, .ops = ops, .later = later, .kind = LOOK };
	const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(req);
	const char *path = uri != NULL ? evhttp_uri_get_path(uri) : NULL;
	enum evhttp_cmd_type method = evhttp_request_get_command(req);
	char allow[64];

	if (path == NULL)
		path = "";
	if (evbuffer_get_length(evhttp_request_get_input_buffer(req)) > WF_HTTP_BODY_MAX) {
		wf_http_problem(
			&r, 413, NULL, "The body is longer than %u bytes.", WF_HTTP_BODY_MAX);
		return;
	}
	for (size_t i = 0; i < WF_ARRAY_SIZE(routes); i++) {
		bool fits = routes[i].method == method ||
			    (routes[i].method == EVHTTP_REQ_GET && method == EVHTTP_REQ_HEAD);

		if (!fits || !match(routes[i].pattern, path, r.param))
			continue;
		r.kind = routes[i].kind;
		routes[i].run(&r);
		free(r.what);
		return;
	}
	if (!allowed(path, allow, sizeof(allow))) {
		wf_http_problem(&r, 404, NULL, "There is nothing at %.200s.", path);
		return;
	}
	evhttp_add_header(evhttp_request_get_output_headers(req), "Allow", allow);
	wf_http_problem(&r, 405, NULL, "%.200s takes %s only.", path, allow);
}
