/* SPDX-License-Identifier: BSD-3-Clause
 * The server: evhttp on a Unix socket, with its limits. Control thread only.
 *
 * evhttp does not bound the number of its connections and (in 2.1) does not tell when one ends. So
 * we make every connection's bufferevent ourselves and keep a reference to it; evhttp clears the
 * callbacks of one that it has freed, which is how sweep() finds the slots that are free again. At
 * the cap the listener pauses, later clients wait in the kernel's backlog, and a timer, which runs
 * only then, sweeps until there is room.
 */
#include "wf_ctl.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/listener.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "wf_http_own.h"
#include "wf_later.h"
#include "wf_listen.h"
#include "wf_routes.h"

#define MAX_CONNECTIONS 64
#define MAX_HEADER      (16 * 1024)
/* Up to here wf_routes.c replies; beyond, evhttp does, without reading the body. */
#define MAX_BODY        (2 * WF_HTTP_BODY_MAX)
#define IDLE_TIMEOUT_S  15
#define SWEEP_PERIOD_MS 20

#define ALL_METHODS                                                                                \
	(EVHTTP_REQ_GET | EVHTTP_REQ_HEAD | EVHTTP_REQ_POST | EVHTTP_REQ_PUT | EVHTTP_REQ_PATCH |  \
		EVHTTP_REQ_DELETE | EVHTTP_REQ_OPTIONS | EVHTTP_REQ_TRACE | EVHTTP_REQ_CONNECT)

struct wf_ctl {
	struct wf_ctl_ops ops;
	struct event_base *base;
	struct evhttp *http;
	struct wf_later *later;
	struct evconnlistener *listener; /* belongs to http once bound */
	struct event *timer;             /* pending: the listener is paused */
	struct event *replied;           /* active: some connection's output has begun to fill */
	struct bufferevent *open[MAX_CONNECTIONS];
	uint32_t n_open;
	char *path;
	bool have_socket;
	struct stat socket;
	struct wf_ctl *next; /* in `servers` */
};

/* All that listen: evhttp takes the listener's argument for itself, so on_accept_error() finds its
 * server here. */
static struct wf_ctl *servers;

/* Forgets the connections that evhttp has freed. */
static void
sweep(struct wf_ctl *c)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < c->n_open; i++) {
		bufferevent_data_cb read_cb = NULL;

		bufferevent_getcb(c->open[i], &read_cb, NULL, NULL, NULL);
		if (read_cb != NULL)
			c->open[kept++] = c->open[i];
		else
			bufferevent_decref(c->open[i]);
	}
	c->n_open = kept;
}

static void
pause_listener(struct wf_ctl *c)
{
	const struct timeval period = { .tv_usec = SWEEP_PERIOD_MS * 1000 };

	evconnlistener_disable(c->listener);
	event_add(c->timer, &period);
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct wf_ctl *c = arg;

	sweep(c);
	if (c->n_open < MAX_CONNECTIONS)
		evconnlistener_enable(c->listener);
	else
		pause_listener(c);
}

/* accept() failed, as when descriptors have run out: try again a little later, not in a loop. */
static void
on_accept_error(struct evconnlistener *listener, void *arg)
{
	for (struct wf_ctl *c = servers; c != NULL; c = c->next)
		if (c->listener == listener)
			pause_listener(c);
}

/* Before the loop writes: what evhttp has replied itself becomes a problem document. */
static void
on_replied(evutil_socket_t fd, short what, void *arg)
{
	struct wf_ctl *c = arg;

	for (uint32_t i = 0; i < c->n_open; i++)
		wf_http_own_page(bufferevent_get_output(c->open[i]));
}

/* A reply begins. evhttp writes it piece by piece, so it is looked at when all of it is there. */
static void
on_output(struct evbuffer *out, const struct evbuffer_cb_info *info, void *arg)
{
	struct wf_ctl *c = arg;

	if (info->orig_size == 0 && info->n_added > 0)
		event_active(c->replied, EV_TIMEOUT, 1);
}

