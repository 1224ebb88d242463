/* SPDX-License-Identifier: BSD-3-Clause
 * The timer and its readers. Control thread only.
 *
 * What a reader has not taken yet bounds what it is given: as long as a byte waits in its output,
 * it misses what comes, and if that lasts, evhttp's timeout ends it.
 */
#include "wf_feed.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "wf_json.h"
#include "wf_json_event.h"
#include "wf_server.h"

#define STUCK_S 15
/* Workers that have not answered are asked again so soon, for so long; then readers go without. */
#define AGAIN_MS    1
#define PATIENCE_NS WF_NS_PER_S

struct client {
	struct client *next;
	struct wf_feed *feed;
	struct evhttp_request *req;
	wf_ns_t period_ns, next_ns;
	uint64_t seen;   /* event of the log */
	uint64_t sample; /* of the history, that it has had */
};

struct wf_feed {
	struct event_base *base;
	const struct wf_ctl_ops *ops;
	struct event *timer;
	struct wf_history *history;
	wf_ns_t sample_ns;  /* when the next is due */
	wf_ns_t give_up_ns; /* until then workers are asked again; 0: they have answered */
	uint32_t n_clients;
	struct client *clients;
	uint64_t number;  /* of texts */
	uint64_t samples; /* that the history has had ... */
	char *sample;     /* ... the last of them as text; NULL: nobody has asked for it */
};

static wf_ns_t
now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (wf_ns_t)ts.tv_sec * WF_NS_PER_S + (wf_ns_t)ts.tv_nsec;
}

static struct evbuffer *
output_of(const struct client *c)
{
	struct evhttp_connection *conn = evhttp_request_get_connection(c->req);

	return bufferevent_get_output(evhttp_connection_get_bufferevent(conn));
}

static void
arm(struct wf_feed *f, wf_ns_t now)
{
	wf_ns_t next_ns = f->sample_ns;
	struct timeval tv = { 0 };

	for (const struct client *c = f->clients; c != NULL; c = c->next)
		if (c->next_ns < next_ns)
			next_ns = c->next_ns;
	if (next_ns > now) {
		tv.tv_sec = (time_t)((next_ns - now) / WF_NS_PER_S);
		tv.tv_usec = (suseconds_t)((next_ns - now) % WF_NS_PER_S / 1000 + 1);
	}
	event_add(f->timer, &tv);
}

/* The next time on its grid that is still to come. */
static wf_ns_t
step(wf_ns_t due_ns, wf_ns_t period_ns, wf_ns_t now)
{
	return due_ns + period_ns > now ? due_ns + period_ns : now + period_ns;
}

/* Who is due at about the same time gets the same text. */
static bool
is_due(const struct client *c, wf_ns_t now)
{
	return c->next_ns <= now + c->period_ns / 4;
}

/* What the log has that this client has not seen. */
static void
add_events(struct client *c, struct evbuffer *out)
{
	const struct wf_event_log *log = c->feed->ops->events;
	struct wf_event_reader reader = { .seen = c->seen };
	const struct wf_event *e;

	while ((e = wf_event_next(log, &reader)) != NULL) {
		json_t *j = wf_json_event(e);
		char *text = j != NULL ? wf_json_print(j, JSON_COMPACT) : NULL;

		if (text != NULL)
			evbuffer_add_printf(out, "event: event\ndata: %s\n", text);
		free(text);
		json_decref(j);
	}
	c->seen = reader.seen;
}

/* The second that has ended since. */
static void
add_sample(struct client *c, struct evbuffer *out)
{
	struct wf_feed *f = c->feed;
	json_t *j;

	if (c->sample == f->samples)
		return;
	c->sample = f->samples;
	j = f->sample == NULL ? wf_history_json(f->history, 1, NULL) : NULL;
	if (j != NULL)
		f->sample = wf_json_print(j, JSON_COMPACT);
	json_decref(j);
	if (f->sample != NULL)
		evbuffer_add_printf(out, "event: history\ndata: %s\n", f->sample);
}

static void
send_text(struct client *c, const char *text)
{
	struct evbuffer *out;

	if (evbuffer_get_length(output_of(c)) > 0)
		return;
	out = evbuffer_new();
	if (out == NULL)
		return;
	add_events(c, out);
	add_sample(c, out);
	if (text != NULL)
		evbuffer_add_printf(out, "id: %llu\nevent: stats\ndata: %s\n",
			(unsigned long long)c->feed->number, text);
	if (evbuffer_get_length(out) > 0)
		evhttp_send_reply_chunk(c->req, out);
	evbuffer_free(out);
}

