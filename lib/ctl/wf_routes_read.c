/* SPDX-License-Identifier: BSD-3-Clause
 * Handlers of what is measured: health, version, stats, ports, workers, reset. Control thread only.
 */
#include <errno.h>
#include <string.h>

#include "wf_feed.h"
#include "wf_json.h"
#include "wf_later.h"
#include "wf_routes.h"
#include "wf_units.h"

void
wf_route_health(struct wf_request *r)
{
	wf_http_json(r, 200, json_pack("{s:s}", "status", "ok"));
}

/* Packets can go through: the workers answer, and no port is gone. */
static bool
try_ready(struct wf_request *r, bool late)
{
	struct wf_snapshot *snap = r->ops->snapshot(r->ops->ctx);
	const struct wf_snap_port *gone = NULL;

	if (snap == NULL && !late)
		return false;
	for (uint32_t i = 0; snap != NULL && i < snap->n_ports; i++)
		if (snap->ports[i].gone)
			gone = &snap->ports[i];
	if (snap == NULL)
		wf_http_problem(r, 503, NULL, "A worker does not answer.");
	else if (gone != NULL)
		wf_http_problem(r, 503, NULL, "The interface of port %s is gone.", gone->name);
	else
		wf_http_json(r, 200, json_pack("{s:s}", "status", "ready"));
	wf_snapshot_free(snap);
	return true;
}

void
wf_route_ready(struct wf_request *r)
{
	wf_later_try(r, try_ready);
}

void
wf_route_version(struct wf_request *r)
{
	wf_http_json(r, 200,
		json_pack(
			"{s:s,s:s,s:s}", "name", "wirefault", "version", WF_VERSION, "api", "v1"));
}

/* The stats document, with its histograms as a whole if so asked. */
static json_t *
stats_of(const struct wf_snapshot *snap, bool buckets)
{
	json_t *j = wf_json_stats(snap);

	if (j != NULL && buckets && wf_json_add_buckets(j, snap) < 0) {
		json_decref(j);
		j = NULL;
	}
	return j;
}

/* All of it, or one member (NULL: all). False: workers have not answered yet. */
static bool
reply_stats(struct wf_request *r, const char *name, bool buckets, bool late)
{
	struct wf_snapshot *snap = r->ops->snapshot(r->ops->ctx);
	json_t *j = snap != NULL ? stats_of(snap, buckets) : NULL;

	if (snap == NULL && !late)
		return false;
	if (snap == NULL) {
		wf_http_problem(r, 503, NULL, "A worker does not answer. Try again.");
		return true;
	}
	wf_snapshot_free(snap);
	if (j == NULL || name == NULL) {
		wf_http_json(r, 200, j);
		return true;
	}
	wf_http_json(r, 200, json_pack("{s:O}", name, json_object_get(j, name)));
	json_decref(j);
	return true;
}

static bool
try_stats(struct wf_request *r, bool late)
{
	return reply_stats(r, NULL, false, late);
}

static bool
try_buckets(struct wf_request *r, bool late)
{
	return reply_stats(r, NULL, true, late);
}

static bool
read_key(struct wf_request *r, const char *key, const char *value, void *ctx)
{
	bool *buckets = ctx;

	if (strcmp(key, "buckets") == 0 &&
		(strcmp(value, "true") == 0 || strcmp(value, "false") == 0)) {
		*buckets = *value == 't';
		return true;
	}
	wf_http_problem(r, 422, NULL, "The key is buckets, true or false, not \"%.80s=%.80s\".",
		key, value);
	return false;
}

void
wf_route_stats(struct wf_request *r)
{
	bool buckets = false;

	if (wf_http_query(r, read_key, &buckets))
		wf_later_try(r, buckets ? try_buckets : try_stats);
}

static bool
try_ports(struct wf_request *r, bool late)
{
	return reply_stats(r, "ports", false, late);
}

void
wf_route_ports(struct wf_request *r)
{
	wf_later_try(r, try_ports);
}

static bool
try_workers(struct wf_request *r, bool late)
{
	return reply_stats(r, "workers", false, late);
}

void
wf_route_workers(struct wf_request *r)
{
	wf_later_try(r, try_workers);
}

static bool
try_reset(struct wf_request *r, bool late)
{
	int rc = r->ops->reset(r->ops->ctx);

	if (rc == -EAGAIN && !late)
		return false;
	if (rc == -EBUSY) {
		wf_http_problem(r, 409, NULL,
			"A scenario runs, and counts. Stop it first: wfctl scenario stop.");
		return true;
	}
	if (rc < 0) {
		wf_http_problem(r, 503, NULL, "The counters could not be reset now. Try again.");
		return true;
	}
	wf_http_tell();
	wf_http_told(r, json_pack("{s:b}", "reset", 1));
	return true;
}

void
wf_route_reset(struct wf_request *r)
{
	wf_later_try(r, try_reset);
}

/* ---- As time goes by ---- */

struct history_query {
	uint64_t seconds;
	char link[WF_NAME_MAX];
};

static bool
read_history_key(struct wf_request *r, const char *key, const char *value, void *ctx)
{
	struct history_query *q = ctx;

	if (strcmp(key, "link") == 0) {
		snprintf(q->link, sizeof(q->link), "%s", value);
		if (wf_conf_owner_node(r->ops->setup(r->ops->ctx)->tree, value, NULL) != NULL)
			return true;
		wf_http_problem(r, 404, NULL, "There is no link \"%.80s\".", value);
		return false;
	}
	if (strcmp(key, "seconds") != 0) {
		wf_http_problem(r, 422, NULL, "The keys are seconds and link, not \"%.80s\".", key);
		return false;
	}
	if (wf_units_count(value, &q->seconds) == 0 && q->seconds >= 1 &&
		q->seconds <= WF_HISTORY_SAMPLES)
		return true;
	wf_http_problem(r, 422, NULL, "seconds is a number from 1 to %d, not \"%.80s\".",
		WF_HISTORY_SAMPLES, value);
	return false;
}

void
wf_route_history(struct wf_request *r)
{
	struct history_query q = { .seconds = WF_HISTORY_SAMPLES };

	if (wf_http_query(r, read_history_key, &q))
		wf_http_json(r, 200,
			wf_history_json(wf_feed_history(r->feed), (uint32_t)q.seconds,
				q.link[0] != '\0' ? q.link : NULL));
}

static bool
read_hz(struct wf_request *r, const char *key, const char *value, void *ctx)
{
	uint64_t *hz = ctx;

	if (strcmp(key, "hz") != 0) {
		wf_http_problem(r, 422, NULL, "The key is hz, not \"%.80s\".", key);
		return false;
	}
	if (wf_units_count(value, hz) == 0 && *hz >= 1 && *hz <= WF_FEED_HZ_MAX)
		return true;
	wf_http_problem(r, 422, NULL, "hz is a whole number from 1 to %d, not \"%.80s\".",
		WF_FEED_HZ_MAX, value);
	return false;
}

void
wf_route_stream(struct wf_request *r)
{
	uint64_t hz = 2;

	if (!wf_http_query(r, read_hz, &hz))
		return;
	if (evhttp_request_get_command(r->req) == EVHTTP_REQ_HEAD) {
		wf_http_bytes(r, "text/event-stream", "", 0);
		return;
	}
	switch (wf_feed_join(r->feed, r, (uint32_t)hz)) {
	case 0:
		break;
	case -EAGAIN:
		wf_http_problem(r, 503, NULL, "There are %d streams already.", WF_FEED_CLIENTS);
		break;
	default:
		wf_http_json(r, 503, NULL);
		break;
	}
}
