/* SPDX-License-Identifier: BSD-3-Clause
 * A real queue: packets wait in it, and what happens to one is decided when it departs. Drop head
 * and active queue management need it; a tail-drop FIFO is a virtual clock and does not
 * (lib/stage/wf_stage_rate.c). One worker's own; time comes as an argument.
 *
 * A queue has a discipline (which packet is next, and which are dropped or marked) and a server
 * (how long one takes). The server takes the next packet when it is free and is done with it at
 * event_ns; only then may the next be taken:
 *
 *	start = max(free, arrival - burst)   free = start + wire / rate   event = max(now, free)
 *
 * With a bandwidth trace it is a clock of work instead: see wf_trace.h.
 *
 * Queues may share one server, that of the first of them: then each has its own discipline and
 * limit, and the server takes from the one whose turn it is (wf_queue_share.c).
 *
 * Entries are numbers of slots in a pool that all queues of a worker share.
 */
#ifndef WF_QUEUE_H
#define WF_QUEUE_H

#include "wf_trace.h"
#include "wf_wire.h"

#define WF_QNONE UINT32_MAX

enum wf_qdrop { WF_QDROP_FULL = 1, WF_QDROP_AQM }; /* why a queue has dropped */

/* A packet that waits. The first members are the caller's. */
struct wf_qentry {
	void *pkt; /* NULL: a free slot */
	const uint8_t *data;
	void *flow;
	uint64_t flow_key; /* tells flows apart */
	uint64_t rng;
	wf_ns_t rx_ns;
	uint32_t len_bytes, readable_bytes;
	uint32_t queue; /* the caller's number of the queue */
	uint8_t row_flags;
	uint8_t ecn; /* codepoint of the IP header; 0: not capable, or not IP */
	/* The queue's. */
	uint8_t marked; /* to be marked CE on departure */
	uint8_t cause;  /* enum wf_qdrop */
	uint32_t wire_bytes;
	uint32_t next;
};

/* A list of entries, first come first. */
struct wf_qlist {
	uint32_t head, tail, packets;
	uint64_t bytes; /* on the wire */
};

struct wf_qpool {
	struct wf_qentry *entry;
	uint32_t size, used, free;
	struct wf_qlist dropped; /* by queues, for the caller to take away */
};

enum wf_qkind {
	WF_QUEUE_FIFO,
	WF_QUEUE_CODEL,
	WF_QUEUE_FQ_CODEL,
	WF_QUEUE_PIE,
	WF_QUEUE_RED,
	WF_QUEUE_DUALPI2
};

struct wf_codel_cfg {
	wf_ns_t target_ns, interval_ns;
	uint32_t max_packet; /* a queue this small or smaller is left alone */
	uint32_t quantum;    /* FQ-CoDel */
	uint32_t n_flows;    /* FQ-CoDel: a power of two */
};

struct wf_pie_cfg {
	wf_ns_t target_ns, update_ns, burst_ns;
	double alpha, beta;   /* per second of wait above the target, of its growth */
	uint32_t small_bytes; /* a queue this small or smaller is left alone */
	bool derandomize;
};

struct wf_red_cfg {
	double min_bytes, max_bytes;
	double probability; /* at max_bytes */
	double weight;      /* of a new value in the average */
	wf_ns_t packet_ns;  /* of a typical packet, for the time that the queue is idle */
};

struct wf_dualpi2_cfg {
	double target;      /* seconds */
	double alpha, beta; /* per second of wait above the target, of its growth */
	double k;           /* coupling factor */
	double p_cmax;      /* 1 / k^2: from there on classic packets are dropped, not marked */
	wf_ns_t update_ns;
	wf_ns_t min_th_ns, range_ns; /* ramp of the native marks */
};

#define WF_PRIORITIES 8

/* Bytes by weight, to 2^-32. */
typedef __int128 wf_tag_t __attribute__((aligned(8)));

/* Compiled, const. */
struct wf_queue_cfg {
	struct wf_serve serve;
	uint8_t kind; /* enum wf_qkind */
	bool head;    /* a full queue drops its oldest, not the newcomer */
	bool ecn;
	bool shared;          /* the limit is of its own packets, whoever the server sends */
	uint8_t priority;     /* below WF_PRIORITIES; the highest first */
	uint32_t weight;      /* among equals; 0: 1 */
	uint64_t cap;         /* shared: no faster than this, 32.32 ns a byte; 0: as the server */
	wf_fine_t cap_credit; /* what it may make up for, as a time at that rate */
	union {
		struct wf_codel_cfg codel;
		struct wf_pie_cfg pie;
		struct wf_red_cfg red;
		struct wf_dualpi2_cfg dualpi2;
	};
};

/* CoDel's state, with the names of RFC 8289. Zeroed is the start. */
struct wf_codel {
	wf_ns_t first_above_time, drop_next;
	uint32_t count, lastcount;
	bool dropping;
};

/* PIE's state, with the names of RFC 8033. */
struct wf_pie {
	double drop_prob, accu_prob;
	wf_ns_t current_qdelay, qdelay_old, burst_allowance;
	wf_ns_t update_at;
};

/* RED's state, with the names of Floyd and Jacobson. */
struct wf_red {
	double avg;
	int64_t count;  /* packets since the last drop; -1: below the minimum */
	wf_ns_t q_time; /* when the queue became empty; UINT64_MAX: it is not */
};

