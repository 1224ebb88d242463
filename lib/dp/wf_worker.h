/* SPDX-License-Identifier: BSD-3-Clause
 * A worker: a core that polls its queue of every port and runs each packet to completion.
 *
 * The control thread makes it, starts it and takes it down; everything in between is the worker's
 * own but for the members marked otherwise.
 */
#ifndef WF_WORKER_H
#define WF_WORKER_H

#include <stdatomic.h>
#include <time.h>

#include "wf_clock.h"
#include "wf_idle.h"
#include "wf_pipe.h"
#include "wf_share.h"
#include "wf_stall.h"
#include "wf_swap.h"
#include "wf_txq.h"
#include "wf_wait.h"
#include "wf_worker_capture.h"

/* What the control thread wants of all workers. They go through it in this order. */
enum wf_phase {
	WF_PHASE_NONE,
	WF_PHASE_RUN,
	WF_PHASE_DRAIN,  /* receive no more from ports */
	WF_PHASE_FINISH, /* nobody hands over any more: end when empty, or at the deadline */
};

/* Written by the control thread, read by all workers. */
struct wf_orders {
	_Atomic int phase WF_CACHE_ALIGNED; /* release; partner: the worker's loop */
	wf_ns_t deadline_ns;                /* of WF_PHASE_FINISH; written before it */
};

/* A queue that the worker receives from. */
struct wf_rxq {
	uint16_t (*burst)(void *queue, struct rte_mbuf **m, wf_ns_t *rx_ns, uint16_t n);
	void *queue;
	uint16_t dir;
	bool stamps; /* burst says when each packet came */
	struct wf_wait wait;
};

struct wf_worker {
	/* Constant while it runs. */
	uint32_t index, n_workers;
	bool by_value; /* short packets that have to wait are copied */
	bool drop_rights;
	uint64_t rights; /* that its thread keeps, if it drops any */
	uint32_t n_rxqs, n_txqs;
	struct wf_rxq *rxq;
	struct wf_txq *txq;         /* one a port */
	struct wf_txq **txq_of_dir; /* [n_dirs] */
	uint64_t *busy;             /* [n_busy]: bits of queues that may have something to send */
	uint32_t n_busy;
	struct wf_handoff **in; /* [n_workers], NULL at its own place: from each other worker */
	struct wf_share share;
	const struct wf_orders *orders;
	struct wf_swap *swap;
	struct wf_stats *stats;
	struct wf_pipe *pipe;
	struct wf_clock clock;
	struct wf_waited waited;

	struct wf_worker_capture capture;

	/* Worker writes. */
	bool any_waited WF_CACHE_ALIGNED; /* packets with a mark of `waited` may be held */
	struct wf_idle idle;
	/* Worker writes, control reads. */
	_Atomic int seen
		WF_CACHE_ALIGNED; /* release; partner: wf_worker_wait: the phase it is in */
	clockid_t cpu_clock;      /* of its thread; before the first phase */
	struct wf_stall stall;
};

struct wf_worker_params {
	uint32_t index, n_workers, n_ports, n_dirs;
	bool yields; /* the control thread runs on its core too */
	enum wf_idle_kind idle;
	const struct wf_orders *orders;
	struct wf_swap *swap;
	const struct wf_clock *clock;
	uint32_t max_held, by_value_bytes, max_flows;
	wf_ns_t flow_idle_ns;
	bool count_flows;
	wf_ns_t start_ns; /* of the run */
	struct wf_pkt_ops ops;
	const uint64_t *marks;    /* [4]: of struct wf_worker_capture */
	const struct wf_tap *tap; /* NULL: none */
};

/* Its statistics, its pipeline and room for its queues; the caller fills in rxq, txq and rings.
 * NULL: out of memory. */
struct wf_worker *wf_worker_new(const struct wf_worker_params *params);
void wf_worker_free(struct wf_worker *w);

/* The loop, from WF_PHASE_RUN to the end of WF_PHASE_FINISH: rte_eal_remote_launch. */
int wf_worker_main(void *worker);

/* Control: the processor's time that its thread has had; 0 before its first phase. */
wf_ns_t wf_worker_cpu_ns(const struct wf_worker *w);

/* Control: ends what is left after the loop, with the cause `shutdown`. */
void wf_worker_drop_rest(struct wf_worker *w);

#endif
