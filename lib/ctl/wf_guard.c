/* SPDX-License-Identifier: BSD-3-Clause
 * The guard of TCP. Control thread only.
 *
 * A page of another site that runs in a browser on this machine can send us requests: it has our
 * address, or has its own name point to it (DNS rebinding). The first is seen by its Origin, the
 * second by its Host; neither has the token, which no cookie carries.
 */
#include "wf_guard.h"

#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

/* Wrong tokens wait, each longer than the one before, until there was none for a while. So many may
 * do so at once; they leave room for others among the connections. */
#define FREE_TRIES     3
#define FIRST_DELAY_MS 100
#define DELAY_MAX_MS   5000
#define FORGET_S       60
#define WAITING_MAX    48

struct held {
	struct held *next;
	struct wf_guard *guard;
	struct wf_request r;
	struct event *timer;
};

struct wf_guard {
	struct event_base *base;
	char *token_file;
	struct wf_tokens *tokens;
	struct wf_listen_address at;
	char *hosts; /* NULL: no more than our own */
	uint32_t wrong;
	time_t last_wrong_s;
	uint32_t n_held;
	struct held *held;
};

static bool
is_word_of(const char *list, const char *word, size_t len)
{
	while (list != NULL && *list != '\0') {
		size_t n = strcspn(list, ", ");

		if (n == len && n > 0 && strncasecmp(list, word, n) == 0)
			return true;
		list += n;
		list += strspn(list, ", ");
	}
	return false;
}

/* "127.0.0.1:8474", "localhost", "[::1]:8474": a name of ours, with our port or without. */
static bool
is_ours(const struct wf_guard *g, const char *text)
{
	const char *name = text, *rest;
	char port[16];
	size_t len;

	if (*text == '[') {
		name = text + 1;
		len = strcspn(name, "]");
		rest = name + len + (name[len] == ']');
	} else {
		len = strcspn(name, ":");
		rest = name + len;
	}
	/* In front of us another port may be the public one. */
	if (is_word_of(g->hosts, name, len) && (*rest == '\0' || *rest == ':'))
		return true;
	snprintf(port, sizeof(port), ":%u", g->at.port);
	if (*rest != '\0' && strcmp(rest, port) != 0)
		return false;
	return is_word_of("localhost,127.0.0.1,::1", name, len) ||
	       is_word_of(g->at.host, name, len);
}

static bool
comes_from_us(const struct wf_guard *g, const char *origin)
{
	if (strncmp(origin, "http://", 7) == 0)
		return is_ours(g, origin + 7);
	if (strncmp(origin, "https://", 8) == 0) /* a proxy's */
		return is_ours(g, origin + 8);
	return false;
}

static void
reply_wrong(struct wf_request *r)
{
	evhttp_add_header(evhttp_request_get_output_headers(r->req), "WWW-Authenticate",
		"Bearer realm=\"wirefault\"");
	wf_http_problem(
		r, 401, NULL, "This needs a token of the token file: Authorization: Bearer TOKEN.");
}

static void
forget(struct held *h)
{
	struct held **at = &h->guard->held;

	while (*at != h)
		at = &(*at)->next;
	*at = h->next;
	h->guard->n_held--;
	event_free(h->timer);
	free(h);
}

static void
on_close(struct evhttp_connection *conn, void *arg)
{
	struct held *h = arg;

	wf_http_gone(h->r.req);
	forget(h);
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct held *h = arg;

	evhttp_connection_set_closecb(evhttp_request_get_connection(h->r.req), NULL, NULL);
	reply_wrong(&h->r);
	forget(h);
}

/* Replies after a while. False: it can't. */
static bool
hold_back(struct wf_guard *g, struct wf_request *r, uint32_t ms)
{
	const struct timeval tv = { ms / 1000, (suseconds_t)(ms % 1000 * 1000) };
	struct held *h = g->n_held < WAITING_MAX ? calloc(1, sizeof(*h)) : NULL;

	if (h == NULL)
		return false;
	h->timer = evtimer_new(g->base, on_timer, h);
	if (h->timer == NULL || evtimer_add(h->timer, &tv) < 0) {
		if (h->timer != NULL)
			event_free(h->timer);
		free(h);
		return false;
	}
	h->guard = g;
	h->r = *r;
	h->next = g->held;
	g->held = h;
	g->n_held++;
	evhttp_connection_set_closecb(evhttp_request_get_connection(r->req), on_close, h);
	return true;
}

