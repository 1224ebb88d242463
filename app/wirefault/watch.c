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

static void
on_change(void *ctx, uint32_t port, const struct wf_watch_state *before,
	const struct wf_watch_state *now)
{
	struct wf_port_watch *w = ctx;
	struct wf_err *err = wf_err_new();

	if (err == NULL)
		return;
	wf_dp_host(w->dp, port, before, now, err);
	if (!w->quiet && before->ifindex == 0 && now->ifindex != 0)
		fprintf(stderr, "wirefault: interface %s is back\n", now->name);
	if (!w->quiet && strcmp(state_text(before), state_text(now)) != 0)
		fprintf(stderr, "wirefault: interface %s is %s\n", now->name, state_text(now));
	if (!w->quiet && before->mtu != now->mtu)
		fprintf(stderr, "wirefault: interface %s has an MTU of %u now, not %u\n", now->name,
			now->mtu, before->mtu);
	if (!w->quiet && strcmp(before->name, now->name) != 0)
		fprintf(stderr, "wirefault: interface %s is called %s now\n", before->name,
			now->name);
	wf_err_print(err, stderr);
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
		fprintf(stderr, "wirefault: the host's interfaces can't be watched: %s\n",
			strerror(-rc));
	if (!event_pending(w->again, EV_TIMEOUT, NULL))
		event_add(w->again, &second);
}

int
wf_port_watch_begin(struct wf_port_watch *w, struct event_base *base, struct wf_dp *dp, bool quiet,
	struct wf_err *err)
{
	struct wf_watch_want want[WF_CONF_MAX_PORTS + 1];
	uint32_t n = 0;

	while (wf_dp_hostif(dp, n, &want[n]))
		n++;
	*w = (struct wf_port_watch){ .dp = dp, .quiet = quiet };
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
