/* SPDX-License-Identifier: BSD-3-Clause
 * Events for programs. Control thread only.
 */
#include "wf_json_event.h"

#include "wf_json.h"

static json_t *
number(uint64_t n)
{
	return json_integer((json_int_t)n);
}

static json_t *
text(const char *s)
{
	return s != NULL ? wf_json_text(s) : NULL;
}

json_t *
wf_json_event(const struct wf_event *e)
{
	return json_pack("{s:o,s:o,s:o,s:o,s:s,s:o*,s:o*,s:o*,s:o*,s:o*}", "seq", number(e->seq),
		"time_ns", number(e->wall_ns), "monotonic_ns", number(e->mono_ns), "at_ns",
		number(e->at_ns), "kind", wf_event_info[e->kind].name, "who", text(e->who), "about",
		text(e->about), "what", text(e->what), "generation",
		e->generation != 0 ? number(e->generation) : NULL, "text", text(e->text));
}
