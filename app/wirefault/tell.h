/* SPDX-License-Identifier: BSD-3-Clause
 * The log of events of `wirefault run`, and its reader on stderr or in a file. Control thread.
 */
#ifndef WF_TELL_H
#define WF_TELL_H

#include "wf_event.h"

struct wf_tell {
	struct wf_event_log *log;
	struct wf_event_reader reader;
	enum wf_event_level level;
	const char *path; /* of the file; NULL: stderr */
	FILE *file;
};

/* "warning", "info" or "debug". False: it is none of them. */
bool wf_tell_level(const char *name, enum wf_event_level *level);
/* 0, or -errno with a reason. It stays where it is until wf_tell_end. */
int wf_tell_begin(
	struct wf_tell *t, enum wf_event_level level, const char *path, struct wf_err *err);
/* The file anew, as it may have been moved away; the old one stays if that fails. */
void wf_tell_again(struct wf_tell *t);
void wf_tell_end(struct wf_tell *t);

#endif
