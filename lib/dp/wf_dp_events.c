/* SPDX-License-Identifier: BSD-3-Clause
 * What is done for the data path once a second: it tells of workers that stood still and of files
 * that can't be written, and follows the clocks of its devices. Control thread.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "wf_capture.h"
#include "wf_dp_private.h"
#include "wf_text.h"

wf_ns_t
wf_dp_monotonic(const struct wf_dp *dp, wf_ns_t ns)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (wf_ns_t)ts.tv_sec * WF_NS_PER_S + (wf_ns_t)ts.tv_nsec + ns -
	       wf_clock_ns(&dp->clock);
}

static void
tell(const struct wf_dp *dp, uint32_t worker, uint32_t times, wf_ns_t begin_ns, wf_ns_t ns)
{
	char about[24], text[96], length[WF_TEXT_MAX], more[40] = "";

	snprintf(about, sizeof(about), "core %u", dp->cores.worker[worker]);
	if (times > 1)
		snprintf(more, sizeof(more), "; the longest of %u times", times);
	snprintf(text, sizeof(text), "the worker on %s did not poll for %s%s", about,
		wf_text_time(ns, length), more);
	wf_event_add(dp->events, &(struct wf_event){ .kind = WF_EVENT_stall,
					 .about = about,
					 .at_ns = wf_dp_monotonic(dp, begin_ns),
					 .text = text });
}

void
wf_dp_second(struct wf_dp *dp)
{
	for (uint32_t i = 0; i < dp->n_ports; i++)
		wf_port_tune(&dp->ports[i]);
	for (uint32_t i = 0; dp->workers && i < dp->cores.n_workers; i++) {
		wf_ns_t begin_ns, end_ns;
		uint32_t n = wf_stall_longest(
			&dp->workers[i]->stall, dp->stalls_told[i], &begin_ns, &end_ns);

		if (n != dp->stalls_told[i])
			tell(dp, i, n - dp->stalls_told[i], begin_ns, end_ns - begin_ns);
		dp->stalls_told[i] = n;
	}
	wf_dp_tell_files(dp);
}

void
wf_dp_tell_files(struct wf_dp *dp)
{
	struct wf_capture_status s;

	for (uint32_t i = 0; i < dp->n_ports; i++) {
		struct wf_port *p = &dp->ports[i];
		const struct wf_capture *c = wf_port_capture(p);

		if (c == NULL || p->told_failed)
			continue;
		wf_capture_status(c, &s);
		if (s.state != WF_CAPTURE_FAILED)
			continue;
		p->told_failed = true;
		wf_event_say(dp->events, WF_EVENT_capture_failed, p->name,
			"what is sent to port %s is not written to %s any more: %s", p->name,
			s.name, strerror(-s.error));
	}
}
