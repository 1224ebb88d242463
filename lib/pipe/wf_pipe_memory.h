/* SPDX-License-Identifier: BSD-3-Clause
 * Memory for tables that are reserved at the start and mostly never touched.
 */
#ifndef WF_PIPE_MEMORY_H
#define WF_PIPE_MEMORY_H

#include <stddef.h>

/* Zeroed, page-aligned, and not touched before use. NULL: none. */
void *wf_pipe_memory(size_t bytes);
/* The same size again; `memory` may be NULL. */
void wf_pipe_memory_free(void *memory, size_t bytes);

#endif
