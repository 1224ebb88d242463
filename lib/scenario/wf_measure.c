/* SPDX-License-Identifier: BSD-3-Clause
 * Measures. One thread.
 */
#include "wf_measure.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void
wf_measure_init(struct wf_measure *m)
{
	memset(m, 0, sizeof(*m));
	wf_hist_init(&m->delay);
	wf_hist_init(&m->error);
}

struct wf_measure *
wf_measure_new(void)
{
	struct wf_measure *m = malloc(sizeof(*m));

	if (m != NULL)
		wf_measure_init(m);
	return m;
}

void
wf_measure_free(struct wf_measure *m)
{
	if (m == NULL)
		return;
	free(m->trips);
	free(m);
}

int
wf_measure_trip(struct wf_measure *m, const struct wf_trip *trip)
{
	struct wf_trip_times *t;

	if (m->trips == NULL) {
		m->trips = calloc(WF_TRIP_KINDS, sizeof(*m->trips));
		if (m->trips == NULL)
			return -ENOMEM;
		for (int i = 0; i < WF_TRIP_KINDS; i++) {
			wf_hist_init(&m->trips[i].answered);
			wf_hist_init(&m->trips[i].waiting);
		}
	}
	t = &m->trips[trip->kind];
	switch (trip->end) {
	case WF_TRIP_ANSWERED:
		wf_hist_add(&t->answered, trip->took_ns);
		break;
	case WF_TRIP_WAITING:
		wf_hist_add(&t->waiting, trip->took_ns);
		break;
	case WF_TRIP_REFUSED:
		t->refused++;
		break;
	case WF_TRIP_UNANSWERED:
		t->unanswered++;
	}
	return 0;
}
