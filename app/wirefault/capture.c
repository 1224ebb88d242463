/* SPDX-License-Identifier: BSD-3-Clause
 * Joins captures to the data path: workers get their taps, and let go of them before the file ends.
 * Control thread.
 */
#include "capture.h"

#include <errno.h>
#include <event2/event.h>
#include <string.h>

/* A worker that does not let go of its ring is asked again so soon. */
static const struct timeval again = { .tv_usec = 1000 };

/* It has failed, or is to end since then. */
static void
on_end(evutil_socket_t fd, short what, void *arg)
{
	struct wf_live_capture *c = arg;

	if (wf_live_capture_stop(c) == -EAGAIN)
		event_base_once(c->base, -1, EV_TIMEOUT, on_end, c, &again);
}

/* It cannot go on: traffic is not disturbed. */
static void
on_failed(evutil_socket_t fd, short what, void *arg)
{
	struct wf_live_capture *c = arg;
	struct wf_capture_status s;

	wf_capture_status(c->capture, &s);
	wf_event_say(c->events, WF_EVENT_capture_failed, s.name,
		"the capture %s cannot be written any more, and ends: %s", s.name,
		strerror(-s.error));
	on_end(fd, what, arg);
}

int
wf_live_capture_start(
	struct wf_live_capture *c, const struct wf_conf_capture *what, struct wf_err *err)
{
	struct wf_capture_options o = wf_capture_options_of(what);
	struct wf_capture *capture;

	if (c->runs)
		return -EBUSY;
	capture = wf_capture_new(&o, c->conf, wf_dp_workers(c->dp), wf_dp_wall(c->dp, 0), err);
	if (capture == NULL)
		return -EINVAL;
	c->failed = event_new(c->base, wf_capture_fd(capture), EV_READ, on_failed, c);
	if (c->failed == NULL || event_add(c->failed, NULL) < 0) {
		wf_capture_free(capture);
		return -ENOMEM;
	}
	wf_capture_free(c->capture);
	c->capture = capture;
	c->runs = true;
	wf_dp_capture(c->dp, capture);
	wf_event_say(c->events, WF_EVENT_capture_started, o.name, "captures to %s/%s%s%s",
		o.directory, o.name, o.filter != NULL ? ", only " : "",
		o.filter != NULL ? o.filter : "");
	return 0;
}

int
wf_live_capture_stop(struct wf_live_capture *c)
{
	struct wf_capture_status s;

	if (!c->runs)
		return -ENOENT;
	wf_dp_capture(c->dp, NULL);
	if (!wf_dp_captures(c->dp))
		return -EAGAIN;
	event_free(c->failed);
	c->failed = NULL;
	wf_capture_end(c->capture);
	c->runs = false;
	wf_capture_status(c->capture, &s);
	wf_event_say(c->events, WF_EVENT_capture_ended, s.name,
		"the capture %s has ended: %llu packets, %llu missed", s.name,
		(unsigned long long)s.captured, (unsigned long long)s.missed);
	return 0;
}

bool
wf_live_capture_status(const struct wf_live_capture *c, struct wf_capture_status *out)
{
	if (c->capture == NULL)
		return false;
	wf_capture_status(c->capture, out);
	return true;
}

struct wf_snapshot *
wf_live_capture_count(const struct wf_live_capture *c, struct wf_snapshot *snap)
{
	struct wf_capture_status s;

	if (snap == NULL || !wf_live_capture_status(c, &s))
		return snap;
	snap->capture.any = true;
	snap->capture.captured = s.captured;
	snap->capture.missed = s.missed;
	return snap;
}

int
wf_live_capture_begin(struct wf_live_capture *c, struct event_base *base, struct wf_dp *dp,
	const struct wf_conf *conf, struct wf_event_log *events, struct wf_err *err)
{
	int rc;

	*c = (struct wf_live_capture){ .dp = dp, .conf = conf, .events = events, .base = base };
	if (conf->capture.file == NULL)
		return 0;
	rc = wf_live_capture_start(c, &conf->capture, err);
	if (rc < 0 && wf_err_count(err) == 0)
		wf_err_add(err, NULL, NULL, "out of memory");
	return rc;
}

void
wf_live_capture_end(struct wf_live_capture *c)
{
	if (c->runs)
		wf_live_capture_stop(c);
	wf_capture_free(c->capture);
	*c = (struct wf_live_capture){ 0 };
}
