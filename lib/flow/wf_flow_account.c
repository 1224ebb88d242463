/* SPDX-License-Identifier: BSD-3-Clause
 * Accounts of flows: how one begins, and how it is read. Workers write, the control thread reads.
 */
#include "wf_flow_account.h"

#include <errno.h>
#include <string.h>

#include "wf_pages.h"

#define STORE(to, n) atomic_store_explicit(&(to), (n), memory_order_relaxed)
#define LOAD(from)   atomic_load_explicit(&(from), memory_order_relaxed)

uint64_t
wf_flow_accounts_bytes(uint32_t max)
{
	return (max + 1ull) * sizeof(struct wf_flow_account);
}

int
wf_flow_accounts_init(struct wf_flow_accounts *a, uint32_t max, bool at_once)
{
	uint64_t bytes = wf_flow_accounts_bytes(max);

	a->max = max;
	a->of = at_once ? wf_pages_new(bytes) : wf_pages_reserve(bytes);
	return a->of != NULL ? 0 : -ENOMEM;
}

void
wf_flow_accounts_fini(struct wf_flow_accounts *a)
{
	wf_pages_free(a->of, wf_flow_accounts_bytes(a->max));
	a->of = NULL;
}

/* From here to account_open_end, who reads it looks away. */
static uint32_t
account_open(struct wf_flow_account *at)
{
	uint32_t serial = LOAD(at->serial) + 1;

	STORE(at->serial, serial);
	atomic_thread_fence(memory_order_release);
	return serial;
}

static void
account_empty(struct wf_flow_account *at, uint32_t epoch, wf_ns_t now_ns)
{
	STORE(at->packets, 0);
	STORE(at->bytes, 0);
	STORE(at->dropped, 0);
	STORE(at->delayed, 0);
	STORE(at->delay_ns, 0);
	STORE(at->delay_max_ns, 0);
	STORE(at->last_ns, now_ns);
	STORE(at->class_uid, 0);
	STORE(at->first_ns, now_ns);
	STORE(at->epoch, epoch);
}

/* Of all flows without a record: those that the table had no room for. */
static struct wf_flow_account *
begin_others(struct wf_flow_accounts *a, uint32_t epoch, wf_ns_t now_ns)
{
	struct wf_flow_account *at = &a->of[a->max];
	uint32_t serial;

	if (LOAD(at->serial) != 0 && LOAD(at->epoch) == epoch)
		return at;
	serial = account_open(at);
	account_empty(at, epoch, now_ns);
	atomic_store_explicit(&at->serial, serial + 1, memory_order_release);
	return at;
}

struct wf_flow_account *
wf_flow_accounts_begin(struct wf_flow_accounts *a, struct wf_flow *f, wf_ns_t now_ns)
{
	uint32_t epoch = LOAD(a->epoch), serial;
	struct wf_flow_account *at;
	uint64_t words[6];

	if (f->stage == WF_FLOW_FREE) /* it stands in for others, outside the table */
		return begin_others(a, epoch, now_ns);
	at = &a->of[f->index];
	serial = account_open(at);
	account_empty(at, epoch, now_ns);
	memcpy(words, &f->key, sizeof(words));
	for (int i = 0; i < 6; i++)
		STORE(at->key[i], words[i]);
	atomic_store_explicit(&at->serial, serial + 1, memory_order_release);
	f->accounted = wf_flow_accounts_mark(epoch);
	if (f->index >= LOAD(a->used))
		atomic_store_explicit(&a->used, f->index + 1, memory_order_release);
	return at;
}

void
wf_flow_accounts_reset(struct wf_flow_accounts *a)
{
	atomic_fetch_add_explicit(&a->epoch, 1, memory_order_relaxed);
}

uint32_t
wf_flow_accounts_used(const struct wf_flow_accounts *a)
{
	return atomic_load_explicit(&a->used, memory_order_acquire);
}

bool
wf_flow_accounts_read(const struct wf_flow_accounts *a, uint32_t place, struct wf_flow_seen *out)
{
	const struct wf_flow_account *at = &a->of[place];
	uint32_t serial = atomic_load_explicit(&at->serial, memory_order_acquire);
	uint64_t words[6];

	if (serial == 0 || serial % 2 == 1 || LOAD(at->epoch) != LOAD(a->epoch))
		return false;
	for (int i = 0; i < 6; i++)
		words[i] = LOAD(at->key[i]);
	out->dropped = LOAD(at->dropped);
	out->delayed = LOAD(at->delayed);
	out->delay_ns = LOAD(at->delay_ns);
	out->delay_max_ns = LOAD(at->delay_max_ns);
	out->packets = LOAD(at->packets);
	out->bytes = LOAD(at->bytes);
	out->last_ns = LOAD(at->last_ns);
	out->first_ns = LOAD(at->first_ns);
	out->class_uid = LOAD(at->class_uid);
	atomic_thread_fence(memory_order_acquire);
	if (LOAD(at->serial) != serial)
		return false;
	memcpy(&out->key, words, sizeof(out->key));
	return out->packets > 0;
}
