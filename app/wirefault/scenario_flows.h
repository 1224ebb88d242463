/* SPDX-License-Identifier: BSD-3-Clause
 * The largest conversations of a capture: both directions of a flow together. Control thread.
 */
#ifndef SCENARIO_FLOWS_H
#define SCENARIO_FLOWS_H

#include "wf_err.h"
#include "wf_flow_key.h"

struct scenario_flow {
	struct wf_flow_key key; /* of one of its directions */
	uint64_t packets, bytes;
};

struct scenario_flows {
	struct scenario_flow *at; /* [n], the largest first */
	uint32_t n;
	uint64_t all;        /* conversations that the capture has */
	uint64_t packets;    /* of it */
	uint64_t untold;     /* that are of none of them: no IP, or nothing that a filter sees */
	wf_ns_t duration_ns; /* from the first packet to the last */
};

/* The `most` largest of those that a filter can tell. 0; or with reasons in err -errno, and then it
 * is none. */
int scenario_flows_read(
	const char *path, uint32_t most, struct scenario_flows *out, struct wf_err *err);
void scenario_flows_free(struct scenario_flows *f);
/* What is of one, as pcap-filter(7) says it. Returns out. */
#define SCENARIO_FLOW_FILTER 400
const char *scenario_flow_filter(const struct scenario_flow *f, char out[SCENARIO_FLOW_FILTER]);

#endif
