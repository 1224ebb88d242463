/* SPDX-License-Identifier: BSD-3-Clause
 * Packets of a live run for who measures round trips: workers copy the headers into rings, as for a
 * capture, and the control thread reads them. Control thread.
 */
#ifndef SCENARIO_WATCH_H
#define SCENARIO_WATCH_H

#include "wf_dp.h"
#include "wf_seen.h"

struct scenario_watch {
	struct wf_dp *dp;
	struct wf_seen *seen;
	struct wf_capture *capture; /* NULL: nobody wants to see packets */
};

/* 0; or -EINVAL with reasons. Nothing is done if nobody wants to see packets. */
int scenario_watch_start(struct scenario_watch *w, struct wf_dp *dp, const struct wf_conf *conf,
	struct wf_seen *seen, struct wf_err *err);
/* Every few milliseconds. */
void scenario_watch_look(struct scenario_watch *w);
/* No more of them, and what there was has been seen. */
void scenario_watch_end(struct scenario_watch *w);

#endif
