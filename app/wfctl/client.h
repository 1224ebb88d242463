/* SPDX-License-Identifier: BSD-3-Clause
 * One HTTP request on the control socket (libcurl). One thread.
 */
#ifndef WFCTL_CLIENT_H
#define WFCTL_CLIENT_H

#include <jansson.h>

#include "wfctl.h"

struct client_request {
	const char *method;
	const char *path;
	const char *accept; /* NULL: application/json */
	const char *media;  /* of body */
	const char *body;   /* NULL: none */
	bool waits;         /* the answer may take its time: end when nobody reads stdout */
	/* libcurl's write callback for what comes, of client_stream. */
	size_t (*write)(char *data, size_t size, size_t n, void *ctx);
	void *write_ctx;
};

/* Sends it. On success *text is the reply's body (heap) and WFCTL_OK is returned; otherwise what
 * went wrong has been printed to stderr. */
int client_text(const struct wfctl_options *o, const struct client_request *r, char **text);
/* As client_text, and reads the body as JSON. */
int client_json(const struct wfctl_options *o, const struct client_request *r, json_t **j);
int client_get(const struct wfctl_options *o, const char *path, json_t **j);
/* The same of what may take its time. */
int client_wait(const struct wfctl_options *o, const char *path, json_t **j);

/* Gives what comes to r->write until that wants no more, or wirefault ends, which is
 * WFCTL_UNREACHABLE. */
int client_stream(const struct wfctl_options *o, const struct client_request *r);

/* Prints a document as the server does; returns WFCTL_OK, or WFCTL_FAILED when out of memory. */
int client_print_json(const json_t *j);
/* A value of a configuration; NULL: "(not set)". */
void client_print_value(const json_t *j);
/* diff.c: an override, a line. */
void client_print_override(const json_t *o);
/* Says how far the change of a reply has come. */
void client_print_generation(const json_t *reply);

#endif
