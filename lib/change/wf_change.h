/* SPDX-License-Identifier: BSD-3-Clause
 * A change of a configuration: what is to be another, in which directions, from when on and for how
 * long. All its items come into force at the same instant. Control threads only.
 */
#ifndef WF_CHANGE_H
#define WF_CHANGE_H

#include "wf_conf.h"

struct wf_change_item {
	char link[WF_NAME_MAX];
	char class[WF_NAME_MAX]; /* "": the link itself */
	bool side[2];            /* of these directions */
	bool replace;            /* the impairments that they have go first */
	struct wf_node *patch;   /* RFC 7396 */
};

struct wf_change {
	uint32_t references;
	wf_ns_t at_ns;    /* 0: as soon as may be */
	wf_ns_t for_ns;   /* 0: it does not end by itself */
	bool phase;       /* the clocks of its directions (outages, waves, traces) begin with it */
	bool run;         /* all flows and states begin anew with it, and draws are keyed by ... */
	uint64_t run_key; /* ... this, besides the seed */
	bool seeded;      /* while it stands, the seed is not the configuration's but ... */
	uint64_t seed;    /* ... this one */
	uint32_t n_items;
	struct wf_change_item *item;
};

/* A change of nothing yet, with one reference. NULL: out of memory. */
struct wf_change *wf_change_new(wf_ns_t at_ns, wf_ns_t for_ns);
/* One more item: `like` with its patch, which is taken in every case. 0 or -ENOMEM. */
int wf_change_add(struct wf_change *c, const struct wf_change_item *like);
/* One more reference, and one less. */
struct wf_change *wf_change_hold(struct wf_change *c);
void wf_change_free(struct wf_change *c);

/* Has the tree every link and class that the change is of? Otherwise what is missing is added to
 * err (may be NULL). */
bool wf_change_fits(const struct wf_change *c, const struct wf_node *tree, struct wf_err *err);
/* Merges it into a tree that it fits. 0, or -EINVAL or -ENOMEM with reasons; then the tree is of no
 * use. */
int wf_change_merge(const struct wf_change *c, struct wf_node *tree, struct wf_err *err);

/* wf_change_join.c: new ones, with one reference; NULL: out of memory. Those items that the tree
 * has the link and class of, or those that it has not. */
struct wf_change *wf_change_part(const struct wf_change *c, const struct wf_node *tree, bool fits);
/* What the two do one after the other, without items of the first that then make no difference: the
 * second sets the same keys. */
struct wf_change *wf_change_join(const struct wf_change *first, const struct wf_change *second);

/* In the words of `wfctl set`: "wan ab delay.mean=20ms loss.p=1%; ...", cut if need be. Returns
 * out. */
#define WF_CHANGE_TEXT 256
const char *wf_change_format(const struct wf_change *c, char out[WF_CHANGE_TEXT]);

#endif
