/* SPDX-License-Identifier: BSD-3-Clause
 * The changes that stand above a configuration, in the order in which they begin: those in force,
 * and those to come. Control threads only.
 */
#ifndef WF_OVERRIDES_H
#define WF_OVERRIDES_H

#include "wf_change.h"

struct wf_override {
	uint64_t id;
	wf_ns_t from_ns;  /* in force from then on ... */
	wf_ns_t until_ns; /* ... until then, exclusive; UINT64_MAX: until it is undone */
	struct wf_change *change;
	bool merged; /* the tree of the setup that has it is with it */
};

/* Zeroed: none. */
struct wf_overrides {
	uint32_t n;
	struct wf_override *at; /* those that begin first first; what stands behind wins */
	uint64_t last_id;
};

/* `like` with a reference of its own to the change, behind those that begin before it or with it;
 * an id of 0 is given the next one. 0 or -ENOMEM. */
int wf_overrides_add(struct wf_overrides *list, const struct wf_override *like);
/* Those of `from` that have not ended at now_ns, into an empty list. 0 or -ENOMEM. */
int wf_overrides_copy(struct wf_overrides *to, const struct wf_overrides *from, wf_ns_t now_ns);
/* The i-th goes. */
void wf_overrides_drop(struct wf_overrides *list, uint32_t i);
bool wf_overrides_have(const struct wf_overrides *list, uint64_t id);
/* The one that was asked for last; NULL: none is there. */
const struct wf_override *wf_overrides_newest(const struct wf_overrides *list);
void wf_overrides_fini(struct wf_overrides *list);

static inline bool
wf_override_stands(const struct wf_override *o, wf_ns_t now_ns)
{
	return o->from_ns <= now_ns && now_ns < o->until_ns;
}

/* The first instant at which one that is merged ends, or another begins: from then on the tree is
 * to be another, even if that has passed. UINT64_MAX: there is none. */
wf_ns_t wf_overrides_edge(const struct wf_overrides *list);

#endif
