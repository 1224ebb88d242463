/* SPDX-License-Identifier: BSD-3-Clause
 * Which seed a tree gets. Control thread.
 */
#include "live.h"

static bool
same(const struct wf_node *a, const struct wf_node *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	return wf_node_equal(a, b);
}

int
wf_live_take_seed(const struct wf_live *live, struct wf_node *tree)
{
	const struct wf_node *own = wf_node_get(tree, "seed");

	if (own != NULL && !same(own, live->replaced_seed))
		return 0;
	return wf_conf_set_seed(
		tree, own == NULL && live->setup != NULL ? live->setup->seed : live->start.seed);
}
