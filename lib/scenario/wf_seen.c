/* SPDX-License-Identifier: BSD-3-Clause
 * From packets to measures. One thread.
 */
#include "wf_seen.h"

#include <stdlib.h>
#include <string.h>

#include "wf_expect.h"
#include "wf_twin_packet.h"

static uint32_t
find_group(const struct wf_seen *seen, const char *name)
{
	for (uint32_t i = 0; i < seen->n_groups; i++)
		if (strcmp(seen->group[i], name) == 0)
			return i;
	return UINT32_MAX;
}

static void
find_groups(struct wf_seen *seen)
{
	seen->group[seen->n_groups++] = "";
	for (uint32_t i = 0; i < seen->s->n_phases; i++) {
		const char *name = seen->s->phase[i].name;

		seen->group_of[i] = find_group(seen, name);
		if (seen->group_of[i] == UINT32_MAX) {
			seen->group_of[i] = seen->n_groups;
			seen->group[seen->n_groups++] = name;
		}
	}
}

/* The classes of which something is expected. */
static int
find_classes(struct wf_seen *seen, const struct wf_plan *plan)
{
	seen->class = calloc(seen->s->n_expects + 1, sizeof(*seen->class));
	if (seen->class == NULL)
		return -1;
	for (uint32_t i = 0; i < seen->s->n_expects; i++) {
		const struct wf_expect *e = &seen->s->expect[i];
		uint32_t dir = wf_scenario_find_dir(plan, e->link, e->side);
		const struct wf_plan_class *k = dir != UINT32_MAX && *e->class != 0
							? wf_plan_class_of(plan, dir, e->class)
							: NULL;
		struct wf_seen_class *c = &seen->class[seen->n_classes];

		if (k == NULL)
			continue;
		*c = (struct wf_seen_class){ .dir = dir,
			.group = find_group(seen, e->phase),
			.slot = k->slot,
			.m = wf_measure_new() };
		if (c->m == NULL)
			return -1;
		snprintf(c->name, sizeof(c->name), "%s", e->class);
		seen->n_classes++;
	}
	return 0;
}

struct wf_seen *
wf_seen_new(const struct wf_scenario *s, const struct wf_plan *plan, wf_ns_t start_ns)
{
	struct wf_seen *seen = calloc(1, sizeof(*seen));
	size_t n = s->n_phases + (size_t)1, dirs = plan->n_dirs;

	if (seen == NULL)
		return NULL;
	*seen = (struct wf_seen){ .s = s,
		.n_dirs = plan->n_dirs,
		.group = calloc(n, sizeof(*seen->group)),
		.group_of = calloc(n, sizeof(*seen->group_of)),
		.measure = calloc(n * dirs, sizeof(struct wf_measure *)),
		.series = calloc(dirs, sizeof(*seen->series)),
		.recovered_ns = malloc(n * dirs * sizeof(*seen->recovered_ns)),
		.ordinal = calloc(dirs, sizeof(*seen->ordinal)),
		.newest = calloc(dirs, sizeof(*seen->newest)) };
	if (seen->group == NULL || seen->group_of == NULL || seen->measure == NULL ||
		seen->series == NULL || seen->recovered_ns == NULL || seen->ordinal == NULL ||
		seen->newest == NULL) {
		wf_seen_free(seen);
		return NULL;
	}
	wf_seen_begin(seen, start_ns);
	memset(seen->recovered_ns, 0xff, n * dirs * sizeof(*seen->recovered_ns));
	for (size_t i = 0; i < dirs; i++)
		wf_series_init(&seen->series[i]);
	find_groups(seen);
	if (find_classes(seen, plan) < 0 || wf_seen_expect_trips(seen) < 0) {
		wf_seen_free(seen);
		return NULL;
	}
	return seen;
}

void
wf_seen_begin(struct wf_seen *seen, wf_ns_t start_ns)
{
	seen->start_ns = start_ns;
	seen->end_ns = seen->s->end_ns != UINT64_MAX ? start_ns + seen->s->end_ns : UINT64_MAX;
}

void
wf_seen_free(struct wf_seen *seen)
{
	if (seen == NULL)
		return;
	for (uint32_t i = 0; seen->measure != NULL && i < seen->n_dirs * seen->n_groups; i++)
		wf_measure_free(seen->measure[i]);
	for (uint32_t i = 0; i < seen->n_classes; i++)
		wf_measure_free(seen->class[i].m);
	wf_trips_free(seen->trips);
	free(seen->class);
	free(seen->group);
	free(seen->group_of);
	free(seen->measure);
	free(seen->series);
	free(seen->recovered_ns);
	free(seen->ordinal);
	free(seen->newest);
	free(seen->first_left);
	free(seen);
}

