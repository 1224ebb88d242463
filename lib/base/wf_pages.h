/* SPDX-License-Identifier: BSD-3-Clause
 * Memory for large tables that are used at random: whole pages, huge ones where the kernel has any.
 */
#ifndef WF_PAGES_H
#define WF_PAGES_H

#include <stddef.h>

/* Zeroed, page-aligned, and not touched before use: for what is reserved and mostly never needed.
 * NULL: none. */
void *wf_pages_reserve(size_t bytes);
/* The same, but all there from the start: no page is missing when a packet needs it. */
void *wf_pages_new(size_t bytes);
/* The same size again; `memory` may be NULL. */
void wf_pages_free(void *memory, size_t bytes);

#endif
