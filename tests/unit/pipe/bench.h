/* SPDX-License-Identifier: BSD-3-Clause
 * A test bench for one pipeline: configuration as users write it, packets that are heap objects and
 * remember who they are, a virtual clock, and a log of what left when.
 */
#ifndef BENCH_H
#define BENCH_H

#include "wf_pipe.h"

/* A packet that is sent into the pipeline. */
struct bench_packet {
	wf_ns_t ns;    /* arrival */
	uint32_t flow; /* 5-tuple; the source port is flow % 65536 */
	uint32_t len;
	bool arp;             /* no 5-tuple: neighbour discovery */
	const uint8_t *bytes; /* instead: its first n_bytes, 128 at most */
	uint32_t n_bytes;
};

#define BENCH_MADE   UINT32_MAX       /* id of a packet that a stage made */
#define BENCH_BUFFER (UINT32_MAX - 1) /* of a buffer for packets by value */

/* A packet that left. Every packet begins with its own, times not filled in. */
struct bench_out {
	uint32_t id; /* number of the packet, counted from 0 over all bench_in */
	uint32_t flow;
	uint32_t dir;
	bool copy;
	wf_ns_t rx_ns, due_ns;
	uint32_t len;
	uint8_t bytes[64]; /* its first */
};

struct bench_options {
	uint32_t max_held, max_flows; /* 0: plenty */
	wf_ns_t idle_ns;              /* 0: for ever */
	uint64_t seed;
	bool general; /* by the general path, whatever the plan says */
	bool handed;  /* who packets are has been found out before, and has been through a ring */
	uint32_t by_value_bytes; /* packets up to this length are held by value */
};

struct bench {
	struct wf_pipe *pipe;
	struct wf_stats *stats;
	struct wf_plan *plan;
	struct bench_options options;
	wf_ns_t now_ns;
	uint32_t n_in;
	int64_t alive;         /* packets that exist */
	int64_t clones_left;   /* then clone fails; negative: never */
	int64_t makes_left;    /* the same for what stages make */
	int64_t writable_left; /* the same for packets to be edited */
	int64_t buffers_left;  /* the same for buffers of packets by value */
	int64_t again_left;    /* and for those that are made of them */
	uint32_t special;  /* packets whose id this divides are more than their bytes; 0: none */
	int64_t buffers;   /* that exist */
	uint64_t by_value; /* packets that were held so */
	struct shadow *shadows;
	uint32_t room_bytes; /* of a packet that is edited; 0: plenty */
	struct bench_out *out;
	uint32_t n_out, room_out;
	struct wf_dir_stats total[4];
	struct wf_class_stats class_total[WF_PLAN_MAX_SLOTS];
	struct wf_tap tap;
	struct wf_count told[2][WF_DROP_COUNT]; /* by direction and cause; WF_DROP_NONE: sent */
};

/* Starts EAL, once a program: for cmocka_run_group_tests. */
int bench_eal(void **state);

/* Text of a configuration with one link: what stands inside ab = { } and ba = { }, and in
 * classes = ( ). Returns a static buffer. */
const char *bench_text(const char *ab, const char *ba, const char *classes);
/* A plan from text; `before` may be NULL. The test fails if it is refused. */
struct wf_plan *bench_plan(const char *text, uint64_t seed, const struct wf_plan *before);

struct bench *bench_new(const char *text, const struct bench_options *options);
/* Frees it, and fails if a packet has leaked. */
void bench_free(struct bench *b);
/* A live change, at the bench's time. */
void bench_change(struct bench *b, const char *text);

/* Packets of one direction in bursts of `burst`. Time goes on to that of the last. */
void bench_in(
	struct bench *b, uint32_t dir, const struct bench_packet *p, uint32_t n, uint32_t burst);
/* One packet at the bench's time. Returns its id. */
uint32_t bench_one(struct bench *b, uint32_t dir, uint32_t flow, uint32_t len);
/* Fills rx with a new packet that has not gone in. */
void bench_rx(struct bench *b, const struct bench_packet *p, struct wf_rx *rx);
/* Another reference to a packet, as a capture would take; and its end. */
void *bench_hold(void *pkt);
void bench_release(struct bench *b, void *pkt);
/* What is due by then leaves, at the exact time. Time goes on to then. */
void bench_until(struct bench *b, wf_ns_t ns);
/* Everything leaves. */
void bench_drain(struct bench *b);

/* Turns the banks and adds them to the totals; fails unless every packet and byte is accounted
 * for, in each direction and over its classes. */
void bench_check(struct bench *b);
/* Totals of the class, after bench_check; NULL: there is no such class. */
const struct wf_class_stats *bench_class(const struct bench *b, uint32_t dir, const char *name);
/* The log's entry of packet `id` (not of its copies); NULL: it has not left. */
const struct bench_out *bench_find(const struct bench *b, uint32_t id);
/* When packet `id`, which must have left, was due. */
wf_ns_t bench_due(const struct bench *b, uint32_t id);

#endif
