/* SPDX-License-Identifier: BSD-3-Clause
 * What becomes of packets, for the accounts of their flows: where the plan counts flows. One
 * worker's own. Nothing here is called otherwise.
 */
#ifndef WF_PIPE_ACCOUNT_H
#define WF_PIPE_ACCOUNT_H

#include "wf_pipe_inside.h"

/* The accounts of a burst's rows will be needed when it has gone through its stages. */
void wf_pipe_account_expect(const struct wf_pipe *p, const struct wf_batch *b);
/* All rows of a burst that has gone through its stages, before the epilogue: what came, and what
 * was dropped, and the delay of the others, unless they go into a real queue. */
void wf_pipe_account_rows(struct wf_pipe *p, const struct wf_plan_dir *d, const struct wf_batch *b);
/* The one row that left a queue and has gone through the stages behind it. */
void wf_pipe_account_left(struct wf_pipe *p, const struct wf_batch *b, wf_ns_t rx_ns);
/* A row that its stages have let live, but for which there is no buffer after all. noted: its delay
 * has been. */
void wf_pipe_account_unheld(struct wf_flow_accounts *accounts, const struct wf_batch *b,
	uint32_t row, wf_ns_t rx_ns, bool noted);

#endif
