/* SPDX-License-Identifier: BSD-3-Clause
 * Errors that evhttp replies without asking anyone: a request line or headers that it can't read, a
 * method that it doesn't know, a body beyond its limit. Control thread only.
 *
 * evhttp 2.1 makes a page of HTML of them and has no hook for another one. But it leaves the page
 * in the connection's output until the event loop writes, and none of our own replies is HTML.
 */
#include "wf_http_own.h"

#include <event2/buffer.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wf_http.h"
#include "wf_json.h"

#define PAGE_MAX 4096 /* evhttp's have about 300 bytes */

/* What a client can do about it. */
static const char *
detail(int status)
{
	switch (status) {
	case 400:
		return "This is no request of HTTP/1.1, or its headers are malformed or longer "
		       "than 16 KiB.";
	case 413:
		return "The request is too long: a body has at most 1 MiB, the headers 16 KiB.";
	case 501:
		return "There is no such method.";
	default:
		return "The request cannot be answered.";
	}
}

/* Status of one of evhttp's pages, with *has_body; 0: it is something else. */
static int
read_page(const char *text, bool *has_body)
{
	const char *end = strstr(text, "\r\n\r\n");
	const char *type = strstr(text, "\r\nContent-Type: text/html\r\n");
	int minor, status;

	if (end == NULL || type == NULL || type > end ||
		sscanf(text, "HTTP/1.%1d %3d ", &minor, &status) != 2 || status < 400)
		return 0;
	*has_body = end[4] != '\0';
	return status;
}

/* The same with our document, heap; NULL: out of memory. */
static char *
write_page(int status, bool has_body)
{
	json_t *j = json_pack("{s:s,s:s,s:i,s:s,s:[]}", "type", "about:blank", "title",
		wf_http_phrase(status), "status", status, "detail", detail(status), "errors");
	char *body = j != NULL ? json_dumps(j, WF_JSON_FLAGS) : NULL, *page = NULL;

	if (body != NULL && asprintf(&page,
				    "HTTP/1.1 %d %s\r\n"
				    "Content-Type: application/problem+json\r\n"
				    "Cache-Control: no-store\r\n"
				    "Connection: close\r\n"
				    "Content-Length: %zu\r\n\r\n%s%s",
				    status, wf_http_phrase(status), strlen(body) + 1,
				    has_body ? body : "", has_body ? "\n" : "") < 0)
		page = NULL;
	free(body);
	json_decref(j);
	return page;
}

void
wf_http_own_page(struct evbuffer *out)
{
	char text[PAGE_MAX + 1], *page;
	size_t n = evbuffer_get_length(out);
	bool has_body = false;
	int status;

	if (n > PAGE_MAX || evbuffer_copyout(out, text, n) != (ev_ssize_t)n)
		return;
	text[n] = '\0';
	status = read_page(text, &has_body);
	page = status != 0 ? write_page(status, has_body) : NULL;
	if (page == NULL)
		return;
	/* A connection's output is frozen at its front but while the loop writes. */
	evbuffer_unfreeze(out, 1);
	evbuffer_drain(out, n);
	evbuffer_freeze(out, 1);
	evbuffer_add(out, page, strlen(page));
	free(page);
}
