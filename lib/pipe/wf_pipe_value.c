/* SPDX-License-Identifier: BSD-3-Clause
 * Small packets into the store and out of it. Worker threads.
 */
#include "wf_pipe_value.h"

void
wf_by_value_init(struct wf_by_value *v, struct wf_end *end, uint32_t cut_bytes)
{
	assert(cut_bytes <= WF_VALUE_MAX_BYTES);
	v->end = end;
	v->values = (struct wf_values){ .cut_bytes = cut_bytes,
		.source = { end->ops.buffer, end->ops.free, end->ops.ctx } };
}

void
wf_by_value_fini(struct wf_by_value *v)
{
	for (uint32_t i = 0; i < v->n_left; i++) {
		if (v->left[i].kind == WF_HELD_VALUE)
			wf_by_value_forget(v, v->left[i].pkt, v->left[i].len_bytes);
		else
			v->end->ops.free(v->end->ops.ctx, &v->left[i].pkt, 1);
	}
	if (v->n_idle > 0)
		v->end->ops.free(v->end->ops.ctx, v->idle, v->n_idle);
	wf_values_fini(&v->values);
}

uint32_t
wf_by_value_in(struct wf_by_value *v, void *const *from, const uint32_t *from_bytes, uint32_t n,
	void **pkt, uint32_t *len_bytes)
{
	const struct wf_pkt_ops *ops = &v->end->ops;
	const uint8_t *data[WF_BURST];

	ops->bytes(ops->ctx, from, n, data);
	return wf_values_put(&v->values, data, from_bytes, n, pkt, len_bytes);
}

void
wf_by_value_idle(struct wf_by_value *v, void *const *pkt, uint32_t n)
{
	enum { SURPLUS = WF_VALUE_IDLE / 2 };

	static_assert(WF_BURST <= SURPLUS, "there is room then");
	if (WF_UNLIKELY(v->n_idle + n > WF_VALUE_IDLE)) { /* the oldest half */
		v->end->ops.free(v->end->ops.ctx, v->idle, SURPLUS);
		v->n_idle -= SURPLUS;
		memmove(v->idle, v->idle + SURPLUS, v->n_idle * sizeof(*v->idle));
	}
	memcpy(v->idle + v->n_idle, pkt, n * sizeof(*pkt));
	v->n_idle += n;
}

/* It has waited for a buffer for too long. */
static void
value_drop(struct wf_by_value *v, struct wf_held *h)
{
	wf_by_value_forget(v, h->pkt, h->len_bytes);
	h->len_bytes = wf_value_len(h->len_bytes);
	h->pkt = NULL;
	wf_end_drop_held(v->end, h, 1, WF_DROP_no_buffer);
}

/* There was no buffer for h[first]. Returns as wf_by_value_out. */
static __attribute__((noinline)) uint32_t
value_keep(struct wf_by_value *v, struct wf_held *h, uint32_t first, uint32_t n, wf_ns_t now_ns)
{
	uint32_t kept = n - first, whole = first;

	if (v->failing_ns == 0 || first > 0)
		v->failing_ns = now_ns;
	if (now_ns - v->failing_ns <= WF_VALUE_RETRY_NS) {
		assert(v->n_left + kept <= WF_VALUE_BURST);
		memmove(v->left + kept, v->left, v->n_left * sizeof(*v->left));
		memcpy(v->left, h + first, kept * sizeof(*h));
		v->n_left += kept;
		return first;
	}
	for (uint32_t i = first; i < n; i++) {
		if (h[i].kind == WF_HELD_VALUE)
			value_drop(v, &h[i]);
		else
			h[whole++] = h[i];
	}
	return whole;
}

/* Packets of n records by value. Returns how many, the first of them. */
static uint32_t
value_make(struct wf_by_value *v, struct wf_held *h, uint32_t n)
{
	const struct wf_pkt_ops *ops = &v->end->ops;
	uint32_t again = v->n_idle < n ? v->n_idle : n;
	void *pkt[WF_VALUE_BURST];

	v->n_idle -= again;
	memcpy(pkt, v->idle + v->n_idle, again * sizeof(*pkt));
	n = ops->make_bulk(ops->ctx, h, n, pkt, again);
	for (uint32_t i = 0; i < n; i++) {
		wf_value_free(&v->values, h[i].pkt, h[i].len_bytes);
		h[i].len_bytes = wf_value_len(h[i].len_bytes);
		h[i].pkt = pkt[i];
		h[i].kind = WF_HELD_PACKET;
	}
	for (uint32_t i = 0, k; i < n; i += k) {
		for (k = 1; i + k < n && h[i + k].tag == h[i].tag;)
			k++;
		wf_room_unpack(&v->end->room, h[i].dir, k);
	}
	return n;
}

uint32_t
wf_by_value_out(struct wf_by_value *v, struct wf_held *h, uint32_t n, wf_ns_t now_ns)
{
	for (uint32_t i = 0; i < n;) {
		uint32_t k = 0, made;

		while (i < n && h[i].kind != WF_HELD_VALUE)
			i++;
		while (i + k < n && h[i + k].kind == WF_HELD_VALUE)
			k++;
		if (k == 0)
			break;
		made = value_make(v, h + i, k);
		if (WF_UNLIKELY(made < k))
			return value_keep(v, h, i + made, n, now_ns);
		v->failing_ns = 0;
		i += k;
	}
	return n;
}

uint32_t
wf_by_value_again(struct wf_by_value *v, struct wf_held *h, uint32_t max)
{
	uint32_t n = v->n_left < max ? v->n_left : max;

	memcpy(h, v->left, n * sizeof(*h));
	v->n_left -= n;
	memmove(v->left, v->left + n, v->n_left * sizeof(*v->left));
	return n;
}
