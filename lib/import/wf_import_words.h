/* SPDX-License-Identifier: BSD-3-Clause
 * A command line of another program, word by word, with errors that name the word.
 */
#ifndef WF_IMPORT_WORDS_H
#define WF_IMPORT_WORDS_H

#include "wf_err.h"

#define WF_IMPORT_WORDS_MAX 128

struct wf_import_words {
	char *word[WF_IMPORT_WORDS_MAX + 1];
	int n, at; /* at: the next to be read */
	char *text;
	struct wf_err *err;
	const struct wf_where *where; /* of the words, for errors; may be NULL */
};

/* Splits as a shell does: blanks part words, quotes (' and ") keep blanks; nothing is expanded.
 * Everything up to a word `until` (may be NULL) is left out. 0, or -EINVAL with a reason. */
int wf_import_split(
	struct wf_import_words *w, const char *line, const char *until, struct wf_err *err);
void wf_import_words_fini(struct wf_import_words *w);

/* Like wf_err_add, where the words are. */
int wf_import_error(struct wf_import_words *w, const char *hint, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* The next word; NULL at the end. */
const char *wf_import_peek(const struct wf_import_words *w);
/* The next word is this one: it is read. */
bool wf_import_skip(struct wf_import_words *w, const char *word);

/* -EINVAL: the next word, behind `after`, is not `wanted`, or missing. */
int wf_import_refuse(
	struct wf_import_words *w, const char *after, const char *wanted, const char *hint);
/* The next word as a value of which `parse` knows; `wanted` tells users what that is. 1: read; 0:
 * it is something else, or missing, and optional; -EINVAL with a reason. */
int wf_import_value(struct wf_import_words *w, const char *after,
	bool (*parse)(const char *, double *), bool optional, const char *wanted, const char *hint,
	double *out);
/* A whole number below 10^12. */
bool wf_import_whole(const char *text, double *out);
/* The first of `names` (NULL at the end) that begins with this word, as tc takes words; -1: none.
 */
int wf_import_begins(const char *word, const char *const *names);

#endif
