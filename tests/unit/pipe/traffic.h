/* SPDX-License-Identifier: BSD-3-Clause
 * Traffic that has something for every impairment: UDP and TCP of all lengths, ECN-capable or not,
 * segments sent again, DNS queries, fragments. Each flow has a source address of its own.
 */
#ifndef TRAFFIC_H
#define TRAFFIC_H

#include "bench.h"

#define TRAFFIC_FLOWS 24
#define TRAFFIC_BYTES 128 /* of a frame that can be read */

struct traffic {
	uint32_t n;
	struct bench_packet *packet; /* [n]; flow is below TRAFFIC_FLOWS */
	uint8_t (*bytes)[TRAFFIC_BYTES];
};

/* n packets from start_ns on, at random times `mean_gap_ns` apart, some at once. */
struct traffic traffic_new(uint32_t n, wf_ns_t start_ns, uint64_t mean_gap_ns);
void traffic_free(struct traffic *t);
/* Fragments of one datagram are received by one worker; others by whichever. */
static inline uint32_t
traffic_receiver(const struct bench_packet *p, uint32_t any, uint32_t workers)
{
	return (p->flow % 4 == 3 ? p->flow / 4 : any) % workers;
}
/* The flow that a packet belongs to, or answers. */
uint32_t traffic_flow(const uint8_t *frame);

#endif
