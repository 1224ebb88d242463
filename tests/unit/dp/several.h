/* SPDX-License-Identifier: BSD-3-Clause
 * Several workers without threads: pipelines and the rings between them, turned one after the other
 * on a virtual clock, so that who does what when is the test's choice. One link, both directions;
 * packets are heap objects, and what becomes of each is written down.
 */
#ifndef SEVERAL_H
#define SEVERAL_H

#include "wf_share.h"

#define SEVERAL_MOST 3

/* A packet that arrives, and where. */
struct several_packet {
	wf_ns_t ns;
	uint32_t dir, flow, len;
	uint32_t worker; /* whose queue it comes by, modulo their number */
};

struct several_fate {
	bool ended;
	enum wf_drop cause; /* WF_DROP_NONE: it left */
	wf_ns_t due_ns;     /* then */
	uint32_t worker;    /* that it left or ended at */
};

struct several_worker {
	struct wf_pipe *pipe;
	struct wf_stats *stats;
	struct wf_dir_stats total[2];
	struct wf_handoff *in[SEVERAL_MOST], *out[SEVERAL_MOST];
	struct wf_share share;
	struct wf_tap tap;
	struct several *of;
	uint32_t index;
};

struct several {
	uint32_t n;
	struct wf_plan *plan;
	struct several_worker worker[SEVERAL_MOST];
	const struct several_packet *packets; /* in order of arrival */
	struct several_fate *fate;            /* [n_packets] */
	uint32_t n_packets, n_in;             /* all, and those that have arrived */
	uint32_t n_there;                     /* that exist */
	wf_ns_t now_ns;
};

/* Of n workers that will receive these packets. What stands inside ab = { } and ba = { }, and in
 * classes = ( ), is the configuration. */
void several_start(struct several *s, uint32_t n, const char *dir, const char *classes,
	const struct several_packet *p, uint32_t n_packets);
/* Fails if a packet has leaked. */
void several_end(struct several *s);
/* The next burst, of the packets that come by one queue and direction and are at most so many,
 * arrives: time goes on to its last. Returns the worker that has received it. */
uint32_t several_receive(struct several *s, uint32_t most);
/* One worker takes over what was handed to it, and sends what is due. */
void several_turn(struct several *s, uint32_t worker);
/* All of them, until everything has left. */
void several_drain(struct several *s);
/* Turns the banks of all and fails unless every packet and byte is accounted for. The sum over all
 * workers. */
void several_sum(struct several *s, struct wf_dir_stats sum[2]);

#endif
