/* SPDX-License-Identifier: BSD-3-Clause
 * Events as lines on stderr, as they come. Control thread.
 */
#include "tell.h"

#include <errno.h>

static void
print_new(struct wf_event_reader *r)
{
	const struct wf_tell *t = r->ctx;
	const struct wf_event *e;

	while ((e = wf_event_next(t->log, r)) != NULL)
		wf_event_print(e, t->quiet, stderr);
}

int
wf_tell_begin(struct wf_tell *t, bool quiet)
{
	*t = (struct wf_tell){ .log = wf_event_log_new(WF_EVENT_ROOM), .quiet = quiet };
	if (t->log == NULL)
		return -ENOMEM;
	t->reader = (struct wf_event_reader){ .wake = print_new, .ctx = t };
	wf_event_join(t->log, &t->reader);
	return 0;
}

void
wf_tell_end(struct wf_tell *t)
{
	wf_event_log_free(t->log);
	t->log = NULL;
}
