/* SPDX-License-Identifier: BSD-3-Clause
 * The shorthand of schedules. Control threads only.
 */
#include "wf_windows.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "wf_units.h"

#define TEXT_MAX 64

struct parser {
	wf_ns_t total_ns;
	const struct wf_where *where;
	struct wf_err *err;
};

/* From one of `ends` to the other, without blanks around, cut at TEXT_MAX. Moves *at behind it. */
static void
word(const char **at, const char *ends, char out[TEXT_MAX])
{
	size_t n = strcspn(*at, ends), skip = strspn(*at, " \t");
	const char *from = *at + (skip < n ? skip : n);
	size_t len = (size_t)(*at + n - from);

	while (len > 0 && (from[len - 1] == ' ' || from[len - 1] == '\t'))
		len--;
	snprintf(out, TEXT_MAX, "%.*s", (int)(len < TEXT_MAX ? len : TEXT_MAX), from);
	*at += n;
}

/* A time, or a share of the whole. */
static int
read_time(const struct parser *p, const char *text, wf_ns_t *ns)
{
	char hint[WF_UNITS_HINT];
	double share;

	if (*text == 0 || text[strlen(text) - 1] != '%') {
		if (wf_units_duration(text, ns) == 0)
			return 0;
		return wf_err_add(p->err, p->where,
			wf_units_hint_or(
				WF_UNITS_DURATION, text, "Write start:20s, or start:5%", hint),
			"\"%s\" is no time", text);
	}
	if (wf_units_prob(text, &share) < 0)
		return wf_err_add(
			p->err, p->where, "A share is from 0% to 100%", "\"%s\" is no share", text);
	if (p->total_ns == 0)
		return wf_err_add(p->err, p->where, "Give the scenario a duration",
			"%s of a time that nobody knows", text);
	*ns = (wf_ns_t)(share * (double)p->total_ns + 0.5);
	return 0;
}

/* One part of a window into it. `given`: which there were. */
static int
read_part(const struct parser *p, const char **at, wf_ns_t value[2], unsigned *given)
{
	static const char *const keys[] = { "start", "duration", NULL };
	char key[TEXT_MAX], text[TEXT_MAX], hint[TEXT_MAX + 32];
	const char *near;
	int i = 0;

	word(at, ":,;", key);
	while (keys[i] != NULL && strcmp(keys[i], key) != 0)
		i++;
	near = keys[i] == NULL ? wf_suggest(key, keys) : NULL;
	snprintf(hint, sizeof(hint), "Did you mean \"%s\"?", near != NULL ? near : "");
	if (**at == ':')
		++*at;
	else if (keys[i] != NULL)
		return wf_err_add(p->err, p->where, "Write start:20s,duration:30s",
			"\"%s\" without a time", key);
	word(at, ",;", text);
	if (keys[i] == NULL)
		return wf_err_add(p->err, p->where,
			near != NULL ? hint : "Write start:20s,duration:30s",
			"a window has start and duration, and no \"%s\"", key);
	if (*given >> i & 1)
		return wf_err_add(p->err, p->where, "Windows are parted by ;",
			"\"%s\" twice in one window", key);
	*given |= 1u << i;
	return read_time(p, text, &value[i]);
}

/* What a window with these parts is. */
static int
make_window(const struct parser *p, const wf_ns_t value[2], unsigned given, struct wf_window *w)
{
	wf_ns_t end_ns = p->total_ns != 0 ? p->total_ns : UINT64_MAX;
	char text[WF_UNITS_TEXT];

	w->start_ns = value[0];
	w->end_ns = given & 2 ? value[0] + value[1] : end_ns;
	if (given & 2 && value[1] == 0)
		return wf_err_add(p->err, p->where, NULL, "a window of no duration");
	if (w->start_ns >= end_ns || w->end_ns > end_ns || w->end_ns < w->start_ns)
		return wf_err_add(p->err, p->where, "Shorten it, or the whole is to last longer",
			"the window that starts at %s ends after the whole has",
			wf_units_format_duration(w->start_ns, text));
	return 0;
}

static int
read_window(const struct parser *p, const char **at, struct wf_window *w)
{
	wf_ns_t value[2] = { 0, 0 };
	unsigned given = 0;
	int rc = 0;

	for (;;) {
		if (read_part(p, at, value, &given) < 0)
			rc = -EINVAL;
		if (**at != ',')
			break;
		++*at;
	}
	return rc == 0 ? make_window(p, value, given, w) : rc;
}

int
wf_windows_parse(const char *text, wf_ns_t total_ns, struct wf_windows *out,
	const struct wf_where *where, struct wf_err *err)
{
	const struct parser p = { total_ns, where, err };
	int rc = 0;

	*out = (struct wf_windows){ 0 };
	for (const char *at = text;; at++) {
		struct wf_window *more = NULL;

		if (out->n < WF_WINDOWS_MAX)
			more = realloc(out->at, (out->n + (size_t)1) * sizeof(*more));
		if (more == NULL) {
			rc = wf_err_add(err, where, NULL, "more than %d windows", WF_WINDOWS_MAX);
			break;
		}
		out->at = more;
		if (read_window(&p, &at, &more[out->n]) < 0)
			rc = -EINVAL;
		out->n++;
		if (*at == 0)
			break;
	}
	if (rc < 0)
		wf_windows_fini(out);
	return rc;
}

void
wf_windows_fini(struct wf_windows *w)
{
	free(w->at);
	*w = (struct wf_windows){ 0 };
}

bool
wf_windows_have(const struct wf_windows *w, wf_ns_t ns)
{
	for (uint32_t i = 0; i < w->n; i++)
		if (w->at[i].start_ns <= ns && ns < w->at[i].end_ns)
			return true;
	return false;
}
