/* SPDX-License-Identifier: BSD-3-Clause
 * A source that ends at a time, whatever it has left. One thread.
 */
#ifndef WF_SOURCE_UNTIL_H
#define WF_SOURCE_UNTIL_H

#include "wf_source.h"

/* What of `inner` (taken in every case; NULL: none) enters before end_ns. NULL: out of memory, or
 * there is none. */
struct wf_source *wf_source_until(struct wf_source *inner, wf_ns_t end_ns);

#endif
