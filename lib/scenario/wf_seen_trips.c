/* SPDX-License-Identifier: BSD-3-Clause
 * From bytes of packets to measures of round trips. One thread.
 */
#include "wf_expect.h"
#include "wf_seen.h"

/* It belongs to the phase in which it began. */
static void
note_trip(void *ctx, const struct wf_trip *trip)
{
	struct wf_seen *seen = ctx;
	uint32_t phase = wf_seen_phase(seen, trip->begun_ns);
	struct wf_measure *m = wf_seen_at(seen, trip->dir, 0);

	if (m != NULL)
		seen->out_of_memory |= wf_measure_trip(m, trip) < 0;
	m = phase != UINT32_MAX ? wf_seen_at(seen, trip->dir, seen->group_of[phase]) : NULL;
	if (m != NULL)
		seen->out_of_memory |= wf_measure_trip(m, trip) < 0;
}

int
wf_seen_expect_trips(struct wf_seen *seen)
{
	bool any = false;

	for (uint32_t i = 0; i < seen->s->n_expects; i++)
		any |= wf_expect_of_trips(seen->s->expect[i].measure);
	seen->trips = any ? wf_trips_new(note_trip, seen) : NULL;
	return any && seen->trips == NULL ? -1 : 0;
}

void
wf_seen_look(struct wf_seen *seen, const struct wf_trips_packet *p)
{
	if (p->ns >= seen->start_ns && p->ns < seen->end_ns)
		wf_trips_see(seen->trips, p);
}

void
wf_seen_end_trips(struct wf_seen *seen)
{
	if (seen->trips == NULL)
		return;
	wf_trips_end(seen->trips, seen->end_ns);
	for (uint32_t i = 0; i < seen->n_dirs * seen->n_groups; i++)
		if (seen->measure[i] != NULL)
			seen->measure[i]->unseen = seen->unseen;
}
