/* SPDX-License-Identifier: BSD-3-Clause
 * Which worker has to process a packet. Worker threads: the one that received it.
 *
 * Where flows decide, or the owner needs them, the packet is parsed and its key hashed here, once
 * for all: what was found stays with the packet (wf_identity.h). Of a class that one worker owns,
 * this is the part of the work that the others do for it.
 */
#include "wf_alike.h"
#include "wf_pipe_inside.h"

/* What the packets of a burst have in common. */
struct owner_burst {
	struct wf_pipe *p;
	const struct wf_rx *rx;
	uint32_t *owner;
	const struct wf_identity **who;
	uint32_t dir, n_workers;
	uint32_t one; /* owner of directions that have one */
};

/* Whom packets first..end-1, of one plan, belong to by their flows, or all to `one`: whether that
 * is so is a constant in what is compiled of this. Returns how many trains there are so far, which
 * each have an identity. */
static WF_ALWAYS_INLINE uint32_t
owners_by_flow(const struct owner_burst *b, const struct wf_plan_dir *d, uint32_t first,
	uint32_t end, uint32_t trains, bool owned)
{
	const uint32_t n_workers = b->n_workers, one = b->one, dir = b->dir;
	const bool inner = d->inner;
	struct wf_identity *id = &b->p->found[trains];
	enum wf_alike kind = WF_ALIKE_NONE;

	for (uint32_t i = first; i < end; i++) {
		const struct wf_rx *rx = &b->rx[i];
		struct wf_parsed other;

		if (kind != WF_ALIKE_NONE &&
			wf_alike(kind, rx[-1].data, rx->data, rx->readable_bytes)) {
			b->who[i] = b->who[i - 1];
			b->owner[i] = b->owner[i - 1];
			continue;
		}
		wf_pipe_identify(&b->p->intake.fragments, d, dir, rx, &id->who, &other, &id->hash);
		id->dir = (uint16_t)dir;
		id->known = !inner && !(id->who.flags & WF_PARSE_FRAGMENT);
		id->zero = 0;
		/* Where the first of a burst are no trains, the others hardly are. */
		kind = (i < 4 || trains < i) && id->known
			       ? wf_alike_kind(&id->who, rx->readable_bytes)
			       : WF_ALIKE_NONE;
		b->who[i] = id;
		b->owner[i] = owned ? one : (uint32_t)(((id->hash >> 32) * n_workers) >> 32);
		trains++;
		id++;
	}
	return trains;
}

uint32_t
wf_pipe_owners(struct wf_pipe *p, const struct wf_plan *newest, uint32_t dir,
	const struct wf_rx *rx, uint32_t n, uint32_t n_workers, uint32_t owner[WF_BURST],
	const struct wf_identity *who[WF_BURST])
{
	const struct owner_burst b = { p, rx, owner, who, dir, n_workers, dir % n_workers };
	uint32_t strays = 0, trains = 0;

	/* Anybody's, by the newest plan: nothing is to be found out. */
	if (rx[0].rx_ns >= newest->from_ns && !newest->dir[dir].needs_flow &&
		!newest->dir[dir].owned)
		return 0;
	for (uint32_t i = 0, end; i < n; i = end) {
		const struct wf_plan *plan = wf_plan_at(newest, rx[i].rx_ns);
		const struct wf_plan_dir *d = &plan->dir[dir];

		/* Those that came later are of the newest one, too. */
		end = plan == newest ? n : i + 1;
		strays += d->needs_flow || d->owned ? end - i : 0;
		if (d->needs_flow) {
			trains = d->owned ? owners_by_flow(&b, d, i, end, trains, true)
					  : owners_by_flow(&b, d, i, end, trains, false);
			continue;
		}
		p->found[trains] = (struct wf_identity){ .dir = (uint16_t)dir };
		for (uint32_t k = i; k < end; k++) {
			who[k] = &p->found[trains];
			owner[k] = d->owned ? b.one : WF_PIPE_ANY;
		}
		trains++;
	}
	return strays;
}
