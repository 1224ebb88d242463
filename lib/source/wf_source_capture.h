/* SPDX-License-Identifier: BSD-3-Clause
 * A capture as a source, on one absolute schedule: a packet enters at
 *
 *	start + (loop * (span + gap) + offset) / speed
 *
 * where offset is its own time since the capture's first packet and span that of the last one. No
 * packet's time depends on when another was taken, so nothing drifts. One thread.
 */
#ifndef WF_SOURCE_CAPTURE_H
#define WF_SOURCE_CAPTURE_H

#include "wf_source.h"

struct wf_source_capture {
	const char *path;                     /* "-" is standard input: one loop */
	const struct wf_cap_options *options; /* NULL: WF_CAP_OPTIONS */
	bool own_times;                       /* start is the first packet's own time */
	wf_ns_t start_ns;                     /* otherwise */
	/* speed = speed_num / speed_den, both from 1; 0 / 0 is 1. */
	uint32_t speed_num, speed_den;
	uint64_t loops; /* 0: without end */
	wf_ns_t gap_ns; /* between the last packet and the first one of the next loop */
};

/* Opens it. NULL with a reason in err, to which a damage that is met later is added as well. */
struct wf_source *wf_source_capture(const struct wf_source_capture *q, struct wf_err *err);

#endif
