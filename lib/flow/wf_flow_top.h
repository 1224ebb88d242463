/* SPDX-License-Identifier: BSD-3-Clause
 * The largest of many flows, by one of their numbers: a heap of so many places, into which they are
 * put one after the other. Control threads.
 */
#ifndef WF_FLOW_TOP_H
#define WF_FLOW_TOP_H

#include "wf_flow_account.h"

enum wf_flow_by { WF_FLOW_BY_BYTES, WF_FLOW_BY_PACKETS, WF_FLOW_BY_LOSS, WF_FLOW_BY_DELAY };
extern const char *const wf_flow_by_names[];

#define WF_FLOW_TOP_MAX 1000

struct wf_flow_top {
	enum wf_flow_by by;
	uint32_t want, n;
	/* Of all that were put in. */
	uint64_t flows, packets, bytes, dropped;
	/* Of packets whose flow had no record. */
	struct wf_flow_seen others;
	/* Where whoever puts them in goes on; `looked_at` places so far. */
	uint32_t worker, place;
	uint64_t looked_at;
	bool complete;
	struct wf_flow_seen seen[]; /* [want] */
};

/* For the `want` largest. Free with free(). NULL: out of memory. */
struct wf_flow_top *wf_flow_top_new(enum wf_flow_by by, uint32_t want);
void wf_flow_top_put(struct wf_flow_top *t, const struct wf_flow_seen *seen);
/* Once all are in: the largest first; equal ones in the order of their keys. */
void wf_flow_top_sort(struct wf_flow_top *t);
/* Goes on with worker t->worker's accounts, looking at *budget places at most, which is less then.
 * True: it has seen all of that worker's, and t stands at the next one. */
bool wf_flow_top_walk(struct wf_flow_top *t, const struct wf_flow_accounts *a, uint32_t *budget);

#endif
