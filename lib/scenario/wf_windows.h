/* SPDX-License-Identifier: BSD-3-Clause
 * When something stands, in short: "start:20s,duration:30s;start:5%,duration:10%". Pure; control
 * threads only.
 *
 *	schedule = window { ";" window } ;
 *	window   = part [ "," part ] ;                         each part at most once
 *	part     = "start" ":" time | "duration" ":" time ;
 *	time     = duration with its unit | number "%" ;       % of the whole
 *
 * Without a start from the beginning, without a duration to the end. Windows may overlap: what
 * stands in two of them stands once.
 */
#ifndef WF_WINDOWS_H
#define WF_WINDOWS_H

#include "wf_err.h"

#define WF_WINDOWS_MAX 1000

struct wf_window {
	wf_ns_t start_ns, end_ns; /* [start, end); end UINT64_MAX: it has none */
};

/* Zeroed: none, which is never. */
struct wf_windows {
	uint32_t n;
	struct wf_window *at; /* as they are written */
};

/* Of a whole that takes total_ns; 0: nobody knows, and then there is no %. 0, or -EINVAL or -ENOMEM
 * with all reasons in err; then *out is none. */
int wf_windows_parse(const char *text, wf_ns_t total_ns, struct wf_windows *out,
	const struct wf_where *where, struct wf_err *err);
void wf_windows_fini(struct wf_windows *w);

/* Is this instant in one of them? */
bool wf_windows_have(const struct wf_windows *w, wf_ns_t ns);

#endif
