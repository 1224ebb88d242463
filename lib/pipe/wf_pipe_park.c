/* SPDX-License-Identifier: BSD-3-Clause
 * Packets that wait until so many others have passed them, or for so long. Worker threads.
 *
 * When they leave is not known when they come. So the packet itself is kept here, and what goes
 * into the store is its ghost, due when it has waited for long enough: a record of another kind,
 * which names the place. If the packet is still there when the ghost comes out, it leaves then;
 * if others have passed it in time it has been put into the store itself, and the ghost is nothing.
 */
#include <errno.h>
#include <sys/mman.h>

#include "wf_pipe_internal.h"

#define NOWHERE UINT32_MAX

int
wf_pipe_park_init(struct wf_pipe *p, uint32_t max_held)
{
	p->max_parked = max_held;
	p->free_park = NOWHERE;
	p->park = wf_pipe_memory((size_t)max_held * sizeof(*p->park));
	return p->park == NULL ? -ENOMEM : 0;
}

void
wf_pipe_park_fini(struct wf_pipe *p)
{
	for (uint32_t i = 0; i < p->used_parks; i++)
		if (p->park[i].h.pkt != NULL)
			p->ops.free(p->ops.ctx, &p->park[i].h.pkt, 1);
	if (p->park != NULL)
		munmap(p->park, (size_t)p->max_parked * sizeof(*p->park));
}

/* Kinds of held records. */
enum { PACKET, GHOST /* len_bytes is the place, rx_ns the serial */ };

static void
leave_place(struct wf_pipe *p, struct wf_parked *k)
{
	k->h.pkt = NULL;
	k->serial++;
	k->next_free = p->free_park;
	p->free_park = (uint32_t)(k - p->park);
}

bool
wf_pipe_park(struct wf_pipe *p, const struct wf_held *h, struct wf_park_ref *ref)
{
	uint32_t place = p->free_park;
	struct wf_held ghost = *h;
	struct wf_parked *k;

	assert(h->kind == PACKET);
	if (place == NOWHERE && p->used_parks == p->max_parked)
		return false;
	if (place == NOWHERE)
		place = p->used_parks;
	k = &p->park[place];
	ghost.kind = GHOST;
	ghost.pkt = NULL;
	ghost.len_bytes = place;
	ghost.rx_ns = k->serial;
	if (!wf_store_put(p->store, &ghost))
		return false;
	if (place == p->used_parks)
		p->used_parks++;
	else
		p->free_park = k->next_free;
	k->h = *h;
	p->n_ghosts++;
	*ref = (struct wf_park_ref){ .number = place + 1, .serial = k->serial };
	return true;
}

bool
wf_pipe_unpark(struct wf_pipe *p, struct wf_park_ref *ref, wf_ns_t due_ns)
{
	struct wf_park_ref r = *ref;
	struct wf_parked *k;
	struct wf_held h;

	*ref = (struct wf_park_ref){ 0 };
	if (r.number == 0)
		return false;
	k = &p->park[r.number - 1];
	if (k->h.pkt == NULL || k->serial != r.serial)
		return false;
	h = k->h;
	h.due_ns = due_ns;
	leave_place(p, k);
	if (wf_store_put(p->store, &h))
		return true;
	wf_pipe_drop(p, &h, 1, WF_DROP_no_buffer);
	return false;
}

uint32_t
wf_pipe_unghost(struct wf_pipe *p, struct wf_held *h, uint32_t n)
{
	uint32_t left = 0;

	for (uint32_t i = 0; i < n; i++) {
		struct wf_parked *k;

		if (h[i].kind == PACKET) {
			h[left++] = h[i];
			continue;
		}
		p->n_ghosts--;
		k = &p->park[h[i].len_bytes];
		if (k->h.pkt == NULL || k->serial != h[i].rx_ns)
			continue;
		h[left++] = k->h;
		leave_place(p, k);
	}
	return left;
}
