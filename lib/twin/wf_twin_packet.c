/* SPDX-License-Identifier: BSD-3-Clause
 * Packets of the twin. One thread.
 */
#include "wf_twin_packet.h"

#include <stdlib.h>
#include <string.h>

/* What a stage may add to a frame: two VLAN tags. */
#define GROWTH 8

static struct wf_twin_packet *
new_packet(const uint8_t *data, uint32_t cap_bytes, uint32_t len_bytes)
{
	struct wf_twin_packet *q = malloc(sizeof(*q) + cap_bytes + GROWTH);

	if (q == NULL)
		return NULL;
	q->references = 1;
	q->cap_bytes = cap_bytes;
	q->len_bytes = len_bytes;
	q->room_bytes = cap_bytes + GROWTH;
	q->tag = WF_TWIN_FORGED;
	q->edited = false;
	q->marks = 0;
	q->ordinal = UINT64_MAX;
	q->hash = 0;
	q->original = NULL;
	memcpy(q->data, data, cap_bytes);
	return q;
}

static void
inherit(struct wf_twin_packet *p, const struct wf_twin_packet *from)
{
	p->tag = from->tag;
	p->marks = from->marks;
	p->ordinal = from->ordinal;
	p->hash = from->hash;
	p->original = from->original;
	if (p->original != NULL)
		p->original->references++;
}

struct wf_twin_packet *
wf_twin_packet_new(const struct wf_cap_packet *p)
{
	return new_packet(p->data, p->cap_bytes, p->len_bytes);
}

void
wf_twin_packet_put(struct wf_twin_packet *p)
{
	while (p != NULL && --p->references == 0) {
		struct wf_twin_packet *original = p->original;

		free(p);
		p = original;
	}
}

static void
free_packets(void *ctx, void *const *pkts, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		wf_twin_packet_put(pkts[i]);
}

static void *
clone_packet(void *ctx, void *pkt)
{
	((struct wf_twin_packet *)pkt)->references++;
	return pkt;
}

static void *
copy_packet(void *ctx, void *pkt)
{
	const struct wf_twin_packet *p = pkt;
	struct wf_twin_packet *q = new_packet(p->data, p->cap_bytes, p->len_bytes);

	if (q == NULL)
		return NULL;
	inherit(q, p);
	q->marks |= WF_CAPTURE_COPY;
	return q;
}

static void
corrupted(void *ctx, void *pkt)
{
	((struct wf_twin_packet *)pkt)->marks |= WF_CAPTURE_CORRUPTED;
}

/* Before its bytes change: of a packet that a log knows, what came is kept. */
static bool
keep_original(struct wf_twin_packet *p)
{
	if (p->ordinal == UINT64_MAX || p->original != NULL)
		return true;
	p->original = new_packet(p->data, p->cap_bytes, p->len_bytes);
	return p->original != NULL;
}

static void *
writable(void *ctx, void *pkt, struct wf_frame *f)
{
	struct wf_twin_packet *p = pkt;

	if (!keep_original(p))
		return NULL;
	if (p->references > 1) {
		p = new_packet(p->data, p->cap_bytes, p->len_bytes);
		if (p == NULL)
			return NULL;
		inherit(p, pkt);
		wf_twin_packet_put(pkt);
	}
	p->edited = true;
	p->marks |= WF_CAPTURE_CHANGED;
	f->data = p->data;
	f->readable_bytes = p->cap_bytes;
	f->room_bytes = p->room_bytes;
	return p;
}

static void
resize(void *ctx, void *pkt, uint32_t n, uint32_t len_bytes)
{
	struct wf_twin_packet *p = pkt;

	assert(n <= p->room_bytes);
	p->cap_bytes = n;
	p->len_bytes = len_bytes;
}

static void *
make(void *ctx, const uint8_t *data, uint32_t len_bytes)
{
	struct wf_twin_packet *p = new_packet(data, len_bytes, len_bytes);

	if (p != NULL)
		p->marks = WF_CAPTURE_MADE;
	return p;
}

const struct wf_pkt_ops wf_twin_packet_ops = {
	.free = free_packets,
	.clone = clone_packet,
	.writable = writable,
	.resize = resize,
	.make = make,
};

const struct wf_pkt_ops wf_twin_packet_ops_marking = {
	.free = free_packets,
	.clone = copy_packet,
	.writable = writable,
	.resize = resize,
	.make = make,
	.corrupted = corrupted,
};
