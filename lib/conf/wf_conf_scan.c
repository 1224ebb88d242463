/* SPDX-License-Identifier: BSD-3-Clause
 * A light scan of configuration text outside strings and comments, with the tokens of libconfig's
 * own lexer. Control threads only.
 */
#include "wf_conf_scan.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wf_slurp.h"

#define MAX_DEPTH    32
#define MAX_INCLUDES 10 /* libconfig's own limit of nesting */
#define DIGITS       "0123456789"

struct scan {
	const char *at, *name, *include_dir;
	unsigned line, depth, includes;
	/* Of the group or list that is open at each depth. */
	unsigned keys[MAX_DEPTH + 1], commas[MAX_DEPTH + 1];
	bool allow_include;
	bool stop; /* nothing behind this is worth reading */
	struct wf_err *err;
};

static int
complain(const struct scan *s, const char *hint, const char *what, int n, const char *word)
{
	struct wf_where where = { s->name, s->line, NULL };

	return wf_err_add(s->err, &where, hint, "%s%.*s", what, n, word);
}

/* The text ends within what began in line `line`. */
static int
no_end(struct scan *s, unsigned line, const char *what, const char *hint)
{
	s->line = line;
	s->stop = true;
	return complain(s, hint, what, 0, "");
}

/* libconfig would only say "syntax error", in the last line, and lose memory. */
static int
skip_string(struct scan *s)
{
	unsigned line = s->line;

	for (s->at++; *s->at != 0 && *s->at != '"'; s->at++) {
		if (*s->at == '\\' && s->at[1] != 0)
			s->at++;
		if (*s->at == '\n')
			s->line++;
	}
	if (*s->at == 0)
		return no_end(s, line, "a string without an end begins here", "Close it with \"");
	s->at++;
	return 0;
}

static bool
is_comment(const char *s)
{
	return s[0] == '#' || (s[0] == '/' && (s[1] == '/' || s[1] == '*'));
}

/* libconfig would not mind that a comment swallows the rest of the file. */
static int
skip_comment(struct scan *s)
{
	unsigned line = s->line;

	if (s->at[0] == '#' || s->at[1] == '/') {
		s->at += strcspn(s->at, "\n");
		return 0;
	}
	for (s->at += 2; *s->at != 0 && !(s->at[0] == '*' && s->at[1] == '/'); s->at++)
		if (*s->at == '\n')
			s->line++;
	if (*s->at == 0)
		return no_end(s, line, "a comment without an end begins here", "Close it with */");
	s->at += 2;
	return 0;
}

/* Length of an exponent, 0 if there is none. */
static size_t
exponent(const char *s)
{
	size_t n = 1, digits;

	if (*s != 'e' && *s != 'E')
		return 0;
	n += s[n] == '+' || s[n] == '-';
	digits = strspn(s + n, DIGITS);
	return digits != 0 ? n + digits : 0;
}

/* A float, at its point or exponent; the number began at `start`. */
static int
check_float(struct scan *s, const char *start)
{
	if (*s->at == '.')
		s->at += 1 + strspn(s->at + 1, DIGITS);
	s->at += exponent(s->at);
	if (isfinite(strtod(start, NULL)))
		return 0;
	return complain(s, NULL, "too large a number: ", (int)(s->at - start), start);
}

/* An integer's digits in `base`, of which libconfig keeps 32 bits, or 64 before an L. */
static int
check_integer(struct scan *s, const char *start, int base)
{
	bool minus = *start == '-';
	unsigned long long value, most;
	size_t suffix;

	errno = 0;
	value = strtoull(s->at, (char **)&s->at, base);
	suffix = strspn(s->at, "L");
	most = suffix ? INT64_MAX : INT32_MAX;
	if (errno != ERANGE && value <= most + minus) {
		s->at += suffix;
		return 0;
	}
	complain(s,
		suffix ? "Write it as a string"
		       : "Write an L behind it: integers without it have 32 bits",
		"too large an integer: ", (int)(s->at - start), start);
	s->at += suffix;
	return -EINVAL;
}

