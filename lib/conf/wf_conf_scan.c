/* SPDX-License-Identifier: BSD-3-Clause
 * A light scan of configuration text outside strings and comments. Control threads only.
 */
#include "wf_conf_scan.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MAX_DEPTH 32

struct scan {
	const char *at, *name;
	unsigned line, depth;
	bool allow_include;
	struct wf_err *err;
};

static int
complain(const struct scan *s, const char *hint, const char *what, int n, const char *word)
{
	struct wf_where where = { s->name, s->line, NULL };

	return wf_err_add(s->err, &where, hint, "%s%.*s", what, n, word);
}

static void
skip_string(struct scan *s)
{
	for (s->at++; *s->at != 0 && *s->at != '"'; s->at++) {
		if (*s->at == '\n')
			s->line++;
		if (*s->at == '\\' && s->at[1] != 0)
			s->at++;
	}
	if (*s->at == '"')
		s->at++;
}

/* true if a comment stood here. */
static bool
skip_comment(struct scan *s)
{
	if (s->at[0] == '#' || (s->at[0] == '/' && s->at[1] == '/')) {
		s->at += strcspn(s->at, "\n");
		return true;
	}
	if (s->at[0] != '/' || s->at[1] != '*')
		return false;
	for (s->at += 2; *s->at != 0 && !(s->at[0] == '*' && s->at[1] == '/'); s->at++)
		if (*s->at == '\n')
			s->line++;
	if (*s->at != 0)
		s->at += 2;
	return true;
}

/* A word that starts with a digit or sign: is it an integer that needs an L? */
static int
check_number(struct scan *s)
{
	const char *start = s->at;
	bool hex = start[0] == '0' && (start[1] == 'x' || start[1] == 'X');
	char *end;
	unsigned long long value;
	size_t n;

	if (*s->at == '-' || *s->at == '+')
		s->at++;
	n = strspn(s->at, "0123456789abcdefABCDEFxX.+-");
	errno = 0;
	value = strtoull(s->at, &end, hex ? 16 : 10);
	s->at += n;
	if (end < s->at && !hex) /* a float */
		return 0;
	if (*s->at == 'L') {
		s->at += strspn(s->at, "L");
		return errno == ERANGE || value > INT64_MAX
			       ? complain(s, "Write it as a string",
					 "too large an integer: ", (int)(s->at - start), start)
			       : 0;
	}
	if (errno == ERANGE || value > (hex ? UINT32_MAX : INT32_MAX))
		return complain(s, "Write an L behind it: integers without it have 32 bits",
			"too large an integer: ", (int)(s->at - start), start);
	return 0;
}

static int
check_word(struct scan *s)
{
	if (strncmp(s->at, "@include", 8) == 0 && !s->allow_include) {
		int rc = complain(
			s, "Put everything into one body", "@include is not allowed here", 0, "");

		s->at += 8;
		return rc;
	}
	if (isalpha((unsigned char)*s->at) || *s->at == '*' || *s->at == '_') {
		s->at += strspn(s->at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				       "0123456789_*-");
		return 0;
	}
	s->at++;
	return 0;
}

int
wf_conf_scan(const char *text, const char *name, bool allow_include, struct wf_err *err)
{
	struct scan s = { text, name, 1, 0, allow_include, err };
	int rc = 0;

	while (*s.at != 0) {
		char c = *s.at;

		if (skip_comment(&s))
			continue;
		if (c == '"') {
			skip_string(&s);
		} else if (isdigit((unsigned char)c) || c == '-' || c == '+') {
			rc |= check_number(&s);
		} else if (strchr("({[", c) != NULL) {
			s.at++;
			if (++s.depth > MAX_DEPTH)
				return complain(&s, NULL, "nested too deeply", 0, "");
		} else {
			s.depth -= strchr(")}]", c) != NULL && s.depth > 0;
			s.line += c == '\n';
			rc |= check_word(&s);
		}
	}
	return rc;
}
