/* SPDX-License-Identifier: BSD-3-Clause
 * A replay as JSON: in the document of the statistics, and as it is asked for. Control threads.
 */
#include <math.h>

#include "wf_json.h"

static json_t *
number(uint64_t n)
{
	return json_integer((json_int_t)n);
}

/* Of what is in the files and is not sent, or not as it was: what there is. */
static json_t *
notes(const struct wf_snap_replay *r)
{
	json_t *j = json_object();

	for (uint32_t i = 0; i < r->n_notes; i++)
		if (json_object_set_new(j, r->note[i].name, number(r->note[i].packets)) < 0) {
			json_decref(j);
			return NULL;
		}
	return j;
}

json_t *
wf_json_replay(const struct wf_snap_replay *r)
{
	return json_pack("{s:s,s:s,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:b,s:s,s:o,s:o,s:o,"
			 "s:o,s:o,s:o,s:o,s:o}",
		"state", wf_replay_state_name(r->state), "pace", r->pace, "runs", number(r->runs),
		"loop", number(r->loop), "loops", number(r->loops), "packets", number(r->packets),
		"bytes", number(r->bytes), "limit_packets", number(r->limit), "loop_packets",
		number(r->loop_packets), "elapsed_ns", number(r->elapsed_ns), "progress_percent",
		r->progress >= 0 ? json_real(round(r->progress * 1e4) / 1e2) : json_null(),
		"eta_ns", r->left_ns != UINT64_MAX ? number(r->left_ns) : json_null(), "streams",
		r->streams, "late", r->late, "tolerance_ns", number(r->tolerance_ns), "too_late",
		number(r->too_late), "late_dropped", number(r->late_dropped), "slipped_ns",
		number(r->slipped_ns), "underruns", number(r->underruns), "no_buffers",
		number(r->no_buffers), "lateness_ns", wf_json_hist(&r->lateness), "notes",
		notes(r));
}
