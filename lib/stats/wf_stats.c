/* SPDX-License-Identifier: BSD-3-Clause
 * Banks of counters and the turn between them: the worker's side and the control core's.
 */
#include "wf_stats.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "wf_lines.h"

void
wf_dir_stats_init(struct wf_dir_stats *d)
{
	memset(d, 0, sizeof(*d));
	wf_hist_init(&d->delay);
	wf_hist_init(&d->error);
}

static int
bank_init(struct wf_bank *b, uint32_t n_dirs, uint32_t n_classes)
{
	b->dir = wf_lines_new(n_dirs, sizeof(*b->dir));
	b->class = wf_lines_new(n_classes, sizeof(*b->class));
	b->times = calloc(n_classes, sizeof(*b->times));
	if (b->dir == NULL || b->class == NULL || b->times == NULL)
		return -1;
	for (uint32_t i = 0; i < n_dirs; i++)
		wf_dir_stats_init(&b->dir[i]);
	return 0;
}

struct wf_stats *
wf_stats_new(uint32_t n_dirs, uint32_t n_classes)
{
	struct wf_stats *s = aligned_alloc(WF_CACHE_LINE, sizeof(*s));

	if (s == NULL)
		return NULL;
	memset(s, 0, sizeof(*s));
	s->n_dirs = n_dirs;
	s->n_classes = n_classes;
	if (bank_init(&s->bank[0], n_dirs, n_classes) < 0 ||
		bank_init(&s->bank[1], n_dirs, n_classes) < 0) {
		wf_stats_free(s);
		return NULL;
	}
	s->now = &s->bank[0];
	return s;
}

void
wf_stats_free(struct wf_stats *s)
{
	if (s == NULL)
		return;
	for (int i = 0; i < 2; i++) {
		struct wf_bank *b = &s->bank[i];

		for (uint32_t c = 0; b->times != NULL && c < s->n_classes; c++)
			free(wf_bank_times(b, c));
		free(b->times);
		free(b->dir);
		free(b->class);
	}
	free(s);
}

int
wf_stats_time_class(struct wf_stats *s, uint32_t class)
{
	for (int i = 0; i < 2; i++) {
		struct wf_class_times *t = wf_bank_times(&s->bank[i], class);

		if (t != NULL)
			continue;
		t = wf_class_times_new();
		if (t == NULL)
			return -ENOMEM;
		atomic_store_explicit(&s->bank[i].times[class], t, memory_order_release);
	}
	return 0;
}

void
wf_stats_turn(struct wf_stats *s, wf_ns_t now_ns)
{
	s->now->time_ns = now_ns;
	s->active ^= 1;
	s->now = &s->bank[s->active];
	/* Release: the control core that sees the new number sees all that the bank counted. */
	atomic_store_explicit(&s->turned,
		atomic_load_explicit(&s->turned, memory_order_relaxed) + 1, memory_order_release);
}

void
wf_stats_ask(struct wf_stats *s)
{
	/* One more than asked for before, not than turned: the worker may be ahead of the question,
	 * and must not turn twice for it. */
	atomic_store_explicit(&s->wanted,
		atomic_load_explicit(&s->wanted, memory_order_relaxed) + 1, memory_order_release);
}

bool
wf_stats_turned(const struct wf_stats *s)
{
	/* Acquire; partner: wf_stats_turn. */
	return (int32_t)(atomic_load_explicit(&s->turned, memory_order_acquire) -
			 atomic_load_explicit(&s->wanted, memory_order_relaxed)) >= 0;
}

struct wf_bank *
wf_stats_idle(struct wf_stats *s)
{
	/* Not s->active, which is the worker's: every turn changes the bank. */
	return &s->bank[(atomic_load_explicit(&s->turned, memory_order_acquire) & 1) ^ 1];
}

static void
counts_merge(struct wf_flow_counts *dst, const struct wf_flow_counts *src)
{
	wf_count_merge(&dst->rx, &src->rx);
	wf_count_merge(&dst->tx, &src->tx);
	wf_count_merge(&dst->dup_created, &src->dup_created);
	wf_count_merge(&dst->forged, &src->forged);
	wf_count_merge(&dst->grown, &src->grown);
	wf_count_merge(&dst->cut, &src->cut);
	wf_count_merge(&dst->marked, &src->marked);
	wf_count_merge(&dst->corrupted, &src->corrupted);
	for (int i = 0; i < WF_DROP_COUNT; i++)
		wf_count_merge(&dst->dropped[i], &src->dropped[i]);
}

void
wf_dir_stats_merge(struct wf_dir_stats *dst, const struct wf_dir_stats *src)
{
	counts_merge(&dst->c, &src->c);
	wf_count_merge(&dst->handed_out, &src->handed_out);
	wf_count_merge(&dst->handed_in, &src->handed_in);
	wf_count_merge(&dst->held, &src->held);
	wf_count_merge(&dst->resent, &src->resent);
	dst->clamped += src->clamped;
	dst->clamped_ns += src->clamped_ns;
	dst->fallback += src->fallback;
	wf_hist_merge(&dst->delay, &src->delay);
	wf_hist_merge(&dst->error, &src->error);
}

void
wf_class_stats_merge(struct wf_class_stats *dst, const struct wf_class_stats *src)
{
	counts_merge(&dst->c, &src->c);
	dst->flows += src->flows;
}

struct wf_class_times *
wf_class_times_new(void)
{
	struct wf_class_times *t = wf_lines_new(1, sizeof(*t));

	if (t != NULL)
		t->delay.min_ns = t->error.min_ns = UINT64_MAX;
	return t;
}

void
wf_class_times_clear(struct wf_class_times *t)
{
	if (t->delay.count == 0)
		return;
	wf_hist_init(&t->delay);
	wf_hist_init(&t->error);
}

void
wf_class_times_merge(struct wf_class_times *dst, const struct wf_class_times *src)
{
	wf_hist_merge(&dst->delay, &src->delay);
	wf_hist_merge(&dst->error, &src->error);
}
