/* SPDX-License-Identifier: BSD-3-Clause
 * Changes that `wirefault offline` is given in a file: from the list to a timeline of plans.
 */
#ifndef OFFLINE_CHANGES_H
#define OFFLINE_CHANGES_H

#include "wf_changes.h"
#include "wf_cmd.h"
#include "wf_timeline.h"

struct offline_changes {
	struct wf_changes list;
	struct wf_setup *first;
	struct wf_timeline line; /* line.n 0: not begun */
};

/* Reads the file and looks whether each change makes sense at its time. 0, or -errno with reasons.
 */
int offline_changes_read(struct offline_changes *c, const char *path,
	const struct wf_loaded *loaded, struct wf_err *err);
/* Makes the timeline, of plans that are armed: changes count from start_ns. Needs EAL. 0, or -errno
 * with reasons. */
int offline_changes_begin(struct offline_changes *c, const struct wf_loaded *loaded,
	wf_ns_t start_ns, struct wf_err *err);
void offline_changes_fini(struct offline_changes *c);

#endif
