/* SPDX-License-Identifier: BSD-3-Clause
 * Bytes: what a row's stages want done to its packet, and the packets that they make.
 */
#ifndef WF_PIPE_BYTES_H
#define WF_PIPE_BYTES_H

#include "wf_pipe_inside.h"

/* May change the row's pkt and len_bytes; false: no buffer. */
bool wf_pipe_edit(struct wf_end *end, const struct wf_plan_class *k, uint32_t dir,
	struct wf_batch *b, uint32_t row);
/* Returns true when it has put something into the store for `dir` itself. */
bool wf_pipe_forge(struct wf_pipe *p, const struct wf_plan *plan, const struct wf_plan_class *k,
	uint32_t dir, const struct wf_batch *b, uint32_t row);

#endif
