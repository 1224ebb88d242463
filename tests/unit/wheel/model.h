/* SPDX-License-Identifier: BSD-3-Clause
 * What a store must do, written down as simply as possible: an array sorted by tick, then by the
 * order of puts. No levels, windows or chunks.
 */
#ifndef MODEL_H
#define MODEL_H

#include "wf_store.h"

struct model_entry {
	uint64_t tick; /* at which it leaves */
	uint64_t id;   /* rises with every put */
	wf_ns_t due_ns;
};

struct model {
	struct model_entry *entry; /* a binary heap: sorted as far as it must be */
	uint32_t n, room;
	uint64_t now_tick; /* where the last take stopped */
	uint64_t next_id;
};

void model_init(struct model *m, uint32_t room, wf_ns_t now_ns);
void model_fini(struct model *m);
/* Returns the new entry's id. */
uint64_t model_put(struct model *m, wf_ns_t due_ns);
/* The first entry if it may leave at now_ns; false: nothing is due, time has passed. */
bool model_take(struct model *m, wf_ns_t now_ns, struct model_entry *out);
/* The exact time at which the first entry leaves; UINT64_MAX: none. */
wf_ns_t model_next(const struct model *m);

#endif
