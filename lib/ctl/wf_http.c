/* SPDX-License-Identifier: BSD-3-Clause
 * Replies and bodies, on top of evhttp. Control thread only.
 */
#include "wf_http.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/keyvalq_struct.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "wf_json.h"

const char *
wf_http_phrase(int status)
{
	static const struct {
		int status;
		const char *phrase;
	} known[] = {
		{ 200, "OK" },
		{ 202, "Accepted" },
		{ 400, "Bad Request" },
		{ 401, "Unauthorized" },
		{ 403, "Forbidden" },
		{ 404, "Not Found" },
		{ 405, "Method Not Allowed" },
		{ 409, "Conflict" },
		{ 412, "Precondition Failed" },
		{ 413, "Content Too Large" },
		{ 415, "Unsupported Media Type" },
		{ 422, "Unprocessable Content" },
		{ 501, "Not Implemented" },
		{ 503, "Service Unavailable" },
	};

	for (size_t i = 0; i < WF_ARRAY_SIZE(known); i++)
		if (known[i].status == status)
			return known[i].phrase;
	return "Internal Server Error";
}

const char *
wf_http_method(enum evhttp_cmd_type method)
{
	static const struct {
		enum evhttp_cmd_type method;
		const char *name;
	} known[] = {
		{ EVHTTP_REQ_GET, "GET" },
		{ EVHTTP_REQ_HEAD, "HEAD" },
		{ EVHTTP_REQ_POST, "POST" },
		{ EVHTTP_REQ_PUT, "PUT" },
		{ EVHTTP_REQ_PATCH, "PATCH" },
		{ EVHTTP_REQ_DELETE, "DELETE" },
		{ EVHTTP_REQ_OPTIONS, "OPTIONS" },
		{ EVHTTP_REQ_TRACE, "TRACE" },
		{ EVHTTP_REQ_CONNECT, "CONNECT" },
	};

	for (size_t i = 0; i < WF_ARRAY_SIZE(known); i++)
		if (known[i].method == method)
			return known[i].name;
	return "?";
}

void
wf_http_gone(struct evhttp_request *req)
{
	if (evhttp_request_get_connection(req) == NULL)
		evhttp_request_free(req);
}

