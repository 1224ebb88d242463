/* SPDX-License-Identifier: BSD-3-Clause
 * How much memory a plan may need for the packets that it holds: rate x the longest wait. Pure.
 */
#ifndef WF_PLAN_BUDGET_H
#define WF_PLAN_BUDGET_H

#include "wf_plan.h"

/* A full-size Ethernet frame, and what holding one takes by reference: a 2 KiB buffer with its
 * header and headroom, and its place in the wheel. */
#define WF_BUDGET_FRAME_BYTES 1514
#define WF_BUDGET_HELD_BYTES  2432
/* A frame that is held by value has a part of such a buffer; its place in the wheel is beside
 * `memory`. */
#define WF_BUDGET_SHORT_BYTES  64
#define WF_BUDGET_RECORD_BYTES 37

/* The longest a packet of the class may be held, in ns: longest delay + longest queue. */
double wf_plan_longest_ns(const struct wf_forecast *f);
/* Packets of frame_bytes that the class may hold at once at its full rate; 0: it holds none, or its
 * rate is not limited, so nobody can say. */
double wf_plan_packets(const struct wf_forecast *f, uint32_t frame_bytes);
/* Bytes that all classes of all directions need for full-size frames. */
double wf_plan_bytes(const struct wf_plan *plan);
/* Where the configuration gives rate, delay and memory, what cannot fit is refused. 0, or -EINVAL
 * with the reason. */
int wf_plan_check_budget(
	const struct wf_plan *plan, const struct wf_conf *conf, struct wf_err *err);
/* What holding a frame takes of `memory`, when frames up to by_value_bytes are held by value. */
double wf_plan_held_bytes(uint32_t frame_bytes, uint32_t by_value_bytes);
/* Rate in bit/s of such frames that memory_bytes hold for that long. */
double wf_plan_rate_held(
	double memory_bytes, double longest_ns, uint32_t frame_bytes, uint32_t by_value_bytes);

#endif
