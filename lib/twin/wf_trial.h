/* SPDX-License-Identifier: BSD-3-Clause
 * A trial: one stage of one class, or all of them, alone in the real pipeline, on a virtual clock,
 * under a steady stream of packets; what came of each. Needs EAL (rte_hash), but no port, hugepage
 * or privilege. Memory: what is in flight, and 16 bytes a packet.
 */
#ifndef WF_TRIAL_H
#define WF_TRIAL_H

#include "wf_plan.h"

#define WF_TRIAL_MAX 1000000u /* packets */

#define WF_TRIAL_WHOLE UINT8_MAX /* for a stage: all of them */

/* Over IPv4. Frames are WF_FORECAST_FRAME bytes long, but for queries. */
enum wf_trial_traffic { WF_TRIAL_UDP, WF_TRIAL_TCP, WF_TRIAL_DNS };

struct wf_trial_params {
	const struct wf_plan *plan; /* compiled; need not be armed */
	uint32_t dir;
	uint16_t class_id;
	uint8_t stage;   /* WF_BLOCK_RATE: with its queue; WF_TRIAL_WHOLE */
	uint8_t traffic; /* enum wf_trial_traffic */
	uint32_t packets;
	uint32_t frame_bytes; /* 0: WF_FORECAST_FRAME */
	double gap_ns;        /* between them */
	bool flows;           /* each is of a flow of its own; otherwise all are of one */
	bool capable;         /* of ECN */
};

/* Of the packet with this number, from 0. */
struct wf_trial_packet {
	int64_t delay_ns; /* intended release - arrival, of the first that left; -1: none did */
	uint8_t left;     /* itself and its copies */
	bool edited;
};

struct wf_trial {
	uint32_t packets;
	uint64_t clamped_ns; /* what keeping an order has added to the delays */
	uint32_t clamped;    /* packets that it has delayed */
	uint32_t no_buffer;  /* lost by the trial, not by the stage */
	struct wf_trial_packet packet[];
};

/* Which of the class's stages a trial can be made of: a step of it, or its real queue. */
bool wf_trial_has(const struct wf_plan_class *k, enum wf_block_id id);
/* Arrival of a packet, since the first one's. */
wf_ns_t wf_trial_arrival(const struct wf_trial_params *q, uint32_t i);
/* The same for the same plan and parameters. The caller frees it. NULL: out of memory. */
struct wf_trial *wf_trial_run(const struct wf_trial_params *q);

#endif
