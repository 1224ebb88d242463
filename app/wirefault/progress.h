/* SPDX-License-Identifier: BSD-3-Clause
 * How far a long run has come, on a line of the terminal that is written again and again.
 */
#ifndef WF_PROGRESS_H
#define WF_PROGRESS_H

#include <stdio.h>

#include "wf_types.h"

struct wf_progress {
	FILE *out; /* NULL: nobody looks */
	wf_ns_t start_ns, last_ns;
	bool shown;
};

/* On `out` if it is a terminal and not `quiet`. */
void wf_progress_begin(struct wf_progress *p, FILE *out, bool quiet);
/* So many packets are done, and `done` of `all` bytes (all 0: nobody knows). Cheap; writes a few
 * times a second. */
void wf_progress_show(struct wf_progress *p, uint64_t packets, uint64_t done, uint64_t all);
/* Takes the line away. */
void wf_progress_end(struct wf_progress *p);
/* The line, of at most 79 columns: "42 %, 12,345,678 packets, 3.1 M/s, 12 s left". Pure. */
void wf_progress_text(
	char out[80], double elapsed_s, uint64_t packets, uint64_t done, uint64_t all);

#endif
