/* SPDX-License-Identifier: BSD-3-Clause
 * Plans go down here: the control core offers, workers adopt between two bursts, and what they have
 * left behind is freed after a grace period (rte_rcu_qsbr). Nobody waits for anybody.
 *
 * What a worker finds is the newest plan, which may be one to come, and behind it (`older`) those
 * before it, as long as packets of their times may be on their way. A packet belongs to the plan
 * that was in force when it was received (wf_plan_at), whichever worker has it and when.
 */
#ifndef WF_SWAP_H
#define WF_SWAP_H

#include "wf_plan.h"

struct wf_swap;

/* So long after all workers have adopted a plan, no packet of the times before it is on its way any
 * more: in a device's ring, in the kernel's, or from worker to worker. */
#define WF_SWAP_LINGER_NS (10 * WF_NS_PER_MS)

/* NULL: out of memory. `first` is what workers find at their start; the swap owns it. */
struct wf_swap *wf_swap_new(uint32_t n_workers, struct wf_plan *first);
/* Only when no worker runs. Frees all plans. */
void wf_swap_free(struct wf_swap *s);

/* Worker `w`: before its loop, and after it. */
void wf_swap_join(struct wf_swap *s, uint32_t w, wf_ns_t now_ns);
void wf_swap_leave(struct wf_swap *s, uint32_t w);
/* Worker `w`, once a loop turn, between two bursts: the newest plan, which may be used with those
 * behind it until the next call. Reports a quiescent state, so plans of the turn before may go. A
 * plan whose time has come at now_ns is adopted. */
const struct wf_plan *wf_swap_turn(struct wf_swap *s, uint32_t w, wf_ns_t now_ns);
/* Any worker, within a turn: the newest plan as it is now. For packets whose time is read late in
 * the turn: what has been offered since, and whose time has come, is for them. */
const struct wf_plan *wf_swap_newest(const struct wf_swap *s);

/* Control: `next` is in force from next->from_ns on, or from that of the plan offered last if that
 * is later. 0, and the swap owns it; or -ENOMEM: nothing has changed, and it is the caller's. */
int wf_swap_offer(struct wf_swap *s, struct wf_plan *next);
/* Control: looks who has adopted what, and frees what nobody can reach any more. Is there more to
 * come? Then ask again, after a millisecond or so. */
bool wf_swap_poll(struct wf_swap *s, wf_ns_t now_ns);
/* Control: the plan offered last. */
const struct wf_plan *wf_swap_current(const struct wf_swap *s);
/* Lowest generation that a joined worker has adopted. */
uint64_t wf_swap_generation(const struct wf_swap *s);
/* From when on the plan of a generation that it returned was in force. */
wf_ns_t wf_swap_from(const struct wf_swap *s, uint64_t generation);
/* What worker `w` has adopted last, and when; 0: it has not joined. */
uint64_t wf_swap_adopted(const struct wf_swap *s, uint32_t w, wf_ns_t *at_ns);

#endif