static void
refuse_token(struct wf_guard *g, struct wf_request *r)
{
	struct timespec now;
	uint32_t ms = FIRST_DELAY_MS;
	char who[WF_HTTP_WHO];

	clock_gettime(CLOCK_MONOTONIC, &now);
	if (now.tv_sec - g->last_wrong_s > FORGET_S)
		g->wrong = 0;
	g->last_wrong_s = now.tv_sec;
	g->wrong++;
	/* As a line to a log, ever rarer. */
	if ((g->wrong & (g->wrong - 1)) == 0)
		wf_event_say(r->ops->events, WF_EVENT_refused, "control.http",
			"control: %s: a wrong token (number %u in a row)", wf_http_who(r, who),
			g->wrong);
	for (uint32_t i = FREE_TRIES + 1; i < g->wrong && ms < DELAY_MAX_MS; i++)
		ms *= 2;
	if (ms > DELAY_MAX_MS)
		ms = DELAY_MAX_MS;
	if (g->wrong <= FREE_TRIES || !hold_back(g, r, ms))
		reply_wrong(r);
}

/* The token of the request; NULL: it has none. */
static const char *
token_of(const struct wf_request *r)
{
	const char *text =
		evhttp_find_header(evhttp_request_get_input_headers(r->req), "Authorization");

	if (text == NULL || strncasecmp(text, "Bearer ", 7) != 0)
		return NULL;
	return text + 7 + strspn(text + 7, " ");
}

bool
wf_guard_admits(struct wf_guard *g, struct wf_request *r, enum wf_guard_need need)
{
	struct evkeyvalq *headers = evhttp_request_get_input_headers(r->req);
	const char *host = evhttp_find_header(headers, "Host");
	const char *origin = evhttp_find_header(headers, "Origin");
	const char *token = token_of(r);

	if (host == NULL || !is_ours(g, host)) {
		wf_http_problem(r, 403, NULL,
			"\"%.80s\" is no name of this server: add it to control.hosts if it is.",
			host != NULL ? host : "");
		return false;
	}
	if (origin != NULL && !comes_from_us(g, origin)) {
		wf_http_problem(r, 403, NULL, "A page of %.80s may not ask here.", origin);
		return false;
	}
	if (need == WF_GUARD_OPEN)
		return true;
	r->role = token != NULL ? wf_tokens_role(g->tokens, token) : WF_ROLE_NONE;
	if (r->role == WF_ROLE_NONE && token == NULL) {
		reply_wrong(r);
		return false;
	}
	if (r->role == WF_ROLE_NONE) {
		refuse_token(g, r);
		return false;
	}
	if (need == WF_GUARD_CHANGE && r->role != WF_ROLE_ADMIN) {
		r->kind = WF_EVENT_change; /* that is refused, and told */
		wf_http_problem(r, 403, NULL, "This token may only look.");
		return false;
	}
	return true;
}

struct wf_guard *
wf_guard_new(struct event_base *base, const struct wf_listen_address *at, const char *token_file,
	const char *hosts, struct wf_err *err)
{
	const struct wf_where where = { .path = "control.token_file" };
	struct wf_guard *g;

	if (token_file == NULL) {
		wf_err_add(err, &where,
			"Write token_file = \"/etc/wirefault/tokens\", a file with one token a "
			"line",
			"control.http needs a file of tokens");
		return NULL;
	}
	g = calloc(1, sizeof(*g));
	if (g == NULL || (g->token_file = strdup(token_file)) == NULL ||
		(hosts != NULL && (g->hosts = strdup(hosts)) == NULL)) {
		wf_guard_free(g);
		wf_err_add(err, NULL, NULL, "out of memory");
		return NULL;
	}
	g->base = base;
	g->at = *at;
	if (wf_guard_reread(g, err) == 0)
		return g;
	wf_guard_free(g);
	return NULL;
}

int
wf_guard_reread(struct wf_guard *g, struct wf_err *err)
{
	struct wf_tokens *tokens = wf_tokens_read(g->token_file, err);

	if (tokens == NULL)
		return -EINVAL;
	wf_tokens_free(g->tokens);
	g->tokens = tokens;
	return 0;
}

void
wf_guard_free(struct wf_guard *g)
{
	if (g == NULL)
		return;
	while (g->held != NULL)
		forget(g->held);
	wf_tokens_free(g->tokens);
	free(g->token_file);
	free(g->hosts);
	free(g);
}