/* evhttp wants a bufferevent for a connection that it has just accepted. */
static struct bufferevent *
on_connection(struct event_base *base, void *arg)
{
	struct wf_ctl *c = arg;
	struct bufferevent *bev = bufferevent_socket_new(base, -1, 0);

	sweep(c);
	if (bev == NULL || c->n_open == MAX_CONNECTIONS)
		return bev;
	bufferevent_incref(bev);
	evbuffer_add_cb(bufferevent_get_output(bev), on_output, c);
	c->open[c->n_open++] = bev;
	if (c->n_open == MAX_CONNECTIONS)
		pause_listener(c);
	return bev;
}

static void
on_request(struct evhttp_request *req, void *arg)
{
	const struct wf_ctl *c = arg;

	wf_routes_dispatch(req, &c->ops, c->later);
}

static int
start_http(struct wf_ctl *c)
{
	c->http = evhttp_new(c->base);
	c->later = wf_later_new(c->base, &c->ops);
	c->timer = evtimer_new(c->base, on_timer, c);
	c->replied = event_new(c->base, -1, 0, on_replied, c);
	if (c->http == NULL || c->later == NULL || c->timer == NULL || c->replied == NULL)
		return -ENOMEM;
	evhttp_set_allowed_methods(c->http, ALL_METHODS);
	evhttp_set_max_headers_size(c->http, MAX_HEADER);
	evhttp_set_max_body_size(c->http, MAX_BODY);
	evhttp_set_timeout(c->http, IDLE_TIMEOUT_S);
	evhttp_set_flags(c->http, EVHTTP_SERVER_LINGERING_CLOSE);
	evhttp_set_bevcb(c->http, on_connection, c);
	evhttp_set_gencb(c->http, on_request, c);
	return 0;
}

static int
start_listener(struct wf_ctl *c, struct wf_err *err)
{
	int fd = wf_listen_unix(c->path, &c->socket, err);

	if (fd < 0)
		return fd;
	c->have_socket = true;
	c->listener = evconnlistener_new(
		c->base, NULL, NULL, LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, 0, fd);
	if (c->listener == NULL) {
		close(fd);
		return -ENOMEM;
	}
	if (evhttp_bind_listener(c->http, c->listener) == NULL) {
		evconnlistener_free(c->listener);
		return -ENOMEM;
	}
	c->next = servers;
	servers = c;
	evconnlistener_set_error_cb(c->listener, on_accept_error);
	return 0;
}

struct wf_ctl *
wf_ctl_new(struct event_base *base, const char *socket_path, const struct wf_ctl_ops *ops,
	struct wf_err *err)
{
	struct wf_ctl *c = calloc(1, sizeof(*c));
	int rc = -ENOMEM;

	if (c != NULL) {
		c->base = base;
		c->ops = *ops;
		c->path = strdup(socket_path);
		rc = c->path != NULL ? start_http(c) : -ENOMEM;
		if (rc == 0)
			rc = start_listener(c, err);
	}
	if (rc < 0) {
		wf_ctl_free(c);
		if (wf_err_count(err) == 0)
			wf_err_add(err, NULL, NULL, "control: %s", strerror(-rc));
		errno = -rc;
		return NULL;
	}
	/* A client that goes away while we write must not end the program. */
	signal(SIGPIPE, SIG_IGN);
	return c;
}

/* A turn of the loop makes the replies, the next one writes them. */
void
wf_ctl_flush(struct wf_ctl *c)
{
	for (int turn = 0; turn < 2; turn++)
		event_base_loop(c->base, EVLOOP_NONBLOCK);
}

void
wf_ctl_free(struct wf_ctl *c)
{
	struct wf_ctl **at = &servers;

	if (c == NULL)
		return;
	while (*at != NULL && *at != c)
		at = &(*at)->next;
	if (*at != NULL)
		*at = c->next;
	wf_later_free(c->later);
	if (c->http != NULL)
		evhttp_free(c->http);
	for (uint32_t i = 0; i < c->n_open; i++)
		bufferevent_decref(c->open[i]);
	if (c->timer != NULL)
		event_free(c->timer);
	if (c->replied != NULL)
		event_free(c->replied);
	if (c->have_socket)
		wf_listen_remove(c->path, &c->socket);
	free(c->path);
	free(c);
}
