/* SPDX-License-Identifier: BSD-3-Clause
 * Any bytes as a line of what was found on the host: what is taken is the same when written again.
 * libFuzzer.
 */
#include <string.h>

#include "fuzz.h"
#include "wf_found.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *line = malloc(size + 1), again[WF_FOUND_LINE];
	struct wf_found a, b;

	if (line == NULL)
		return 0;
	memcpy(line, data, size);
	line[size] = '\0';
	if (wf_found_parse(line, &a) == 0) {
		wf_found_format(&a, again);
		if (wf_found_parse(again, &b) < 0 || memcmp(&a, &b, sizeof(a)) != 0)
			abort();
	}
	free(line);
	return 0;
}
