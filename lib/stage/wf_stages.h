/* SPDX-License-Identifier: BSD-3-Clause
 * The impairments that exist, one file each, for the registry and for tests.
 */
#ifndef WF_STAGES_H
#define WF_STAGES_H

#include "wf_queue.h"
#include "wf_stage.h"

extern const struct wf_block wf_block_blackhole;
extern const struct wf_block wf_block_outage;
extern const struct wf_block wf_block_reset;
extern const struct wf_block wf_block_unreachable;
extern const struct wf_block wf_block_dns;
extern const struct wf_block wf_block_mtu;
extern const struct wf_block wf_block_rewrite;
extern const struct wf_block wf_block_rate;
extern const struct wf_block wf_block_queue;
extern const struct wf_block wf_block_share;
extern const struct wf_block wf_block_slot;
extern const struct wf_block wf_block_target;
extern const struct wf_block wf_block_loss;
extern const struct wf_block wf_block_arq;
extern const struct wf_block wf_block_corrupt;
extern const struct wf_block wf_block_duplicate;
extern const struct wf_block wf_block_reorder;
extern const struct wf_block wf_block_delay;

/* Of a compiled outage: is the link down so long after the start of the run? Until *until_ns at
 * least it stays so; UINT64_MAX: for ever. */
bool wf_outage_is_down(const void *cfg, wf_ns_t ns, wf_ns_t *until_ns);

/* Does a delay release packets in the order of their arrivals? */
bool wf_delay_is_fifo(void *const *blocks);

/* Parameters of the queue, which the rate stage acts on. */
enum wf_queue_drop { WF_QUEUE_TAIL, WF_QUEUE_HEAD };
struct wf_queue_params {
	uint64_t given;
	struct wf_limit limit;
	int drop; /* enum wf_queue_drop */
	int aqm;  /* 0: none; see wf_block_queue.c */
	bool ecn, derandomize;
	wf_ns_t target, interval, update, burst, threshold, range;
	uint64_t quantum, flows;
	uint64_t min, max;
	double probability, weight, coupling;
};

/* Sharing a rate with other classes. */
struct wf_share_params {
	uint64_t given;
	uint64_t weight, priority;
	uint64_t rate_bps; /* 0: no cap */
};

/* Is something decided at departure, so that packets must wait in a real queue? */
static inline bool
wf_queue_is_real(void *const *blocks)
{
	const struct wf_queue_params *q = blocks[WF_BLOCK_QUEUE];

	return blocks[WF_BLOCK_SHARE] != NULL ||
	       (q != NULL && (q->drop != WF_QUEUE_TAIL || q->aqm != 0));
}
/* What the blocks of rate and queue say of the server and its limit. Checked by the rate stage. */
void wf_rate_serve(void *const *blocks, struct wf_serve *s);
/* The longest wait that its limit allows; in packets, of full-size frames. */
double wf_rate_longest_ns(const struct wf_serve *s);

#endif