static void
send_all(struct wf_feed *f, const struct wf_snapshot *snap, wf_ns_t now)
{
	json_t *j = snap != NULL ? wf_json_stats(snap) : NULL;
	char *text = j != NULL ? wf_json_print(j, JSON_COMPACT | JSON_REAL_PRECISION(15)) : NULL;

	f->number++;
	for (struct client *c = f->clients; c != NULL; c = c->next) {
		if (!is_due(c, now))
			continue;
		c->next_ns = step(c->next_ns, c->period_ns, now);
		send_text(c, text);
	}
	free(text);
	json_decref(j);
}

/* Workers have not answered: shall they be asked again before anything is sent? */
static bool
wait_for_workers(struct wf_feed *f, wf_ns_t now)
{
	const struct timeval soon = { .tv_usec = AGAIN_MS * 1000 };

	if (f->give_up_ns == 0)
		f->give_up_ns = now + PATIENCE_NS;
	if (now >= f->give_up_ns) {
		f->give_up_ns = 0;
		return false;
	}
	event_add(f->timer, &soon);
	return true;
}

/* Takes the snapshot over; it is still there until the next one. */
static void
keep_sample(struct wf_feed *f, struct wf_snapshot *snap)
{
	if (f->ops->observe != NULL)
		f->ops->observe(f->ops->ctx, snap);
	if (!wf_history_add(f->history, snap))
		return;
	f->samples++;
	free(f->sample);
	f->sample = NULL;
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct wf_feed *f = arg;
	wf_ns_t now = now_ns();
	bool sample = f->sample_ns <= now, send = false;
	struct wf_snapshot *snap;

	for (const struct client *c = f->clients; c != NULL; c = c->next)
		send |= is_due(c, now);
	snap = sample || send ? f->ops->snapshot(f->ops->ctx) : NULL;
	if (snap != NULL)
		f->give_up_ns = 0;
	else if ((sample || send) && wait_for_workers(f, now))
		return;
	if (sample)
		f->sample_ns = step(f->sample_ns, WF_NS_PER_S, now);
	if (sample && snap != NULL)
		keep_sample(f, snap);
	if (send)
		send_all(f, snap, now);
	if (!sample)
		wf_snapshot_free(snap);
	arm(f, now);
}

struct wf_feed *
wf_feed_new(struct event_base *base, const struct wf_ctl_ops *ops)
{
	struct wf_feed *f = calloc(1, sizeof(*f));

	if (f == NULL)
		return NULL;
	f->base = base;
	f->ops = ops;
	f->timer = evtimer_new(base, on_timer, f);
	f->history = wf_history_new();
	f->sample_ns = now_ns();
	if (f->timer != NULL && f->history != NULL) {
		arm(f, f->sample_ns);
		return f;
	}
	wf_feed_free(f);
	return NULL;
}

static void
forget(struct client *c)
{
	struct client **at = &c->feed->clients;

	while (*at != c)
		at = &(*at)->next;
	*at = c->next;
	c->feed->n_clients--;
	free(c);
}

void
wf_feed_free(struct wf_feed *f)
{
	if (f == NULL)
		return;
	while (f->clients != NULL)
		forget(f->clients);
	if (f->timer != NULL)
		event_free(f->timer);
	wf_history_free(f->history);
	free(f->sample);
	free(f);
}

const struct wf_history *
wf_feed_history(const struct wf_feed *f)
{
	return f->history;
}

static void
on_close(struct evhttp_connection *conn, void *arg)
{
	struct client *c = arg;

	wf_http_gone(c->req);
	forget(c);
}

int
wf_feed_join(struct wf_feed *f, struct wf_request *r, uint32_t hz)
{
	struct evhttp_connection *conn = evhttp_request_get_connection(r->req);
	const struct timeval stuck = { .tv_sec = STUCK_S };
	struct client *c;

	if (f->n_clients == WF_FEED_CLIENTS)
		return -EAGAIN;
	c = calloc(1, sizeof(*c));
	if (c == NULL)
		return -ENOMEM;
	c->feed = f;
	c->req = r->req;
	c->period_ns = WF_NS_PER_S / hz;
	c->next_ns = now_ns();
	c->seen = wf_event_last(f->ops->events);
	c->next = f->clients;
	f->clients = c;
	f->n_clients++;
	evhttp_connection_set_closecb(conn, on_close, c);
	wf_server_exempt(r->server, r->req);
	/* It has said all that it has to say; silence is no fault from here. */
	bufferevent_set_timeouts(evhttp_connection_get_bufferevent(conn), NULL, &stuck);
	wf_http_stream(r, "text/event-stream");
	arm(f, c->next_ns);
	return 0;
}
