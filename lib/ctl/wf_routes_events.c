/* SPDX-License-Identifier: BSD-3-Clause
 * GET /v1/events: what happened since a number, or the next that will. Control thread only.
 *
 * A request that waits keeps its connection: it is answered when there is an event, or when its
 * time is over. evhttp does not tell of a client that goes away meanwhile; that is found out when
 * it is answered, which is why nobody may wait for long.
 */
#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#include "wf_json_event.h"
#include "wf_routes.h"
#include "wf_units.h"

#define WAIT_MAX_NS (10 * WF_NS_PER_S)

struct query {
	uint64_t since;
	wf_ns_t wait_ns;
};

struct waiter {
	struct wf_request r;
	struct wf_event_reader reader;
	struct event *timer; /* active: there is something, or the time is over */
	uint64_t since;
};

static bool
read_key(struct wf_request *r, const char *key, const char *value, void *ctx)
{
	struct query *q = ctx;

	if (strcmp(key, "since") == 0) {
		if (value[strspn(value, "0123456789")] == '\0' &&
			wf_units_count(value, &q->since) == 0)
			return true;
		wf_http_problem(r, 422, NULL,
			"since is the number of an event, 0 or more, not \"%.80s\".", value);
		return false;
	}
	if (strcmp(key, "wait") == 0) {
		if (wf_units_duration(value, &q->wait_ns) == 0 && q->wait_ns <= WAIT_MAX_NS)
			return true;
		wf_http_problem(
			r, 422, NULL, "wait is a time of at most 10s, not \"%.80s\".", value);
		return false;
	}
	wf_http_problem(r, 422, NULL, "The keys are since and wait, not \"%.80s\".", key);
	return false;
}

/* All there are since then. */
static void
reply(struct wf_request *r, uint64_t since)
{
	const struct wf_event_log *log = r->ops->events;
	struct wf_event_reader reader = { .seen = since };
	json_t *list = json_array();
	const struct wf_event *e;
	bool good = list != NULL;

	while (good && (e = wf_event_next(log, &reader)) != NULL)
		good = json_array_append_new(list, wf_json_event(e)) == 0;
	if (!good) {
		json_decref(list);
		wf_http_json(r, 503, NULL);
		return;
	}
	wf_http_json(r, 200,
		json_pack("{s:o,s:I,s:I}", "events", list, "missed", (json_int_t)reader.missed,
			"last", (json_int_t)wf_event_last(log)));
}

static void
free_waiter(struct waiter *w)
{
	wf_event_leave(w->r.ops->events, &w->reader);
	event_free(w->timer);
	free(w);
}

/* The connection ends, and the request with it. */
static void
on_close(struct evhttp_connection *conn, void *arg)
{
	struct waiter *w = arg;

	wf_http_gone(w->r.req);
	free_waiter(w);
}

/* Events that come together are answered together: when the loop has done what it is about. */
static void
on_event(struct wf_event_reader *reader)
{
	struct waiter *w = reader->ctx;

	event_active(w->timer, EV_TIMEOUT, 1);
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct waiter *w = arg;

	evhttp_connection_set_closecb(evhttp_request_get_connection(w->r.req), NULL, NULL);
	reply(&w->r, w->since);
	free_waiter(w);
}

static void
wait_for_event(struct wf_request *r, const struct query *q)
{
	const struct timeval tv = { (time_t)(q->wait_ns / WF_NS_PER_S),
		(suseconds_t)(q->wait_ns % WF_NS_PER_S / 1000) };
	struct evhttp_connection *conn = evhttp_request_get_connection(r->req);
	struct waiter *w = calloc(1, sizeof(*w));

	if (w != NULL)
		w->timer = evtimer_new(evhttp_connection_get_base(conn), on_timer, w);
	if (w == NULL || w->timer == NULL || evtimer_add(w->timer, &tv) < 0) {
		if (w != NULL && w->timer != NULL)
			event_free(w->timer);
		free(w);
		wf_http_json(r, 503, NULL);
		return;
	}
	w->r = *r;
	w->since = q->since;
	w->reader = (struct wf_event_reader){ .wake = on_event, .ctx = w };
	wf_event_join(r->ops->events, &w->reader);
	evhttp_connection_set_closecb(conn, on_close, w);
}

void
wf_route_events(struct wf_request *r)
{
	struct query q = { 0 };

	if (!wf_http_query(r, read_key, &q))
		return;
	/* Who asks for what comes behind the last one of another run won't wait for it. */
	if (q.wait_ns != 0 && q.since == wf_event_last(r->ops->events))
		wait_for_event(r, &q);
	else
		reply(r, q.since);
}
