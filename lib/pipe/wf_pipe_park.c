/* SPDX-License-Identifier: BSD-3-Clause
 * Parked packets and their ghosts. Worker threads.
 */
#include "wf_pipe_park.h"

#include <errno.h>

#include "wf_pages.h"

#define NOWHERE UINT32_MAX

/* Of a ghost, len_bytes is the place and rx_ns the serial. */

int
wf_parking_init(struct wf_parking *k, struct wf_store *store, struct wf_end *end, uint32_t size)
{
	k->store = store;
	k->end = end;
	k->size = size;
	k->free = NOWHERE;
	k->place = wf_pages_reserve((size_t)size * sizeof(*k->place));
	return k->place == NULL ? -ENOMEM : 0;
}

void
wf_parking_fini(struct wf_parking *k)
{
	for (uint32_t i = 0; i < k->used; i++)
		if (k->place[i].h.pkt != NULL)
			k->end->ops.free(k->end->ops.ctx, &k->place[i].h.pkt, 1);
	wf_pages_free(k->place, (size_t)k->size * sizeof(*k->place));
}

static void
parking_leave(struct wf_parking *k, struct wf_parked *place)
{
	place->h.pkt = NULL;
	place->serial++;
	place->next_free = k->free;
	k->free = (uint32_t)(place - k->place);
}

bool
wf_parking_put(struct wf_parking *k, const struct wf_held *h, struct wf_park_ref *ref)
{
	uint32_t number = k->free;
	struct wf_held ghost = *h;
	struct wf_parked *place;

	assert(h->kind == WF_HELD_PACKET);
	if (number == NOWHERE && k->used == k->size)
		return false;
	if (number == NOWHERE)
		number = k->used;
	place = &k->place[number];
	ghost.kind = WF_HELD_GHOST;
	ghost.pkt = NULL;
	ghost.len_bytes = number;
	ghost.rx_ns = place->serial;
	if (!wf_store_put(k->store, &ghost))
		return false;
	if (number == k->used)
		k->used++;
	else
		k->free = place->next_free;
	place->h = *h;
	k->n_ghosts++;
	*ref = (struct wf_park_ref){ .number = number + 1, .serial = place->serial };
	return true;
}

void
wf_parking_let_go(struct wf_parking *k, struct wf_park_ref *ref, wf_ns_t due_ns)
{
	struct wf_park_ref r = *ref;
	struct wf_parked *place;
	struct wf_held h;

	*ref = (struct wf_park_ref){ 0 };
	if (r.number == 0)
		return;
	place = &k->place[r.number - 1];
	if (place->h.pkt == NULL || place->serial != r.serial)
		return;
	h = place->h;
	h.due_ns = due_ns;
	parking_leave(k, place);
	if (!wf_store_put(k->store, &h))
		wf_end_drop_held(k->end, &h, 1, WF_DROP_no_buffer);
}

uint32_t
wf_parking_unghost(struct wf_parking *k, struct wf_held *h, uint32_t n)
{
	uint32_t left = 0;

	for (uint32_t i = 0; i < n; i++) {
		struct wf_parked *place;

		if (h[i].kind != WF_HELD_GHOST) {
			h[left++] = h[i];
			continue;
		}
		k->n_ghosts--;
		place = &k->place[h[i].len_bytes];
		if (place->h.pkt == NULL || place->serial != h[i].rx_ns)
			continue;
		h[left++] = place->h;
		parking_leave(k, place);
	}
	return left;
}
