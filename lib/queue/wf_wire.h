/* SPDX-License-Identifier: BSD-3-Clause
 * What a packet takes on the wire, in bytes and in time. Pure.
 *
 *	wire = len + overhead; with cells: ceil(wire / cell) * (cell + cell_overhead)
 *
 * Times are kept to 2^-32 ns, so the long-run error of a rate is below 1e-7 from 1 kbit/s to
 * 400 Gbit/s whatever the mix of lengths.
 */
#ifndef WF_WIRE_H
#define WF_WIRE_H

#include "wf_types.h"

/* An instant to 2^-32 ns, before the clock's epoch where a full bucket is older than that. */
typedef __int128 wf_fine_t;
#define WF_FINE(ns) ((wf_fine_t)(ns) * (1ll << 32))

struct wf_wire {
	uint64_t ns_per_byte; /* 32.32 */
	int32_t overhead;
	uint32_t cell, cell_total; /* payload bytes, or 0: no cells; all bytes */
};

static inline uint64_t
wf_wire_bytes(const struct wf_wire *w, uint32_t len_bytes)
{
	int64_t wire = (int64_t)len_bytes + w->overhead;

	if (wire < 1)
		wire = 1;
	if (w->cell != 0)
		wire = (wire + w->cell - 1) / w->cell * w->cell_total;
	return (uint64_t)wire;
}

static inline wf_fine_t
wf_wire_time(const struct wf_wire *w, uint64_t wire_bytes)
{
	return (wf_fine_t)w->ns_per_byte * (wf_fine_t)wire_bytes;
}

struct wf_trace;

/* A rate, what may pass at once after idling, and what may wait for it. */
struct wf_serve {
	struct wf_wire wire;
	const struct wf_trace *trace; /* the rate at each instant; NULL: always that of `wire` */
	uint64_t limit_bytes;         /* with a trace: the most that may wait, or 0 */
	wf_fine_t burst;              /* as a time */
	wf_fine_t limit_wait;         /* longest sojourn, where the limit is bytes or time */
	uint64_t limit_packets;       /* or 0 */
};

/* The first whole nanosecond that is not earlier. */
static inline int64_t
wf_fine_ceil(wf_fine_t t)
{
	return (int64_t)((t + UINT32_MAX) >> 32);
}

#endif
