/* SPDX-License-Identifier: BSD-3-Clause
 * Predicted against simulated: what the forecasts say of a class, stage by stage, beside what
 * trials (wf_trial.h) of its stages show. Needs EAL.
 *
 * A stage is tried alone, with a packet each 100 us, or with half of the rate where the class has
 * one; but further apart where delays are drawn by burst, or losses and outages go by time. The
 * rate is tried with a quarter more than it can carry.
 */
#ifndef WF_VERIFY_H
#define WF_VERIFY_H

#include "wf_trial.h"

enum wf_unit { WF_UNIT_NS, WF_UNIT_BPS, WF_UNIT_SHARE, WF_UNIT_NUMBER };

struct wf_finding {
	const char *name; /* "delay mean": JSON key with _ for the blank, and as the table has it */
	enum wf_unit unit;
	double predicted; /* NAN: there is no prediction */
	double simulated; /* NAN: nothing has been seen */
	double error;     /* standard error of the simulated value */
	double off;       /* difference in standard errors; NAN where one of them is missing */
	bool differs;     /* by more than chance and n allow */
	bool bound;       /* the prediction is the largest value allowed */
};

#define WF_FINDINGS_MAX 6
struct wf_verdict {
	uint8_t stage; /* enum wf_block_id */
	uint32_t packets;
	double gap_ns;   /* between them */
	double order_ns; /* what keeping order adds to the mean delay */
	uint8_t n;
	struct wf_finding finding[WF_FINDINGS_MAX];
	char note[200]; /* why, or what else; "" without */
};

/* Most standard errors that are still chance: one finding in 50 000 is beyond it (Student's t of
 * WF_BATCHES - 1 degrees of freedom). */
#define WF_VERIFY_OFF   5.0
#define WF_VERIFY_LEAST 1000u /* packets */

/* Stages of a class that can be tried: of them, `out` (room for WF_BLOCK_COUNT) gets the numbers,
 * in order of the pipeline. */
uint32_t wf_verify_stages(const struct wf_plan_class *k, uint8_t out[WF_BLOCK_COUNT]);
/* 0, or -1: out of memory. */
int wf_verify(const struct wf_plan *plan, uint32_t dir, uint16_t class_id, uint8_t stage,
	uint32_t packets, struct wf_verdict *out);

#endif
