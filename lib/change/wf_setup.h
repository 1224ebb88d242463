/* SPDX-License-Identifier: BSD-3-Clause
 * A setup: a configuration as it was read, the overrides that stand above it, and what follows from
 * the two: the effective tree, its typed form and its plan. Immutable; a change makes another.
 * Control threads only.
 */
#ifndef WF_SETUP_H
#define WF_SETUP_H

#include "wf_overrides.h"
#include "wf_plan.h"

/* More overrides than this: the two oldest neighbours that do not end by themselves become one. */
#define WF_OVERRIDES_MAX 256

/* A tree that setups share. */
struct wf_setup_tree {
	uint32_t references;
	struct wf_node *node;
	struct wf_plan *plan; /* of it alone, so that an end can return to its files; a reference */
};

struct wf_setup {
	struct wf_setup_tree *base;    /* as it was read */
	struct wf_overrides overrides; /* in force or to come */
	struct wf_overrides dropped; /* of the setup before, stand no more, and did not just end */
	struct wf_node *tree;        /* effective at plan->from_ns */
	struct wf_conf *conf;
	struct wf_plan *plan; /* not armed; a reference */
	uint64_t seed;
	uint64_t last_before; /* overrides of higher numbers are new in this setup */
};

/* Effective from from_ns on: `base` (taken in every case; NULL: that of `before`) with those
 * overrides (NULL: none) that stand then; compiled to follow `before` (NULL: it is the first).
 * What overrides have of links or classes that the base has not is dropped. 0 and *out; or with
 * reasons in err -EINVAL, -ENOMEM, or -ENOTSUP when what is another can't change while packets
 * flow. */
int wf_setup_next(const struct wf_setup *before, struct wf_node *base,
	const struct wf_overrides *overrides, wf_ns_t from_ns, struct wf_setup **out,
	struct wf_err *err);
void wf_setup_free(struct wf_setup *s);
/* It comes into force a little later than it was made for: new overrides that begin with it, and
 * end by themselves, end as much later. What is merged stays so: an end that is passed by this is
 * the next edge. Before anybody has its plan. */
void wf_setup_begin(struct wf_setup *s, wf_ns_t from_ns);

/* wf_setup_keep.c: what is used up when ports and workers start must be the same. 0 or -ENOTSUP
 * with reasons. */
int wf_setup_keep(const struct wf_setup *before, const struct wf_setup *next, struct wf_err *err);

/* Each value that is another in `b` than in `a`, by its path; NULL: it is not there. Members of
 * lists go by their names. */
typedef void (*wf_setup_diff_fn)(
	void *ctx, const char *path, const struct wf_node *a, const struct wf_node *b);
void wf_setup_diff(
	const struct wf_node *a, const struct wf_node *b, wf_setup_diff_fn fn, void *ctx);

#endif
