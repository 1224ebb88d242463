/* SPDX-License-Identifier: BSD-3-Clause
 * Packets that have come out of the pipeline's store, by their due time to the nanosecond; equal
 * times in the order in which they came. The store is as exact as its tick, which is what a live
 * clock allows; on the virtual clock nothing forces a tick. A binary heap; one thread.
 */
#ifndef WF_TWIN_DUE_H
#define WF_TWIN_DUE_H

#include "wf_store.h"

struct wf_twin_due_entry {
	struct wf_held h;
	uint64_t serial;
};

struct wf_twin_due {
	struct wf_twin_due_entry *entry; /* a heap: the next one first */
	uint32_t n, room;
	uint64_t serial; /* of the next one that is put */
};

void wf_twin_due_fini(struct wf_twin_due *d);
/* 0 or -ENOMEM. */
int wf_twin_due_put(struct wf_twin_due *d, const struct wf_held *h);
/* The next one that is due at or before now_ns; false: there is none. */
bool wf_twin_due_take(struct wf_twin_due *d, wf_ns_t now_ns, struct wf_held *out);

#endif
