/* SPDX-License-Identifier: BSD-3-Clause
 * Lists of overrides. Control threads only.
 */
#include "wf_overrides.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int
wf_overrides_add(struct wf_overrides *list, const struct wf_override *like)
{
	struct wf_override *more = realloc(list->at, (list->n + (size_t)1) * sizeof(*more));
	struct wf_override *o;
	uint32_t i = list->n;

	if (more == NULL)
		return -ENOMEM;
	list->at = more;
	while (i > 0 && more[i - 1].from_ns > like->from_ns)
		i--;
	o = &more[i];
	memmove(o + 1, o, (list->n++ - i) * sizeof(*o));
	*o = *like;
	wf_change_hold(o->change);
	if (o->id == 0)
		o->id = list->last_id + 1;
	if (o->id > list->last_id)
		list->last_id = o->id;
	return 0;
}

int
wf_overrides_copy(struct wf_overrides *to, const struct wf_overrides *from, wf_ns_t now_ns)
{
	for (uint32_t i = 0; i < from->n; i++)
		if (now_ns < from->at[i].until_ns && wf_overrides_add(to, &from->at[i]) < 0) {
			wf_overrides_fini(to);
			return -ENOMEM;
		}
	to->last_id = from->last_id;
	return 0;
}

void
wf_overrides_drop(struct wf_overrides *list, uint32_t i)
{
	wf_change_free(list->at[i].change);
	list->n--;
	memmove(&list->at[i], &list->at[i + 1], (list->n - i) * sizeof(*list->at));
}

bool
wf_overrides_have(const struct wf_overrides *list, uint64_t id)
{
	for (uint32_t i = 0; i < list->n; i++)
		if (list->at[i].id == id)
			return true;
	return false;
}

const struct wf_override *
wf_overrides_newest(const struct wf_overrides *list)
{
	const struct wf_override *newest = NULL;

	for (uint32_t i = 0; i < list->n; i++)
		if (newest == NULL || list->at[i].id > newest->id)
			newest = &list->at[i];
	return newest;
}

void
wf_overrides_fini(struct wf_overrides *list)
{
	while (list->n > 0)
		wf_overrides_drop(list, list->n - 1);
	free(list->at);
	*list = (struct wf_overrides){ .last_id = list->last_id };
}

wf_ns_t
wf_overrides_edge(const struct wf_overrides *list)
{
	wf_ns_t edge_ns = UINT64_MAX;

	for (uint32_t i = 0; i < list->n; i++) {
		const struct wf_override *o = &list->at[i];
		wf_ns_t ns = o->merged ? o->until_ns : o->from_ns;

		if (ns < edge_ns)
			edge_ns = ns;
	}
	return edge_ns;
}
