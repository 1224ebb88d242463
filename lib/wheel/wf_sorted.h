/* SPDX-License-Identifier: BSD-3-Clause
 * The packets of one window of the wheel's lowest level, in an array in order of release: by tick,
 * those of a tick in the order in which they stood. So that they are placed once, and what will be
 * sent next can be prefetched. One worker's own.
 */
#ifndef WF_SORTED_H
#define WF_SORTED_H

#include "wf_chain.h"

#define WF_SORTED_TICKS 512 /* of a window */
#define WF_SORTED_AHEAD 32  /* packets from the one that is taken to the one that is prefetched */

struct wf_sorted {
	struct wf_held *entry; /* [room + WF_SORTED_AHEAD] */
	uint32_t at, n;        /* taken, filled */
};

/* Memory that is never used is never touched. 0 or -ENOMEM. */
int wf_sorted_init(struct wf_sorted *s, uint32_t room);
void wf_sorted_fini(struct wf_sorted *s);

/* All of a chain, whose chunks are given back. The array is empty before. Returns how many there
 * are; 0: more than `most`, and the chain stays as it is. */
uint32_t wf_sorted_fill(
	struct wf_sorted *s, struct wf_chunks *p, struct wf_chain chain, uint32_t most);

static inline bool
wf_sorted_empty(const struct wf_sorted *s)
{
	return s->at == s->n;
}

/* Up to max of those due at or before until_ns. */
static inline uint32_t
wf_sorted_take(struct wf_sorted *s, wf_ns_t until_ns, struct wf_held *out, uint32_t max)
{
	const struct wf_held *h = s->entry + s->at;
	uint32_t n = s->n - s->at, k;

	if (n > max)
		n = max;
	/* Behind the last one is room for what is prefetched for nothing. */
	for (k = 0; k < n && h[k].due_ns <= until_ns; k++) {
		wf_held_prefetch(&h[k + WF_SORTED_AHEAD]);
		out[k] = h[k];
	}
	s->at += k;
	return k;
}

#endif
