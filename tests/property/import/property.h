/* SPDX-License-Identifier: BSD-3-Clause
 * Command lines made from a grammar: each of its productions once, then many together. What import
 * takes loads, as `wirefault check` would load it, and says each part: as a value or in a comment.
 */
#ifndef IMPORT_PROPERTY_H
#define IMPORT_PROPERTY_H

#include "rig.h"

#include "wf_plan.h"

/* One production. Of a group one may be in a line. What is said of it: texts parted by "|", one of
 * which is in the configuration behind its first lines, which repeat the words. */
struct production {
	int group;
	const char *words, *said;
};

/* The same numbers in every run. */
static uint64_t draws = 20261128;

static inline uint32_t
draw(uint32_t below)
{
	draws = draws * 6364136223846793005ull + 1442695040888963407ull;
	return (uint32_t)((draws >> 33) % below);
}

/* Reads, binds and compiles: what check does. `name` is where files are looked for. */
static inline void
loads(const char *words, const char *text, const char *name)
{
	struct wf_err *err = wf_err_new();
	struct wf_node *tree = wf_conf_read_text(text, name, false, err);
	struct wf_conf *conf = tree != NULL ? wf_conf_bind(tree, err) : NULL;
	struct wf_plan *plan = conf != NULL ? wf_plan_compile(conf, 1, NULL, err) : NULL;

	if (plan == NULL) {
		wf_err_print(err, stderr);
		fail_msg("%s: check refuses\n%s", words, text);
	}
	wf_plan_free(plan);
	wf_conf_free(conf);
	wf_node_free(tree);
	wf_err_free(err);
}

/* Behind the lines that repeat the words. */
static inline char *
body(char *text)
{
	static const char origin[] = "# Imported from:";

	while (strncmp(text, origin, sizeof(origin) - 1) == 0)
		text = strchr(text, '\n') + 1;
	return text;
}

/* Comments as one line each, however they are wrapped. */
static inline void
unwrap(char *text)
{
	char *to = text;

	for (const char *at = text; *at != 0;) {
		const char *more = at + 1 + strspn(at + 1, " ");

		if (*at == '\n' && *more == '#' && to > text && more[1] == ' ' && more[2] >= 'a') {
			*to++ = ' ';
			at = more + 2;
		} else {
			*to++ = *at++;
		}
	}
	*to = 0;
}

static inline bool
says(const char *text, const char *said)
{
	char copy[400], *rest = copy;

	snprintf(copy, sizeof(copy), "%s", said);
	for (char *one; (one = strsep(&rest, "|")) != NULL;)
		if (strstr(text, one) != NULL)
			return true;
	return false;
}

/* 1: taken, loads and says all of `p` whose bit is set in `in`; 0: refused with a reason. */
static inline int
holds(const char *words, const struct production *p, int n, uint64_t in, const char *name)
{
	char *why, *text = imported(words, &why);

	if (text == NULL) {
		assert_true(strlen(why) > 10);
		free(why);
		return 0;
	}
	loads(words, text, name);
	unwrap(body(text));
	for (int i = 0; i < n; i++)
		if ((in >> i & 1) && !says(body(text), p[i].said))
			fail_msg("%s: \"%s\" is left out in silence in\n%s", words, p[i].words,
				text);
	free(text);
	return 1;
}

static inline void
each_once(const struct production *p, int n, const char *before, const char *name)
{
	char words[1000];

	for (int i = 0; i < n; i++) {
		snprintf(words, sizeof(words), "%s%s", before, p[i].words);
		if (holds(words, p, n, 1ull << i, name) == 0)
			refused(words, "it has to be taken"); /* fails with the reason */
	}
}

/* Lines of 1 to 6 productions in any order; of these so many of 100 are taken at least. */
static inline void
many_together(const struct production *p, int n, const char *before, const char *name, int lines,
	int least)
{
	int taken = 0;

	for (int k = 0; k < lines; k++) {
		char words[2000];
		int len = snprintf(words, sizeof(words), "%s", before);
		uint64_t in = 0, groups = 0;

		for (uint32_t wanted = 1 + draw(6); wanted > 0; wanted--) {
			int i = (int)draw((uint32_t)n);

			if (groups >> p[i].group & 1)
				continue;
			groups |= 1ull << p[i].group;
			in |= 1ull << i;
			len += snprintf(
				words + len, sizeof(words) - (size_t)len, "%s ", p[i].words);
		}
		taken += holds(words, p, n, in, name);
	}
	if (taken * 100 < least * lines)
		fail_msg("%d of %d lines were taken", taken, lines);
}

/* A word of `grammar`, whose words are parted by blanks; N, T, P, R and S are numbers, times,
 * percentages, rates and sizes, of all sizes and some of them no such thing. */
static inline int
any_word(const char *word, size_t length, char *out, size_t size)
{
	static const char *const numbers[] = { "0", "1", "2", "7", "48", "100", "1000", "65536",
		"1000000", "9999999999", "-1", "-5", "0x20", "010", "1e3", "1.5", "nan", "inf" };
	static const char *const times[] = { "0", "1", "1ns", "999ns", "1us", "5ms", "1s", "59m",
		"3600s", "3601s", "1e9s", "0.1us", "70000ms", "-1ms", "10000", "20000" };
	static const char *const percents[] = { "0", "0%", "1%", "50%", "99.99%", "99.999%", "100%",
		"101%", "0.000001%", "1e-9", "0.5", "1", "2", "-1%" };
	static const char *const rates[] = { "0", "1", "999bit", "1kbit", "10mbit", "1gibps",
		"400gbit", "401gbit", "1tbit", "8bps", "10Mbit/s", "50%", "1000", "1e6" };
	static const char *const sizes[] = { "0", "1", "1b", "64k", "1500", "10kb", "1m", "1gb",
		"2gb", "5gb", "8kbit", "1600/8", "50KBytes", "-1", "0.5" };

	if (length == 1)
		switch (*word) {
		case 'N':
			return snprintf(out, size, "%s ", numbers[draw(WF_ARRAY_SIZE(numbers))]);
		case 'T':
			return snprintf(out, size, "%s ", times[draw(WF_ARRAY_SIZE(times))]);
		case 'P':
			return snprintf(out, size, "%s ", percents[draw(WF_ARRAY_SIZE(percents))]);
		case 'R':
			return snprintf(out, size, "%s ", rates[draw(WF_ARRAY_SIZE(rates))]);
		case 'S':
			return snprintf(out, size, "%s ", sizes[draw(WF_ARRAY_SIZE(sizes))]);
		default:
			break;
		}
	return snprintf(out, size, "%.*s ", (int)length, word);
}

/* Lines of these productions with any values: refused with a reason, or they load. So many of 1000
 * are taken at least. */
static inline void
any_values(const char *const *grammar, int n, const char *before, const char *name, int lines,
	int least)
{
	int taken = 0;

	for (int k = 0; k < lines; k++) {
		char words[2000];
		int len = snprintf(words, sizeof(words), "%s", before);

		for (uint32_t wanted = 1 + draw(3); wanted > 0; wanted--) {
			const char *at = grammar[draw((uint32_t)n)];

			while (*at != 0) {
				size_t length = strcspn(at, " ");

				len += any_word(
					at, length, words + len, sizeof(words) - (size_t)len);
				at += length;
				at += strspn(at, " ");
			}
		}
		taken += holds(words, NULL, 0, 0, name);
	}
	if (taken * 1000 < least * lines)
		fail_msg("%d of %d lines were taken", taken, lines);
}

#endif
