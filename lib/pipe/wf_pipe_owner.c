/* SPDX-License-Identifier: BSD-3-Clause
 * Which worker has to process a packet. Worker threads: the one that received it.
 *
 * Where flows decide, or the owner needs them, the packet is parsed and its key hashed here, once
 * for all: what was found stays with the packet (wf_identity.h). Of a class that one worker owns,
 * this is the part of the work that the others do for it.
 */
#include "wf_alike.h"
#include "wf_pipe_inside.h"

static uint32_t
owner_of(const struct wf_plan_dir *d, uint32_t dir, uint64_t hash, uint32_t n_workers)
{
	return d->owned ? dir % n_workers : (uint32_t)(((hash >> 32) * n_workers) >> 32);
}

/* Fills in *id; the hash also where it does not stay. */
static void
owner_identify(struct wf_pipe *p, const struct wf_plan_dir *d, uint32_t dir, const struct wf_rx *rx,
	struct wf_identity *id)
{
	struct wf_parsed other;

	wf_pipe_identify(&p->intake.fragments, d, dir, rx, &id->who, &other, &id->hash);
	id->known = !d->inner && !(id->who.flags & WF_PARSE_FRAGMENT);
}

uint32_t
wf_pipe_owners(struct wf_pipe *p, const struct wf_plan *newest, uint32_t dir,
	const struct wf_rx *rx, uint32_t n, uint32_t n_workers, uint32_t owner[WF_BURST],
	const struct wf_identity *who[WF_BURST])
{
	const struct wf_plan_dir *before = NULL;
	enum wf_alike kind = WF_ALIKE_NONE;
	uint32_t strays = 0;

	for (uint32_t i = 0; i < n; i++) {
		const struct wf_plan_dir *d = &wf_plan_at(newest, rx[i].rx_ns)->dir[dir];
		struct wf_identity *id = &p->found[i];

		if (d == before && kind != WF_ALIKE_NONE &&
			wf_alike(kind, rx[i - 1].data, rx[i].data, rx[i].readable_bytes)) {
			who[i] = who[i - 1];
			owner[i] = owner[i - 1];
			strays += owner[i] != WF_PIPE_ANY;
			continue;
		}
		*id = (struct wf_identity){ .dir = (uint16_t)dir };
		if (d->needs_flow)
			owner_identify(p, d, dir, &rx[i], id);
		kind = id->known ? wf_alike_kind(&id->who, rx[i].readable_bytes) : WF_ALIKE_NONE;
		before = d;
		who[i] = id;
		owner[i] = d->needs_flow || d->owned ? owner_of(d, dir, id->hash, n_workers)
						     : WF_PIPE_ANY;
		strays += owner[i] != WF_PIPE_ANY;
	}
	return strays;
}
