/* SPDX-License-Identifier: BSD-3-Clause
 * Several sources as one, in one order: by time, at equal times by their place in the list, and
 * those of one source as it gives them. One thread.
 */
#ifndef WF_SOURCE_MERGE_H
#define WF_SOURCE_MERGE_H

#include "wf_source.h"

/* Of n sources, which stay the caller's and outlive it; their packets' `input` is their index. Its
 * rc is that of the first of them that ended before its time, so far. NULL: out of memory. */
struct wf_source *wf_source_merge(struct wf_source *const *sources, uint32_t n);

#endif
