/* SPDX-License-Identifier: BSD-3-Clause
 * How much memory, and of which kind: hugepages when enough are free, ordinary memory otherwise.
 * Control thread, before EAL starts.
 */
#ifndef WF_MEMORY_H
#define WF_MEMORY_H

#include "wf_conf.h"
#include "wf_dp.h"

/* What the machine has. */
struct wf_memory_has {
	uint64_t huge_free_bytes;
	uint64_t ram_bytes;
};

struct wf_memory {
	bool huge;
	bool by_default;      /* the configuration does not say how much */
	uint64_t hold_bytes;  /* for the packets that are held */
	uint64_t fixed_bytes; /* beside: device rings, EAL itself */
};

void wf_memory_look(struct wf_memory_has *has);
/* `fixed_bytes` as above; table_bytes: of flow tables, which are ordinary memory in every case.
 * Pure. 0 or -EINVAL with reasons (hugepages were asked for and are not there, or less than the
 * machine has). */
int wf_memory_choose(const struct wf_conf *conf, enum wf_dp_huge huge,
	const struct wf_memory_has *has, uint64_t fixed_bytes, uint64_t table_bytes,
	struct wf_memory *out, struct wf_err *err);

#endif
