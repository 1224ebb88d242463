/* SPDX-License-Identifier: BSD-3-Clause
 * evhttp with limits. Control thread only.
 *
 * evhttp does not bound the number of its connections and (in 2.1) does not tell when one ends. So
 * we make every connection's bufferevent ourselves and keep a reference to it; evhttp clears the
 * callbacks of one that it has freed, which is how sweep() finds the slots that are free again. At
 * the cap the listener pauses, later clients wait in the kernel's backlog, and a timer sweeps until
 * there is room.
 *
 * Its timeouts are of silence: who sends a byte now and then keeps his slot for ever. So each
 * connection has a deadline, too, which the next request moves. One that is over is shut down, and
 * evhttp ends it as if the client had gone.
 */
#include "wf_server.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/listener.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "wf_http.h"
#include "wf_http_own.h"

#define MAX_CONNECTIONS 64
#define MAX_HEADER      (16 * 1024)
/* Up to here wf_routes.c replies; beyond, evhttp does, without reading the body. */
#define MAX_BODY       (2 * WF_HTTP_BODY_MAX)
#define IDLE_TIMEOUT_S 15
/* From one request, or its client's coming, to the next: silence before it included. */
#define DEADLINE_S      30
#define SWEEP_PERIOD_MS 20
#define WATCH_PERIOD_S  1

#define ALL_METHODS                                                                                \
	(EVHTTP_REQ_GET | EVHTTP_REQ_HEAD | EVHTTP_REQ_POST | EVHTTP_REQ_PUT | EVHTTP_REQ_PATCH |  \
		EVHTTP_REQ_DELETE | EVHTTP_REQ_OPTIONS | EVHTTP_REQ_TRACE | EVHTTP_REQ_CONNECT)

struct connection {
	struct bufferevent *bev;
	time_t since_s; /* its last request */
	bool exempt;
};

struct wf_server {
	struct event_base *base;
	struct evhttp *http;
	struct evconnlistener *listener; /* belongs to http once bound */
	struct event *timer;   /* pending: the listener is paused, or somebody is connected */
	struct event *replied; /* active: some connection's output has begun to fill */
	bool paused;
	struct connection open[MAX_CONNECTIONS];
	uint32_t n_open;
	wf_server_request *request;
	void *ctx;
	struct wf_server *next; /* in `servers` */
};

/* All that listen: evhttp takes the listener's argument for itself, so on_accept_error() finds its
 * server here. */
static struct wf_server *servers;

static time_t
now_s(const struct wf_server *s)
{
	struct timeval tv = { 0 };

	event_base_gettimeofday_cached(s->base, &tv);
	return tv.tv_sec;
}

/* Forgets the connections that evhttp has freed. */
static void
sweep(struct wf_server *s)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < s->n_open; i++) {
		bufferevent_event_cb event_cb = NULL;

		bufferevent_getcb(s->open[i].bev, NULL, NULL, &event_cb, NULL);
		if (event_cb != NULL)
			s->open[kept++] = s->open[i];
		else
			bufferevent_decref(s->open[i].bev);
	}
	s->n_open = kept;
}

static void
end_late(struct wf_server *s)
{
	time_t now = now_s(s);

	for (uint32_t i = 0; i < s->n_open; i++) {
		struct connection *c = &s->open[i];

		/* A clock that was set back gives time, not a connection for ever. */
		if (c->since_s > now)
			c->since_s = now;
		if (!c->exempt && now - c->since_s > DEADLINE_S)
			shutdown(bufferevent_getfd(c->bev), SHUT_RDWR);
	}
}

static void
look_again(struct wf_server *s)
{
	const struct timeval soon = { .tv_usec = SWEEP_PERIOD_MS * 1000 };
	const struct timeval later = { .tv_sec = WATCH_PERIOD_S };

	if (s->paused)
		event_add(s->timer, &soon);
	else if (s->n_open > 0 && !event_pending(s->timer, EV_TIMEOUT, NULL))
		event_add(s->timer, &later);
}

static void
pause_listener(struct wf_server *s)
{
	evconnlistener_disable(s->listener);
	s->paused = true;
	look_again(s);
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct wf_server *s = arg;

	sweep(s);
	end_late(s);
	if (s->paused && s->n_open < MAX_CONNECTIONS) {
		s->paused = false;
		evconnlistener_enable(s->listener);
	}
	look_again(s);
}

/* accept() failed, as when descriptors have run out: try again a little later, not in a loop. */
static void
on_accept_error(struct evconnlistener *listener, void *arg)
{
	for (struct wf_server *s = servers; s != NULL; s = s->next)
		if (s->listener == listener)
			pause_listener(s);
}

