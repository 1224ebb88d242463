/* SPDX-License-Identifier: BSD-3-Clause
 * The memory of chunks. Control core.
 */
#include "wf_chain.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>

int
wf_chunks_init(struct wf_chunks *p, uint32_t n)
{
	uint64_t bytes = ((uint64_t)n + 1) * sizeof(struct wf_chunk);

	*p = (struct wf_chunks){ .free_chunk = WF_NO_CHUNK, .used = WF_NO_CHUNK + 1, .n = n + 1 };
	bytes = (bytes + WF_CHUNKS_PAGE - 1) / WF_CHUNKS_PAGE * WF_CHUNKS_PAGE;
	p->chunk = aligned_alloc(WF_CHUNKS_PAGE, bytes);
	if (p->chunk == NULL)
		return -ENOMEM;
	(void)madvise(p->chunk, bytes, MADV_HUGEPAGE);
	return 0;
}

void
wf_chunks_fini(struct wf_chunks *p)
{
	free(p->chunk);
	p->chunk = NULL;
}
