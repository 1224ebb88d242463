/* SPDX-License-Identifier: BSD-3-Clause
 * Bytes: the packets that stages want changed, and those that they make. Worker threads.
 */
#include "wf_pipe_bytes.h"

#include <string.h>

static struct wf_frame
bytes_frame(const struct wf_batch *b, uint32_t row)
{
	/* Not to be written through before ops.writable has said so. */
	return (struct wf_frame){ .data = (uint8_t *)(uintptr_t)b->data[row],
		.readable_bytes = b->readable_bytes[row],
		.len_bytes = b->len_bytes[row],
		.room_bytes = b->readable_bytes[row],
		.parsed = b->parsed[row],
		.rng = b->rng[row],
		.rx_ns = b->rx_ns[row] };
}

static void
bytes_count(struct wf_flow_counts *c, uint32_t before, uint32_t after)
{
	if (after > before)
		wf_count_add(&c->grown, after - before);
	else
		wf_count_add(&c->cut, before - after);
}

bool
wf_pipe_edit(struct wf_end *end, const struct wf_plan_class *k, uint32_t dir, struct wf_batch *b,
	uint32_t row)
{
	struct wf_flow_counts *dc = &wf_end_dir(end, dir)->c, *kc = &wf_end_class(end, k->slot)->c;
	struct wf_frame f = bytes_frame(b, row);
	void *pkt = end->ops.writable(end->ops.ctx, b->pkt[row], &f);

	if (pkt == NULL)
		return false;
	b->pkt[row] = pkt;
	for (uint8_t i = 0; i < wf_plan_steps(k); i++)
		if (b->edits[row] & 1u << k->before[i].stage)
			k->before[i].edit(k->before[i].cfg, &f);
	if (f.no_room)
		return false;
	assert(f.readable_bytes <= f.room_bytes && f.readable_bytes <= f.len_bytes);
	b->data[row] = f.data;
	if (f.marked) {
		wf_count_add(&dc->marked, b->len_bytes[row]);
		wf_count_add(&kc->marked, b->len_bytes[row]);
	}
	if (f.corrupted) {
		if (end->ops.corrupted != NULL)
			end->ops.corrupted(end->ops.ctx, pkt);
		wf_count_add(&dc->corrupted, b->len_bytes[row]);
		wf_count_add(&kc->corrupted, b->len_bytes[row]);
	}
	if (f.len_bytes != b->len_bytes[row] || f.readable_bytes != b->readable_bytes[row]) {
		end->ops.resize(end->ops.ctx, pkt, f.readable_bytes, f.len_bytes);
		bytes_count(dc, b->len_bytes[row], f.len_bytes);
		bytes_count(kc, b->len_bytes[row], f.len_bytes);
		b->len_bytes[row] = f.len_bytes;
		b->readable_bytes[row] = f.readable_bytes;
	}
	return true;
}

/* Takes in a packet that a stage made. It belongs to the default class of its direction. */
static void
bytes_inject(struct wf_pipe *p, const struct wf_plan *plan, uint32_t dir, wf_ns_t rx_ns,
	const struct wf_forged *forged)
{
	struct wf_end *end = &p->end;
	uint16_t slot = plan->dir[dir].classes[0].slot;
	struct wf_held h = { .due_ns = rx_ns + forged->delay_ns,
		.rx_ns = rx_ns,
		.len_bytes = forged->len_bytes,
		.tag = wf_held_tag(dir, slot) };

	wf_count_add(&wf_end_dir(end, dir)->c.forged, h.len_bytes);
	wf_count_add(&wf_end_class(end, slot)->c.forged, h.len_bytes);
	if (wf_room_left(&end->room, dir) >= end->room.cost[WF_HELD_PACKET])
		h.pkt = end->ops.make(end->ops.ctx, forged->data, forged->len_bytes);
	if (h.pkt == NULL || !wf_store_put(p->store, &h)) {
		wf_end_tell_drop(end, h.tag, rx_ns, h.pkt, h.len_bytes, WF_DROP_no_buffer);
		if (h.pkt != NULL)
			end->ops.free(end->ops.ctx, &h.pkt, 1);
		return;
	}
	wf_room_take(&end->room, dir, WF_HELD_PACKET, &(struct wf_count){ 1, h.len_bytes });
	p->in_store[dir] = true;
}

/* To the least that Ethernet carries. */
static void
bytes_pad(struct wf_forged *f)
{
	assert(f->len_bytes <= WF_FORGED_BYTES);
	if (f->len_bytes < WF_FRAME_MIN) {
		memset(f->data + f->len_bytes, 0, WF_FRAME_MIN - f->len_bytes);
		f->len_bytes = WF_FRAME_MIN;
	}
}

bool
wf_pipe_forge(struct wf_pipe *p, const struct wf_plan *plan, const struct wf_plan_class *k,
	uint32_t dir, const struct wf_batch *b, uint32_t row)
{
	struct wf_frame cause = bytes_frame(b, row);
	bool forward = false;

	if (cause.parsed->flags & WF_PARSE_MPLS)
		return false; /* nobody knows the labels of the way back */
	for (uint8_t i = 0; i < wf_plan_steps(k); i++) {
		uint32_t n;

		if ((b->forges[row] & 1u << k->before[i].stage) == 0)
			continue;
		n = k->before[i].forge(k->before[i].cfg, &cause, p->forged);
		assert(n <= WF_FORGED_MAX);
		for (uint32_t j = 0; j < n; j++) {
			forward |= !p->forged[j].reverse;
			bytes_pad(&p->forged[j]);
			bytes_inject(p, plan, p->forged[j].reverse ? dir ^ 1 : dir, cause.rx_ns,
				&p->forged[j]);
		}
	}
	return forward;
}
