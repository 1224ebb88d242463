/* SPDX-License-Identifier: BSD-3-Clause
 * The log of events of `wirefault run`, and its reader on stderr. Control thread.
 */
#ifndef WF_TELL_H
#define WF_TELL_H

#include "wf_event.h"

struct wf_tell {
	struct wf_event_log *log;
	struct wf_event_reader reader;
	bool quiet;
};

/* 0 or -ENOMEM. It stays where it is until wf_tell_end. */
int wf_tell_begin(struct wf_tell *t, bool quiet);
void wf_tell_end(struct wf_tell *t);

#endif
