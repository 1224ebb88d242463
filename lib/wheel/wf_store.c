/* SPDX-License-Identifier: BSD-3-Clause
 * The store by reference: held packets stand in the timer wheel as pointers.
 */
#include "wf_store.h"

#include <stdlib.h>

#include "wf_wheel.h"

struct wf_store {
	struct wf_wheel wheel;
};

struct wf_store *
wf_store_new(uint32_t max_held, wf_ns_t now_ns)
{
	struct wf_store *s = malloc(sizeof(*s));

	if (s != NULL && wf_wheel_init(&s->wheel, max_held, now_ns) < 0) {
		free(s);
		s = NULL;
	}
	return s;
}

void
wf_store_free(struct wf_store *s)
{
	if (s == NULL)
		return;
	wf_wheel_fini(&s->wheel);
	free(s);
}

bool
wf_store_put_members(struct wf_store *s, wf_ns_t due_ns, wf_ns_t rx_ns, void *pkt,
	uint32_t len_bytes, uint32_t dir_and_slot)
{
	struct wf_held *h = wf_wheel_put(&s->wheel, due_ns);

	if (WF_UNLIKELY(h == NULL))
		return false;
	h->due_ns = due_ns;
	h->rx_ns = rx_ns;
	h->pkt = pkt;
	h->len_bytes = len_bytes;
	h->dir = (uint16_t)dir_and_slot;
	h->slot = (uint16_t)(dir_and_slot >> 16);
	return true;
}

uint32_t
wf_store_take(struct wf_store *s, wf_ns_t now_ns, struct wf_held *out, uint32_t max)
{
	return wf_wheel_take(&s->wheel, now_ns, out, max);
}

wf_ns_t
wf_store_next(const struct wf_store *s)
{
	return wf_wheel_next(&s->wheel);
}

uint64_t
wf_store_held(const struct wf_store *s)
{
	return s->wheel.held;
}

uint64_t
wf_store_bytes(const struct wf_store *s)
{
	return (uint64_t)s->wheel.chunks_in_use * sizeof(struct wf_chunk);
}

bool
wf_store_pop_any(struct wf_store *s, struct wf_held *out)
{
	return wf_wheel_pop_any(&s->wheel, out);
}
