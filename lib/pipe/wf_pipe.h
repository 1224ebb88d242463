/* SPDX-License-Identifier: BSD-3-Clause
 * One worker's pipeline: what a burst goes through between receive and transmit. No clock, port or
 * lock in here: the live worker and the offline twin both drive it.
 *
 *   wf_pipe_in: parse -> flows -> classify -> runs -> stages -> epilogue -> store or ready list
 *   wf_pipe_take / wf_pipe_sent / wf_pipe_drop: what is due leaves, and is accounted
 */
#ifndef WF_PIPE_H
#define WF_PIPE_H

#include "wf_frame.h"
#include "wf_identity.h"
#include "wf_plan.h"
#include "wf_stats.h"
#include "wf_store.h"

/* A received packet. */
struct wf_rx {
	void *pkt;
	const uint8_t *data;     /* first bytes, contiguous */
	uint32_t readable_bytes; /* at data */
	uint32_t len_bytes;      /* frame without FCS, as it was on the wire */
	wf_ns_t rx_ns;
};

/* What the pipeline may do with packets: the owner of `void *pkt` provides it. */
struct wf_pkt_ops {
	void (*free)(void *ctx, void *const *pkts, uint32_t n);
	void *(*clone)(void *ctx, void *pkt); /* NULL: no buffer */
	/* The packet to use from now on, whose bytes may be changed: pkt itself, or a copy in the
	 * place of one that shares them (the reference to that one is gone). Sets data,
	 * readable_bytes and room_bytes of *f. NULL: no buffer, and pkt is as before. */
	void *(*writable)(void *ctx, void *pkt, struct wf_frame *f);
	/* Its readable length is now n <= room_bytes, its length as counted len_bytes. */
	void (*resize)(void *ctx, void *pkt, uint32_t n, uint32_t len_bytes);
	/* A new packet of these bytes. NULL: no buffer. */
	void *(*make)(void *ctx, const uint8_t *data, uint32_t len_bytes);
	/* A stage has damaged its bytes. NULL: nobody wants to know. */
	void (*corrupted)(void *ctx, void *pkt);

	/* For packets by value; all three, or none. */
	/* Where the bytes of each of n packets are, in one piece, and behind them enough to be read
	 * up to a multiple of 64. NULL: they are not, or not all that there is to the packet, or
	 * somebody else holds it, too. */
	void (*bytes)(void *ctx, void *const *pkts, uint32_t n, const uint8_t **data);
	/* A new packet whose memory, on a cache line and of at least so many bytes as a frame of
	 * 1514 needs, the pipeline uses for itself until it frees it. NULL: no buffer. */
	void *(*buffer)(void *ctx, uint8_t **memory, uint32_t *bytes);
	/* Packets of the bytes of n records, as struct wf_values has them. The first `again` of
	 * pkts[] are packets that `bytes` has looked at, to be used again; the others are new ones.
	 * Returns how many there were buffers for, the first of them. */
	uint32_t (*make_bulk)(
		void *ctx, const struct wf_held *h, uint32_t n, void **pkts, uint32_t again);
	void *ctx;
};

/* Told of every packet that leaves or ends, in the worker's thread: what it was, why it ends
 * (WF_DROP_NONE: it left), and when. h->slot is WF_TAP_NO_CLASS where it never got as far as a
 * class. The packet of one that left is the device's already, unless whoever sent it has kept it;
 * h->pkt is NULL where there was no buffer for it: for a copy, a forged packet, or one held by
 * value. */
#define WF_TAP_NO_CLASS 0xfff
struct wf_tap {
	void (*told)(void *ctx, const struct wf_held *h, enum wf_drop cause, wf_ns_t ns);
	void *ctx;
};

struct wf_pipe_params {
	uint32_t n_dirs, n_slots;
	uint32_t max_held; /* packets that the store must hold */
	/* Packets up to this length are copied into buffers that they share: by value. What they
	 * take of max_held is a part of a packet. 0: none. */
	uint32_t by_value_bytes;
	/* Packets that one wf_pipe_take moves within the store at most (wf_store_bound). 0: any. */
	uint32_t most_moved;
	uint32_t max_flows; /* of the flow table */
	bool count_flows;   /* memory for accounts of flows is there from the start */
	wf_ns_t flow_idle_ns;
	wf_ns_t start_ns; /* no packet arrives before */
	struct wf_pkt_ops ops;
	struct wf_stats *stats;
	const struct wf_tap *tap; /* NULL: none */
};

struct wf_flow_accounts;
struct wf_pipe;

/* NULL: out of memory. */
struct wf_pipe *wf_pipe_new(const struct wf_pipe_params *params);
/* Frees what is still held through ops->free. */
void wf_pipe_free(struct wf_pipe *p);

/* From now on this one is told, or nobody (NULL). The worker itself, between two bursts. */
void wf_pipe_set_tap(struct wf_pipe *p, const struct wf_tap *tap);