/* Before the loop writes: what evhttp has replied itself becomes a problem document. */
static void
on_replied(evutil_socket_t fd, short what, void *arg)
{
	struct wf_server *s = arg;

	for (uint32_t i = 0; i < s->n_open; i++)
		wf_http_own_page(bufferevent_get_output(s->open[i].bev));
}

/* A reply begins. evhttp writes it piece by piece, so it is looked at when all of it is there. */
static void
on_output(struct evbuffer *out, const struct evbuffer_cb_info *info, void *arg)
{
	struct wf_server *s = arg;

	if (info->orig_size == 0 && info->n_added > 0)
		event_active(s->replied, EV_TIMEOUT, 1);
}

/* evhttp wants a bufferevent for a connection that it has just accepted. */
static struct bufferevent *
on_connection(struct event_base *base, void *arg)
{
	struct wf_server *s = arg;
	struct bufferevent *bev = bufferevent_socket_new(base, -1, 0);

	sweep(s);
	if (bev == NULL || s->n_open == MAX_CONNECTIONS)
		return bev;
	bufferevent_incref(bev);
	evbuffer_add_cb(bufferevent_get_output(bev), on_output, s);
	s->open[s->n_open++] = (struct connection){ bev, now_s(s), false };
	if (s->n_open == MAX_CONNECTIONS)
		pause_listener(s);
	look_again(s);
	return bev;
}

static struct connection *
connection_of(struct wf_server *s, struct evhttp_request *req)
{
	struct evhttp_connection *conn = evhttp_request_get_connection(req);
	struct bufferevent *bev = conn != NULL ? evhttp_connection_get_bufferevent(conn) : NULL;

	for (uint32_t i = 0; i < s->n_open; i++)
		if (s->open[i].bev == bev)
			return &s->open[i];
	return NULL;
}

void
wf_server_exempt(struct wf_server *s, struct evhttp_request *req)
{
	struct connection *c = connection_of(s, req);

	if (c == NULL)
		return;
	c->exempt = true;
	/* What such a client may still say is not read. */
	bufferevent_setwatermark(c->bev, EV_READ, 0, 1);
}

static void
on_request(struct evhttp_request *req, void *arg)
{
	struct wf_server *s = arg;
	struct connection *c = connection_of(s, req);

	if (c != NULL)
		c->since_s = now_s(s);
	s->request(req, s->ctx);
}

static int
start_http(struct wf_server *s)
{
	s->http = evhttp_new(s->base);
	s->timer = evtimer_new(s->base, on_timer, s);
	s->replied = event_new(s->base, -1, 0, on_replied, s);
	if (s->http == NULL || s->timer == NULL || s->replied == NULL)
		return -ENOMEM;
	evhttp_set_allowed_methods(s->http, ALL_METHODS);
	evhttp_set_max_headers_size(s->http, MAX_HEADER);
	evhttp_set_max_body_size(s->http, MAX_BODY);
	evhttp_set_timeout(s->http, IDLE_TIMEOUT_S);
	evhttp_set_flags(s->http, EVHTTP_SERVER_LINGERING_CLOSE);
	evhttp_set_bevcb(s->http, on_connection, s);
	evhttp_set_gencb(s->http, on_request, s);
	return 0;
}

static int
start_listener(struct wf_server *s, int fd)
{
	s->listener = evconnlistener_new(
		s->base, NULL, NULL, LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, 0, fd);
	if (s->listener == NULL) {
		close(fd);
		return -ENOMEM;
	}
	if (evhttp_bind_listener(s->http, s->listener) == NULL) {
		evconnlistener_free(s->listener);
		return -ENOMEM;
	}
	s->next = servers;
	servers = s;
	evconnlistener_set_error_cb(s->listener, on_accept_error);
	return 0;
}

struct wf_server *
wf_server_new(struct event_base *base, int fd, wf_server_request *request, void *ctx)
{
	struct wf_server *s = calloc(1, sizeof(*s));

	if (s != NULL) {
		s->base = base;
		s->request = request;
		s->ctx = ctx;
	}
	if (s == NULL || start_http(s) < 0) {
		close(fd);
	} else if (start_listener(s, fd) == 0) {
		return s;
	}
	wf_server_free(s);
	errno = ENOMEM;
	return NULL;
}

void
wf_server_free(struct wf_server *s)
{
	struct wf_server **at = &servers;

	if (s == NULL)
		return;
	while (*at != NULL && *at != s)
		at = &(*at)->next;
	if (*at != NULL)
		*at = s->next;
	if (s->http != NULL)
		evhttp_free(s->http);
	for (uint32_t i = 0; i < s->n_open; i++)
		bufferevent_decref(s->open[i].bev);
	if (s->timer != NULL)
		event_free(s->timer);
	if (s->replied != NULL)
		event_free(s->replied);
	free(s);
}
