/* SPDX-License-Identifier: BSD-3-Clause
 * A micro-benchmark: one part of the data path, alone, over and over. Each file of this folder
 * offers a table of cases; perf.c runs them.
 */
#ifndef PERF_H
#define PERF_H

#include "wf_types.h"

struct perf_case {
	const char *name; /* PART/WHAT */
	/* Prepares; NULL ends the program with a message that has been printed. */
	void *(*open)(const struct perf_case *c);
	/* Takes at least n packets through the part; returns how many. Goes on where the call
	 * before ended. */
	uint64_t (*run)(void *state, uint64_t n);
	void (*close)(void *state);
	/* What `open` is told: */
	const char *text;
	uint64_t number;
};

extern const struct perf_case perf_parts[], perf_stages[], perf_stores[], perf_flows[],
	perf_sources[], perf_replay[], perf_pipes[], perf_dp[];

/* A result that nobody reads, so that the compiler computes it all the same. */
extern volatile uint64_t perf_sink;

/* Memory on cache lines, zeroed; ends the program when there is none. */
void *perf_memory(size_t bytes);

/* 5-tuples: writes an Ethernet frame of UDP over IPv4 of flow number `flow`, 64 bytes. */
void perf_frame(uint8_t *frame, uint32_t flow);

#endif
