/* SPDX-License-Identifier: BSD-3-Clause
 * Packets that wait until so many others have passed them, or for so long. One worker's own.
 *
 * When they leave is not known when they come. So the packet itself is kept here, and what goes
 * into the store is its ghost, due when it has waited for long enough: a record of another kind,
 * which names the place. If the packet is still there when the ghost comes out, it leaves then;
 * if others have passed it in time it has been put into the store itself, and the ghost is nothing.
 */
#ifndef WF_PIPE_PARK_H
#define WF_PIPE_PARK_H

#include "wf_pipe_end.h"

struct wf_parked {
	struct wf_held h; /* pkt NULL: the place is free */
	uint32_t serial;
	uint32_t next_free;
};

struct wf_parking {
	struct wf_store *store; /* lent */
	struct wf_end *end;     /* lent */
	struct wf_parked *place;
	uint32_t size, used, free;
	uint32_t n_ghosts; /* in the store */
};

/* 0 or -ENOMEM. */
int wf_parking_init(
	struct wf_parking *k, struct wf_store *store, struct wf_end *end, uint32_t size);
/* Frees what is parked. */
void wf_parking_fini(struct wf_parking *k);

/* The packet stays until it is let go, or until its due. false: there is no room, and it is the
 * caller's. */
bool wf_parking_put(struct wf_parking *k, const struct wf_held *h, struct wf_park_ref *ref);
/* Puts the parked packet, if it still is, behind what is in the store, due at due_ns. Without room
 * there it is dropped. */
void wf_parking_let_go(struct wf_parking *k, struct wf_park_ref *ref, wf_ns_t due_ns);
/* Of n records from the store: ghosts of parked packets become these, or go. Returns how many are
 * left. */
uint32_t wf_parking_unghost(struct wf_parking *k, struct wf_held *h, uint32_t n);

#endif
