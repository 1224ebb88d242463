/* SPDX-License-Identifier: BSD-3-Clause
 * Memory that shares no cache line with anything else: what one worker writes must not lie beside
 * what another thread reads or writes. The heap alone puts small blocks of several owners into one
 * line. Any thread.
 */
#ifndef WF_LINES_H
#define WF_LINES_H

#include <stdlib.h>
#include <string.h>

#include "wf_types.h"

/* Room for n of `bytes` each (at least one line), zeroed; free() ends it. NULL: out of memory. */
static inline void *
wf_lines_new(size_t n, size_t bytes)
{
	size_t size;
	void *p;

	if (__builtin_mul_overflow(n ? n : 1, bytes, &size) ||
		__builtin_add_overflow(size, WF_CACHE_LINE - 1, &size))
		return NULL;
	size = size / WF_CACHE_LINE * WF_CACHE_LINE;
	p = aligned_alloc(WF_CACHE_LINE, size ? size : WF_CACHE_LINE);
	if (p != NULL)
		memset(p, 0, size);
	return p;
}

#endif
