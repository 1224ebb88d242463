/* SPDX-License-Identifier: BSD-3-Clause
 * The flows of a run, each told of when it is over: from when to when it was, how much of it came,
 * left and was lost. Whatever is seen is counted in one of them, with the headers that it then has.
 * Memory is bounded: where there is no room for another one, the longest idle is told of. One
 * thread.
 */
#ifndef WF_FLOW_LOG_H
#define WF_FLOW_LOG_H

#include "wf_flow_key.h"
#include "wf_look.h"

#define WF_FLOW_LOG_FLOWS   65536
#define WF_FLOW_LOG_IDLE_NS (10 * WF_NS_PER_S) /* then it is over */

enum wf_flow_end { WF_FLOW_IDLE, WF_FLOW_NO_ROOM, WF_FLOW_RUN_OVER };
extern const char *const wf_flow_ends[]; /* "idle" ... */

struct wf_flow_entry {
	struct wf_flow_key key; /* with its direction */
	wf_ns_t first_ns, last_ns;
	uint64_t packets, bytes; /* that came */
	uint64_t left, lost;     /* of what came; not copies, nor what was made here */
	uint64_t made;           /* copies and what was made here, that left */
};

struct wf_flow_log;

/* NULL: out of memory. */
struct wf_flow_log *wf_flow_log_new(
	void (*told)(void *ctx, const struct wf_flow_entry *flow, enum wf_flow_end why), void *ctx);
void wf_flow_log_free(struct wf_flow_log *log);
/* In order of time. Now and then tells of those that have been idle, in order of their begin. */
void wf_flow_log_see(struct wf_flow_log *log, const struct wf_look *p);
/* The run is over: tells of all that are left, in order of their begin. */
void wf_flow_log_end(struct wf_flow_log *log);

#endif
