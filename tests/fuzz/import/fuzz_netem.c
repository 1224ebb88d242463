/* SPDX-License-Identifier: BSD-3-Clause
 * Any text as netem's arguments: refused with a reason and nothing written, or a configuration of
 * one link. libFuzzer.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "wf_import.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *words = malloc(size + 1), *text = NULL;
	struct wf_err *err = wf_err_new();
	size_t length;
	FILE *out = open_memstream(&text, &length);
	int rc;

	memcpy(words, data, size);
	words[size] = 0;
	rc = wf_import_netem(words, out, err);
	fclose(out);
	if (rc < 0 ? wf_err_count(err) == 0 || length != 0
		   : wf_err_count(err) != 0 || strstr(text, "links = ( {") == NULL)
		abort();
	free(text);
	wf_err_free(err);
	free(words);
	return 0;
}
