/* SPDX-License-Identifier: BSD-3-Clause
 * Parts a shell's text into commands and words. Nothing is expanded.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "wf_import_script.h"
#include "wf_import_text.h"

struct reader {
	struct wf_import_script *s;
	const char *const *heads;
	struct wf_err *err;
	char *at, *to; /* next to be read, and where the next word goes: never ahead of it */
	unsigned line;
	bool fresh, open; /* at the start of a line; the last command may go on */
};

static bool
is_one_of(const char *word, const char *const *names)
{
	while (*names != NULL && strcmp(word, *names) != 0)
		names++;
	return *names != NULL;
}

static struct wf_where *
here(struct reader *r, struct wf_where *where)
{
	*where = (struct wf_where){ .line = r->line };
	return where;
}

/* "2>/dev/null", "&>log", "2>&1", "< file": the operator is read, a target that stands apart too.
 */
static bool
skip_redirection(struct reader *r)
{
	char *at = r->at;

	at += strspn(at, "0123456789");
	if (at == r->at && *at == '&' && at[1] == '>')
		at++;
	if (*at != '>' && *at != '<')
		return false;
	at += strspn(at, "<>&");
	at += strspn(at, " \t");
	at += strcspn(at, " \t\r\n;|&");
	r->at = at;
	return true;
}

/* The word at r->at, without its quotes, to r->to. */
static int
read_word(struct reader *r, char **word)
{
	char quote = 0, *at = r->at, *to = r->to;
	struct wf_where where;

	*word = to;
	for (; *at && (quote || strchr(" \t\r\n;|&", *at) == NULL); at++) {
		if (!quote && *at == '\\' && (at[1] == '\n' || (at[1] == '\r' && at[2] == '\n')))
			break;
		if ((unsigned char)*at < ' ' || *at == 127)
			return wf_err_add(
				r->err, here(r, &where), NULL, "a word with control characters");
		if (quote == *at)
			quote = 0;
		else if (quote == 0 && (*at == '"' || *at == '\''))
			quote = *at;
		else
			*to++ = *at;
	}
	if (quote)
		return wf_err_add(
			r->err, here(r, &where), NULL, "the quote %c is not closed", quote);
	r->at = at;
	r->to = to;
	return 0;
}

static void
close_command(struct reader *r)
{
	static const char *const nothing[] = { "true", ":", NULL };
	struct wf_import_script *s = r->s;

	if (r->open && s->command[s->n - 1].words.n == 1 &&
		is_one_of(s->command[s->n - 1].words.word[0], nothing))
		s->n--;
	r->open = false;
}

static int
add_word(struct reader *r, char *word)
{
	struct wf_import_script *s = r->s;
	struct wf_import_words *w;
	struct wf_where where;

	if (r->fresh && is_one_of(word, r->heads))
		close_command(r);
	if (!r->open) {
		if (s->n == WF_IMPORT_COMMANDS_MAX)
			return wf_err_add(r->err, here(r, &where), NULL, "more than %d commands",
				WF_IMPORT_COMMANDS_MAX);
		here(r, &s->command[s->n].where);
		s->command[s->n++].words = (struct wf_import_words){ .err = r->err };
	}
	r->open = true;
	r->fresh = false;
	w = &s->command[s->n - 1].words;
	if (w->n == WF_IMPORT_WORDS_MAX)
		return wf_err_add(
			r->err, here(r, &where), NULL, "more than %d words", WF_IMPORT_WORDS_MAX);
	w->word[w->n++] = word;
	return 0;
}

/* Blanks, ends of lines and commands, comments. -EINVAL: a pipe. */
static int
skip_between(struct reader *r)
{
	struct wf_where where;

	for (;;) {
		if (*r->at == '\n') {
			r->line++;
			r->fresh = true;
		} else if (*r->at == '\\' && (r->at[1] == '\n' || r->at[1] == '\r')) {
			r->at += r->at[1] == '\r' && r->at[2] == '\n';
			r->at++;
			r->line += *r->at == '\n';
		} else if (*r->at == '#') {
			r->at += strcspn(r->at, "\n");
			continue;
		} else if (*r->at == '|' && r->at[1] != '|') {
			return wf_err_add(
				r->err, here(r, &where), "Write the commands themselves", "a pipe");
		} else if (*r->at == ';' || *r->at == '|' || (*r->at == '&' && r->at[1] != '>')) {
			r->at += *r->at == r->at[1];
			close_command(r);
		} else if (*r->at == 0 || strchr(" \t\r", *r->at) == NULL) {
			return 0;
		}
		r->at++;
	}
}

int
wf_import_script_read(
	struct wf_import_script *s, const char *text, const char *const *heads, struct wf_err *err)
{
	/* A word's end needs a byte that what ended it may still stand on: twice the room. */
	const size_t size = strlen(text) + 1;
	struct reader r = { .s = s, .heads = heads, .err = err, .line = 1, .fresh = true };
	char *word;
	int rc;

	*s = (struct wf_import_script){ .text = malloc(3 * size + 1),
		.command = calloc(WF_IMPORT_COMMANDS_MAX, sizeof(*s->command)) };
	if (s->text == NULL || s->command == NULL)
		return wf_err_add(err, NULL, NULL, "out of memory");
	r.to = s->text;
	r.at = memcpy(s->text + 2 * size, text, size);
	while ((rc = skip_between(&r)) == 0 && *r.at != 0) {
		if (skip_redirection(&r))
			continue;
		rc = read_word(&r, &word);
		if (rc < 0)
			break;
		*r.to++ = 0;
		rc = add_word(&r, word);
		if (rc < 0)
			break;
	}
	close_command(&r);
	for (int i = 0; i < s->n && s->n > 1; i++)
		s->command[i].words.where = &s->command[i].where;
	return rc;
}

void
wf_import_script_fini(struct wf_import_script *s)
{
	free(s->command);
	free(s->text);
	*s = (struct wf_import_script){ 0 };
}

void
wf_import_script_origin(
	const char *program, const struct wf_import_script *s, const char *const *heads, FILE *out)
{
	for (int i = 0; i < s->n; i++)
		wf_import_origin(is_one_of(s->command[i].words.word[0], heads) ? NULL : program,
			&s->command[i].words, out);
}
