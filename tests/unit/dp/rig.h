/* SPDX-License-Identifier: BSD-3-Clause
 * A data path for tests: one link between two net_ring devices, each of which gives back what is
 * sent on it. The test puts packets into port a's ring; direction ba is a blackhole, so that a
 * packet that crosses comes round to b's ring, is received there, and ends.
 */
#ifndef RIG_H
#define RIG_H

#include "wf_dp.h"

struct rte_mempool;
struct rte_ring;

struct rig {
	struct wf_conf conf;
	struct wf_conf_port port[2];
	struct wf_conf_link link;
	struct wf_dp *dp;
	struct rte_mempool *pool;
	struct rte_ring *in; /* of port a */
	uint64_t sent_packets, sent_bytes;
};

/* Ends the program as skipped where there are not as many cores. */
void rig_need_cores(uint32_t n);
/* Starts it with so many workers and direction ab as given by assignments ("delay.mean=5ms"),
 * which end with NULL. */
void rig_start(struct rig *r, uint32_t n_workers, const char *const *assignments);
/* Frees all but what EAL keeps. */
void rig_end(struct rig *r);

/* Replaces direction ab's impairments, compiles and arms the plan that follows the current one. */
struct wf_plan *rig_plan(struct rig *r, const char *const *assignments);

/* Offers the plan and waits until every worker has adopted it. */
void rig_publish(struct rig *r, struct wf_plan *plan);

/* Puts n packets of len bytes each into port a, waiting for room; `flow` differs from flow to flow.
 */
void rig_send(struct rig *r, uint32_t n, uint32_t len_bytes, uint32_t flow);
/* As rig_send, one packet whose VLAN tag the driver says it has stripped. */
void rig_send_stripped(struct rig *r, uint32_t len_bytes, uint16_t tci);

/* Stops a worker where it is about to receive, as a debugger would, until rig_go_on(). One only. */
void rig_stop(struct rig *r, uint32_t worker);
void rig_go_on(void);

/* A snapshot in which all that was sent has been received on port a (within seconds). */
struct wf_snapshot *rig_settled(struct rig *r);
/* The same, and nothing is queued any more. */
struct wf_snapshot *rig_empty(struct rig *r);

#endif
