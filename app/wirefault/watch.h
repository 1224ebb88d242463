/* SPDX-License-Identifier: BSD-3-Clause
 * Joins the watch over the host's interfaces to the ports that stand on them. Control thread.
 */
#ifndef WF_APP_WATCH_H
#define WF_APP_WATCH_H

#include <event2/event.h>

#include "wf_dp.h"

struct wf_port_watch {
	struct wf_dp *dp;
	struct wf_watch *watch;
	struct event *event, *again;
	struct wf_event_log *events;
	const struct wf_conf *conf; /* names of ports */
};

/* 0 or -errno with reasons. All that is given stays until the end. */
int wf_port_watch_begin(struct wf_port_watch *w, struct event_base *base, struct wf_dp *dp,
	const struct wf_conf *conf, struct wf_event_log *events, struct wf_err *err);
void wf_port_watch_end(struct wf_port_watch *w);

#endif
