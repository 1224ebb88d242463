/* SPDX-License-Identifier: BSD-3-Clause
 * One link cut out of a configuration, to stand between ports of our own. Control thread.
 */
#ifndef WF_CUT_H
#define WF_CUT_H

#include "wf_conf.h"

/* The link called so (NULL: the only one). NULL with a reason. */
struct wf_node *wf_cut_find(const struct wf_node *tree, const char *name, struct wf_err *err);
/* Leaves of the tree this link and its two ports, which stand on other devices from now on. 0, or
 * -EINVAL with a reason. */
int wf_cut_link(struct wf_node *tree, struct wf_node *link, const char *const device[2],
	struct wf_err *err);
/* Leaves of the link nothing but a plain wire. */
void wf_cut_wire(struct wf_node *link);
/* Workers on these cores ("1,2") instead of the tree's. 0, or -EINVAL with a reason. */
int wf_cut_workers(struct wf_node *tree, const char *cores, struct wf_err *err);
/* So many flows have room, unless somebody has said how many may. 0 or -ENOMEM. */
int wf_cut_room(struct wf_node *tree, uint64_t flows);

#endif