/* DualPI2's state, with the names of RFC 9332; p is its p'. The queue's list is the classic one. */
struct wf_dualpi2 {
	struct wf_qlist l4s;
	double p, prevq; /* seconds */
	double l4s_count, classic_count;
	int64_t credit; /* of the scheduler: above 0 it is the classic queue's turn */
	wf_ns_t update_at;
};

/* A queue of FQ-CoDel. */
struct wf_fq_flow {
	struct wf_qlist list;
	struct wf_codel codel;
	int64_t deficit;
	uint32_t next; /* in the list of new or old flows */
	bool listed;
};
struct wf_fq_list {
	uint32_t head, tail;
};
struct wf_fq {
	struct wf_fq_flow *flow; /* [n_flows]: the caller's memory */
	struct wf_fq_list fresh, old;
};

struct wf_queue {
	struct wf_queue_cfg cfg;  /* its own copy: a plan may end while packets wait */
	wf_fine_t free;           /* end of the last packet's serialisation */
	wf_work_t work;           /* the same as work of the trace ... */
	uint32_t trace_id;        /* ... of this content; 0: there is none */
	uint32_t trace_at[2];     /* where its searches have ended: by time, by work */
	wf_ns_t origin_ns;        /* when traces begin: the caller's, set before init */
	wf_ns_t event_ns;         /* when the packet in transmission has been sent */
	uint32_t sending;         /* the packet in transmission; WF_QNONE: the server is idle */
	uint32_t packets;         /* that wait: without the one in transmission */
	struct wf_queue *serving; /* whose packet that is, or was last */
	/* Of a server: the queues that wait, in the order in which they came to. */
	struct wf_queue *waiting, **last_waiting;
	wf_tag_t virtual[WF_PRIORITIES], rested;
	wf_ns_t wake_ns; /* all that wait are at their caps until then; UINT64_MAX: nobody is */
	/* Of a queue. */
	struct wf_queue *server; /* itself, unless it has joined another's */
	struct wf_queue *next_waiting;
	wf_tag_t start, finish;
	wf_fine_t ready; /* its cap lets it be served from then on */
	bool waits;
	uint64_t bytes;       /* on the wire */
	struct wf_qlist list; /* all of them but with FQ-CoDel */
	union {
		struct wf_codel codel;
		struct wf_fq fq;
		struct wf_pie pie;
		struct wf_red red;
		struct wf_dualpi2 dualpi2;
	};
};

/* Bytes of memory for flows that a queue of this configuration needs; 0: none. */
size_t wf_queue_memory(const struct wf_queue_cfg *cfg);
/* `memory` is of wf_queue_memory bytes and need not be cleared. Times are not before origin_ns. */
void wf_queue_init(
	struct wf_queue *q, const struct wf_queue_cfg *cfg, void *memory, wf_ns_t now_ns);
/* Another configuration, from the next packet on. What waits stays, in its order of service;
 * another discipline begins anew. `memory` as for init. Is it in use now? Then the old one is the
 * caller's again, else it is. */
bool wf_queue_change(struct wf_queue *q, struct wf_qpool *pool, const struct wf_queue_cfg *cfg,
	void *memory, wf_ns_t now_ns);

/* From now on the packets of an idle queue are sent by the server of another. */
void wf_queue_join(struct wf_queue *q, struct wf_queue *server);
/* It waits no more, though its turn has not come: for an idle queue that ends or joins another. */
void wf_queue_leave(struct wf_queue *q);
/* Is one of its packets in transmission? */
static inline bool
wf_queue_sends(const struct wf_queue *q)
{
	return q->server->sending != WF_QNONE && q->server->serving == q;
}

/* Nothing waits in it, and nothing of it is in transmission. */
static inline bool
wf_queue_idle(const struct wf_queue *q)
{
	return q->packets == 0 && !wf_queue_sends(q);
}

/* From now on traces begin at origin_ns: another one, of a new phase. Followed by a change. */
void wf_queue_begin_at(struct wf_queue *q, wf_ns_t origin_ns, wf_ns_t now_ns);

/* Only the server changes, to `serve`; NULL: the plan of its configuration, and with it the trace,
 * is no more, and what waits goes on at the mean rate. */
void wf_queue_reserve(struct wf_queue *q, const struct wf_serve *serve, wf_ns_t now_ns);

/* A packet arrives. It, or others, may end up in pool->dropped; if its server is idle, the next is
 * taken at once. All events up to now_ns have been served. */
void wf_queue_in(struct wf_queue *q, struct wf_qpool *pool, uint32_t entry, wf_ns_t now_ns);
/* At event_ns of a server: the packet that has been sent; the server takes the next. WF_QNONE: it
 * has only waited for somebody's cap. */
uint32_t wf_queue_out(struct wf_queue *q, struct wf_qpool *pool);
/* The next packet, whatever the discipline would say; WF_QNONE: it is empty. For a queue that ends.
 */
uint32_t wf_queue_pop(struct wf_queue *q, struct wf_qpool *pool);

/* Zeroed memory of `size` entries is to be in pool->entry. */
void wf_qpool_init(struct wf_qpool *pool, struct wf_qentry *entry, uint32_t size);
/* WF_QNONE: all are taken. */
uint32_t wf_qpool_get(struct wf_qpool *pool);
void wf_qpool_put(struct wf_qpool *pool, uint32_t entry);
/* The next that a queue has dropped, for the caller to end and put back. WF_QNONE: none is left. */
uint32_t wf_qpool_dropped(struct wf_qpool *pool);

#endif