const char *
wf_http_who(const struct wf_request *r, char out[WF_HTTP_WHO])
{
	struct evhttp_connection *conn = evhttp_request_get_connection(r->req);
	struct bufferevent *bev = conn != NULL ? evhttp_connection_get_bufferevent(conn) : NULL;
	struct ucred peer;
	socklen_t size = sizeof(peer);
	char *address = NULL;
	ev_uint16_t port = 0;

	snprintf(out, WF_HTTP_WHO, "unknown peer");
	if (r->tcp && conn != NULL) {
		evhttp_connection_get_peer(conn, &address, &port);
		snprintf(out, WF_HTTP_WHO, "%s token from %.50s port %u",
			r->role == WF_ROLE_ADMIN  ? "admin"
			: r->role == WF_ROLE_READ ? "read"
						  : "no",
			address != NULL ? address : "?", port);
	} else if (bev != NULL &&
		   getsockopt(bufferevent_getfd(bev), SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0) {
		snprintf(out, WF_HTTP_WHO, "uid %u gid %u pid %d", peer.uid, peer.gid, peer.pid);
	}
	return out;
}

/* Who asked for what, and what came of it. The target is the client's text, so only its printable
 * characters are shown. */
static void
tell_change(const struct wf_request *r, int status)
{
	char target[160], text[352], who[WF_HTTP_WHO];

	snprintf(target, sizeof(target), "%s", evhttp_request_get_uri(r->req));
	for (char *c = target; *c != '\0'; c++)
		if (*c < 0x21 || *c > 0x7e)
			*c = '?';
	snprintf(text, sizeof(text), "control: %s: %s %s: %d %s", wf_http_who(r, who),
		wf_http_method(evhttp_request_get_command(r->req)), target, status,
		wf_http_phrase(status));
	wf_event_add(r->ops->events,
		&(struct wf_event){ .kind = status < 300 ? r->kind : WF_EVENT_refused,
			.who = who,
			.about = r->about,
			.what = r->what,
			.generation = r->generation,
			.at_ns = r->at_ns,
			.text = text });
}

/* Of every reply. A browser neither keeps it nor takes it for something else, and a document that
 * it shows as a page can do nothing; the page has a policy of its own. */
static void
add_headers(struct wf_request *r, const char *media)
{
	struct evkeyvalq *headers = evhttp_request_get_output_headers(r->req);

	evhttp_add_header(headers, "Content-Type", media);
	if (evhttp_find_header(headers, "Cache-Control") == NULL)
		evhttp_add_header(headers, "Cache-Control", "no-store");
	evhttp_add_header(headers, "X-Content-Type-Options", "nosniff");
	evhttp_add_header(headers, "Referrer-Policy", "no-referrer");
	evhttp_add_header(headers, "Cross-Origin-Resource-Policy", "same-origin");
	if (evhttp_find_header(headers, "Content-Security-Policy") == NULL)
		evhttp_add_header(headers, "Content-Security-Policy",
			"default-src 'none'; frame-ancestors 'none'");
}

static void
send_bytes(struct wf_request *r, int status, const char *media, const void *data, size_t len)
{
	struct evkeyvalq *headers = evhttp_request_get_output_headers(r->req);
	struct evbuffer *body = NULL;
	char length[24];

	if (r->kind != WF_EVENT_COUNT)
		tell_change(r, status);
	add_headers(r, media);
	if (evhttp_request_get_command(r->req) == EVHTTP_REQ_HEAD) {
		snprintf(length, sizeof(length), "%zu", len);
		evhttp_add_header(headers, "Content-Length", length);
	} else {
		body = evbuffer_new();
		if (body == NULL || evbuffer_add(body, data, len) < 0)
			status = HTTP_SERVUNAVAIL;
	}
	evhttp_send_reply(r->req, status, wf_http_phrase(status), body);
	if (body != NULL)
		evbuffer_free(body);
}

static void
send_reply(struct wf_request *r, int status, const char *media, const char *text)
{
	send_bytes(r, status, media, text, strlen(text));
}

void
wf_http_bytes(struct wf_request *r, const char *media, const void *data, size_t len)
{
	send_bytes(r, 200, media, data, len);
}

void
wf_http_stream(struct wf_request *r, const char *media)
{
	add_headers(r, media);
	evhttp_send_reply_start(r->req, 200, wf_http_phrase(200));
}

/* What is tagged is what was asked for last: of this run, and that generation. */
static void
write_tag(const struct wf_request *r, char out[48])
{
	snprintf(out, 48, "\"%llx-%llu\"", (unsigned long long)r->run,
		(unsigned long long)r->ops->setup(r->ops->ctx)->plan->generation);
}

void
wf_http_tag(struct wf_request *r)
{
	char tag[48];

	write_tag(r, tag);
	evhttp_add_header(evhttp_request_get_output_headers(r->req), "ETag", tag);
}

bool
wf_http_if_match(struct wf_request *r)
{
	const char *want = evhttp_find_header(evhttp_request_get_input_headers(r->req), "If-Match");
	char tag[48];

	write_tag(r, tag);
	/* A list of tags may name it, too. */
	if (want == NULL || strcmp(want, "*") == 0 || strstr(want, tag) != NULL)
		return true;
	wf_http_tag(r);
	wf_http_problem(r, 412, NULL,
		"The configuration has changed since: it is %s now; nothing has changed.", tag);
	return false;
}

bool
wf_http_query(struct wf_request *r, wf_http_key *key, void *ctx)
{
	const char *text = evhttp_uri_get_query(evhttp_request_get_evhttp_uri(r->req));
	struct evkeyvalq keys = { 0 };
	bool good;

	if (text == NULL || *text == '\0')
		return true;
	good = evhttp_parse_query_str(text, &keys) == 0;
	if (!good)
		wf_http_problem(r, 422, NULL, "The query is not KEY=VALUE, with & between them.");
	for (struct evkeyval *k = keys.tqh_first; good && k != NULL; k = k->next.tqe_next)
		good = key(r, k->key, k->value, ctx);
	evhttp_clear_headers(&keys);
	return good;
}

void
wf_http_text(struct wf_request *r, int status, const char *text)
{
	send_reply(r, status, "text/plain; charset=utf-8", text);
}

/* Prints `body` with a newline at its end; steals it. NULL: out of memory. */
static char *
print_json(json_t *body)
{
	char *line = body != NULL ? wf_json_print(body, WF_JSON_FLAGS) : NULL;

	json_decref(body);
	return line;
}

static void
out_of_memory(struct wf_request *r)
{
	send_reply(r, 503, "application/problem+json",
		"{\"type\":\"about:blank\",\"title\":\"Service Unavailable\",\"status\":503,"
		"\"detail\":\"Out of memory.\",\"errors\":[]}\n");
}

bool
wf_http_try_json(struct wf_request *r, int status, json_t *body)
{
	bool whole = r->kind != WF_EVENT_COUNT || !wf_http_memory_lacked();
	char *text = print_json(body);

	if (text == NULL || !whole) {
		free(text);
		return false;
	}
	send_reply(r, status, "application/json", text);
	free(text);
	return true;
}

void
wf_http_json(struct wf_request *r, int status, json_t *body)
{
	if (!wf_http_try_json(r, status, body))
		out_of_memory(r);
}

void
wf_http_problem(struct wf_request *r, int status, const struct wf_err *err, const char *fmt, ...)
{
	json_t *errors = err != NULL ? wf_json_errors(err) : json_array();
	char detail[512], *text;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(detail, sizeof(detail), fmt, ap);
	va_end(ap);
	text = print_json(json_pack("{s:s,s:s,s:i,s:o,s:o}", "type", "about:blank", "title",
		wf_http_phrase(status), "status", status, "detail", wf_json_text(detail), "errors",
		errors));
	if (text == NULL)
		out_of_memory(r);
	else
		send_reply(r, status, "application/problem+json", text);
	free(text);
}

/* What is below us may say so in a reason only, or could not even keep that. */
static bool
lacked_memory(const struct wf_err *err)
{
	const struct wf_err_item *item;

	if (err == NULL || wf_err_count(err) == 0 || wf_err_item(err, 0) == NULL)
		return true;
	for (size_t i = 0; (item = wf_err_item(err, i)) != NULL; i++)
		if (item->message == NULL || strcmp(item->message, "out of memory") == 0)
			return true;
	return false;
}

void
wf_http_invalid(struct wf_request *r, const struct wf_err *err, const char *detail)
{
	if (lacked_memory(err))
		wf_http_failed(r, -ENOMEM, NULL);
	else
		wf_http_problem(r, 422, err, "%s", detail);
}

void
wf_http_failed(struct wf_request *r, int rc, const struct wf_err *err)
{
	if (rc == -EINVAL && lacked_memory(err))
		rc = -ENOMEM;
	switch (rc) {
	case -EINVAL:
		wf_http_problem(
			r, 422, err, "The configuration is not valid; nothing has changed.");
		break;
	case -ENOTSUP:
		wf_http_problem(r, 409, err,
			"This change needs a restart of wirefault; nothing has changed.");
		break;
	case -ENOENT:
		wf_http_problem(r, 409, err, "There is nothing to undo.");
		break;
	case -EBUSY:
		wf_http_problem(r, 409, err, "Not now; nothing has changed.");
		break;
	case -ENOMEM:
		wf_http_problem(r, 503, err, "Out of memory; nothing has changed.");
		break;
	default:
		wf_http_problem(r, 500, err, "It failed: %s.", strerror(-rc));
		break;
	}
}

enum wf_media
wf_http_media(const struct wf_request *r)
{
	static const struct {
		const char *name;
		enum wf_media media;
	} known[] = {
		{ "application/json", WF_MEDIA_JSON },
		{ "application/merge-patch+json", WF_MEDIA_MERGE_PATCH },
		{ "text/plain", WF_MEDIA_TEXT },
	};
	const char *type =
		evhttp_find_header(evhttp_request_get_input_headers(r->req), "Content-Type");
	size_t len;

	if (type == NULL)
		return WF_MEDIA_NONE;
	len = strcspn(type, "; \t"); /* parameters (charset) do not matter: all is UTF-8 */
	for (size_t i = 0; i < WF_ARRAY_SIZE(known); i++)
		if (strlen(known[i].name) == len && strncasecmp(type, known[i].name, len) == 0)
			return known[i].media;
	return WF_MEDIA_OTHER;
}

bool
wf_http_wants_text(const struct wf_request *r)
{
	const char *accept = evhttp_find_header(evhttp_request_get_input_headers(r->req), "Accept");

	return accept != NULL && strcasestr(accept, "text/plain") != NULL;
}

json_t *
wf_http_body_json(struct wf_request *r)
{
	struct evbuffer *in = evhttp_request_get_input_buffer(r->req);
	size_t len = evbuffer_get_length(in);
	const char *data = len != 0 ? (const char *)evbuffer_pullup(in, -1) : "";
	enum wf_media media = wf_http_media(r);
	json_error_t at;
	json_t *body;

	if (media == WF_MEDIA_TEXT || media == WF_MEDIA_OTHER) {
		wf_http_problem(r, 415, NULL, "Content-Type must be application/json.");
		return NULL;
	}
	if (data == NULL) {
		out_of_memory(r);
		return NULL;
	}
	wf_http_memory_begin();
	body = json_loadb(data, len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &at);
	if (body == NULL && wf_http_memory_lacked())
		out_of_memory(r);
	else if (body == NULL)
		wf_http_problem(r, 400, NULL, "The body is not JSON: line %d, column %d: %s.",
			at.line, at.column, at.text);
	return body;
}

char *
wf_http_body_text(struct wf_request *r)
{
	struct evbuffer *in = evhttp_request_get_input_buffer(r->req);
	size_t len = evbuffer_get_length(in);
	char *text = malloc(len + 1);

	if (text == NULL || evbuffer_copyout(in, text, len) != (ev_ssize_t)len) {
		free(text);
		out_of_memory(r);
		return NULL;
	}
	text[len] = '\0';
	if (strlen(text) != len) {
		free(text);
		wf_http_problem(r, 400, NULL, "The body is not text: it has a zero byte.");
		return NULL;
	}
	return text;
}
