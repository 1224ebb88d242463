/* SPDX-License-Identifier: BSD-3-Clause
 * Who writes down a run of the twin: a capture of every packet that comes, leaves or ends, at its
 * virtual time, and a decision log. One thread.
 */
#ifndef WF_TWIN_CAPTURE_H
#define WF_TWIN_CAPTURE_H

#include "wf_capture_file.h"
#include "wf_fates.h"
#include "wf_pipe.h"

struct wf_twin_capture {
	struct wf_capture_file *file; /* NULL: none */
	struct wf_fates_writer *log;  /* NULL: none */
	uint64_t *n;                  /* [n_dirs]: packets that came, with a log */
	int rc;                       /* the first error of either */
};

/* n packets enter a direction. */
void wf_twin_capture_in(
	struct wf_twin_capture *c, uint32_t dir, const struct wf_rx *rx, uint32_t n);
/* For struct wf_tap. */
void wf_twin_capture_told(void *c, const struct wf_held *h, enum wf_drop cause, wf_ns_t ns);

#endif
