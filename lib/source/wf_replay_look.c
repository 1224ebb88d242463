/* SPDX-License-Identifier: BSD-3-Clause
 * How far a replay has come, from the numbers that its worker leaves. Control thread.
 */
#include "wf_replay.h"

#include <stdio.h>
#include <string.h>

static uint64_t
get(const _Atomic uint64_t *v)
{
	return atomic_load_explicit(v, memory_order_relaxed);
}

/* Of one loop, from 0 to 1. */
static double
part_of_loop(const struct wf_replay *r, const struct wf_snap_replay *s)
{
	uint64_t sent = s->packets + s->late_dropped, whole = s->loop * s->loop_packets;
	double part = 0;

	if (s->loop_packets > 0 && r->store->whole)
		part = sent > whole ? (double)(sent - whole) / (double)s->loop_packets : 0;
	else if (r->spec.file_bytes > 0)
		part = (double)get(&r->done_bytes) / (double)r->spec.file_bytes;
	return part < 1 ? part : 1;
}

/* The nearest of its ends. Below 0: there is none. */
static double
progress_of(const struct wf_replay *r, const struct wf_snap_replay *s)
{
	double most = -1, part;

	if (s->state == WF_REPLAY_DONE)
		return 1;
	if (s->loops > 0) {
		part = ((double)s->loop + part_of_loop(r, s)) / (double)s->loops;
		most = part < 1 ? part : 1;
	}
	if (s->limit > 0) {
		part = (double)(s->packets + s->late_dropped) / (double)s->limit;
		most = part > most ? part : most;
	}
	if (r->spec.end_ns > 0) {
		part = (double)s->elapsed_ns / (double)r->spec.end_ns;
		most = part > most ? part : most;
	}
	return most < 1 ? most : 1;
}

static void
fill_lateness(const struct wf_replay *r, struct wf_hist *h)
{
	wf_hist_init(h);
	for (uint32_t i = 0; i < WF_HIST_BUCKETS; i++) {
		h->bucket[i] = get(&r->late_bucket[i]);
		h->count += h->bucket[i];
		/* Exact in what matters: the distance of a value from its bucket is 0.8 %. */
		h->sum_squares +=
			(unsigned __int128)wf_hist_lower(i) * wf_hist_lower(i) * h->bucket[i];
	}
	if (h->count == 0)
		return;
	h->min_ns = get(&r->late_min_ns);
	h->max_ns = get(&r->late_max_ns);
	h->sum_ns = get(&r->late_sum_ns);
}

static void
fill_notes(const struct wf_replay *r, struct wf_snap_replay *out)
{
	static const char *const text[][2] = {
#define X(NAME, TEXT) { #NAME, TEXT },
		WF_REPLAY_NOTE_LIST(X)
#undef X
	};

	static_assert(WF_REPLAY_NOTES <= WF_SNAP_REPLAY_NOTES, "there is room for all");
	out->n_notes = WF_REPLAY_NOTES;
	for (uint32_t i = 0; i < WF_REPLAY_NOTES; i++) {
		out->note[i].name = text[i][0];
		out->note[i].text = text[i][1];
		out->note[i].packets = wf_replay_load_note(r->store->load, (enum wf_replay_note)i);
	}
}

/* The worker will have seen what is wanted of it within a turn: it is told as if it had. */
static void
foresee(const struct wf_replay *r, struct wf_snap_replay *out)
{
	if (out->runs != r->wanted.runs) {
		out->runs = r->wanted.runs;
		out->loop = out->packets = out->bytes = out->elapsed_ns = 0;
		out->state = WF_REPLAY_RUNNING;
	}
	if (out->state != WF_REPLAY_RUNNING && out->state != WF_REPLAY_PAUSED)
		return;
	out->state = r->wanted.stopped  ? WF_REPLAY_STOPPED
		     : r->wanted.paused ? WF_REPLAY_PAUSED
					: WF_REPLAY_RUNNING;
}

void
wf_replay_look(const struct wf_replay *r, wf_ns_t now_ns, struct wf_snap_replay *out)
{
	static const char *const late[] = { [WF_REPLAY_CATCH_UP] = "catch-up",
		[WF_REPLAY_SLIP] = "slip",
		[WF_REPLAY_DROP] = "drop" };
	/* First: the state may follow from an order that is noted a moment later. */
	bool up_to_date = atomic_load_explicit(&r->seen_order, memory_order_acquire) ==
			  atomic_load_explicit(&r->order_seq, memory_order_relaxed);
	wf_ns_t begin_ns = get(&r->seen_begin_ns), last_ns = get(&r->seen_now_ns);

	memset(out, 0, sizeof(*out));
	out->state = (enum wf_replay_state)get(&r->seen_state);
	wf_replay_pace_text(&r->wanted.pace, out->pace);
	out->late = late[r->spec.late];
	out->streams = !r->store->whole;
	out->runs = get(&r->seen_runs);
	out->loop = get(&r->seen_loop);
	out->loops = r->spec.loops;
	out->packets = get(&r->packets);
	out->bytes = get(&r->bytes);
	out->limit = r->spec.packets;
	out->loop_packets = get(&r->store->loop_packets);
	/* What was looked at last tells the time of one that does not run any more. */
	if (out->state == WF_REPLAY_RUNNING && now_ns > last_ns)
		last_ns = now_ns;
	out->elapsed_ns = out->runs > 0 && last_ns > begin_ns ? last_ns - begin_ns : 0;
	if (!up_to_date)
		foresee(r, out);
	out->late_dropped = get(&r->dropped);
	out->slipped_ns = get(&r->slipped_ns);
	out->tolerance_ns = r->spec.tolerance_ns;
	out->too_late = get(&r->too_late);
	out->underruns = get(&r->underruns);
	out->no_buffers = get(&r->no_buffers);
	out->progress = progress_of(r, out);
	out->left_ns = UINT64_MAX;
	if (out->progress >= 1)
		out->left_ns = 0;
	else if (out->progress > 0)
		out->left_ns =
			(wf_ns_t)((double)out->elapsed_ns * (1 - out->progress) / out->progress);
	fill_lateness(r, &out->lateness);
	fill_notes(r, out);
}
