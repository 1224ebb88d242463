/* SPDX-License-Identifier: BSD-3-Clause
 * What becomes of each packet of some traffic, sent through pipelines in bursts: for tests that
 * hold one way of sending it against another.
 */
#ifndef FATES_H
#define FATES_H

#include "traffic.h"

#define LOST UINT64_MAX

struct fates {
	uint64_t by_value; /* packets that were held so */
	struct {
		uint32_t n;
		uint64_t bytes, due; /* sums, as their order means nothing */
	} made[TRAFFIC_FLOWS];       /* by stages, for these flows */
	struct {
		uint64_t due, bytes; /* LOST */
		uint32_t copies;
		uint64_t copies_due;
	} packet[];
};

struct fates_run {
	const char *text; /* the configuration */
	uint64_t seed;
	const struct bench_packet *packet;
	uint32_t n;
	uint32_t workers;        /* 1 or 2 */
	uint32_t burst, every;   /* only flows that `every` divides */
	bool general;            /* by the general path */
	uint32_t by_value_bytes; /* up to this length held by value */
};

/* The caller frees it. What was not sent is LOST. */
struct fates *fates_run(const struct fates_run *q);

#endif
