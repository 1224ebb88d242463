/* SPDX-License-Identifier: BSD-3-Clause
 * Interfaces of the host, and the ports that stand on them. Control thread.
 */
#include "watch.h"

#include <errno.h>
#include <string.h>

static const char *
state_text(const struct wf_watch_state *s)
{
	if (s->ifindex == 0)
		return s->moved ? "gone into another namespace" : "gone";
	return !s->up ? "down" : !s->carrier ? "without a carrier" : "up";
}

static enum wf_event_kind
kind_of(const struct wf_watch_state *now)
{
	if (now->ifindex == 0)
		return WF_EVENT_port_gone;
	return now->up && now->carrier ? WF_EVENT_port_up : WF_EVENT_port_down;
}

static void
tell(const struct wf_port_watch *w, const char *port, const struct wf_watch_state *before,
	const struct wf_watch_state *now)
{
	if (before->ifindex == 0 && now->ifindex != 0)
		wf_event_say(
			w->events, WF_EVENT_port_back, port, "interface %s is back", now->name);
	if (strcmp(state_text(before), state_text(now)) != 0)
		wf_event_say(w->events, kind_of(now), port, "interface %s is %s", now->name,
			state_text(now));
	if (before->mtu != now->mtu)
		wf_event_say(w->events, WF_EVENT_port_changed, port,
			"interface %s has an MTU of %u now, not %u", now->name, now->mtu,
			before->mtu);
	if (strcmp(before->name, now->name) != 0)
		wf_event_say(w->events, WF_EVENT_port_changed, port,
			"interface %s is called %s now", before->name, now->name);
}

static void
on_change(void *ctx, uint32_t port, const struct wf_watch_state *before,
	const struct wf_watch_state *now)
{
	struct wf_port_watch *w = ctx;
	struct wf_err *err = wf_err_new();

	if (err == NULL)
		return;
	wf_dp_host(w->dp, port, before, now, err);
	tell(w, w->conf->ports[port].name, before, now);
	wf_event_warn(w->events, err);
	wf_err_free(err);
}

static const struct timeval second = { .tv_sec = 1 };

/* What could not be made anew is tried again. */
static void
on_again(evutil_socket_t fd, short what, void *arg)
{
	struct wf_port_watch *w = arg;

	if (wf_dp_host_again(w->dp))
		event_add(w->again, &second);
}

static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct wf_port_watch *w = arg;
	int rc = wf_watch_read(w->watch);

	if (rc < 0)
		wf_event_say(w->events, WF_EVENT_warning, NULL,
			"the host's interfaces can't be watched: %s", strerror(-rc));
	if (!event_pending(w->again, EV_TIMEOUT, NULL))
		event_add(w->again, &second);
}

int
wf_port_watch_begin(struct wf_port_watch *w, struct event_base *base, struct wf_dp *dp,
	const struct wf_conf *conf, struct wf_event_log *events, struct wf_err *err)
{
	struct wf_watch_want want[WF_CONF_MAX_PORTS + 1];
	uint32_t n = 0;

	while (wf_dp_hostif(dp, n, &want[n]))
		n++;
	*w = (struct wf_port_watch){ .dp = dp, .conf = conf, .events = events };
	w->watch = wf_watch_new(want, n, on_change, w, err);
	if (w->watch == NULL)
		return -EINVAL;
	for (uint32_t i = 0; i < n; i++)
		if (wf_watch_at(w->watch, i)->ifindex != 0)
			wf_dp_host(dp, i, NULL, wf_watch_at(w->watch, i), err);
	w->event = event_new(base, wf_watch_fd(w->watch), EV_READ | EV_PERSIST, on_readable, w);
	w->again = evtimer_new(base, on_again, w);
	if (w->event == NULL || w->again == NULL || event_add(w->event, NULL) < 0)
		return wf_err_add(err, NULL, NULL, "out of memory"), -ENOMEM;
	return 0;
}

void
wf_port_watch_end(struct wf_port_watch *w)
{
	if (w->event != NULL)
		event_free(w->event);
	if (w->again != NULL)
		event_free(w->again);
	wf_watch_free(w->watch);
}
