/* SPDX-License-Identifier: BSD-3-Clause
 * The largest of many flows. Control threads.
 */
#include "wf_flow_top.h"

#include <stdlib.h>
#include <string.h>

const char *const wf_flow_by_names[] = {
	[WF_FLOW_BY_BYTES] = "bytes",
	[WF_FLOW_BY_PACKETS] = "packets",
	[WF_FLOW_BY_LOSS] = "loss",
	[WF_FLOW_BY_DELAY] = "delay",
	NULL,
};

struct wf_flow_top *
wf_flow_top_new(enum wf_flow_by by, uint32_t want)
{
	struct wf_flow_top *t = calloc(1, sizeof(*t) + want * sizeof(t->seen[0]));

	if (t == NULL)
		return NULL;
	t->by = by;
	t->want = want;
	return t;
}

static uint64_t
size_of(const struct wf_flow_top *t, const struct wf_flow_seen *s)
{
	switch (t->by) {
	case WF_FLOW_BY_PACKETS:
		return s->packets;
	case WF_FLOW_BY_LOSS:
		return s->dropped;
	case WF_FLOW_BY_DELAY:
		return s->delayed > 0 ? s->delay_ns / s->delayed : 0;
	default:
		return s->bytes;
	}
}

/* Is a before b in the list? */
static bool
precedes(const struct wf_flow_top *t, const struct wf_flow_seen *a, const struct wf_flow_seen *b)
{
	uint64_t x = size_of(t, a), y = size_of(t, b);

	return x != y ? x > y : memcmp(&a->key, &b->key, sizeof(a->key)) < 0;
}

/* The last of the list stands at the top of the heap: from `at` downwards it holds again. */
static void
sift_down(struct wf_flow_top *t, uint32_t at, uint32_t n)
{
	for (uint32_t child; (child = 2 * at + 1) < n; at = child) {
		struct wf_flow_seen other;

		if (child + 1 < n && precedes(t, &t->seen[child], &t->seen[child + 1]))
			child++;
		if (!precedes(t, &t->seen[at], &t->seen[child]))
			return;
		other = t->seen[at];
		t->seen[at] = t->seen[child];
		t->seen[child] = other;
	}
}

static void
sift_up(struct wf_flow_top *t, uint32_t at)
{
	while (at > 0) {
		uint32_t parent = (at - 1) / 2;
		struct wf_flow_seen other = t->seen[parent];

		if (!precedes(t, &t->seen[parent], &t->seen[at]))
			return;
		t->seen[parent] = t->seen[at];
		t->seen[at] = other;
		at = parent;
	}
}

void
wf_flow_top_put(struct wf_flow_top *t, const struct wf_flow_seen *seen)
{
	t->flows++;
	t->packets += seen->packets;
	t->bytes += seen->bytes;
	t->dropped += seen->dropped;
	if (t->n < t->want) {
		t->seen[t->n] = *seen;
		sift_up(t, t->n++);
	} else if (t->n > 0 && precedes(t, seen, &t->seen[0])) {
		t->seen[0] = *seen;
		sift_down(t, 0, t->n);
	}
}

void
wf_flow_top_sort(struct wf_flow_top *t)
{
	for (uint32_t n = t->n; n > 1; n--) {
		struct wf_flow_seen last = t->seen[0];

		t->seen[0] = t->seen[n - 1];
		t->seen[n - 1] = last;
		sift_down(t, 0, n - 1);
	}
}

bool
wf_flow_top_walk(struct wf_flow_top *t, const struct wf_flow_accounts *a, uint32_t *budget)
{
	struct wf_flow_seen seen;

	for (; t->place < wf_flow_accounts_used(a); t->place++, t->looked_at++, --*budget) {
		if (*budget == 0)
			return false;
		if (wf_flow_accounts_read(a, t->place, &seen))
			wf_flow_top_put(t, &seen);
	}
	if (wf_flow_accounts_read(a, a->max, &seen)) {
		t->others.packets += seen.packets;
		t->others.bytes += seen.bytes;
		t->others.dropped += seen.dropped;
	}
	t->worker++;
	t->place = 0;
	return true;
}
