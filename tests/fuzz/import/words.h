/* SPDX-License-Identifier: BSD-3-Clause
 * Any text as words to an importer: refused with a reason and nothing written, or a configuration
 * of one link.
 */
#ifndef FUZZ_IMPORT_WORDS_H
#define FUZZ_IMPORT_WORDS_H

#include <string.h>

#include "fuzz.h"
#include "wf_import.h"

static inline void
fuzz_words(const uint8_t *data, size_t size, int (*import)(const char *, FILE *, struct wf_err *))
{
	char *words = malloc(size + 1), *text = NULL;
	struct wf_err *err = wf_err_new();
	size_t length;
	FILE *out = open_memstream(&text, &length);
	int rc;

	memcpy(words, data, size);
	words[size] = 0;
	rc = import(words, out, err);
	fclose(out);
	if (rc < 0 ? wf_err_count(err) == 0 || length != 0
		   : wf_err_count(err) != 0 || strstr(text, "links = ( {") == NULL)
		abort();
	free(text);
	wf_err_free(err);
	free(words);
}

#endif
