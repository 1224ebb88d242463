/* SPDX-License-Identifier: BSD-3-Clause
 * A target whose input is any text of libconfig's: it has a function fuzz_text().
 */
#ifndef FUZZ_TEXT_H
#define FUZZ_TEXT_H

#include <string.h>

#include "fuzz.h"

static void fuzz_text(const char *text);
const char *__lsan_default_suppressions(void);

/* libconfig 1.5 forgets the string that it has begun when a syntax error stops it. */
const char *
__lsan_default_suppressions(void)
{
	return "leak:libconfig.so\n";
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	memcpy(text, data, size);
	text[size] = 0;
	fuzz_text(text);
	free(text);
	return 0;
}

#endif
