/* SPDX-License-Identifier: BSD-3-Clause
 * A quantity that a file gives row by row, by time or by packet. Reading is the control core's;
 * asking is pure.
 *
 * A row is "time rate delay loss", of which each stage takes its own, or "time value"; by packet
 * one value a line will do. "#" begins a comment; blanks, tabs, commas and semicolons part the
 * fields.
 */
#ifndef WF_ROWS_H
#define WF_ROWS_H

#include "wf_stage.h"

struct wf_rows_point {
	wf_ns_t ns; /* since the start of the run */
	uint64_t value;
};

struct wf_rows {
	const struct wf_rows_point *point; /* [n]; by time the first is at 0 */
	wf_ns_t period_ns;                 /* 0: it does not loop, the last value stays */
	uint32_t n;
	bool linear;
};

enum wf_rows_column { WF_ROWS_DELAY = 2, WF_ROWS_LOSS = 3 };

struct wf_rows_options {
	enum wf_rows_column column;
	bool by_packet, linear, once;
	int (*parse)(const char *text, uint64_t *value); /* 0, or it is no such value */
	const char *what, *example;                      /* for messages: "a delay", "20ms" */
};

/* How many points rows of this text may have. */
size_t wf_rows_room(const char *text);
/* Reads a text, which is cut up. `point` has room for wf_rows_room and stays with *out. What is
 * wrong is told of the line of the file `name`. 0 or -EINVAL. */
int wf_rows_parse(char *text, const char *name, const struct wf_rows_options *o,
	struct wf_rows_point *point, struct wf_rows *out, struct wf_err *err);
/* Reads the file into memory of the plan. NULL with reasons in c->err. */
const struct wf_rows *wf_rows_read(
	const char *file, const struct wf_rows_options *o, struct wf_block_compile *c);

/* The value of the packet, or of the instant since the start of the run. */
uint64_t wf_rows_of_packet(const struct wf_rows *r, uint64_t packet);
uint64_t wf_rows_at(const struct wf_rows *r, wf_ns_t ns);

#endif
