/* SPDX-License-Identifier: BSD-3-Clause
 * Which seed a tree gets. Control thread.
 */
#include <errno.h>
#include <stdio.h>

#include "live.h"

static bool
same(const struct wf_node *a, const struct wf_node *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	return wf_node_equal(a, b);
}

/* A file writes it so: from 2^63 on in quotes. */
static struct wf_node *
seed_node(uint64_t seed)
{
	struct wf_node *n;
	char text[24];

	if (seed > INT64_MAX) {
		snprintf(text, sizeof(text), "%llu", (unsigned long long)seed);
		return wf_node_string("seed", text);
	}
	n = wf_node_new(WF_NODE_INT, "seed");
	if (n != NULL)
		n->integer = (int64_t)seed;
	return n;
}

int
wf_live_take_seed(const struct wf_live *live, struct wf_node *tree)
{
	struct wf_node *own = wf_node_get(tree, "seed"), *now;

	if (own != NULL && !same(own, live->replaced_seed))
		return 0;
	now = seed_node(own == NULL && live->setup != NULL ? live->setup->seed : live->start.seed);
	if (now == NULL)
		return -ENOMEM;
	if (own != NULL)
		wf_node_replace(own, now);
	else
		wf_node_prepend(tree, now);
	return 0;
}
