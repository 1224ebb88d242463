/* SPDX-License-Identifier: BSD-3-Clause
 * Receivers against a reference that looks at the whole trace for every number: 10^5 random traces
 * of loss, duplication and reordering, of several streams each.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "wf_probe_rx.h"
#include "wf_rng.h"

#define TRACES  100000
#define PACKETS 60 /* of a stream, at most */
#define STREAMS 3
#define MOST    (PACKETS * STREAMS * 3)

struct arrival {
	uint32_t stream, number;
	wf_ns_t sent_ns, rx_ns;
};

struct trace {
	uint32_t streams, window;
	uint64_t sent[STREAMS];
	uint32_t n;
	struct arrival a[MOST];
};

static uint64_t rng;

static uint32_t
below(uint32_t n)
{
	rng += WF_RNG_STEP;
	return (uint32_t)(((wf_rng_mix(rng) >> 32) * n) >> 32);
}

static int
by_time(const void *a, const void *b)
{
	const struct arrival *x = a, *y = b;

	return (x->rx_ns > y->rx_ns) - (x->rx_ns < y->rx_ns);
}

static void
make(struct trace *t)
{
	uint32_t lossy = below(60), twice = below(30), late = below(40), far = 1 + below(40000);

	t->streams = 1 + below(STREAMS);
	t->window = 1u << below(8);
	t->n = 0;
	for (uint32_t s = 0; s < t->streams; s++) {
		bool bad = false;

		t->sent[s] = below(PACKETS + 1);
		for (uint32_t i = 0; i < t->sent[s]; i++) {
			uint32_t copies = 1;

			/* Losses come in runs. */
			bad = below(100) < (bad ? 60 : lossy / 2);
			if (bad || below(200) < lossy)
				copies = 0;
			else if (below(100) < twice)
				copies += 1 + below(2);
			while (copies-- > 0)
				t->a[t->n++] = (struct arrival){ s, i, 1000 + i * 1000,
					2000 + i * 1000 + below(500) +
						(below(100) < late ? below(far) : 0) };
		}
	}
	/* Equal times stay in some order, which both see. */
	qsort(t->a, t->n, sizeof(t->a[0]), by_time);
}

static void
tell(struct wf_probe_sum *s, uint64_t v)
{
	s->n++;
	s->sum += v;
	if (v > s->max)
		s->max = v;
}

/* The arrivals of one stream that count, in order; the rest is counted. */
static uint32_t
choose(const struct trace *t, uint32_t stream, struct arrival *out, struct wf_probe_totals *o)
{
	int64_t highest = -1;
	uint32_t n = 0;

	for (uint32_t i = 0; i < t->n; i++) {
		const struct arrival *a = &t->a[i];
		bool twin = false;

		if (a->stream != stream)
			continue;
		if ((int64_t)a->number <= highest - (int64_t)t->window) {
			o->late++;
			continue;
		}
		for (uint32_t k = 0; k < n; k++)
			twin |= out[k].number == a->number;
		if (twin) {
			o->duplicated++;
			continue;
		}
		out[n++] = *a;
		highest = (int64_t)a->number > highest ? (int64_t)a->number : highest;
	}
	return n;
}

/* RFC 4737, word for word. */
static void
reference_order(const struct arrival *a, uint32_t n, struct wf_probe_totals *o)
{
	uint64_t run = 0;

	for (uint32_t i = 0; i < n; i++) {
		uint32_t j = 0, before = 0;

		while (j < i && a[j].number < a[i].number)
			j++;
		if (j == i) {
			run++;
			continue;
		}
		o->reordered++;
		tell(&o->extent, i - j);
		tell(&o->late_ns, a[i].rx_ns - a[j].rx_ns);
		while (before < i && before < WF_PROBE_PRECEDED &&
			a[i - 1 - before].number > a[i].number)
			before++;
		o->preceded[before]++;
		tell(&o->free_run, run);
		run = 0;
	}
	if (run > 0)
		tell(&o->free_run, run);
}

static const struct arrival *
find(const struct arrival *a, uint32_t n, uint64_t number)
{
	for (uint32_t i = 0; i < n; i++)
		if (a[i].number == number)
			return &a[i];
	return NULL;
}

