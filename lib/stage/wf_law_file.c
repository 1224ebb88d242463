/* SPDX-License-Identifier: BSD-3-Clause
 * Laws that are a file: netem's .dist tables (8192 F^-1 of mean 0, sd 1) and measured samples. Both
 * become a list of equally likely values in rising order: the empirical quantile function.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "wf_law.h"
#include "wf_slurp.h"
#include "wf_units.h"

#define MAX_BYTES   (4u << 20)
#define MAX_ENTRIES 16384 /* netem's own limit */
#define MAX_SAMPLES 262144

static int
rising(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* What is behind # is blank. */
static void
drop_comments(char *s)
{
	for (bool comment = false; *s != 0; s++) {
		comment = *s != '\n' && (comment || *s == '#');
		*s = comment ? ' ' : *s;
	}
}

/* Cuts off the next word that is not blank; words end at one of `ends`. NULL at the end. */
static char *
next(char **rest, const char *ends)
{
	while (**rest != 0) {
		char *s = *rest;

		*rest += strcspn(s, ends);
		if (**rest != 0)
			*(*rest)++ = 0;
		if (s[strspn(s, " \t")] != 0)
			return s;
	}
	return NULL;
}

static bool
netem_value(const struct wf_law_params *p, const char *word, int64_t *ns)
{
	char *end;
	long t = strtol(word, &end, 10);

	if (*end != 0 || t < INT16_MIN || t > INT16_MAX)
		return false;
	*ns = (int64_t)p->mean + (((int64_t)p->stddev * t + 4096) >> 13);
	return true;
}

/* A duration, or a plain number of milliseconds. */
static bool
sample_value(const char *line, int64_t *ns)
{
	char text[64];
	wf_ns_t value = 0;
	bool ok = wf_units_duration(line, &value) == 0;

	if (!ok && snprintf(text, sizeof(text), "%s ms", line) < (int)sizeof(text))
		ok = wf_units_duration(text, &value) == 0;
	*ns = (int64_t)value;
	return ok && value <= WF_LAW_LONGEST;
}

/* netem's tables are looked for beside the configuration, then where iproute2 keeps them. */
static char *
read_file(const struct wf_law_params *p, const struct wf_block_compile *c)
{
	static const char *const suffix[] = { "", ".dist" };
	/* Where iproute2 keeps its tables: its own choice, Debian's, Fedora's. */
	static const char *const folder[] = { "/usr/lib/tc", "/usr/lib/x86_64-linux-gnu/tc",
		"/usr/lib64/tc", "/usr/share/tc" };
	const char *slash = c->where->file != NULL ? strrchr(c->where->file, '/') : NULL;
	char path[PATH_MAX];
	int n;

	n = snprintf(path, sizeof(path), "%.*s%s",
		slash != NULL && *p->file != '/' ? (int)(slash + 1 - c->where->file) : 0,
		slash != NULL ? c->where->file : "", p->file);
	if (p->law == WF_LAW_NETEM && strchr(p->file, '/') == NULL &&
		(n >= (int)sizeof(path) || access(path, F_OK) != 0))
		for (size_t i = 0; i < 2 * WF_ARRAY_SIZE(folder); i++) {
			n = snprintf(path, sizeof(path), "%s/%s%s", folder[i / 2], p->file,
				suffix[i % 2]);
			if (n < (int)sizeof(path) && access(path, F_OK) == 0)
				return wf_slurp_beside(path, MAX_BYTES, NULL, c->where, c->err);
		}
	return wf_slurp_beside(p->file, MAX_BYTES, NULL, c->where, c->err);
}

static int
parse(const struct wf_law_params *p, const struct wf_block_compile *c, char *text, int64_t *value,
	uint32_t room, uint32_t *n)
{
	const char *ends = p->law == WF_LAW_NETEM ? " \t\r\n" : "\r\n";
	char *word;

	drop_comments(text);
	for (*n = 0; (word = next(&text, ends)) != NULL; (*n)++) {
		if (*n == room)
			return wf_err_add(c->err, c->where, "Use fewer",
				"%s has more than %u values", p->file, room);
		if (p->law == WF_LAW_NETEM ? !netem_value(p, word, &value[*n])
					   : !sample_value(word, &value[*n]))
			return wf_err_add(c->err, c->where,
				p->law == WF_LAW_NETEM ? "Write whole numbers from -32768 to 32767"
						       : "Write one duration of at most 1h a line, "
							 "as in 12.5ms or 12.5",
				"value %u of %s cannot be understood: \"%.40s\"", *n + 1, p->file,
				word);
	}
	if (*n == 0)
		return wf_err_add(c->err, c->where, NULL, "%s holds no values", p->file);
	return 0;
}

int
wf_law_compile_file(const struct wf_law_params *p, struct wf_block_compile *c, struct wf_law *out)
{
	uint32_t room = p->law == WF_LAW_NETEM ? MAX_ENTRIES : MAX_SAMPLES;
	char *text = read_file(p, c);
	int64_t *value = NULL, *kept;
	int rc = -EINVAL;

	if (text == NULL)
		return rc;
	value = calloc(room, sizeof(*value));
	if (value == NULL)
		wf_err_add(c->err, c->where, NULL, "out of memory");
	else
		rc = parse(p, c, text, value, room, &out->n);
	if (rc == 0) {
		kept = wf_stage_reserve(c, out->n * sizeof(*kept));
		rc = kept != NULL ? 0 : -EINVAL;
		if (kept != NULL) {
			qsort(value, out->n, sizeof(*value), rising);
			memcpy(kept, value, out->n * sizeof(*kept));
		}
		out->form = WF_FORM_VALUES;
		out->value = kept;
	}
	free(value);
	free(text);
	return rc;
}