struct wf_measure *
wf_seen_at(struct wf_seen *seen, uint32_t dir, uint32_t group)
{
	struct wf_measure **m = &seen->measure[dir * seen->n_groups + group];

	if (*m == NULL)
		*m = wf_measure_new();
	seen->out_of_memory |= *m == NULL;
	return *m;
}

uint32_t
wf_seen_phase(const struct wf_seen *seen, wf_ns_t ns)
{
	uint32_t low = 0, high = seen->s->n_phases;

	if (ns < seen->start_ns)
		return UINT32_MAX;
	ns -= seen->start_ns;
	while (low < high) {
		uint32_t middle = (low + high) / 2;

		if (seen->s->phase[middle].end_ns <= ns)
			low = middle + 1;
		else
			high = middle;
	}
	return low < seen->s->n_phases && seen->s->phase[low].start_ns <= ns ? low : UINT32_MAX;
}

/* What happens to a packet. */
struct fate {
	const struct wf_held *h;
	enum wf_drop cause;
	wf_ns_t ns;
	bool extra, reordered;
};

static void
note_came(struct wf_measure *m, uint32_t len_bytes)
{
	m->came++;
	m->came_bytes += len_bytes;
	m->one_by_one = true;
}

static void
note_fate(struct wf_measure *m, const struct fate *f)
{
	wf_ns_t delay_ns = f->ns - f->h->rx_ns;

	if (f->extra) {
		m->copies += f->cause == WF_DROP_NONE;
		return;
	}
	if (f->cause != WF_DROP_NONE) {
		m->lost++;
		m->lost_for[f->cause]++;
		return;
	}
	m->left++;
	m->reordered += f->reordered;
	wf_hist_add(&m->delay, delay_ns);
	wf_hist_add(&m->error, f->ns - f->h->due_ns);
	if (m->any_left) {
		m->jitter_ns += delay_ns > m->last_delay_ns ? delay_ns - m->last_delay_ns
							    : m->last_delay_ns - delay_ns;
		m->jitters++;
	}
	m->last_delay_ns = delay_ns;
	m->any_left = true;
}

static void
look_at(struct wf_seen *seen, uint32_t dir, const struct wf_twin_packet *p, bool came, wf_ns_t ns)
{
	if (seen->trips != NULL && p != NULL)
		wf_seen_look(seen, &(struct wf_trips_packet){
					   dir, came, ns, p->data, p->cap_bytes, p->len_bytes });
}

void
wf_seen_came(void *ctx, uint32_t dir, const struct wf_rx *rx, uint32_t n)
{
	struct wf_seen *seen = ctx;

	for (uint32_t i = 0; i < n; i++) {
		uint32_t phase = wf_seen_phase(seen, rx[i].rx_ns);
		struct wf_measure *m = wf_seen_at(seen, dir, 0);

		((struct wf_twin_packet *)rx[i].pkt)->ordinal = seen->ordinal[dir]++;
		look_at(seen, dir, rx[i].pkt, true, rx[i].rx_ns);
		if (m != NULL)
			note_came(m, rx[i].len_bytes);
		m = phase != UINT32_MAX ? wf_seen_at(seen, dir, seen->group_of[phase]) : NULL;
		if (m != NULL)
			note_came(m, rx[i].len_bytes);
	}
}

/* In the time of the scope, whenever it came. */
static void
note_out(struct wf_seen *seen, uint32_t dir, uint32_t slot, uint32_t len_bytes, wf_ns_t ns)
{
	uint32_t phase = wf_seen_phase(seen, ns), group;
	struct wf_measure *m = wf_seen_at(seen, dir, 0);

	if (ns >= seen->end_ns)
		return;
	group = phase != UINT32_MAX ? seen->group_of[phase] : 0;
	if (m != NULL)
		m->out_bytes += len_bytes;
	m = group != 0 ? wf_seen_at(seen, dir, group) : NULL;
	if (m != NULL)
		m->out_bytes += len_bytes;
	for (uint32_t i = 0; i < seen->n_classes; i++) {
		struct wf_seen_class *c = &seen->class[i];

		if (c->dir == dir && c->slot == slot && (c->group == 0 || c->group == group))
			c->m->out_bytes += len_bytes;
	}
}

