/* SPDX-License-Identifier: BSD-3-Clause
 * The capture of `wirefault run`: one at a time, from the start or when somebody asks for it.
 * Control thread.
 */
#ifndef WF_APP_CAPTURE_H
#define WF_APP_CAPTURE_H

#include "wf_capture.h"
#include "wf_ctl.h"
#include "wf_dp.h"

struct event;

struct wf_live_capture {
	struct wf_dp *dp;
	const struct wf_conf *conf;
	struct wf_event_log *events;
	struct event_base *base;
	struct wf_capture *capture; /* the last one; NULL: there has been none */
	bool runs, stops; /* stops: no worker has it any more, the disk still takes what was */
	struct event *news;
};

/* What is configured from the start on. 0, or -errno with reasons. Everything given stays until the
 * end. */
int wf_live_capture_begin(struct wf_live_capture *c, struct event_base *base, struct wf_dp *dp,
	const struct wf_conf *conf, struct wf_event_log *events, struct wf_err *err);
/* As struct wf_ctl_ops has them. */
int wf_live_capture_start(
	struct wf_live_capture *c, const struct wf_conf_capture *what, struct wf_err *err);
int wf_live_capture_change(struct wf_live_capture *c, const char *filter, struct wf_err *err);
int wf_live_capture_stop(struct wf_live_capture *c);
bool wf_live_capture_status(const struct wf_live_capture *c, struct wf_capture_status *out);
/* Its numbers, into a snapshot that may be NULL. Returns that. */
struct wf_snapshot *wf_live_capture_count(
	const struct wf_live_capture *c, struct wf_snapshot *snap);
/* When no worker runs any more, or ever did: waits until the disk has all of it, or takes nothing
 * any more. */
void wf_live_capture_finish(struct wf_live_capture *c);
void wf_live_capture_end(struct wf_live_capture *c);

#endif
