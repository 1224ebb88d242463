/* SPDX-License-Identifier: BSD-3-Clause
 * Errors that evhttp replies without asking anyone. Control thread only. Inside lib/ctl.
 */
#ifndef WF_HTTP_OWN_H
#define WF_HTTP_OWN_H

struct evbuffer;

/* If `out`, the output of a connection of which nothing has been sent yet, is one of evhttp's own
 * pages, puts a problem document with the same status in its place. */
void wf_http_own_page(struct evbuffer *out);

#endif
