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
	wf_values_fini(&v->values);
}

uint32_t
wf_by_value_in(struct wf_by_value *v, void *const *from, const uint32_t *from_bytes, uint32_t n,
	void **pkt, uint32_t *len_bytes)
{
	const struct wf_pkt_ops *ops = &v->end->ops;
	const uint8_t *data[WF_BURST];
	uint32_t i;

	ops->bytes(ops->ctx, from, n, data);
	for (i = 0; i < n && data[i] != NULL; i++) {
		struct wf_value at = wf_value_put(&v->values, data[i], from_bytes[i]);

		if (WF_UNLIKELY(at.bytes == NULL))
			break;
		pkt[i] = at.bytes;
		len_bytes[i] = at.where;
	}
	return i;
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

uint32_t
wf_by_value_out(struct wf_by_value *v, struct wf_held *h, uint32_t n, wf_ns_t now_ns)
{
	const struct wf_pkt_ops *ops = &v->end->ops;
	const uint8_t *data[WF_VALUE_BURST];
	uint32_t len_bytes[WF_VALUE_BURST], at[WF_VALUE_BURST], wanted = 0, made;
	void *pkt[WF_VALUE_BURST];

	for (uint32_t i = 0; i < n; i++) {
		if (h[i].kind != WF_HELD_VALUE)
			continue;
		data[wanted] = h[i].pkt;
		len_bytes[wanted] = wf_value_len(h[i].len_bytes);
		at[wanted++] = i;
	}
	if (wanted == 0)
		return n;
	made = ops->make_bulk(ops->ctx, data, len_bytes, wanted, pkt);
	for (uint32_t i = 0; i < made; i++) {
		struct wf_held *made_of = &h[at[i]];

		wf_by_value_forget(v, made_of->pkt, made_of->len_bytes);
		made_of->pkt = pkt[i];
		made_of->len_bytes = len_bytes[i];
	}
	if (WF_UNLIKELY(made < wanted))
		return value_keep(v, h, at[made], n, now_ns);
	v->failing_ns = 0;
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
