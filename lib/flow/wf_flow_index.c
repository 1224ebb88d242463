/* SPDX-License-Identifier: BSD-3-Clause
 * Which place a hash leads to: how buckets fill and empty. Worker threads; made by the control
 * thread.
 */
#include "wf_flow_index.h"

#include <errno.h>

#include "wf_pages.h"

/* Four to a bucket, or as few as two, when all places are taken. */
static uint32_t
index_buckets(uint32_t n_places)
{
	uint32_t n = (n_places + WF_FLOW_TAGS / 2 - 1) / (WF_FLOW_TAGS / 2);

	return n <= 1 ? 1 : 1u << (32 - __builtin_clz(n - 1));
}

/* A chain of k spare buckets has more than 8 k places: none is ever missing. */
static uint32_t
index_spare(uint32_t n_places)
{
	return n_places / WF_FLOW_TAGS + 1;
}

uint64_t
wf_flow_index_bytes(uint32_t n_places)
{
	return ((uint64_t)index_buckets(n_places) + index_spare(n_places)) *
	       sizeof(struct wf_flow_bucket);
}

int
wf_flow_index_init(struct wf_flow_index *x, uint32_t n_places)
{
	*x = (struct wf_flow_index){ .bucket = wf_pages_new(wf_flow_index_bytes(n_places)),
		.mask = index_buckets(n_places) - 1,
		.n_spare = index_spare(n_places) };
	return x->bucket == NULL ? -ENOMEM : 0;
}

void
wf_flow_index_fini(struct wf_flow_index *x)
{
	wf_pages_free(
		x->bucket, ((size_t)x->mask + 1 + x->n_spare) * sizeof(struct wf_flow_bucket));
}

/* The last bucket of the chain; *lines: how many it has. */
static struct wf_flow_bucket *
index_last(const struct wf_flow_index *x, uint64_t hash, uint32_t *lines)
{
	struct wf_flow_bucket *b = wf_flow_index_bucket(x, hash);

	for (*lines = 1; b->next != 0; ++*lines)
		b = &x->bucket[b->next];
	return b;
}

bool
wf_flow_index_room(const struct wf_flow_index *x, uint64_t hash)
{
	uint32_t lines;

	return index_last(x, hash, &lines)->n < WF_FLOW_TAGS || lines < WF_FLOW_CHAIN;
}

static uint32_t
index_take_spare(struct wf_flow_index *x)
{
	uint32_t at = x->spare_free;

	if (at != 0) {
		x->spare_free = x->bucket[at].next;
	} else {
		assert(x->spare_used < x->n_spare);
		at = x->mask + 1 + x->spare_used++;
	}
	x->bucket[at] = (struct wf_flow_bucket){ .n = 0 };
	return at;
}

void
wf_flow_index_add(struct wf_flow_index *x, uint64_t hash, uint32_t place)
{
	uint32_t lines;
	struct wf_flow_bucket *b = index_last(x, hash, &lines);

	if (b->n == WF_FLOW_TAGS) {
		assert(lines < WF_FLOW_CHAIN);
		b->next = index_take_spare(x);
		b = &x->bucket[b->next];
	}
	b->tag[b->n] = wf_flow_index_tag(hash);
	b->place[b->n++] = place;
}

/* Its bucket and entry; it is there. */
static struct wf_flow_bucket *
index_find(const struct wf_flow_index *x, uint64_t hash, uint32_t place, uint32_t *entry)
{
	for (struct wf_flow_bucket *b = wf_flow_index_bucket(x, hash);; b = &x->bucket[b->next]) {
		for (uint32_t i = 0; i < b->n; i++)
			if (b->place[i] == place) {
				*entry = i;
				return b;
			}
		assert(b->next != 0);
	}
}

void
wf_flow_index_remove(struct wf_flow_index *x, uint64_t hash, uint32_t place)
{
	struct wf_flow_bucket *head = wf_flow_index_bucket(x, hash), *last = head, *before = NULL;
	uint32_t entry, tail;
	struct wf_flow_bucket *b = index_find(x, hash, place, &entry);

	for (; last->next != 0; last = &x->bucket[last->next])
		before = last;
	tail = last->n - 1;
	b->tag[entry] = last->tag[tail];
	b->place[entry] = last->place[tail];
	last->tag[tail] = 0;
	last->n = tail;
	if (tail > 0 || before == NULL)
		return;
	last->next = x->spare_free;
	x->spare_free = before->next;
	before->next = 0;
}
