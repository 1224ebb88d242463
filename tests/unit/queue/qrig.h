/* SPDX-License-Identifier: BSD-3-Clause
 * A rig for one queue: packets by number, events served in time, a log of what became of each.
 */
#ifndef QRIG_H
#define QRIG_H

#include "wf_queue.h"

enum { QRIG_WAITS, QRIG_SENT, QRIG_FULL, QRIG_AQM };

struct qrig_fate {
	uint8_t what;
	bool marked;
	wf_ns_t when_ns;
};

struct qrig {
	struct wf_queue q;
	struct wf_queue_cfg cfg;
	struct wf_qpool pool;
	void *memory;
	struct qrig_fate *fate; /* [n]: by number of the packet */
	uint32_t n, room;
	void (*after)(struct qrig *r, wf_ns_t now_ns); /* each event and arrival; may be NULL */
	void *ctx;
};

/* 8 bits in 1 us and a limit of 10 000 packets: the test changes what it wants. */
struct wf_queue_cfg qrig_cfg(enum wf_qkind kind);
struct qrig *qrig_new(const struct wf_queue_cfg *cfg, uint32_t most_packets);
void qrig_free(struct qrig *r);
/* A packet arrives, after the events up to then. Returns its number. */
uint32_t qrig_in(struct qrig *r, wf_ns_t now_ns, uint32_t len_bytes, uint32_t flow, uint8_t ecn);
void qrig_until(struct qrig *r, wf_ns_t ns);
/* Another configuration. */
void qrig_change(struct qrig *r, const struct wf_queue_cfg *cfg, wf_ns_t now_ns);

#endif