/* A word that starts with a digit, a sign or a point. */
static int
check_number(struct scan *s)
{
	const char *start = s->at;
	size_t digits;

	if (s->at[0] == '0' && (s->at[1] == 'x' || s->at[1] == 'X') &&
		isxdigit((unsigned char)s->at[2]))
		return check_integer(s, start, 16);
	s->at += *s->at == '-' || *s->at == '+';
	digits = strspn(s->at, DIGITS);
	if (s->at[digits] == '.' || (digits != 0 && exponent(s->at + digits) != 0)) {
		s->at += digits;
		return check_float(s, start);
	}
	return digits != 0 ? check_integer(s, start, 10) : 0;
}

static int scan(struct scan *s);

/* The file behind @include "...". One that can't be read is libconfig's to complain about. */
static int
scan_included(struct scan *s)
{
	const char *name = s->at + strspn(s->at, " \t");
	struct scan inner = { .line = 1,
		.includes = s->includes + 1,
		.include_dir = s->include_dir,
		.allow_include = true,
		.err = s->err };
	char *text, *file, *path;
	int rc = 0;

	if (*name != '"')
		return 0;
	if (inner.includes > MAX_INCLUDES) {
		s->stop = true;
		return complain(s, "Does a file include itself?", "too many includes", 0, "");
	}
	file = strndup(name + 1, strcspn(name + 1, "\"\n"));
	if (file == NULL || asprintf(&path, "%s%s%s", s->include_dir != NULL ? s->include_dir : "",
				    s->include_dir != NULL ? "/" : "", file) < 0) {
		free(file);
		return wf_err_add(s->err, NULL, NULL, "out of memory");
	}
	/* What it holds stands in the group around it. */
	inner.keys[0] = s->keys[s->depth];
	inner.name = file;
	inner.at = text = wf_slurp(path, WF_CONF_MAX_FILE, NULL, NULL, NULL);
	if (text != NULL && wf_slurp_marked(path)) /* libconfig reads this one itself */
		rc = complain(&inner, "Save it as UTF-8 without one",
			"an included file cannot begin with a "
			"byte order mark",
			0, "");
	else if (text != NULL) {
		rc = scan(&inner);
		s->stop = inner.stop;
		s->keys[s->depth] = inner.keys[0];
	}
	free(text);
	free(path);
	free(file);
	return rc;
}

static int
check_word(struct scan *s)
{
	if (strncmp(s->at, "@include", 8) == 0) {
		s->at += 8;
		return s->allow_include ? scan_included(s)
					: complain(s, "Put everything into one body",
						  "@include is not allowed here", 0, "");
	}
	if (isalpha((unsigned char)*s->at) || *s->at == '*' || *s->at == '_')
		s->at += strspn(
			s->at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ" DIGITS "_*-");
	else
		s->at++;
	return 0;
}

/* A character with a meaning of its own. */
static int
check_mark(struct scan *s, char c)
{
	if (c == '\n') {
		s->line++;
	} else if (c == ')' || c == '}' || c == ']') {
		s->depth -= s->depth > 0;
	} else if (c == '(' || c == '{' || c == '[') {
		if (++s->depth > MAX_DEPTH) {
			s->stop = true;
			return complain(s, NULL, "nested too deeply", 0, "");
		}
		s->keys[s->depth] = s->commas[s->depth] = 0;
	} else if (c == ',' && ++s->commas[s->depth] >= WF_CONF_MAX_MEMBERS) {
		s->stop = true;
		return complain(s, NULL, "too many members in one list", 0, "");
	} else if ((c == '=' || c == ':') && ++s->keys[s->depth] > WF_CONF_MAX_KEYS) {
		s->stop = true;
		return complain(s, NULL, "too many keys in one group", 0, "");
	}
	s->at++;
	return 0;
}

static int
scan(struct scan *s)
{
	int rc = 0;

	while (*s->at != 0 && !s->stop) {
		char c = *s->at;

		if (is_comment(s->at))
			rc |= skip_comment(s);
		else if (c == '"')
			rc |= skip_string(s);
		else if (isdigit((unsigned char)c) || c == '-' || c == '+' || c == '.')
			rc |= check_number(s);
		else if (strchr("\n(){}[]=:,", c) != NULL)
			rc |= check_mark(s, c);
		else
			rc |= check_word(s);
	}
	return rc < 0 ? -EINVAL : 0;
}

int
wf_conf_scan(const char *text, const char *name, bool allow_include, const char *include_dir,
	struct wf_err *err)
{
	struct scan s = { .at = text,
		.name = name,
		.line = 1,
		.allow_include = allow_include,
		.include_dir = include_dir,
		.err = err };

	return scan(&s);
}
