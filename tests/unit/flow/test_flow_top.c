/* SPDX-License-Identifier: BSD-3-Clause
 * The largest of many flows, against sorting all of them; and reading accounts while another thread
 * gives their places to other flows.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "wf_flow_top.h"
#include "wf_rng.h"

#define MANY 5000

static enum wf_flow_by by;

static uint64_t
size_of(const struct wf_flow_seen *s)
{
	uint64_t of[] = { s->bytes, s->packets, s->dropped,
		s->delayed > 0 ? s->delay_ns / s->delayed : 0 };

	return of[by];
}

static int
compare(const void *a, const void *b)
{
	uint64_t x = size_of(a), y = size_of(b);

	if (x != y)
		return x > y ? -1 : 1;
	return memcmp(&((const struct wf_flow_seen *)a)->key,
		&((const struct wf_flow_seen *)b)->key, sizeof(struct wf_flow_key));
}

static void
largest_come_first(void **state)
{
	static struct wf_flow_seen all[MANY];
	static const uint32_t wants[] = { 1, 2, 7, 50, 1000 };

	for (uint32_t i = 0; i < MANY; i++) {
		uint64_t r = wf_rng_draw(42, i);

		all[i] = (struct wf_flow_seen){ .packets = r % 97 + 1,
			.bytes = r % 4001,
			.dropped = r % 11,
			.delayed = r % 5,
			.delay_ns = r % 1000 };
		memcpy(all[i].key.src, &i, sizeof(i));
	}
	for (by = WF_FLOW_BY_BYTES; by <= WF_FLOW_BY_DELAY; by++) {
		static struct wf_flow_seen sorted[MANY];

		memcpy(sorted, all, sizeof(all));
		qsort(sorted, MANY, sizeof(sorted[0]), compare);
		for (size_t w = 0; w < WF_ARRAY_SIZE(wants); w++) {
			struct wf_flow_top *t = wf_flow_top_new(by, wants[w]);

			for (uint32_t i = 0; i < MANY; i++)
				wf_flow_top_put(t, &all[i]);
			wf_flow_top_sort(t);
			assert_int_equal(t->n, wants[w]);
			assert_int_equal(t->flows, MANY);
			assert_memory_equal(t->seen, sorted, wants[w] * sizeof(sorted[0]));
			free(t);
		}
	}
}

static void
fewer_than_asked_for(void **state)
{
	struct wf_flow_seen s = { .packets = 3, .bytes = 300 };
	struct wf_flow_top *t = wf_flow_top_new(WF_FLOW_BY_BYTES, 10);

	wf_flow_top_sort(t);
	assert_int_equal(t->n, 0);
	wf_flow_top_put(t, &s);
	wf_flow_top_sort(t);
	assert_int_equal(t->n, 1);
	assert_int_equal(t->seen[0].bytes, 300);
	free(t);
}

/* A walk in parts finds what one finds that is not interrupted. */
static void
walk_goes_on(void **state)
{
	struct wf_flow_accounts a = { 0 };
	struct wf_flow_top *t = wf_flow_top_new(WF_FLOW_BY_BYTES, 3);
	struct wf_flow f = { .stage = WF_FLOW_LIVE };
	uint32_t budget, parts = 0;

	assert_int_equal(wf_flow_accounts_init(&a, 10, true), 0);
	for (f.index = 0; f.index < 10; f.index++) {
		struct wf_flow_account *at;

		f.accounted = 0;
		f.key.src[0] = (uint8_t)f.index;
		at = wf_flow_accounts_of(&a, &f, 1);
		wf_flow_account_add(&at->packets, 1);
		wf_flow_account_add(&at->bytes, f.index * 7 % 10);
	}
	do {
		budget = 4;
		parts++;
	} while (!wf_flow_top_walk(t, &a, &budget));
	wf_flow_top_sort(t);
	assert_int_equal(parts, 3);
	assert_int_equal(t->flows, 10);
	assert_int_equal(t->looked_at, 10);
	assert_int_equal(t->worker, 1);
	assert_int_equal(t->place, 0);
	for (uint32_t i = 0; i < 3; i++)
		assert_int_equal(t->seen[i].bytes, 9 - i);
	free(t);
	wf_flow_accounts_fini(&a);
}

/* Four flows in turn at one place, as fast as it goes: what is read is of one of them. */
#define TURNS 300000

static struct wf_flow_accounts shared;
static _Atomic bool done;

static void *
give_away(void *arg)
{
	struct wf_flow f = { .stage = WF_FLOW_LIVE };

	for (uint32_t i = 0; i < TURNS; i++) {
		struct wf_flow_account *at;

		f.accounted = 0;
		memset(&f.key, (int)(i % 4) + 1, sizeof(f.key));
		at = wf_flow_accounts_of(&shared, &f, i);
		wf_flow_account_add(&at->bytes, i % 4 + 1);
		wf_flow_account_add(&at->packets, 1);
	}
	atomic_store(&done, true);
	return arg;
}

static void
read_is_of_one_flow(void **state)
{
	pthread_t thread;
	struct wf_flow_seen s;
	bool last = false;

	assert_int_equal(wf_flow_accounts_init(&shared, 1, true), 0);
	assert_int_equal(pthread_create(&thread, NULL, give_away, NULL), 0);
	while (!last) {
		last = atomic_load(&done);
		if (!wf_flow_accounts_read(&shared, 0, &s))
			continue;
		for (size_t i = 1; i < sizeof(s.key); i++)
			assert_int_equal(((uint8_t *)&s.key)[i], s.key.src[0]);
		assert_true(s.bytes == s.key.src[0] || s.bytes == 0);
	}
	assert_int_equal(s.packets, 1);
	pthread_join(thread, NULL);
	wf_flow_accounts_fini(&shared);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(largest_come_first),
		cmocka_unit_test(fewer_than_asked_for),
		cmocka_unit_test(walk_goes_on),
		cmocka_unit_test(read_is_of_one_flow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
