/* SPDX-License-Identifier: BSD-3-Clause
 * Replies that wait for workers: to changes, given when every worker runs the change; to questions,
 * when every worker has answered; or after a second, saying that one has not. Meanwhile the event
 * loop goes on. Control thread only. Inside lib/ctl.
 */
#ifndef WF_LATER_H
#define WF_LATER_H

#include "wf_http.h"

struct wf_later;

/* Replies and returns true, or returns false: not yet. When it is late, it replies in any case. */
typedef bool wf_later_attempt(struct wf_request *r, bool late);

/* NULL: out of memory. */
struct wf_later *wf_later_new(struct event_base *base, const struct wf_ctl_ops *ops);
/* Forgets the requests; before the server is freed, whose they are. */
void wf_later_free(struct wf_later *l);

/* Replies with `body` (stolen; NULL: out of memory) to the change that was asked for last. Before
 * it stand `generation` and `effective_at_ns`, its own, once every worker runs it; else those of
 * what every worker runs, and its own is `pending`. */
void wf_later_reply(struct wf_request *r, uint64_t generation, json_t *body);

/* Makes the attempt, and again every millisecond until it has replied. */
void wf_later_try(struct wf_request *r, wf_later_attempt *attempt);

#endif
