/* SPDX-License-Identifier: BSD-3-Clause
 * First in, first out, and nothing else. With drop head the limit takes from its front. Worker
 * threads.
 */
#include "wf_queue_private.h"

static void
start(struct wf_queue *q, void *memory, wf_ns_t now_ns)
{
}

static void
enqueue(struct wf_queue *q, struct wf_qpool *pool, uint32_t entry, wf_ns_t now_ns)
{
	wf_queue_keep(q, pool, entry);
}

static uint32_t
dequeue(struct wf_queue *q, struct wf_qpool *pool, wf_ns_t now_ns)
{
	return wf_queue_next(q, pool);
}

const struct wf_qdisc wf_qdisc_fifo = {
	.start = start,
	.enqueue = enqueue,
	.dequeue = dequeue,
	.keep = wf_queue_keep,
	.pop = wf_queue_next,
};
