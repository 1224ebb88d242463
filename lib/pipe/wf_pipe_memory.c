/* SPDX-License-Identifier: BSD-3-Clause
 * Memory for tables that are reserved at the start and mostly never touched. Control thread.
 */
#include "wf_pipe_memory.h"

#include <sys/mman.h>

#define HUGE_BYTES (2u << 20)

void *
wf_pipe_memory(size_t bytes)
{
	void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (p == MAP_FAILED)
		return NULL;
	/* What is large is used at random: a page of 4 KiB each time is a walk each time. Where the
	 * kernel has no huge pages to give, it stays as it is. */
	if (bytes >= HUGE_BYTES)
		madvise(p, bytes, MADV_HUGEPAGE);
	return p;
}

void
wf_pipe_memory_free(void *memory, size_t bytes)
{
	if (memory != NULL)
		munmap(memory, bytes);
}