static void
reference_loss(const struct arrival *a, uint32_t n, uint64_t sent, struct wf_probe_totals *o)
{
	int64_t last = -1;

	for (uint64_t i = 0; i < sent; i++) {
		uint64_t run = 0;

		if (find(a, n, i) != NULL)
			continue;
		o->lost++;
		if (last >= 0) {
			tell(&o->loss_distance, i - (uint64_t)last);
			o->noticeable += i - (uint64_t)last <= WF_PROBE_DELTA;
		}
		last = (int64_t)i;
		if (i > 0 && find(a, n, i - 1) == NULL)
			continue; /* not the first of its run */
		while (i + run < sent && find(a, n, i + run) == NULL)
			run++;
		tell(&o->loss_run, run);
		o->runs_of[run < WF_PROBE_RUNS ? run : WF_PROBE_RUNS]++;
	}
}

static void
reference_delay(const struct arrival *a, uint32_t n, uint64_t sent, struct wf_probe_totals *o,
	struct wf_hist *delay, struct wf_hist *ipdv)
{
	int64_t jitter = 0;

	for (uint64_t i = 1; i < sent; i++) {
		const struct arrival *x = find(a, n, i - 1), *y = find(a, n, i);
		int64_t d;

		if (x == NULL || y == NULL)
			continue;
		d = (int64_t)(y->rx_ns - y->sent_ns) - (int64_t)(x->rx_ns - x->sent_ns);
		tell(d > 0 ? &o->ipdv_up : &o->ipdv_down, (uint64_t)llabs(d));
		wf_hist_add(ipdv, (uint64_t)llabs(d));
	}
	for (uint32_t i = 0; i < n; i++)
		wf_hist_add(delay, a[i].rx_ns - a[i].sent_ns);
	for (uint32_t i = 1; i < n; i++) {
		int64_t d = (int64_t)(a[i].rx_ns - a[i - 1].rx_ns) -
			    (int64_t)(a[i].sent_ns - a[i - 1].sent_ns);

		jitter += llabs(d) - ((jitter + 8) >> 4);
	}
	if (n > 0) {
		o->jitter_ns += (uint64_t)(jitter >> 4);
		o->jitter_streams++;
	}
}

static void
reference(const struct trace *t, struct wf_probe_totals *o, struct wf_hist *delay,
	struct wf_hist *ipdv)
{
	struct arrival a[MOST];

	for (uint32_t s = 0; s < t->streams; s++) {
		uint32_t n = choose(t, s, a, o);

		o->sent += t->sent[s];
		o->received += n;
		reference_order(a, n, o);
		reference_loss(a, n, t->sent[s], o);
		reference_delay(a, n, t->sent[s], o, delay, ipdv);
	}
}

static void
test_traces(void **state)
{
	struct wf_hist *h = malloc(2 * sizeof(*h));
	struct wf_probe_totals all = { 0 };
	static struct trace t;

	for (uint32_t i = 0; i < TRACES; i++) {
		struct wf_probe_totals expected = { 0 }, got = { 0 };
		struct wf_probe_rx *r;

		make(&t);
		wf_hist_init(&h[0]);
		wf_hist_init(&h[1]);
		reference(&t, &expected, &h[0], &h[1]);
		r = wf_probe_rx_new(&(struct wf_probe_rx_params){
			.streams = t.streams, .window = t.window, .epoch = 9 });
		for (uint32_t k = 0; k < t.n; k++) {
			uint8_t tail[WF_PROBE_BYTES];

			wf_probe_write(tail, &(struct wf_probe){ 9, (uint16_t)t.a[k].stream,
						     t.a[k].number, t.a[k].sent_ns });
			wf_probe_rx_take(r, tail, 100, t.a[k].rx_ns);
		}
		wf_probe_rx_end(r, t.sent, &got);
		assert_memory_equal(&got, &expected, sizeof(got));
		assert_memory_equal(&r->delay, &h[0], sizeof(h[0]));
		assert_memory_equal(&r->ipdv, &h[1], sizeof(h[1]));
		assert_int_equal(r->foreign, 0);
		assert_int_equal(r->bytes, 100 * t.n);
		wf_probe_totals_add(&all, &got);
		wf_probe_rx_free(r);
	}
	/* They had everything in them. */
	assert_true(all.late > TRACES && all.duplicated > TRACES && all.reordered > TRACES);
	assert_true(all.preceded[WF_PROBE_PRECEDED] > 0 && all.runs_of[WF_PROBE_RUNS] > 0);
	free(h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_traces) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
