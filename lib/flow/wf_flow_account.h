/* SPDX-License-Identifier: BSD-3-Clause
 * What each flow has sent and lost, for lists of the largest: counted by the worker that has the
 * flow, read by the control thread while packets flow, without a lock.
 *
 * A flow's account has the place of its record. What a packet counts is one line; who the flow is
 * stands in another, which is written when the account begins. Reading is a bounded walk: each
 * number is one that it had in that moment, numbers of one flow are read in the same microsecond,
 * and an account that becomes another flow's meanwhile is left out (`serial`, a sequence lock that
 * only beginnings take). Copies and forged packets are not counted: packets = those that were given
 * a delay + dropped + those in a real queue or parked.
 */
#ifndef WF_FLOW_ACCOUNT_H
#define WF_FLOW_ACCOUNT_H

#include <stdatomic.h>

#include "wf_batch.h"

/* What is counted of a flow. Worker writes, relaxed; control reads. */
struct wf_flow_account {
	_Atomic uint64_t packets WF_CACHE_ALIGNED; /* received */
	_Atomic uint64_t bytes;
	_Atomic uint64_t dropped;      /* packets, on purpose or for want of a buffer */
	_Atomic uint64_t delayed;      /* packets that were given a delay, be it 0 ... */
	_Atomic uint64_t delay_ns;     /* ... in all ... */
	_Atomic uint64_t delay_max_ns; /* ... and at most */
	_Atomic uint64_t last_ns;      /* arrival of the last one */
	_Atomic uint32_t class_uid;    /* of the last one */
	_Atomic uint32_t serial;       /* odd while the account begins; release; partner: read */

	_Atomic uint64_t key[6] WF_CACHE_ALIGNED; /* struct wf_flow_key */
	_Atomic uint64_t first_ns;
	_Atomic uint32_t epoch; /* in which it began */
};
static_assert(offsetof(struct wf_flow_account, key) == WF_CACHE_LINE, "one line a packet");
static_assert(sizeof(struct wf_flow_key) == 6 * sizeof(uint64_t), "the whole key");

struct wf_flow_accounts {
	/* Worker's own. */
	struct wf_flow_account
		*of; /* [max + 1]; the last one: of packets whose flow has no record */
	uint32_t max;
	bool on;
	/* Worker writes: places below it may be in use. Release; partner: wf_flow_accounts_read. */
	_Atomic uint32_t used;
	/* Control writes: accounts of an earlier one begin anew. */
	_Atomic uint32_t epoch WF_CACHE_ALIGNED;
};

/* For as many flows. `at_once`: the memory is there from the start; else pages come as flows do. 0
 * or -ENOMEM. */
int wf_flow_accounts_init(struct wf_flow_accounts *a, uint32_t max, bool at_once);
void wf_flow_accounts_fini(struct wf_flow_accounts *a);
uint64_t wf_flow_accounts_bytes(uint32_t max);

/* Worker: the account begins, as the flow's record is new or was counted before the last reset. */
struct wf_flow_account *wf_flow_accounts_begin(
	struct wf_flow_accounts *a, struct wf_flow *f, wf_ns_t now_ns);

/* Sets `accounted`: 1 to 65535, as 0 is none. */
static inline uint16_t
wf_flow_accounts_mark(uint32_t epoch)
{
	return (uint16_t)(epoch % UINT16_MAX + 1);
}

/* Worker: the flow's account, which begins with its first packet. */
static inline struct wf_flow_account *
wf_flow_accounts_of(struct wf_flow_accounts *a, struct wf_flow *f, wf_ns_t now_ns)
{
	uint32_t epoch = atomic_load_explicit(&a->epoch, memory_order_relaxed);

	if (WF_UNLIKELY(f->accounted != wf_flow_accounts_mark(epoch)))
		return wf_flow_accounts_begin(a, f, now_ns);
	return &a->of[f->index];
}

/* Worker: it alone writes, so a load and a store will do. */
static inline void
wf_flow_account_add(_Atomic uint64_t *to, uint64_t n)
{
	atomic_store_explicit(
		to, atomic_load_explicit(to, memory_order_relaxed) + n, memory_order_relaxed);
}

/* Control: all accounts begin anew, each with its flow's next packet. */
void wf_flow_accounts_reset(struct wf_flow_accounts *a);

/* What was read of one. */
struct wf_flow_seen {
	struct wf_flow_key key;
	uint32_t class_uid;
	uint64_t packets, bytes, dropped, delayed, delay_ns, delay_max_ns;
	wf_ns_t first_ns, last_ns;
};

/* Control: places that may be in use. */
uint32_t wf_flow_accounts_used(const struct wf_flow_accounts *a);
/* Control: false: nothing is counted at this place. The place `max` is of packets whose flows have
 * no record, without a key. */
bool wf_flow_accounts_read(
	const struct wf_flow_accounts *a, uint32_t place, struct wf_flow_seen *out);

#endif
