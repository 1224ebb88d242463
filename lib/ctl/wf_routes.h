/* SPDX-License-Identifier: BSD-3-Clause
 * The routes: one table of method, pattern and handler drives dispatch, 404, and 405 with Allow.
 * Control thread only. Inside lib/ctl.
 */
#ifndef WF_ROUTES_H
#define WF_ROUTES_H

#include "wf_http.h"

/* Finds the request's route and runs its handler, or replies 404, 405 or 413. */
void wf_routes_dispatch(
	struct evhttp_request *req, const struct wf_ctl_ops *ops, struct wf_later *later);

/* The handlers: wf_routes_*.c. */
#define WF_ROUTE(method, pattern, name, ...) void wf_route_##name(struct wf_request *r);
#include "wf_routes_list.h"
#undef WF_ROUTE

struct wf_route {
	enum evhttp_cmd_type method;
	const char *pattern;
	void (*run)(struct wf_request *r);
	enum wf_event_kind kind; /* of what it does; WF_EVENT_COUNT: it only looks */
	const char *name;
	const char *query, *body, *reply; /* keys; names of schemas; "": none */
	const char *summary;
};
extern const struct wf_route wf_routes[];
extern const size_t wf_n_routes;

/* wf_routes_change.c: an array of objects. */
json_t *wf_route_overrides(const struct wf_request *r, const struct wf_overrides *list);

#endif
