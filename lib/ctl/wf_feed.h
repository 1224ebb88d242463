/* SPDX-License-Identifier: BSD-3-Clause
 * Numbers as time goes by: one timer takes one snapshot, for the history and for all who read a
 * stream, who get one and the same text. Control thread only. Inside lib/ctl.
 */
#ifndef WF_FEED_H
#define WF_FEED_H

#include "wf_history.h"
#include "wf_http.h"

#define WF_FEED_HZ_MAX 10
/* Streams at once: the rest of the connections is for requests. */
#define WF_FEED_CLIENTS 24

/* Begins at once, and looks every second from then on. NULL: out of memory. */
struct wf_feed *wf_feed_new(struct event_base *base, const struct wf_ctl_ops *ops);
/* Behind the servers: their ends are the streams'. */
void wf_feed_free(struct wf_feed *f);

const struct wf_history *wf_feed_history(const struct wf_feed *f);
/* Answers with server-sent events until the client goes: `stats`, so often a second, each `event`
 * of the log, and `history`, the last second, once a second. -EAGAIN: there are too many; -ENOMEM.
 */
int wf_feed_join(struct wf_feed *f, struct wf_request *r, uint32_t hz);

#endif
