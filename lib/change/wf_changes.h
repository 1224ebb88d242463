/* SPDX-License-Identifier: BSD-3-Clause
 * A list of changes that is written in a file, each with its time. Control threads only.
 */
#ifndef WF_CHANGES_H
#define WF_CHANGES_H

#include "wf_overrides.h"
#include "wf_param.h"

/* Zeroed: none. */
struct wf_changes {
	uint32_t n;
	struct wf_change **change; /* at_ns counts from the start of whatever they are of */
};

/* Keys of a change, and of one of its items; for the manual. */
extern const struct wf_param wf_changes_table[];
extern const struct wf_param wf_changes_item_table[];

/* From a tree that wf_conf_read_file gave: { changes = ( { at = "10s"; link = "wan"; ab = { loss =
 * "5%"; }; }, ... ); }. 0; or with all reasons in err -EINVAL, or -ENOMEM; then *out is empty. */
int wf_changes_read(const struct wf_node *tree, struct wf_changes *out, struct wf_err *err);
/* One more from a group that may be without `at`, which is then 0; with all reasons in err. */
int wf_changes_add(struct wf_changes *c, const struct wf_node *group, struct wf_err *err);
void wf_changes_free(struct wf_changes *c);
/* Adds what a group says by the keys of wf_changes_item_table, or by `items`, a list of such
 * groups; link and replace that it does not say are those of `like`. 0, or -errno with all reasons.
 */
int wf_changes_items(struct wf_change *c, const struct wf_node *group,
	const struct wf_change_item *like, struct wf_err *err);

/* As overrides, of something that starts at start_ns. 0 or -ENOMEM. */
int wf_changes_override(const struct wf_changes *c, wf_ns_t start_ns, struct wf_overrides *out);

#endif
