/* SPDX-License-Identifier: BSD-3-Clause
 * The arguments of a pcap port as they were written, before anything is made of them. Inside
 * lib/source; control thread.
 */
#ifndef WF_REPLAY_ARGS_H
#define WF_REPLAY_ARGS_H

#include "wf_param_args.h"

struct wf_replay_args {
	uint64_t given;
	char *file, *of, *to, *pace, *split;
	uint64_t loops, packets, burst, memory_bytes, buffer_bytes;
	wf_ns_t gap_ns, end_ns, tolerance_ns;
	int late, cut, join, start;
	bool convert;
	char *smac, *dmac, *map, *ports, *vlan, *ttl, *unique;
};

/* Rows of wf_replay_table. */
enum {
	WF_REPLAY_ARG_FILES,
	WF_REPLAY_ARG_PACE,
	WF_REPLAY_ARG_LOOPS,
	WF_REPLAY_ARG_GAP,
	WF_REPLAY_ARG_PACKETS,
	WF_REPLAY_ARG_DURATION,
	WF_REPLAY_ARG_LATE,
	WF_REPLAY_ARG_TOLERANCE,
	WF_REPLAY_ARG_BURST,
	WF_REPLAY_ARG_SPLIT,
	WF_REPLAY_ARG_OF,
	WF_REPLAY_ARG_START,
	WF_REPLAY_ARG_JOIN,
	WF_REPLAY_ARG_TRUNCATED,
	WF_REPLAY_ARG_CONVERT,
	WF_REPLAY_ARG_MEMORY,
	WF_REPLAY_ARG_SMAC,
	WF_REPLAY_ARG_DMAC,
	WF_REPLAY_ARG_MAP,
	WF_REPLAY_ARG_PORTS,
	WF_REPLAY_ARG_VLAN,
	WF_REPLAY_ARG_TTL,
	WF_REPLAY_ARG_UNIQUE,
	WF_REPLAY_ARG_TO,
	WF_REPLAY_ARG_BUFFER,
};

/* The device string, whose first word is not looked at, into *p, which is to be released by
 * wf_param_release(wf_replay_table, p). 0, or -EINVAL with all reasons. */
int wf_replay_args_read(const char *device, struct wf_replay_args *p, const struct wf_where *where,
	struct wf_err *err);

#endif
