/* SPDX-License-Identifier: BSD-3-Clause
 * Words of a command line.
 */
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "wf_import_words.h"

/* Moves the word at *from to `to`, without its quotes, and ends it; *from is behind it then. */
static int
unquote(char **from, char *to, struct wf_err *err)
{
	char *at = *from, quote = 0;

	for (; *at && (quote || strchr(" \t\r\n", *at) == NULL); at++) {
		if ((unsigned char)*at < ' ' || *at == 127)
			return wf_err_add(err, NULL, NULL, "a word with control characters");
		if (quote == *at)
			quote = 0;
		else if (quote == 0 && (*at == '"' || *at == '\''))
			quote = *at;
		else
			*to++ = *at;
	}
	if (quote)
		return wf_err_add(err, NULL, NULL, "the quote %c is not closed", quote);
	*from = at + (*at != 0);
	*to = 0;
	return 0;
}

int
wf_import_split(struct wf_import_words *w, const char *line, const char *until, struct wf_err *err)
{
	char *at;

	*w = (struct wf_import_words){ .text = strdup(line), .err = err };
	if (w->text == NULL)
		return wf_err_add(err, NULL, NULL, "out of memory");
	for (at = w->text + strspn(w->text, " \t\r\n"); *at; at += strspn(at, " \t\r\n")) {
		char *word = at;

		if (w->n == WF_IMPORT_WORDS_MAX)
			return wf_err_add(
				err, NULL, NULL, "more than %d words", WF_IMPORT_WORDS_MAX);
		if (unquote(&at, word, err) < 0)
			return -EINVAL;
		if (until != NULL && strcmp(word, until) == 0)
			w->n = 0;
		else
			w->word[w->n++] = word;
	}
	return 0;
}

void
wf_import_words_fini(struct wf_import_words *w)
{
	free(w->text);
	w->text = NULL;
}

const char *
wf_import_peek(const struct wf_import_words *w)
{
	return w->at < w->n ? w->word[w->at] : NULL;
}

bool
wf_import_skip(struct wf_import_words *w, const char *word)
{
	const char *next = wf_import_peek(w);

	if (next == NULL || strcmp(next, word) != 0)
		return false;
	w->at++;
	return true;
}

int
wf_import_refuse(struct wf_import_words *w, const char *after, const char *wanted, const char *hint)
{
	const char *word = wf_import_peek(w);

	if (word == NULL)
		return wf_import_error(w, hint, "%s is missing behind \"%s\"", wanted, after);
	return wf_import_error(w, hint, "\"%s\", behind \"%s\", is not %s", word, after, wanted);
}

int
wf_import_error(struct wf_import_words *w, const char *hint, const char *fmt, ...)
{
	char text[400];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	return wf_err_add(w->err, w->where, hint, "%s", text);
}

int
wf_import_value(struct wf_import_words *w, const char *after, bool (*parse)(const char *, double *),
	bool optional, const char *wanted, const char *hint, double *out)
{
	const char *word = wf_import_peek(w);

	if (word != NULL && parse(word, out)) {
		w->at++;
		return 1;
	}
	if (optional)
		return 0;
	return wf_import_refuse(w, after, wanted, hint);
}

bool
wf_import_whole(const char *text, double *out)
{
	char *end;

	*out = strtod(text, &end);
	return end != text && *end == '\0' && fabs(*out) < 1e12 && *out == floor(*out);
}

int
wf_import_begins(const char *word, const char *const *names)
{
	for (int i = 0; *word != 0 && names[i] != NULL; i++)
		if (strncmp(word, names[i], strlen(word)) == 0)
			return i;
	return -1;
}
