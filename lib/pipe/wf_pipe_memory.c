/* SPDX-License-Identifier: BSD-3-Clause
 * Memory for tables that are reserved at the start and mostly never touched. Control thread.
 */
#include "wf_pipe_memory.h"

#include <sys/mman.h>

void *
wf_pipe_memory(size_t bytes)
{
	void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

void
wf_pipe_memory_free(void *memory, size_t bytes)
{
	if (memory != NULL)
		munmap(memory, bytes);
}