/* Of a class it is known only now. */
static void
note_classes(struct wf_seen *seen, const struct fate *f, uint32_t group)
{
	for (uint32_t i = 0; i < seen->n_classes; i++) {
		struct wf_seen_class *c = &seen->class[i];

		if (c->dir != f->h->dir || c->slot != f->h->slot ||
			(c->group != 0 && c->group != group))
			continue;
		if (!f->extra)
			note_came(c->m, f->h->len_bytes);
		note_fate(c->m, f);
	}
}

static void
note_series(struct wf_seen *seen, const struct fate *f)
{
	struct wf_series_bin *b;

	if (f->ns < seen->start_ns)
		return;
	b = wf_series_at(&seen->series[f->h->dir], f->ns - seen->start_ns);
	if (f->cause == WF_DROP_NONE)
		b->out_bytes += f->h->len_bytes;
	if (f->extra)
		return;
	if (f->cause != WF_DROP_NONE)
		wf_series_lose(b, f->cause, 1);
	else
		wf_series_add(b, f->ns - f->h->rx_ns);
}

void
wf_seen_told(void *ctx, const struct wf_held *h, enum wf_drop cause, wf_ns_t ns)
{
	struct wf_seen *seen = ctx;
	const struct wf_twin_packet *p = h->pkt;
	uint32_t dir = h->dir, phase = wf_seen_phase(seen, h->rx_ns), group = 0;
	struct fate f = { .h = h,
		.cause = cause,
		.ns = ns,
		.extra = p == NULL || (p->marks & (WF_CAPTURE_COPY | WF_CAPTURE_MADE)) != 0 };
	struct wf_measure *m;

	if (!f.extra && cause == WF_DROP_NONE) {
		f.reordered = p->ordinal < seen->newest[dir];
		if (!f.reordered)
			seen->newest[dir] = p->ordinal + 1;
	}
	m = wf_seen_at(seen, dir, 0);
	if (m != NULL)
		note_fate(m, &f);
	if (phase != UINT32_MAX) {
		wf_ns_t *r = &seen->recovered_ns[dir * seen->s->n_phases + phase];
		wf_ns_t since_ns = ns - seen->start_ns - seen->s->phase[phase].start_ns;

		group = seen->group_of[phase];
		m = wf_seen_at(seen, dir, group);
		if (m != NULL)
			note_fate(m, &f);
		if (cause == WF_DROP_NONE && !f.extra && since_ns < *r)
			*r = since_ns;
	}
	note_classes(seen, &f, group);
	if (cause == WF_DROP_NONE) {
		note_out(seen, dir, h->slot, h->len_bytes, ns);
		look_at(seen, dir, p, false, ns);
	}
	note_series(seen, &f);
}

void
wf_seen_end(struct wf_seen *seen, wf_ns_t end_ns)
{
	wf_ns_t whole_ns = end_ns > seen->start_ns ? end_ns - seen->start_ns : 0;

	seen->end_ns = end_ns;
	wf_seen_end_trips(seen);
	for (uint32_t dir = 0; dir < seen->n_dirs; dir++) {
		struct wf_measure *m = wf_seen_at(seen, dir, 0);

		if (m != NULL && !seen->live)
			m->time_ns = whole_ns;
		for (uint32_t i = 0; i < seen->s->n_phases; i++) {
			const struct wf_phase *p = &seen->s->phase[i];
			wf_ns_t r = seen->recovered_ns[dir * seen->s->n_phases + i];
			wf_ns_t until_ns = p->end_ns < whole_ns ? p->end_ns : whole_ns;

			m = wf_seen_at(seen, dir, seen->group_of[i]);
			if (m == NULL)
				continue;
			if (until_ns > p->start_ns && !seen->live)
				m->time_ns += until_ns - p->start_ns;
			if (r > m->recovery_ns)
				m->recovery_ns = r;
		}
	}
	for (uint32_t i = 0; i < seen->n_classes; i++) {
		const struct wf_measure *m =
			wf_seen_at(seen, seen->class[i].dir, seen->class[i].group);

		if (m != NULL && !seen->live)
			seen->class[i].m->time_ns = m->time_ns;
	}
}

const struct wf_measure *
wf_seen_find(const struct wf_seen *seen, uint32_t dir, const char *class, const char *phase)
{
	uint32_t group = find_group(seen, phase);

	if (group == UINT32_MAX || dir >= seen->n_dirs)
		return NULL;
	if (*class == 0)
		return seen->measure[dir * seen->n_groups + group];
	for (uint32_t i = 0; i < seen->n_classes; i++)
		if (seen->class[i].dir == dir && seen->class[i].group == group &&
			strcmp(seen->class[i].name, class) == 0)
			return seen->class[i].m;
	return NULL;
}
