/* SPDX-License-Identifier: BSD-3-Clause
 * All that is measured of a run of a scenario: each direction in all of the run and in the phases
 * of each name, classes that somebody expects something of, and the course over time. Offline each
 * packet is told; live what statistics say of a stretch of time is added. One thread.
 */
#ifndef WF_SEEN_H
#define WF_SEEN_H

#include "wf_measure.h"
#include "wf_scenario.h"
#include "wf_series.h"
#include "wf_snapshot.h"
#include "wf_twin.h"

/* A group is all phases of a name; group 0 is the whole run. */
struct wf_seen_class {
	uint32_t dir, group;
	uint16_t slot;
	char name[WF_NAME_MAX];
	struct wf_measure *m;
};

struct wf_seen {
	const struct wf_scenario *s;
	wf_ns_t start_ns, end_ns; /* end: of the scenario, or when it really was over */
	uint32_t n_dirs, n_groups;
	const char **group;          /* [n_groups]: names; [0] is "" */
	uint32_t *group_of;          /* [s->n_phases] */
	struct wf_measure **measure; /* [n_dirs * n_groups]; NULL: nothing yet */
	struct wf_series *series;    /* [n_dirs] */
	uint32_t n_classes;
	struct wf_seen_class *class;
	wf_ns_t *recovered_ns; /* [n_dirs * s->n_phases]: since their begin; UINT64_MAX */
	uint64_t *ordinal,
		*newest; /* [n_dirs]: of packets that came; behind the newest that left */
	bool out_of_memory;
	bool live;        /* stretches are added: times are those of stretches */
	uint32_t settled; /* live: the phase in which the last stretch lay; UINT32_MAX: in none */
	uint64_t *first_left; /* [n_dirs * s->n_phases]: live: packets that had left; UINT64_MAX */
	struct wf_trips *trips; /* NULL: nobody expects something of round trips */
	uint64_t unseen;        /* live: packets that were to be seen for them, and were not */
};

/* For the links and classes of this plan. NULL: out of memory. */
struct wf_seen *wf_seen_new(
	const struct wf_scenario *s, const struct wf_plan *plan, wf_ns_t start_ns);
void wf_seen_free(struct wf_seen *seen);
/* It begins then instead; nothing has been seen yet. */
void wf_seen_begin(struct wf_seen *seen, wf_ns_t start_ns);
/* For struct wf_twin_watch, with the wf_seen as ctx. */
void wf_seen_came(void *seen, uint32_t dir, const struct wf_rx *rx, uint32_t n);
void wf_seen_told(void *seen, const struct wf_held *h, enum wf_drop cause, wf_ns_t ns);
/* Does somebody expect something for which the bytes of packets must be seen? Live they are shown
 * here, in order of time; offline nobody needs to. */
static inline bool
wf_seen_looks(const struct wf_seen *seen)
{
	return seen->trips != NULL;
}
void wf_seen_look(struct wf_seen *seen, const struct wf_trips_packet *p);
/* wf_seen_live.c: from here on by stretches, not packets. 0 or -ENOMEM. */
int wf_seen_live(struct wf_seen *seen);
/* What happened between two snapshots, the first of which was not taken before from_ns, the second
 * one not after until_ns. It belongs to a phase if all of it lies in it, and so does the one
 * before: by then workers have seen to what came before the phase began. */
void wf_seen_stretch(struct wf_seen *seen, const struct wf_snapshot *before, wf_ns_t from_ns,
	const struct wf_snapshot *after, wf_ns_t until_ns);
/* Has no stretch lain in the phase of this instant yet? */
bool wf_seen_settles(const struct wf_seen *seen, wf_ns_t ns);
/* Is the phase of this instant one in which nothing has left yet, in some direction? */
bool wf_seen_waits(const struct wf_seen *seen, wf_ns_t ns);
/* The phase of an instant; UINT32_MAX: none. */
uint32_t wf_seen_phase(const struct wf_seen *seen, wf_ns_t ns);
/* It is over: what takes the time of phases is filled in. */
void wf_seen_end(struct wf_seen *seen, wf_ns_t end_ns);
/* NULL: nothing was seen. class "": all; phase "": the whole run. */
const struct wf_measure *wf_seen_find(
	const struct wf_seen *seen, uint32_t dir, const char *class, const char *phase);
/* Inside lib/scenario: wf_seen_trips.c. 0, or -1: out of memory. */
int wf_seen_expect_trips(struct wf_seen *seen);
void wf_seen_end_trips(struct wf_seen *seen);
/* Of a direction in a group, made if need be. NULL: out of memory, and that is remembered. */
struct wf_measure *wf_seen_at(struct wf_seen *seen, uint32_t dir, uint32_t group);

#endif
