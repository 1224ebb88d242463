/* SPDX-License-Identifier: BSD-3-Clause
 * From rings of captures to measures.
 */
#include "scenario_watch.h"

#include <errno.h>
#include <time.h>

#include "wf_capture.h"

/* Ethernet, tags, labels, IPv6 with an extension header, TCP: what is behind that is not asked for.
 */
#define HEADERS 160
#define MOST    UINT32_MAX /* at once: all that there are */

/* Where there may be TCP. (The words `vlan` and `mpls` would move all that stands behind them.) */
#define FILTER                                                                                     \
	"tcp or ip6 or ether proto 0x8100 or ether proto 0x88a8 or ether proto 0x9100 or "         \
	"ether proto 0x8847"

static void
put(void *ctx, const struct wf_capture_record *r)
{
	const struct scenario_watch *w = ctx;

	if (r->point != WF_CAPTURE_LOST)
		wf_seen_look(w->seen, &(struct wf_trips_packet){ r->dir, r->point == WF_CAPTURE_IN,
					      r->time_ns, r->data, r->cap_bytes, r->len_bytes });
}

/* Workers get the rings, or give them back (NULL). false: one of them does not answer. */
static bool
hand_out(struct wf_dp *dp, struct wf_capture *c)
{
	const struct timespec look = { .tv_nsec = 100000 };
	wf_ns_t end_ns = wf_dp_now(dp) + WF_NS_PER_S;

	wf_dp_capture(dp, c);
	while (!wf_dp_captures(dp)) {
		if (wf_dp_now(dp) >= end_ns)
			return false;
		nanosleep(&look, NULL);
	}
	return true;
}

int
scenario_watch_start(struct scenario_watch *w, struct wf_dp *dp, const struct wf_conf *conf,
	struct wf_seen *seen, struct wf_err *err)
{
	struct wf_capture_options o = WF_CAPTURE_OPTIONS;

	*w = (struct scenario_watch){ .dp = dp, .seen = seen };
	if (!wf_seen_looks(seen))
		return 0;
	o.snaplen = HEADERS;
	o.filter = FILTER;
	o.put = put;
	o.ctx = w;
	w->capture = wf_capture_new(&o, conf, wf_dp_workers(dp), 0, err);
	if (w->capture == NULL)
		return -EINVAL;
	if (!hand_out(dp, w->capture))
		return wf_err_add(err, NULL, NULL, "a worker does not answer");
	return 0;
}

void
scenario_watch_look(struct scenario_watch *w)
{
	if (w->capture != NULL)
		wf_capture_take(w->capture, MOST);
}

void
scenario_watch_end(struct scenario_watch *w)
{
	struct wf_capture_status s;

	if (w->capture == NULL)
		return;
	/* One that doesn't answer may still write: then the rings stay. */
	w->seen->unseen = 1;
	if (!hand_out(w->dp, NULL))
		return;
	scenario_watch_look(w);
	wf_capture_status(w->capture, &s);
	w->seen->unseen = s.missed;
	wf_capture_free(w->capture);
	w->capture = NULL;
}
