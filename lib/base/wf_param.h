/* SPDX-License-Identifier: BSD-3-Clause
 * Parameter tables: one row describes a key for parsing, checks, JSON, help and the manual.
 * Control threads only.
 *
 * A block of keys ("delay = { ... }") is described by an array of rows that ends with a NULL name,
 * and is stored in a struct whose first member is `uint64_t given`: bit i is set when row i was
 * given by the user (a default leaves it clear).
 */
#ifndef WF_PARAM_H
#define WF_PARAM_H

#include "wf_err.h"

enum wf_param_type {
	WF_PARAM_BOOL,      /* bool */
	WF_PARAM_COUNT,     /* uint64_t */
	WF_PARAM_REAL,      /* double */
	WF_PARAM_DURATION,  /* wf_ns_t */
	WF_PARAM_RATE,      /* uint64_t, bit/s */
	WF_PARAM_SIZE,      /* uint64_t, bytes */
	WF_PARAM_PROB,      /* double, 0..1 */
	WF_PARAM_CHOICE,    /* int, index into choices */
	WF_PARAM_LIMIT,     /* struct wf_limit: "50ms", "64kB" or "1000pkt" */
	WF_PARAM_OVERHEAD,  /* int64_t bytes a packet: a number, or "ethernet" = 24 */
	WF_PARAM_STRING,    /* char *, heap */
	WF_PARAM_ELSEWHERE, /* described by the row (`kind` names it), but read and kept by other
			       code */
};

enum wf_limit_kind { WF_LIMIT_NONE, WF_LIMIT_PACKETS, WF_LIMIT_BYTES, WF_LIMIT_TIME };

struct wf_limit {
	enum wf_limit_kind kind;
	uint64_t value; /* packets, bytes or ns */
};

struct wf_param {
	const char *name;
	enum wf_param_type type;
	size_t offset;              /* of the member in the block's struct */
	const char *fallback;       /* default as text; NULL: absent means all bits zero */
	const char *min, *max;      /* inclusive, as text in the row's own unit; NULL: no bound */
	const char *const *choices; /* WF_PARAM_CHOICE: ends with NULL */
	const char *kind;           /* WF_PARAM_ELSEWHERE: "list", "group", "string" */
	uint32_t belongs;           /* bit i: only with choice i of the block's selector (model or
				     * distribution); 0: with all */
	bool names_file;            /* WF_PARAM_STRING: a file, found from the configuration's */
	const char *help; /* one sentence without a full stop, for --help and the manual */
};

/* Fills `block` (all of it zero before) with the defaults. 0 or -ENOMEM; a table whose own default
 * does not parse is a programmer's bug (assert). */
int wf_param_defaults(const struct wf_param *table, void *block);
/* Reads `text` into row `row` of `block` and sets its bit in `given`. What is wrong goes to `err`
 * with `where`. 0 or -EINVAL. */
int wf_param_set(const struct wf_param *table, size_t row, const char *text, void *block,
	const struct wf_where *where, struct wf_err *err);
/* Index of `name`, or -1. */
int wf_param_find(const struct wf_param *table, const char *name);
/* Number of rows. */
size_t wf_param_count(const struct wf_param *table);
/* The row's value as canonical text ("20ms"). Returns out. */
#define WF_PARAM_TEXT 256
const char *wf_param_format(const struct wf_param *row, const void *block, char out[WF_PARAM_TEXT]);
/* Frees the strings that the block holds. */
void wf_param_release(const struct wf_param *table, void *block);
/* A word for the manual: "duration", "rate", "one of a, b". Returns out. */
const char *wf_param_type_text(const struct wf_param *row, char out[WF_PARAM_TEXT]);

/* Of a block whose other keys depend on one, its selector. */
struct wf_param_choice {
	const struct wf_param *table;
	size_t selector;  /* row */
	int choice;       /* that is in force, also where it was not given */
	const char *hint; /* what to do about keys that do not belong to it */
};

/* Does the row belong to this choice of its selector? */
static inline bool
wf_param_belongs(const struct wf_param *row, int choice)
{
	return row->belongs == 0 || (row->belongs >> choice & 1);
}
/* Every key of rows first to last that was given and belongs to other choices is an error. 0 or
 * -EINVAL. */
#define WF_PARAM_LAST SIZE_MAX
int wf_param_foreign(const struct wf_param_choice *c, size_t first, size_t last, const void *block,
	const struct wf_where *where, struct wf_err *err);

/* Was row `row` given by the user? */
static inline bool
wf_param_given(const void *block, size_t row)
{
	return (*(const uint64_t *)block >> row) & 1;
}

#endif
