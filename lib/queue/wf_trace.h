/* SPDX-License-Identifier: BSD-3-Clause
 * A bandwidth trace: how much a link has offered to carry up to each instant, its work curve W(t).
 * A server that follows it is a clock that counts work and not time:
 *
 *	w_n = max(w_{n-1}, W(arrival)) + wire		end_n = the first t with W(t) >= w_n
 *
 * What is offered while nothing waits is lost; what is left of an opportunity goes to the packets
 * that wait by then. All in integers, so that an end is exact to the nanosecond however long the
 * run. Times count from the origin (the start of the run).
 *
 *	opportunities	W is a staircase of 1500 bytes each (mahimahi's traces)
 *	hold		W(t) = the integral of a rate that stays until the next row
 *	linear		the same of a rate that goes straight to that of the next row
 */
#ifndef WF_TRACE_H
#define WF_TRACE_H

#include "wf_err.h"
#include "wf_types.h"

#define WF_TRACE_OPPORTUNITY  1500               /* bytes */
#define WF_TRACE_MAX_LINES    (1u << 24)         /* of the text */
#define WF_TRACE_MAX_BYTES    ((size_t)64 << 20) /* of the text */
#define WF_TRACE_MAX_RATE_BPS 400000000000ull
#define WF_TRACE_MIN_RATE_BPS 1000         /* unless it is 0, and on average */
#define WF_TRACE_NEVER        (1ull << 62) /* an end that is not reached in 146 years */

/* Bytes, or for rates bits x ns / s, halved: see wf_trace_bytes. */
typedef __int128 wf_work_t __attribute__((aligned(8)));

enum wf_trace_kind { WF_TRACE_OPPORTUNITIES, WF_TRACE_HOLD, WF_TRACE_LINEAR };

struct wf_trace_point {
	wf_work_t work; /* W(ns) */
	wf_ns_t ns;
	uint64_t rate_bps; /* from here on */
};

/* Const once it is read. */
struct wf_trace {
	const struct wf_trace_point *point; /* [n]; but for opportunities the first is at 0 */
	wf_work_t total;                    /* of a period */
	wf_ns_t period_ns;                  /* 0: it does not loop, the last rate stays */
	uint64_t mean_bps;                  /* of a period, or the last rate */
	uint32_t n;
	uint32_t id;  /* of its content; never 0 */
	uint8_t kind; /* enum wf_trace_kind */
};

struct wf_trace_options {
	bool linear;
	bool once; /* does not loop */
};

/* How many points a trace of this text may have. */
size_t wf_trace_room(const char *text);
/* Reads a text: a whole number of ms a line is a mahimahi trace, "2.5s 10Mbit" a row. `point` has
 * room for wf_trace_room, zeroed, and stays with *out. What is wrong is told of line `n` of the
 * file `name`. 0 or -EINVAL. */
int wf_trace_read(const char *text, const char *name, const struct wf_trace_options *options,
	struct wf_trace_point *point, struct wf_trace *out, struct wf_err *err);

/* That many bytes as work. */
static inline wf_work_t
wf_trace_bytes(const struct wf_trace *t, uint64_t bytes)
{
	return (wf_work_t)bytes * (t->kind == WF_TRACE_OPPORTUNITIES ? 1 : 16000000000ll);
}

/* W(ns). `at` is where the search begins, kept by the caller: any number will do. */
wf_work_t wf_trace_work(const struct wf_trace *t, wf_ns_t ns, uint32_t *at);
/* The first instant with W >= work, for work > 0; at most WF_TRACE_NEVER. */
wf_ns_t wf_trace_reach(const struct wf_trace *t, wf_work_t work, uint32_t *at);

#endif
