/* SPDX-License-Identifier: BSD-3-Clause
 * The end of the general path: what stages have marked is done, once, in order of arrival. One
 * worker's own.
 */
#ifndef WF_PIPE_EPILOGUE_H
#define WF_PIPE_EPILOGUE_H

#include "wf_pipe_inside.h"

/* n_rx packets have arrived, in runs of their classes: many, or one. Events of queues up to the
 * last of them have been served. */
void wf_epilogue_arrive(struct wf_pipe *p, const struct wf_plan *plan, uint32_t dir,
	struct wf_batch *b, uint32_t n_rx, bool many_runs);
/* One packet, held until now, departs with its copies; it came at rx_ns. */
void wf_epilogue_depart(struct wf_pipe *p, const struct wf_plan *plan, uint32_t dir,
	struct wf_batch *b, wf_ns_t rx_ns);

#endif
