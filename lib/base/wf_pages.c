/* SPDX-License-Identifier: BSD-3-Clause
 * Memory for large tables that are used at random: whole pages, huge ones where the kernel has any.
 * Control thread.
 */
#include "wf_pages.h"

#include <stdint.h>
#include <sys/mman.h>

#define PAGE_BYTES 4096
#define HUGE_BYTES (2u << 20)

static void *
pages_map(size_t bytes, int flags)
{
	void *p = mmap(
		NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0);

	if (p == MAP_FAILED)
		return NULL;
	/* What is large is used at random: a page of 4 KiB each time is a walk each time. Where the
	 * kernel has no huge pages to give, it stays as it is. */
	if (bytes >= HUGE_BYTES)
		madvise(p, bytes, MADV_HUGEPAGE);
	return p;
}

void *
wf_pages_reserve(size_t bytes)
{
	return pages_map(bytes, MAP_NORESERVE);
}

void *
wf_pages_new(size_t bytes)
{
	volatile uint8_t *p = pages_map(bytes, 0);

	for (size_t at = 0; p != NULL && at < bytes; at += PAGE_BYTES)
		p[at] = 0;
	return (void *)(uintptr_t)p;
}

void
wf_pages_free(void *memory, size_t bytes)
{
	if (memory != NULL)
		munmap(memory, bytes);
}
