/* SPDX-License-Identifier: BSD-3-Clause
 * A merge of sources. The one whose turn it is stands at the top of a heap; it gives all that comes
 * before the turn of the next, and is asked for its next packet only when the merge is asked again,
 * so that what it gave stays valid as long.
 */
#include "wf_source_merge.h"

#include <stdlib.h>

struct entry {
	wf_ns_t next_ns;
	uint32_t index;
};

struct merge {
	struct wf_source base;
	bool stale; /* the top has given packets since it was placed */
	uint32_t n;
	struct entry *heap; /* [n]: the next one first */
	struct wf_source *source[];
};

static inline bool
before(const struct entry *a, const struct entry *b)
{
	return a->next_ns != b->next_ns ? a->next_ns < b->next_ns : a->index < b->index;
}

/* The entry at i goes down to where it belongs. */
static void
sink(struct merge *m, uint32_t i)
{
	struct entry e = m->heap[i];
	uint32_t child;

	for (; (child = 2 * i + 1) < m->n; i = child) {
		if (child + 1 < m->n && before(&m->heap[child + 1], &m->heap[child]))
			child++;
		if (!before(&m->heap[child], &e))
			break;
		m->heap[i] = m->heap[child];
	}
	m->heap[i] = e;
}

static void
look(struct merge *m, struct entry *e)
{
	struct wf_source *s = m->source[e->index];

	e->next_ns = wf_source_next_ns(s);
	if (s->rc < 0 && m->base.rc == 0)
		m->base.rc = s->rc;
}

static void
refresh(struct merge *m)
{
	if (!m->stale)
		return;
	look(m, &m->heap[0]);
	sink(m, 0);
	m->stale = false;
}

static wf_ns_t
merge_next_ns(struct wf_source *s)
{
	struct merge *m = (struct merge *)s;

	refresh(m);
	return m->heap[0].next_ns;
}

/* The last time at which the top comes before all others. */
static wf_ns_t
turn_end_ns(const struct merge *m)
{
	const struct entry *second = m->n > 1 ? &m->heap[1] : NULL;

	if (m->n > 2 && before(&m->heap[2], second))
		second = &m->heap[2];
	if (second == NULL)
		return UINT64_MAX;
	return second->next_ns - (second->index < m->heap[0].index);
}

static uint32_t
merge_take(struct wf_source *s, wf_ns_t now_ns, struct wf_source_packet *p, uint32_t n)
{
	struct merge *m = (struct merge *)s;
	wf_ns_t until_ns = now_ns;
	uint32_t got;

	refresh(m);
	if (m->heap[0].next_ns > now_ns || m->heap[0].next_ns == WF_SOURCE_END)
		return 0;
	if (turn_end_ns(m) < until_ns)
		until_ns = turn_end_ns(m);
	got = wf_source_take(m->source[m->heap[0].index], until_ns, p, n);
	for (uint32_t i = 0; i < got; i++)
		p[i].input = m->heap[0].index;
	m->stale = true;
	return got;
}

static void
merge_free(struct wf_source *s)
{
	struct merge *m = (struct merge *)s;

	free(m->heap);
	free(m);
}

static const struct wf_source_ops merge_ops = {
	.next_ns = merge_next_ns,
	.take = merge_take,
	.free = merge_free,
};

struct wf_source *
wf_source_merge(struct wf_source *const *sources, uint32_t n)
{
	struct merge *m = calloc(1, sizeof(*m) + n * sizeof(struct wf_source *));
	struct entry *heap = calloc(n, sizeof(*heap));

	assert(n > 0);
	if (m == NULL || heap == NULL) {
		free(m);
		free(heap);
		return NULL;
	}
	m->base.ops = &merge_ops;
	m->heap = heap;
	m->n = n;
	for (uint32_t i = 0; i < n; i++) {
		m->source[i] = sources[i];
		m->heap[i].index = i;
		look(m, &m->heap[i]);
	}
	for (uint32_t i = n / 2; i-- > 0;)
		sink(m, i);
	return &m->base;
}
