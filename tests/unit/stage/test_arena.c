/* SPDX-License-Identifier: BSD-3-Clause
 * The arena and the backlog that grows in it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "fit.h"
#include "wf_backlog.h"

#define WORDS 4096

static int
setup(void **state)
{
	struct wf_arena *a = malloc(sizeof(*a));

	*state = a;
	return a == NULL ? -1 : wf_arena_init(a, WORDS);
}

static int
teardown(void **state)
{
	wf_arena_fini(*state);
	free(*state);
	return 0;
}

static void
arrays_do_not_overlap(void **state)
{
	struct wf_arena *a = *state;
	uint32_t at[8], end = 0;

	for (unsigned i = 0; i < 8; i++) {
		at[i] = wf_arena_get(a, 4 + i % 3);
		assert_true(at[i] != WF_ARENA_NONE);
		for (uint32_t w = 0; w < 1u << (4 + i % 3); w++)
			a->words[at[i] + w] = i;
		end += 1u << (4 + i % 3);
	}
	assert_int_equal(a->used_words, end);
	for (unsigned i = 0; i < 8; i++)
		for (uint32_t w = 0; w < 1u << (4 + i % 3); w++)
			assert_int_equal(a->words[at[i] + w], i);
}

static void
what_is_given_back_is_used_again(void **state)
{
	struct wf_arena *a = *state;
	uint32_t first = wf_arena_get(a, 5), second = wf_arena_get(a, 5), used = a->used_words;

	wf_arena_put(a, first, 5);
	wf_arena_put(a, second, 5);
	assert_int_equal(wf_arena_get(a, 5), second);
	assert_int_equal(wf_arena_get(a, 5), first);
	assert_int_equal(a->used_words, used);
}

static void
an_exhausted_arena_says_so(void **state)
{
	struct wf_arena *a = *state;
	uint32_t last = WF_ARENA_NONE, n = 0;

	for (uint32_t at; (at = wf_arena_get(a, 6)) != WF_ARENA_NONE; n++)
		last = at;
	assert_int_equal(n, WORDS / 64);
	assert_int_equal(wf_arena_get(a, 4), WF_ARENA_NONE);
	wf_arena_put(a, last, 6);
	assert_int_equal(wf_arena_get(a, 6), last);
	assert_int_equal(wf_arena_get(a, WF_ARENA_MAX_BITS), WF_ARENA_NONE);
}

static void
an_empty_backlog_counts_zero(void **state)
{
	struct wf_backlog b = { 0 };

	assert_int_equal(wf_backlog_count(&b, *state, UINT64_MAX), 0);
	wf_backlog_fini(&b, *state);
	assert_int_equal(((struct wf_arena *)*state)->used_words, 0);
}

static void
a_packet_counts_until_its_end(void **state)
{
	struct wf_backlog b = { 0 };

	assert_true(wf_backlog_add(&b, *state, 100));
	assert_true(wf_backlog_add(&b, *state, 100));
	assert_true(wf_backlog_add(&b, *state, 200));
	assert_int_equal(wf_backlog_count(&b, *state, 99), 3);
	assert_int_equal(wf_backlog_count(&b, *state, 100), 1);
	assert_int_equal(wf_backlog_count(&b, *state, 199), 1);
	assert_int_equal(wf_backlog_count(&b, *state, 200), 0);
}

/* Grows while its ring is wrapped, many times over. */
static void
it_counts_right_while_it_grows_and_wraps(void **state)
{
	static wf_ns_t ends[100000];
	struct wf_backlog b = { 0 };
	struct fit_random r;
	uint32_t head = 0, n = 0;
	wf_ns_t now = 0, end = 0;

	fit_seed(&r, 1);
	for (int i = 0; i < 100000; i++) {
		end += fit_under(&r, 20);
		now += fit_under(&r, n - head > 900 ? 100 : 20);
		end = end > now ? end : now;
		while (head < n && ends[head] <= now)
			head++;
		assert_int_equal(wf_backlog_count(&b, *state, now), n - head);
		ends[n++] = end;
		assert_true(wf_backlog_add(&b, *state, end));
	}
	assert_true(b.bits > WF_ARENA_MIN_BITS);
}

static void
a_backlog_that_cannot_grow_stays_as_it_is(void **state)
{
	struct wf_arena *a = *state;
	struct wf_backlog b = { 0 };
	uint32_t n = 0;

	while (wf_backlog_add(&b, a, 1000 + n))
		n++;
	assert_true(n >= WORDS / 4);
	assert_int_equal(wf_backlog_count(&b, a, 0), n);
	assert_int_equal(wf_backlog_count(&b, a, 1000), n - 1);
	assert_true(wf_backlog_add(&b, a, 5000));
}

static void
an_ended_backlog_gives_its_memory_back(void **state)
{
	struct wf_arena *a = *state;
	uint32_t used = 0;

	for (int round = 0; round < 10; round++) {
		struct wf_backlog b = { 0 };

		for (uint32_t i = 0; i < 1000; i++)
			assert_true(wf_backlog_add(&b, a, i));
		wf_backlog_fini(&b, a);
		assert_int_equal(b.count, 0);
		used = round == 0 ? a->used_words : used;
	}
	assert_int_equal(a->used_words, used);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(arrays_do_not_overlap),
		CASE(what_is_given_back_is_used_again),
		CASE(an_exhausted_arena_says_so),
		CASE(an_empty_backlog_counts_zero),
		CASE(a_packet_counts_until_its_end),
		CASE(it_counts_right_while_it_grows_and_wraps),
		CASE(a_backlog_that_cannot_grow_stays_as_it_is),
		CASE(an_ended_backlog_gives_its_memory_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
