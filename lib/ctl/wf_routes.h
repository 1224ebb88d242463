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

/* wf_routes_read.c: what is measured and what we are. */
void wf_route_health(struct wf_request *r);
void wf_route_version(struct wf_request *r);
void wf_route_stats(struct wf_request *r);
void wf_route_ports(struct wf_request *r);
void wf_route_reset(struct wf_request *r);

/* wf_routes_events.c: what happened. */
void wf_route_events(struct wf_request *r);

/* wf_routes_config.c: the configuration as a whole. */
void wf_route_config_get(struct wf_request *r);
void wf_route_config_put(struct wf_request *r);
void wf_route_config_validate(struct wf_request *r);
void wf_route_config_reload(struct wf_request *r);

/* wf_routes_change.c: overrides. */
void wf_route_config_diff(struct wf_request *r);
void wf_route_config_undo(struct wf_request *r);
/* An array of objects. */
json_t *wf_route_overrides(const struct wf_request *r, const struct wf_overrides *list);

/* wf_routes_link.c: links, and the directions of links and of their classes. */
void wf_route_links(struct wf_request *r);
void wf_route_dir_get(struct wf_request *r);
void wf_route_dir_patch(struct wf_request *r);
void wf_route_class_get(struct wf_request *r);
void wf_route_class_patch(struct wf_request *r);

/* wf_routes_replay.c: replays of captures. */
void wf_route_replays(struct wf_request *r);
void wf_route_replay_start(struct wf_request *r);
void wf_route_replay_get(struct wf_request *r);
void wf_route_replay_patch(struct wf_request *r);
void wf_route_replay_stop(struct wf_request *r);

#endif
