/* SPDX-License-Identifier: BSD-3-Clause
 * Finds the packets of one capture in the other. One thread.
 *
 * Packets of one key are one group. A group of one packet before is certain: the first one behind
 * is it, others are its copies. In a group of several (retransmissions that look the same, empty
 * datagrams) as many behind as before are taken in order, else each goes to the one whose expected
 * time, by the median delay of those that are certain, is nearest.
 */
#include <errno.h>
#include <stdlib.h>

#include "wf_fit_private.h"

static int
by_key(const void *a, const void *b)
{
	const struct wf_fit_seen *x = *(struct wf_fit_seen *const *)a;
	const struct wf_fit_seen *y = *(struct wf_fit_seen *const *)b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return (x > y) - (x < y); /* in the order of the file */
}

static int
by_value(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

struct group {
	struct wf_fit_seen *const *b, *const *a;
	uint32_t n_b, n_a;
};

struct matching {
	struct wf_fit *f;
	const struct wf_fit_trace *before, *after;
	struct wf_fit_seen **b, **a;  /* by key */
	struct wf_fit_packet *packet; /* [before->n] */
	int64_t median_ns;
};

static struct wf_fit_packet *
packet_of(const struct matching *m, const struct wf_fit_seen *b)
{
	return &m->packet[b - m->before->at];
}

static void
meet(const struct matching *m, const struct wf_fit_seen *b, struct wf_fit_seen *a)
{
	struct wf_fit_packet *p = packet_of(m, b);

	if (p->copies == 0)
		p->out_ns = (int64_t)a->time_ns;
	if (p->copies < UINT16_MAX)
		p->copies++;
	a->matched = true;
	m->f->matched++;
}

static int64_t
distance(const struct matching *m, struct wf_fit_seen *b, struct wf_fit_seen *a)
{
	int64_t d = (int64_t)a->time_ns - (int64_t)b->time_ns - m->median_ns;

	return d < 0 ? -d : d;
}

static void
match_several(const struct matching *m, const struct group *g)
{
	uint32_t j = 0;

	for (uint32_t k = 0; k < g->n_a; k++) {
		if (g->n_a == g->n_b)
			j = k;
		else
			while (j + 1 < g->n_b &&
				distance(m, g->b[j + 1], g->a[k]) <= distance(m, g->b[j], g->a[k]))
				j++;
		meet(m, g->b[j], g->a[k]);
	}
	for (uint32_t k = 0; k < g->n_b; k++)
		packet_of(m, g->b[k])->unsure = true;
}

/* All groups of one packet before, or all of several. */
static void
match_groups(const struct matching *m, bool several)
{
	uint32_t i = 0, k = 0;

	while (i < m->before->n) {
		struct group g = { .b = m->b + i };
		uint64_t key = m->b[i]->key;

		for (; i < m->before->n && m->b[i]->key == key; i++)
			g.n_b++;
		while (k < m->after->n && m->a[k]->key < key)
			k++;
		for (g.a = m->a + k; k < m->after->n && m->a[k]->key == key; k++)
			g.n_a++;
		if ((g.n_b > 1) != several)
			continue;
		if (several)
			match_several(m, &g);
		for (uint32_t n = 0; !several && n < g.n_a; n++)
			meet(m, g.b[0], g.a[n]);
	}
}

/* Of the packets that are certain; without any, of all, each with the one behind it in order. */
static int
find_median(struct matching *m)
{
	uint32_t n = 0, most = m->before->n < m->after->n ? m->before->n : m->after->n;
	int64_t *d = malloc((m->before->n + 1ull) * sizeof(*d));

	if (d == NULL)
		return -ENOMEM;
	for (uint32_t i = 0; i < m->before->n; i++)
		if (m->packet[i].copies > 0)
			d[n++] = m->packet[i].out_ns - (int64_t)m->before->at[i].time_ns;
	for (uint32_t i = 0; n == 0 && i < most; i++)
		d[i] = (int64_t)m->after->at[i].time_ns - (int64_t)m->before->at[i].time_ns;
	n = n == 0 ? most : n;
	qsort(d, n, sizeof(*d), by_value);
	m->median_ns = n > 0 ? d[n / 2] : 0;
	free(d);
	return 0;
}

/* Packets in front of the first and behind the last that came through may just not be in the other
 * capture. */
static void
cut_window(struct matching *m)
{
	uint32_t first = 0, end = m->before->n;

	while (first < end && m->packet[first].copies == 0)
		first++;
	while (end > first && m->packet[end - 1].copies == 0)
		end--;
	m->f->n = end - first;
	m->f->outside = m->before->n - m->f->n;
	for (uint32_t i = 0; i < m->f->n; i++)
		m->packet[i] = m->packet[first + i];
	m->f->packet = m->packet;
	m->packet = NULL;
}

static int
by_out(const void *a, const void *b)
{
	const struct wf_fit_packet *x = *(struct wf_fit_packet *const *)a;
	const struct wf_fit_packet *y = *(struct wf_fit_packet *const *)b;

	if (x->out_ns != y->out_ns)
		return x->out_ns < y->out_ns ? -1 : 1;
	return (x > y) - (x < y);
}

static int
rank(struct wf_fit *f)
{
	struct wf_fit_packet **list = malloc((f->n + 1ull) * sizeof(*list));
	uint32_t n = 0, most = 0;
	bool any = false;

	if (list == NULL)
		return -ENOMEM;
	for (uint32_t i = 0; i < f->n; i++) {
		f->unsure += f->packet[i].unsure;
		if (f->packet[i].copies > 0)
			list[n++] = &f->packet[i];
	}
	qsort(list, n, sizeof(struct wf_fit_packet *), by_out);
	for (uint32_t i = 0; i < n; i++) {
		uint32_t index = (uint32_t)(list[i] - f->packet);

		list[i]->rank = i;
		f->reordered += any && index < most; /* RFC 4737 */
		most = !any || index > most ? index : most;
		any = true;
	}
	free(list);
	return 0;
}

static struct wf_fit_seen **
sorted(const struct wf_fit_trace *t)
{
	struct wf_fit_seen **list = malloc((t->n + 1ull) * sizeof(*list));

	for (uint32_t i = 0; list != NULL && i < t->n; i++)
		list[i] = &t->at[i];
	if (list != NULL)
		qsort(list, t->n, sizeof(struct wf_fit_seen *), by_key);
	return list;
}

static int
by_header(const void *a, const void *b)
{
	const struct wf_fit_seen *x = *(struct wf_fit_seen *const *)a;
	const struct wf_fit_seen *y = *(struct wf_fit_seen *const *)b;

	if (x->header != y->header)
		return x->header < y->header ? -1 : 1;
	return (x > y) - (x < y);
}

/* Those that nobody has met yet, by their headers. Returns how many. */
static uint32_t
left_over(const struct matching *m, struct wf_fit_seen **list, uint32_t n, bool before)
{
	uint32_t k = 0;

	for (uint32_t i = 0; i < n; i++)
		if (list[i]->header != 0 &&
			(before ? packet_of(m, list[i])->copies == 0 : !list[i]->matched))
			list[k++] = list[i];
	qsort(list, k, sizeof(struct wf_fit_seen *), by_header);
	return k;
}

/* What came through with other bytes has the same header still, if it is the only one that has. */
static void
match_damaged(struct matching *m)
{
	uint32_t n_b = left_over(m, m->b, m->before->n, true);
	uint32_t n_a = left_over(m, m->a, m->after->n, false), k = 0;

	for (uint32_t i = 0; i < n_b; i++) {
		uint64_t header = m->b[i]->header;

		while (k < n_a && m->a[k]->header < header)
			k++;
		if (k == n_a)
			return;
		if (m->a[k]->header != header || (k + 1 < n_a && m->a[k + 1]->header == header) ||
			(i + 1 < n_b && m->b[i + 1]->header == header) ||
			(i > 0 && m->b[i - 1]->header == header))
			continue;
		meet(m, m->b[i], m->a[k]);
		m->f->damaged++;
	}
}

static int
match(struct matching *m)
{
	if (m->packet == NULL || m->a == NULL || m->b == NULL)
		return -ENOMEM;
	for (uint32_t i = 0; i < m->before->n; i++) {
		m->packet[i].in_ns = m->before->at[i].time_ns;
		m->packet[i].len_bytes = m->before->at[i].len_bytes;
	}
	match_groups(m, false);
	if (find_median(m) < 0)
		return -ENOMEM;
	match_groups(m, true);
	match_damaged(m);
	m->f->strange = m->after->n - m->f->matched;
	cut_window(m);
	return rank(m->f);
}

int
wf_fit_match(struct wf_fit *f, const struct wf_fit_trace *before, const struct wf_fit_trace *after,
	struct wf_err *err)
{
	struct matching m = { .f = f,
		.before = before,
		.after = after,
		.b = sorted(before),
		.a = sorted(after),
		.packet = calloc(before->n + 1ull, sizeof(*m.packet)) };
	int rc = match(&m);

	free(m.packet);
	free(m.a);
	free(m.b);
	return rc == 0 ? 0 : wf_err_add(err, NULL, "Cut the captures", "out of memory");
}
