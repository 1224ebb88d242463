/* SPDX-License-Identifier: BSD-3-Clause
 * Plans go down here: the control core publishes, workers adopt between two bursts, and what they
 * have left behind is freed after a grace period (rte_rcu_qsbr).
 */
#ifndef WF_SWAP_H
#define WF_SWAP_H

#include "wf_plan.h"

struct wf_swap;

/* NULL: out of memory. `first` is what workers find at their start; the swap owns it. */
struct wf_swap *wf_swap_new(uint32_t n_workers, struct wf_plan *first);
/* Only when no worker runs. Frees the current plan. */
void wf_swap_free(struct wf_swap *s);

/* Worker `w`: before its loop, and after it. */
void wf_swap_join(struct wf_swap *s, uint32_t w);
void wf_swap_leave(struct wf_swap *s, uint32_t w);
/* Worker `w`, once a loop turn, between two bursts: the plan to use until the next call. Reports a
 * quiescent state, so the plan of the turn before may go. */
const struct wf_plan *wf_swap_turn(struct wf_swap *s, uint32_t w);

/* Control: publishes `next` and waits until every joined worker runs it, at most timeout_ns; then
 * frees the plan before. 0; or -ETIMEDOUT when a worker is stuck: `next` is published all the same
 * and the old plan is freed later; or -ENOMEM: nothing has changed but that `next` is freed. */
int wf_swap_publish(struct wf_swap *s, struct wf_plan *next, wf_ns_t timeout_ns);
/* Control: the plan published last. */
const struct wf_plan *wf_swap_current(const struct wf_swap *s);
/* Lowest generation that a joined worker runs. */
uint64_t wf_swap_generation(const struct wf_swap *s);

#endif
