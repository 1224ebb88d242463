/* SPDX-License-Identifier: BSD-3-Clause
 * The routes: one table of method, pattern and handler drives dispatch, 404, and 405 with Allow.
 * Control thread only. Inside lib/ctl.
 */
#ifndef WF_ROUTES_H
#define WF_ROUTES_H

#include "wf_guard.h"
#include "wf_http.h"
#include "wf_library.h"

/* Finds the request's route and runs its handler, or replies why not. `guard` NULL: it came by the
 * Unix socket. */
void wf_routes_dispatch(struct wf_request *r, struct wf_guard *guard);

/* The handlers: wf_routes_*.c. */
#define WF_ROUTE(method, pattern, name, ...) void wf_route_##name(struct wf_request *r);
#include "wf_routes_list.h"
#undef WF_ROUTE

struct wf_route {
	enum evhttp_cmd_type method;
	const char *pattern;
	void (*run)(struct wf_request *r);
	int kind;                          /* enum wf_event_kind of what it does, or: */
#define WF_EVENT_LOOK WF_EVENT_COUNT       /* it only looks */
#define WF_EVENT_OPEN (WF_EVENT_COUNT + 1) /* and anyone may */
	const char *name;
	const char *query, *body, *reply; /* keys; names of schemas; "": none */
	const char *summary;
};
extern const struct wf_route wf_routes[];
extern const size_t wf_n_routes;

/* wf_routes_change.c: an array of objects. */
json_t *wf_route_overrides(const struct wf_request *r, const struct wf_overrides *list);

/* wf_routes_config.c: the body, JSON or text, as a normalised tree. NULL: the problem has been
 * replied. */
struct wf_node *wf_route_body_tree(struct wf_request *r, struct wf_err *err);

/* wf_routes_scenarios.c: where scenarios are. */
struct wf_library wf_route_scenario_library(const struct wf_request *r);
/* wf_routes_runs.c: those of this number and later ones. NULL: out of memory. */
json_t *wf_route_runs_from(const struct wf_request *r, uint64_t first);
/* wf_routes_bypass.c: is every link a plain wire? */
bool wf_route_bypassed(const struct wf_request *r);

/* wf_routes_replay.c: replays of captures. */
void wf_route_replays(struct wf_request *r);
void wf_route_replay_start(struct wf_request *r);
void wf_route_replay_get(struct wf_request *r);
void wf_route_replay_patch(struct wf_request *r);
void wf_route_replay_stop(struct wf_request *r);

#endif
