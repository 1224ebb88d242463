/* SPDX-License-Identifier: BSD-3-Clause
 * Merged sources against all their packets sorted: by time, then by source, then as they came.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "wf_rng.h"
#include "wf_source_merge.h"

#define MOST 3000

/* Packets from a list, a few at a time; what was given is spoiled when it is asked again. */
struct listed {
	struct wf_source base;
	uint32_t n, at, most;
	int rc; /* at its end */
	wf_ns_t time_ns[MOST];
	uint8_t data[8][4];
};

static wf_ns_t
listed_next_ns(struct wf_source *s)
{
	struct listed *l = (struct listed *)s;

	memset(l->data, 0xee, sizeof(l->data));
	if (l->at == l->n)
		l->base.rc = l->rc;
	return l->at < l->n ? l->time_ns[l->at] : WF_SOURCE_END;
}

static uint32_t
listed_take(struct wf_source *s, wf_ns_t now_ns, struct wf_source_packet *p, uint32_t n)
{
	struct listed *l = (struct listed *)s;
	uint32_t i;

	listed_next_ns(s);
	for (i = 0; i < n && i < l->most && l->at < l->n && l->time_ns[l->at] <= now_ns; i++) {
		memcpy(l->data[i], &l->at, 4);
		p[i] = (struct wf_source_packet){
			.time_ns = l->time_ns[l->at++], .data = l->data[i], .cap_bytes = 4
		};
	}
	return i;
}

static void
listed_free(struct wf_source *s)
{
	fail(); /* it is the test's */
}

static const struct wf_source_ops listed_ops = {
	.next_ns = listed_next_ns, .take = listed_take, .free = listed_free
};

struct due {
	wf_ns_t time_ns;
	uint32_t input, number;
};

static int
by_order(const void *a, const void *b)
{
	const struct due *x = a, *y = b;

	if (x->time_ns != y->time_ns)
		return x->time_ns < y->time_ns ? -1 : 1;
	if (x->input != y->input)
		return x->input < y->input ? -1 : 1;
	return x->number < y->number ? -1 : 1;
}

static uint64_t
draw(uint64_t *s, uint64_t n)
{
	return wf_rng_mix(*s += WF_RNG_STEP) % n;
}

static struct listed list[40];
static struct due due[40 * MOST];

/* n sources whose times often coincide; the clock goes on by steps of all sizes. */
static void
try(uint32_t n_sources, uint64_t seed)
{
	struct wf_source *source[40], *m;
	struct wf_source_packet p[16];
	uint32_t n = 0, at = 0;
	wf_ns_t now_ns = 0;

	for (uint32_t i = 0; i < n_sources; i++) {
		uint64_t step = 1 + draw(&seed, 20);
		wf_ns_t t = draw(&seed, 50);

		list[i] = (struct listed){ .base.ops = &listed_ops,
			.n = (uint32_t)draw(&seed, MOST),
			.most = 1 + (uint32_t)draw(&seed, 8) };
		for (uint32_t k = 0; k < list[i].n; k++) {
			list[i].time_ns[k] = t;
			due[n++] = (struct due){ t, i, k };
			t += draw(&seed, step);
		}
		source[i] = &list[i].base;
	}
	qsort(due, n, sizeof(due[0]), by_order);
	m = wf_source_merge(source, n_sources);
	assert_non_null(m);
	while (at < n) {
		uint32_t got = wf_source_take(m, now_ns, p, 1 + (uint32_t)draw(&seed, 16));

		if (got == 0) {
			assert_true(due[at].time_ns > now_ns);
			if (draw(&seed, 2) == 0)
				assert_int_equal(wf_source_next_ns(m), due[at].time_ns);
			now_ns += 1 + draw(&seed, draw(&seed, 8) == 0 ? 500 : 5);
		}
		for (uint32_t i = 0; i < got; i++, at++) {
			assert_true(at < n);
			assert_int_equal(p[i].time_ns, due[at].time_ns);
			assert_int_equal(p[i].input, due[at].input);
			assert_memory_equal(p[i].data, &due[at].number, 4);
		}
	}
	assert_int_equal(wf_source_take(m, WF_SOURCE_END, p, 16), 0);
	assert_int_equal(wf_source_next_ns(m), WF_SOURCE_END);
	wf_source_free(m);
}

static void
test_order(void **state)
{
	for (uint32_t n = 1; n <= 40; n++)
		try(n, n);
}

/* A source that breaks off does not end the others. */
static void
test_damage(void **state)
{
	struct wf_source *source[2] = { &list[0].base, &list[1].base }, *m;
	struct wf_source_packet p[8];
	uint32_t n = 0, got;

	list[0] = (struct listed){ .base.ops = &listed_ops, .n = 3, .most = 8, .rc = -22 };
	list[1] = (struct listed){ .base.ops = &listed_ops, .n = 6, .most = 8 };
	for (uint32_t i = 0; i < 6; i++)
		list[0].time_ns[i] = list[1].time_ns[i] = i;
	m = wf_source_merge(source, 2);
	assert_int_equal(m->rc, 0);
	while ((got = wf_source_take(m, 100, p, 8)) > 0)
		n += got;
	assert_int_equal(n, 9);
	assert_int_equal(m->rc, -22);
	wf_source_free(m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_damage),
	};

	return cmocka_run_group_tests_name("merge", tests, NULL, NULL);
}
