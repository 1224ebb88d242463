/* SPDX-License-Identifier: BSD-3-Clause
 * Any bytes as the kernel's messages about interfaces: each is read once, within its bounds, and
 * reading ends. libFuzzer.
 */
#include <string.h>

#include "fuzz.h"
#include "wf_watch_message.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size ? size : 1); /* of just this length */
	const uint8_t *at = copy;
	uint32_t n = (uint32_t)size, before;
	struct wf_link_message m;
	enum wf_link_kind kind;

	if (copy == NULL)
		return 0;
	if (size > 0)
		memcpy(copy, data, size);
	do {
		before = n;
		at = wf_link_message_read(at, &n, &kind, &m);
		require(at != NULL ? n < before : kind == WF_LINK_NONE);
		require(at == NULL || at + n == copy + size);
		if (kind == WF_LINK_STATE)
			require(memchr(m.name, 0, sizeof(m.name)) != NULL);
	} while (at != NULL);
	free(copy);
	return 0;
}
