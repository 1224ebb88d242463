/* SPDX-License-Identifier: BSD-3-Clause
 * A generator as a source. One thread.
 */
#ifndef WF_SOURCE_GENERATOR_H
#define WF_SOURCE_GENERATOR_H

#include "wf_generator.h"
#include "wf_source.h"

/* Its packets from start_ns on; those of an unlimited one all enter at start_ns. NULL: out of
 * memory. */
struct wf_source *wf_source_generator(const struct wf_generator_spec *spec, wf_ns_t start_ns);

#endif
