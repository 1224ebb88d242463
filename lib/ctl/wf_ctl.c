/* SPDX-License-Identifier: BSD-3-Clause
 * The control core's server: its listeners, and what requests share. Control thread only.
 */
#include "wf_ctl.h"

#include <errno.h>
#include <event2/event.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "wf_feed.h"
#include "wf_guard.h"
#include "wf_http.h"
#include "wf_later.h"
#include "wf_listen.h"
#include "wf_routes.h"
#include "wf_server.h"

struct wf_ctl {
	struct wf_ctl_ops ops;
	struct event_base *base;
	struct wf_later *later;
	struct wf_feed *feed;
	struct wf_ctl_dirs dirs;
	uint64_t run;
	char *path;
	bool have_socket;
	struct stat socket;
	struct wf_server *local;  /* on the Unix socket */
	struct wf_guard *guard;   /* of `remote` */
	struct wf_server *remote; /* by TCP; NULL: none */
	char http[96];
};

static struct wf_request
request(struct wf_ctl *c, struct evhttp_request *req, struct wf_server *server)
{
	return (struct wf_request){ .req = req,
		.ops = &c->ops,
		.later = c->later,
		.feed = c->feed,
		.dirs = &c->dirs,
		.server = server,
		.guard = c->guard,
		.run = c->run };
}

static void
on_local(struct evhttp_request *req, void *arg)
{
	struct wf_ctl *c = arg;
	struct wf_request r = request(c, req, c->local);

	r.role = WF_ROLE_ADMIN;
	wf_routes_dispatch(&r, NULL);
}

static void
on_remote(struct evhttp_request *req, void *arg)
{
	struct wf_ctl *c = arg;
	struct wf_request r = request(c, req, c->remote);

	r.tcp = true;
	wf_routes_dispatch(&r, c->guard);
}

static int
start_local(struct wf_ctl *c, struct wf_err *err)
{
	int fd = wf_listen_unix(c->path, &c->socket, err);

	if (fd < 0)
		return fd;
	c->have_socket = true;
	c->local = wf_server_new(c->base, fd, on_local, c);
	return c->local != NULL ? 0 : -ENOMEM;
}

static int
start_remote(struct wf_ctl *c, const struct wf_ctl_options *opt, struct wf_err *err)
{
	struct wf_listen_address at;
	int fd = wf_listen_tcp(opt->http, opt->allow_remote, &at, err);
	bool brackets;

	if (fd < 0)
		return fd;
	brackets = strchr(at.host, ':') != NULL;
	snprintf(c->http, sizeof(c->http), "%s%s%s:%u", brackets ? "[" : "", at.host,
		brackets ? "]" : "", at.port);
	c->remote = wf_server_new(c->base, fd, on_remote, c);
	if (c->remote == NULL)
		return -ENOMEM;
	c->guard = wf_guard_new(c->base, &at, opt->token_file, opt->hosts, err);
	return c->guard != NULL ? 0 : -EINVAL;
}

static int
start(struct wf_ctl *c, const struct wf_ctl_options *opt, struct wf_err *err)
{
	int rc;

	c->path = strdup(opt->socket);
	c->later = wf_later_new(c->base, &c->ops);
	c->feed = wf_feed_new(c->base, &c->ops);
	if (c->path == NULL || c->later == NULL || c->feed == NULL)
		return -ENOMEM;
	if (getrandom(&c->run, sizeof(c->run), 0) != sizeof(c->run))
		return -EIO;
	rc = start_local(c, err);
	if (rc == 0 && opt->http != NULL)
		rc = start_remote(c, opt, err);
	return rc;
}

struct wf_ctl *
wf_ctl_new(struct event_base *base, const struct wf_ctl_options *opt, const struct wf_ctl_ops *ops,
	struct wf_err *err)
{
	struct wf_ctl *c = calloc(1, sizeof(*c));
	int rc = -ENOMEM;

	wf_http_init();
	if (c != NULL) {
		c->base = base;
		c->ops = *ops;
		c->dirs = opt->dirs;
		rc = start(c, opt, err);
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

const char *
wf_ctl_http(const struct wf_ctl *c)
{
	return c->remote != NULL ? c->http : NULL;
}

int
wf_ctl_reread_tokens(struct wf_ctl *c, struct wf_err *err)
{
	return c->guard != NULL ? wf_guard_reread(c->guard, err) : 0;
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
	if (c == NULL)
		return;
	wf_later_free(c->later);
	/* With the connections end the streams, and what the guard holds back. */
	wf_server_free(c->remote);
	wf_server_free(c->local);
	wf_guard_free(c->guard);
	wf_feed_free(c->feed);
	if (c->have_socket)
		wf_listen_remove(c->path, &c->socket);
	free(c->path);
	free(c);
}
