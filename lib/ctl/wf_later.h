/* SPDX-License-Identifier: BSD-3-Clause
 * Replies to changes: given when every worker runs the change, or after a second that says so if
 * one has not got there. Meanwhile the event loop goes on. Control thread only. Inside lib/ctl.
 */
#ifndef WF_LATER_H
#define WF_LATER_H

#include "wf_http.h"

struct wf_later;

/* NULL: out of memory. */
struct wf_later *wf_later_new(struct event_base *base, const struct wf_ctl_ops *ops);
/* Forgets the requests; before the server is freed, whose they are. */
void wf_later_free(struct wf_later *l);

/* Replies with `body` (stolen; NULL: out of memory) to the change that was asked for last. Before
 * it stand `generation` and `effective_at_ns`, its own, once every worker runs it; else those of
 * what every worker runs, and its own is `pending`. */
void wf_later_reply(struct wf_request *r, uint64_t generation, json_t *body);

#endif
