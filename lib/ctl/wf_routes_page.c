/* SPDX-License-Identifier: BSD-3-Clause
 * Handlers of the page: its files, and the tables of parameters that its forms are made of. Control
 * thread only.
 */
#include <string.h>

#include "wf_json_params.h"
#include "wf_page.h"
#include "wf_routes.h"

/* Its own files and this API, nothing else: no inline script or style, no other origin, no frame.
 */
#define POLICY                                                                                     \
	"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "                \
	"connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

static void
reply_file(struct wf_request *r, const char *name)
{
	struct evkeyvalq *headers = evhttp_request_get_output_headers(r->req);
	const char *known =
		evhttp_find_header(evhttp_request_get_input_headers(r->req), "If-None-Match");
	const struct wf_page_file *f = wf_page_find(name);

	if (f == NULL) {
		wf_http_problem(r, 404, NULL, "The page has no file %.200s.", name);
		return;
	}
	evhttp_add_header(headers, "ETag", f->etag);
	evhttp_add_header(headers, "Cache-Control", "no-cache");
	if (known != NULL && strstr(known, f->etag) != NULL) {
		evhttp_send_reply(r->req, HTTP_NOTMODIFIED, "Not Modified", NULL);
		return;
	}
	evhttp_add_header(headers, "Content-Security-Policy", POLICY);
	wf_http_bytes(r, f->type, f->data, f->size);
}

void
wf_route_page(struct wf_request *r)
{
	reply_file(r, "index.html");
}

void
wf_route_page_file(struct wf_request *r)
{
	reply_file(r, r->param[0]);
}

void
wf_route_parameters(struct wf_request *r)
{
	wf_http_json(r, 200, wf_json_params());
}