/* Control: makes the statistics ready for the plan's classes, before the pipe's worker uses it:
 * times are kept of each class of a direction that has more than its default one. 0 or -ENOMEM. */
int wf_pipe_prepare(struct wf_pipe *p, const struct wf_plan *plan);

/* n <= WF_BURST packets of link direction `dir`, with times that do not go backwards among them;
 * from one call to the next they may, as packets that another worker hands over are older. All
 * packets now belong to the pipe. `count_rx` is false for packets handed over by another worker,
 * which counted them. */
void wf_pipe_in(struct wf_pipe *p, const struct wf_plan *plan, uint32_t dir, const struct wf_rx *rx,
	uint32_t n, bool count_rx);

/* The plan is in force from its from_ns on, up to which everything has been done by the one before:
 * what has to happen then even if no packet comes. Again, or of an earlier plan: nothing. */
void wf_pipe_adopt(struct wf_pipe *p, const struct wf_plan *plan);
/* Serves real queues: what departs from them up to now goes through the rest of its stages, at its
 * own time. Returns up to when that has been done, for wf_pipe_take: now_ns, or earlier when there
 * was much to do; then take, and call again. */
wf_ns_t wf_pipe_advance(struct wf_pipe *p, const struct wf_plan *plan, wf_ns_t now_ns);
/* Up to `max` packets with release <= now, in order of release; they still count as held until
 * wf_pipe_sent or wf_pipe_drop. Packets without delay come first. */
uint32_t wf_pipe_take(struct wf_pipe *p, wf_ns_t now_ns, struct wf_held *out, uint32_t max);
/* Earliest instant at which advance or take may give something: UINT64_MAX when nothing is held.
 * For the virtual clock: a multiple of the wheel's tick, or the event of a queue. */
wf_ns_t wf_pipe_next(const struct wf_pipe *p);

/* These left at now_ns: counts tx, delay and release error. */
void wf_pipe_sent(struct wf_pipe *p, const struct wf_held *h, uint32_t n, wf_ns_t now_ns);
/* These end here: counts, and frees them. */
void wf_pipe_drop(struct wf_pipe *p, const struct wf_held *h, uint32_t n, enum wf_drop cause);
/* All that wait in queues end here. Only at the end: no packet may come any more. */
void wf_pipe_drop_queued(struct wf_pipe *p, enum wf_drop cause);
/* Received packets that never got as far as wf_pipe_in: counts rx (if count_rx) and the drop, and
 * frees them. */
void wf_pipe_refuse(struct wf_pipe *p, uint32_t dir, const struct wf_rx *rx, uint32_t n,
	bool count_rx, enum wf_drop cause);

/* Which worker must process each of these n packets (0..n_workers-1)? WF_PIPE_ANY: whichever has
 * it. Returns how many are not WF_PIPE_ANY; if none is, nothing else is filled in. Fills in who
 * they are, as far as that was to be found out, until the next call. `p` is the receiving worker's,
 * which remembers first fragments; so the fragments of a datagram have to be received by one
 * worker, as they are by one queue, or by RSS without ports. */
#define WF_PIPE_ANY UINT32_MAX
uint32_t wf_pipe_owners(struct wf_pipe *p, const struct wf_plan *newest, uint32_t dir,
	const struct wf_rx *rx, uint32_t n, uint32_t n_workers, uint32_t owner[WF_BURST],
	const struct wf_identity *who[WF_BURST]);
/* Who packets are that wf_pipe_in will be given: who[i] is of rx[i], in this very array, or in
 * parts of it. Until it is told NULL, which is the state at the start: it finds out itself. */
void wf_pipe_know(struct wf_pipe *p, const struct wf_rx *rx, const struct wf_identity *const *who);

/* A little housekeeping: ages flows. Call once a loop turn. */
void wf_pipe_tidy(struct wf_pipe *p, wf_ns_t now_ns);
/* All of it at once: for the end of a run. */
void wf_pipe_tidy_all(struct wf_pipe *p, wf_ns_t now_ns);

/* Counts at the worker's side of the hand-off rings; handed_out counts rx too. Of handed-in packets
 * wf_pipe_in is called with count_rx = false. */
void wf_pipe_handed_out(struct wf_pipe *p, uint32_t dir, const struct wf_count *sum);
void wf_pipe_handed_in(struct wf_pipe *p, uint32_t dir, const struct wf_count *sum);

/* Sets the gauges and turns the banks: only between two bursts. */
void wf_pipe_turn_stats(struct wf_pipe *p, wf_ns_t now_ns);
/* Control: what is counted of flows, where the plan says so. */
struct wf_flow_accounts *wf_pipe_accounts(struct wf_pipe *p);
/* Packets held, in all. */
uint64_t wf_pipe_held(const struct wf_pipe *p);

#endif
