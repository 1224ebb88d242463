/* SPDX-License-Identifier: BSD-3-Clause
 * The packet buffers of the process: how many fit into the budget, and their pool. Control thread;
 * workers allocate from their own cache of it.
 */
#ifndef WF_POOL_H
#define WF_POOL_H

#include <stdatomic.h>

#include "wf_err.h"
#include "wf_pipe.h"

struct rte_mempool;

struct wf_pool {
	struct rte_mempool *mp;
	uint32_t n;             /* buffers */
	uint32_t max_held;      /* of them, what a pipeline may hold */
	uint32_t element_bytes; /* memory of one */
	/* ol_flags that say what was done to a packet: of WF_CAPTURE_COPY, _CORRUPTED, _CHANGED and
	 * _MADE. Copies have them too; what is received has none. */
	uint64_t marks[4];
	_Atomic bool marking; /* they are set: control writes, relaxed */
};

/* Memory that one buffer for frames of frame_bytes takes. Pure. */
uint32_t wf_pool_element_bytes(uint32_t frame_bytes);
/* `hold_bytes` for held packets and `reserve` buffers for device rings and caches. When
 * `may_shrink`, takes less if the memory is too scattered. 0 or -errno with reasons. */
int wf_pool_init(struct wf_pool *p, uint64_t hold_bytes, uint32_t reserve, uint32_t frame_bytes,
	bool may_shrink, struct wf_err *err);
void wf_pool_fini(struct wf_pool *p);
uint64_t wf_pool_in_use(const struct wf_pool *p);

/* What pipelines may do with packets that are mbufs of this pool. */
struct wf_pkt_ops wf_pool_ops(struct wf_pool *p);

/* Buffers that a lcore's cache may keep. */
#define WF_POOL_CACHE 512

#endif
