/* SPDX-License-Identifier: BSD-3-Clause
 * Handlers of what is measured: health, version, stats, ports, reset. Control thread only.
 */
#include "wf_json.h"
#include "wf_routes.h"

void
wf_route_health(struct wf_request *r)
{
	wf_http_json(r, 200, json_pack("{s:s}", "status", "ok"));
}

void
wf_route_version(struct wf_request *r)
{
	wf_http_json(r, 200,
		json_pack(
			"{s:s,s:s,s:s}", "name", "wirefault", "version", WF_VERSION, "api", "v1"));
}

/* The stats document. NULL: not available, and 503 has been replied. */
static json_t *
stats(struct wf_request *r)
{
	struct wf_snapshot *snap = r->ops->snapshot(r->ops->ctx);
	json_t *j = snap != NULL ? wf_json_stats(snap) : NULL;

	if (snap == NULL)
		wf_http_problem(r, 503, NULL, "No snapshot is available now. Try again.");
	else if (j == NULL)
		wf_http_json(r, 200, NULL);
	wf_snapshot_free(snap);
	return j;
}

void
wf_route_stats(struct wf_request *r)
{
	json_t *j = stats(r);

	if (j != NULL)
		wf_http_json(r, 200, j);
}

void
wf_route_ports(struct wf_request *r)
{
	json_t *j = stats(r);

	if (j == NULL)
		return;
	wf_http_json(r, 200, json_pack("{s:O}", "ports", json_object_get(j, "ports")));
	json_decref(j);
}

void
wf_route_reset(struct wf_request *r)
{
	int rc = r->ops->reset(r->ops->ctx);

	if (rc < 0)
		wf_http_problem(r, 503, NULL, "The counters could not be reset now. Try again.");
	else
		wf_http_json(r, 200, json_pack("{s:b}", "reset", 1));
}
