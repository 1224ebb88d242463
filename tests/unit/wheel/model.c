/* SPDX-License-Identifier: BSD-3-Clause
 * The model of a store.
 */
#include "model.h"

#include <stdlib.h>

void
model_init(struct model *m, uint32_t room, wf_ns_t now_ns)
{
	*m = (struct model){ .room = room, .now_tick = now_ns / WF_TICK_NS };
	m->entry = malloc(room * sizeof(*m->entry));
	assert(m->entry != NULL);
}

void
model_fini(struct model *m)
{
	free(m->entry);
}

static bool
before(const struct model_entry *a, const struct model_entry *b)
{
	return a->tick != b->tick ? a->tick < b->tick : a->id < b->id;
}

static void
swap(struct model_entry *a, struct model_entry *b)
{
	struct model_entry t = *a;

	*a = *b;
	*b = t;
}

uint64_t
model_put(struct model *m, wf_ns_t due_ns)
{
	uint64_t tick = due_ns / WF_TICK_NS + (due_ns % WF_TICK_NS != 0);
	uint32_t i = m->n++;

	assert(m->n <= m->room);
	m->entry[i] = (struct model_entry){
		.tick = tick > m->now_tick ? tick : m->now_tick, .id = m->next_id, .due_ns = due_ns
	};
	for (; i > 0 && before(&m->entry[i], &m->entry[(i - 1) / 2]); i = (i - 1) / 2)
		swap(&m->entry[i], &m->entry[(i - 1) / 2]);
	return m->next_id++;
}

bool
model_take(struct model *m, wf_ns_t now_ns, struct model_entry *out)
{
	if (m->n == 0 || m->entry[0].tick > now_ns / WF_TICK_NS) {
		if (m->now_tick < now_ns / WF_TICK_NS)
			m->now_tick = now_ns / WF_TICK_NS;
		return false;
	}
	*out = m->entry[0];
	m->now_tick = out->tick;
	m->entry[0] = m->entry[--m->n];
	for (uint32_t i = 0;;) {
		uint32_t least = i;

		for (uint32_t child = 2 * i + 1; child <= 2 * i + 2 && child < m->n; child++)
			if (before(&m->entry[child], &m->entry[least]))
				least = child;
		if (least == i)
			return true;
		swap(&m->entry[i], &m->entry[least]);
		i = least;
	}
}

wf_ns_t
model_next(const struct model *m)
{
	return m->n == 0 ? UINT64_MAX : m->entry[0].tick * WF_TICK_NS;
}
