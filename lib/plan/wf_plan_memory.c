/* SPDX-License-Identifier: BSD-3-Clause
 * Memory of a plan: a list of blocks that live and die with it. Control threads only.
 */
#include <stdlib.h>
#include <string.h>

#include "wf_plan_pack.h"

struct block {
	struct block *next WF_CACHE_ALIGNED;
	uint8_t data[] WF_CACHE_ALIGNED;
};

struct wf_plan *
wf_plan_new(void)
{
	return calloc(1, sizeof(struct wf_plan));
}

void *
wf_plan_block(void **list, size_t bytes)
{
	size_t size = sizeof(struct block) + bytes;
	struct block *b;

	size = (size + WF_CACHE_LINE - 1) / WF_CACHE_LINE * WF_CACHE_LINE;
	b = aligned_alloc(WF_CACHE_LINE, size);
	if (b == NULL)
		return NULL;
	memset(b, 0, size);
	b->next = *list;
	*list = b;
	return b->data;
}

void
wf_plan_blocks_free(void *list)
{
	while (list != NULL) {
		struct block *b = list;

		list = b->next;
		free(b);
	}
}

void *
wf_plan_reserve(struct wf_plan *plan, size_t bytes)
{
	return wf_plan_block(&plan->memory, bytes);
}

static void
free_parts(struct wf_plan_dir *d)
{
	for (uint16_t c = 0; d->classes != NULL && c < d->n_classes; c++)
		wf_plan_pack_free(d->classes[c].about->pack);
	wf_rules_free(d->rules);
	for (uint32_t i = 0; i < d->n_picks; i++) {
		wf_rules_free(d->pick[i].rules);
		wf_filter_free(d->pick[i].filter);
	}
}

struct wf_plan *
wf_plan_hold(struct wf_plan *plan)
{
	plan->holders++;
	return plan;
}

void
wf_plan_free(struct wf_plan *plan)
{
	if (plan == NULL || plan->holders-- > 0)
		return;
	for (uint32_t i = 0; plan->dir != NULL && i < plan->n_dirs; i++)
		free_parts(&plan->dir[i]);
	wf_plan_blocks_free(plan->memory);
	free(plan);
}
