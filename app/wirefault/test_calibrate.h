/* SPDX-License-Identifier: BSD-3-Clause
 * `wirefault test calibrate`: what this machine itself adds to a packet, so that other figures can
 * be read beside it. Control thread.
 */
#ifndef WF_TEST_CALIBRATE_H
#define WF_TEST_CALIBRATE_H

#include <stdio.h>

#include "wf_cmd.h"
#include "wf_dp.h"
#include "wf_gaps.h"
#include "wf_hist.h"

struct wf_calibrate {
	/* What is asked for. */
	const char *ports; /* "A,B", joined outside; NULL: none */
	uint64_t pps;
	wf_ns_t duration_ns;
	unsigned core; /* of the worker */
	bool quiet;

	/* Results. */
	char setup[256];
	double clock_read_ns, clock_hz;
	struct wf_gaps *gaps; /* of a thread that only looks at the clock, on the core */
	double steal;         /* of its time meanwhile; below 0: the kernel does not say */
	struct wf_hist added; /* from when a packet was to come until it had been sent */
	struct wf_hist path;  /* with ports: until it was received at the other */
	uint64_t sent, came, dropped, missed;
	double turn_ns; /* of the worker's loop, on average */
	wf_ns_t longest_turn_ns;
	bool trustworthy;
	uint32_t n_reasons;
	struct wf_reason *reasons;
};

/* 0; -EINTR: TERM or INT came, which are blocked before; or -errno with reasons. */
int wf_calibrate_run(
	struct wf_calibrate *c, const struct wf_dp_options *options, struct wf_err *err);

/* Packets are told apart by their lengths, which are one of so many in turn. */
#define WF_CALIBRATE_MARKS 64

/* A packet that was to leave, or came back: when, and its mark, below WF_CALIBRATE_MARKS. */
struct wf_calibrate_seen {
	wf_ns_t ns;
	uint32_t mark;
};

/* How long packets took, from those that were to leave and those that came back, both in order of
 * time: each is the last of its mark that was to leave before. Adds to *path; returns how many were
 * matched. Pure. */
uint64_t wf_calibrate_match(const struct wf_calibrate_seen *left, uint64_t n_left,
	const struct wf_calibrate_seen *came, uint64_t n_came, struct wf_hist *path);

void wf_calibrate_table(const struct wf_calibrate *c, FILE *out);
/* The document "wirefault.calibration/1". 0 or -ENOMEM. */
int wf_calibrate_json(const struct wf_calibrate *c, FILE *out);

#endif
