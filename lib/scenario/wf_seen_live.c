/* SPDX-License-Identifier: BSD-3-Clause
 * From statistics to measures: what the difference of two snapshots says of the time between them.
 * Control threads only.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "wf_seen.h"

#define BIN_NS (100 * WF_NS_PER_MS)

int
wf_seen_live(struct wf_seen *seen)
{
	size_t n = (size_t)seen->n_dirs * seen->s->n_phases;

	seen->live = true;
	seen->settled = UINT32_MAX;
	seen->first_left = malloc((n + 1) * sizeof(*seen->first_left));
	if (seen->first_left == NULL)
		return -ENOMEM;
	memset(seen->first_left, 0xff, n * sizeof(*seen->first_left));
	for (uint32_t i = 0; i < seen->n_dirs; i++)
		seen->series[i].bin_ns = BIN_NS;
	return 0;
}

/* to += after - before. Of the shortest and longest only their buckets are known, unless they are
 * those of all. */
static void
add_times(struct wf_hist *to, const struct wf_hist *after, const struct wf_hist *before)
{
	for (uint32_t i = 0; i < WF_HIST_BUCKETS; i++) {
		uint64_t n = after->bucket[i] - before->bucket[i];
		uint64_t low = wf_hist_lower(i), high = wf_hist_lower(i + 1) - 1;

		if (n == 0)
			continue;
		low = low < after->min_ns ? after->min_ns : low;
		high = high > after->max_ns ? after->max_ns : high;
		to->bucket[i] += n;
		if (low < to->min_ns)
			to->min_ns = low;
		if (high > to->max_ns)
			to->max_ns = high;
	}
	to->count += after->count - before->count;
	to->sum_ns += after->sum_ns - before->sum_ns;
	to->sum_squares += after->sum_squares - before->sum_squares;
}

static void
add_counts(struct wf_measure *m, const struct wf_flow_counts *a, const struct wf_flow_counts *b,
	wf_ns_t time_ns)
{
	m->came += a->rx.packets - b->rx.packets;
	m->came_bytes += a->rx.bytes - b->rx.bytes;
	m->left += a->tx.packets - b->tx.packets;
	m->out_bytes += a->tx.bytes - b->tx.bytes;
	for (int i = 1; i < WF_DROP_COUNT; i++) {
		uint64_t n = a->dropped[i].packets - b->dropped[i].packets;

		m->lost_for[i] += n;
		m->lost += n;
	}
	m->time_ns += time_ns;
	m->any_left |= m->left > 0;
}

static void
add_dir(struct wf_measure *m, const struct wf_snap_dir *a, const struct wf_snap_dir *b,
	wf_ns_t time_ns)
{
	if (m == NULL)
		return;
	add_counts(m, &a->s.c, &b->s.c, time_ns);
	add_times(&m->delay, &a->s.delay, &b->s.delay);
	add_times(&m->error, &a->s.error, &b->s.error);
}

static const struct wf_snap_class *
find_class(const struct wf_snap_dir *d, const char *name)
{
	for (uint32_t i = 0; i < d->n_classes; i++)
		if (strcmp(d->classes[i].name, name) == 0)
			return &d->classes[i];
	return NULL;
}

static void
add_class(struct wf_measure *m, const char *name, const struct wf_snap_dir *a,
	const struct wf_snap_dir *b, wf_ns_t time_ns)
{
	const struct wf_snap_class *after = find_class(a, name), *before = find_class(b, name);

	if (after == NULL || before == NULL)
		return;
	add_counts(m, &after->s.c, &before->s.c, time_ns);
	if (after->times == NULL || before->times == NULL)
		return;
	add_times(&m->delay, &after->times->delay, &before->times->delay);
	add_times(&m->error, &after->times->error, &before->times->error);
}

static void
add_series(struct wf_series *s, const struct wf_snap_dir *a, const struct wf_snap_dir *b,
	wf_ns_t at_ns)
{
	struct wf_series_bin *bin = wf_series_at(s, at_ns);
	struct wf_measure m;

	wf_measure_init(&m);
	add_dir(&m, a, b, 0);
	bin->out_bytes += m.out_bytes;
	for (int i = 1; i < WF_DROP_COUNT; i++)
		wf_series_lose(bin, (enum wf_drop)i, m.lost_for[i]);
	wf_series_add_hist(bin, &m.delay);
}

/* The first packet that leaves in a phase: known when a snapshot shows it. */
static void
look_for_recovery(struct wf_seen *seen, uint32_t dir, uint32_t phase, uint64_t left_before,
	uint64_t left, wf_ns_t since_ns)
{
	size_t i = (size_t)dir * seen->s->n_phases + phase;

	if (seen->first_left[i] == UINT64_MAX)
		seen->first_left[i] = left_before;
	if (left > seen->first_left[i] && since_ns < seen->recovered_ns[i])
		seen->recovered_ns[i] = since_ns;
}

void
wf_seen_stretch(struct wf_seen *seen, const struct wf_snapshot *before, wf_ns_t from_ns,
	const struct wf_snapshot *after, wf_ns_t until_ns)
{
	uint32_t phase = wf_seen_phase(seen, from_ns), group = 0;
	wf_ns_t time_ns = until_ns - from_ns;

	if (wf_seen_phase(seen, until_ns - 1) != phase)
		phase = UINT32_MAX;
	if (phase != UINT32_MAX && seen->settled == phase)
		group = seen->group_of[phase];
	seen->settled = phase;
	for (uint32_t dir = 0; dir < seen->n_dirs; dir++) {
		const struct wf_snap_dir *a = &after->links[dir / 2].dir[dir % 2],
					 *b = &before->links[dir / 2].dir[dir % 2];

		add_dir(wf_seen_at(seen, dir, 0), a, b, time_ns);
		add_series(&seen->series[dir], a, b, until_ns - 1 - seen->start_ns);
		if (group == 0)
			continue;
		add_dir(wf_seen_at(seen, dir, group), a, b, time_ns);
		look_for_recovery(seen, dir, phase, b->s.c.tx.packets, a->s.c.tx.packets,
			until_ns - seen->start_ns - seen->s->phase[phase].start_ns);
	}
	for (uint32_t i = 0; i < seen->n_classes; i++) {
		const struct wf_seen_class *c = &seen->class[i];

		if (c->group == 0 || c->group == group)
			add_class(c->m, c->name, &after->links[c->dir / 2].dir[c->dir % 2],
				&before->links[c->dir / 2].dir[c->dir % 2], time_ns);
	}
}

bool
wf_seen_settles(const struct wf_seen *seen, wf_ns_t ns)
{
	uint32_t phase = wf_seen_phase(seen, ns);

	return phase != UINT32_MAX && phase != seen->settled;
}

bool
wf_seen_waits(const struct wf_seen *seen, wf_ns_t ns)
{
	uint32_t phase = wf_seen_phase(seen, ns);

	for (uint32_t dir = 0; phase != UINT32_MAX && dir < seen->n_dirs; dir++)
		if (seen->recovered_ns[(size_t)dir * seen->s->n_phases + phase] == UINT64_MAX)
			return true;
	return false;
}
