/* SPDX-License-Identifier: BSD-3-Clause
 * "Did you mean": the nearest name by edit distance with transpositions. Control threads only.
 */
#include <string.h>

#include "wf_err.h"

#define WORD_MAX 48

static size_t
min3(size_t a, size_t b, size_t c)
{
	size_t m = a < b ? a : b;

	return m < c ? m : c;
}

/* Optimal string alignment distance (Damerau-Levenshtein without crossing edits). */
static size_t
distance(const char *a, size_t n, const char *b, size_t m)
{
	size_t d[WORD_MAX + 1][WORD_MAX + 1];

	for (size_t i = 0; i <= n; i++)
		d[i][0] = i;
	for (size_t j = 0; j <= m; j++)
		d[0][j] = j;
	for (size_t i = 1; i <= n; i++) {
		for (size_t j = 1; j <= m; j++) {
			d[i][j] = min3(d[i - 1][j] + 1, d[i][j - 1] + 1,
				d[i - 1][j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
				d[i - 2][j - 2] + 1 < d[i][j])
				d[i][j] = d[i - 2][j - 2] + 1;
		}
	}
	return d[n][m];
}

const char *
wf_suggest(const char *word, const char *const *names)
{
	size_t n = strlen(word), best = n / 3 + 2;
	const char *near = NULL;

	if (n > WORD_MAX)
		return NULL;
	for (; *names != NULL; names++) {
		size_t m = strlen(*names), dist;

		if (m > WORD_MAX)
			continue;
		dist = distance(word, n, *names, m);
		/* A word of which no letter is left has become another one. */
		if (dist < best && dist < (n > m ? n : m)) {
			best = dist;
			near = *names;
		}
	}
	return near;
}
