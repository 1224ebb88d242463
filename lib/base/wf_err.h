/* SPDX-License-Identifier: BSD-3-Clause
 * A list of errors, so that a user sees all of them at once. Control threads only.
 *
 * Each is printed as "file:line: path: message. Hint."; parts that are unknown are left out.
 */
#ifndef WF_ERR_H
#define WF_ERR_H

#include <stdio.h>

#include "wf_types.h"

/* Where an error is: every member may be NULL or 0. The strings are copied by wf_err_add. */
struct wf_where {
	const char *file;
	unsigned line;
	const char *path; /* dotted, as in "links.wan.ab.delay.mean" */
};

struct wf_err_item {
	char *file;
	unsigned line;
	char *path;
	char *message; /* without a full stop */
	char *hint;    /* one sentence without a full stop (a question with its mark), or NULL */
};

struct wf_err;

struct wf_err *wf_err_new(void);
void wf_err_free(struct wf_err *err);

/* Adds one error. `where` and `hint` may be NULL. More than WF_ERR_MAX errors are counted but not
 * kept. Always returns -EINVAL, so that a caller can write `return wf_err_add(...)`. */
#define WF_ERR_MAX 100
int wf_err_add(struct wf_err *err, const struct wf_where *where, const char *hint, const char *fmt,
	...) __attribute__((format(printf, 4, 5)));

/* Number of errors added, kept or not. */
size_t wf_err_count(const struct wf_err *err);
/* The i-th kept error, NULL past the end. */
const struct wf_err_item *wf_err_item(const struct wf_err *err, size_t i);
/* One error as the line that users see, without a newline. Returns what snprintf would. */
int wf_err_format(const struct wf_err_item *item, char *out, size_t size);
/* All of them, a line each. */
void wf_err_print(const struct wf_err *err, FILE *out);

/* The candidate nearest to `word` (edit distance at most 1/3 of its length + 1), NULL if none is
 * near. `names` ends with NULL. For "did you mean". */
const char *wf_suggest(const char *word, const char *const *names);

#endif
