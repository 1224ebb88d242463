/* SPDX-License-Identifier: BSD-3-Clause
 * Replies and bodies, on top of evhttp: JSON, problem documents (RFC 7807), media types, events of
 * changes. Control thread only. Inside lib/ctl.
 */
#ifndef WF_HTTP_H
#define WF_HTTP_H

#include <event2/http.h>
#include <jansson.h>

#include "wf_ctl.h"

#define WF_HTTP_BODY_MAX (1u << 20)
#define WF_HTTP_PARAMS   3

struct wf_later;
struct wf_feed;
struct wf_guard;
struct wf_server;

/* What a token allows (wf_tokens.h); who comes by the Unix socket is an admin. */
enum wf_role { WF_ROLE_NONE, WF_ROLE_READ, WF_ROLE_ADMIN };

/* One request on its way to its handler. Each handler replies exactly once, by itself or through
 * wf_later.h. */
struct wf_request {
	struct evhttp_request *req;
	const struct wf_ctl_ops *ops;
	struct wf_later *later;
	struct wf_feed *feed;
	const struct wf_ctl_dirs *dirs;
	struct wf_server *server; /* whose connection it came by */
	struct wf_guard *guard;   /* of TCP; NULL: there is none */
	uint64_t run;             /* a number that another run of the program has not */
	enum wf_role role;
	bool tcp;
	enum wf_event_kind kind; /* of what it does, to be told with the peer's credentials;
				    WF_EVENT_COUNT: it changes nothing */
	uint64_t generation;     /* that it has made */
	const char *about;       /* that it changes: see struct wf_event */
	char *what;              /* the same; freed with the request */
	void *work;    /* of an attempt that goes on (wf_later.h); freed with the request */
	wf_ns_t at_ns; /* when it takes effect: CLOCK_MONOTONIC; 0: now */
	char param[WF_HTTP_PARAMS]
		  [WF_NAME_MAX]; /* what stood for the {}s of the pattern, decoded */
};

/* wf_http_memory.c. Once, before any JSON: its memory goes through there. */
void wf_http_init(void);
/* Has JSON lacked memory since it was begun? jansson takes some want of it for a fault of the text,
 * and a document that is made in many steps may come out without some of them. */
void wf_http_memory_begin(void);
bool wf_http_memory_lacked(void);
/* Something has happened, and is replied with 200 even if memory is out: JSON that is made between
 * these two has a reserve. Steals `body`. */
void wf_http_tell(void);
void wf_http_told(struct wf_request *r, json_t *body);

const char *wf_http_phrase(int status);
/* In a connection's close callback: its request, which is not answered yet, goes too. evhttp frees
 * it with the connection, unless that has failed: then it has taken the two apart, and it is ours.
 */
void wf_http_gone(struct evhttp_request *req);
/* The method's name, "?" if evhttp has none. */
const char *wf_http_method(enum evhttp_cmd_type method);

/* Who asks, for people: by the kernel's word, or by token and address. Returns out. */
#define WF_HTTP_WHO 96
const char *wf_http_who(const struct wf_request *r, char out[WF_HTTP_WHO]);

/* Adds the tag of what was asked for last to the reply. */
void wf_http_tag(struct wf_request *r);
/* False: If-Match names another one, and 412 has been replied. */
bool wf_http_if_match(struct wf_request *r);

/* The keys of a query, one after the other; a handler gives back false when it has replied a
 * problem. False: so it did, or the query cannot be read, and 422 has been replied. */
typedef bool wf_http_key(struct wf_request *r, const char *key, const char *value, void *ctx);
bool wf_http_query(struct wf_request *r, wf_http_key *key, void *ctx);

/* A body with a type of its own: of a page, of metrics. */
void wf_http_bytes(struct wf_request *r, const char *media, const void *data, size_t len);
/* Begins a reply that evhttp_send_reply_chunk goes on with. */
void wf_http_stream(struct wf_request *r, const char *media);

void wf_http_text(struct wf_request *r, int status, const char *text);
/* Steals `body`; NULL (out of memory) replies 503. */
void wf_http_json(struct wf_request *r, int status, json_t *body);
/* The same, but without memory, as when a handler that only looks has lacked some for its body, it
 * replies nothing and is false. */
bool wf_http_try_json(struct wf_request *r, int status, json_t *body);
/* `err` may be NULL; its items become "errors". */
void wf_http_problem(struct wf_request *r, int status, const struct wf_err *err, const char *fmt,
	...) __attribute__((format(printf, 4, 5)));
/* 422, or 503 if the reasons are a want of memory. */
void wf_http_invalid(struct wf_request *r, const struct wf_err *err, const char *detail);
/* The problem that fits a -errno of struct wf_ctl_ops. */
void wf_http_failed(struct wf_request *r, int rc, const struct wf_err *err);

enum wf_media { WF_MEDIA_NONE, WF_MEDIA_JSON, WF_MEDIA_MERGE_PATCH, WF_MEDIA_TEXT, WF_MEDIA_OTHER };

/* What the body is said to be. */
enum wf_media wf_http_media(const struct wf_request *r);
/* Does the client ask for text/plain? */
bool wf_http_wants_text(const struct wf_request *r);
/* The body as JSON. NULL: not JSON, or said to be something else, and 400 or 415 has been replied.
 */
json_t *wf_http_body_json(struct wf_request *r);
/* The body as a heap string. NULL: 400 or 503 has been replied. */
char *wf_http_body_text(struct wf_request *r);

#endif
