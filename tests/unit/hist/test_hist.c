/* SPDX-License-Identifier: BSD-3-Clause
 * The histogram against brute force over the values themselves.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "fit.h"
#include "wf_hist.h"

#define N 100000

static int
setup(void **state)
{
	struct wf_hist *h = malloc(sizeof(*h));

	*state = h;
	if (h == NULL)
		return -1;
	wf_hist_init(h);
	return 0;
}

static int
teardown(void **state)
{
	free(*state);
	return 0;
}

static int
by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* N values spread evenly over the octaves up to 2^44, sorted. */
static uint64_t *
values(uint64_t seed)
{
	uint64_t *v = malloc(N * sizeof(*v));
	struct fit_random r;

	assert_non_null(v);
	fit_seed(&r, seed);
	for (int i = 0; i < N; i++)
		v[i] = fit_next(&r) >> (20 + fit_under(&r, 44));
	qsort(v, N, sizeof(*v), by_value);
	return v;
}

static void
an_empty_histogram_reads_zero(void **state)
{
	struct wf_hist *h = *state;

	assert_int_equal(wf_hist_quantile(h, 0.5), 0);
	assert_int_equal(wf_hist_mean(h), 0);
	assert_int_equal(wf_hist_stddev(h), 0);
	assert_true(h->min_ns == UINT64_MAX);
	assert_int_equal(h->max_ns, 0);
}

static void
small_values_have_a_bucket_each(void **state)
{
	for (uint64_t v = 0; v < 128; v++) {
		assert_int_equal(wf_hist_index(v), v);
		assert_int_equal(wf_hist_lower((uint32_t)v), v);
	}
}

static void
every_bucket_begins_where_the_one_before_ends(void **state)
{
	for (uint32_t i = 1; i < WF_HIST_BUCKETS; i++) {
		uint64_t lower = wf_hist_lower(i);

		assert_int_equal(wf_hist_index(lower), i);
		assert_int_equal(wf_hist_index(lower - 1), i - 1);
	}
}

static void
no_bucket_is_wider_than_a_64th_of_its_lower_bound(void **state)
{
	for (uint32_t i = 128; i < WF_HIST_BUCKETS; i++) {
		uint64_t lower = wf_hist_lower(i), width = wf_hist_lower(i + 1) - lower;

		assert_true(width * 64 <= lower);
	}
}

static void
huge_values_go_into_the_last_bucket(void **state)
{
	struct wf_hist *h = *state;

	wf_hist_add(h, 1ull << WF_HIST_MAX_BITS);
	wf_hist_add(h, 1ull << 60);
	assert_int_equal(h->bucket[WF_HIST_BUCKETS - 1], 2);
	assert_int_equal(h->max_ns, 1ull << 60);
	assert_int_equal(wf_hist_quantile(h, 1), 1ull << 60);
	assert_int_equal(wf_hist_mean(h), ((1ull << WF_HIST_MAX_BITS) + (1ull << 60)) / 2);
}

static void
a_single_value_is_every_quantile_of_itself(void **state)
{
	struct wf_hist *h = *state;

	wf_hist_add(h, 20000001);
	assert_int_equal(wf_hist_quantile(h, 0.001), 20000001);
	assert_int_equal(wf_hist_quantile(h, 0.5), 20000001);
	assert_int_equal(wf_hist_quantile(h, 1), 20000001);
	assert_int_equal(wf_hist_stddev(h), 0);
}

static void
quantiles_are_within_one_part_in_128(void **state)
{
	static const double q[] = { 0.0001, 0.01, 0.1, 0.5, 0.9, 0.99, 0.999, 1 };

	for (uint64_t seed = 1; seed <= 5; seed++) {
		struct wf_hist *h = *state;
		uint64_t *v = values(seed);

		wf_hist_init(h);
		for (int i = 0; i < N; i++)
			wf_hist_add(h, v[i]);
		for (size_t i = 0; i < WF_ARRAY_SIZE(q); i++) {
			double truth = (double)v[(int)ceil(q[i] * N) - 1];
			double off = fabs((double)wf_hist_quantile(h, q[i]) - truth);

			assert_true(off <= truth / 128);
		}
		free(v);
	}
}

static void
the_quantile_is_the_smallest_value_with_that_many_at_or_below(void **state)
{
	struct wf_hist *h = *state;

	for (uint64_t v = 1; v <= 100; v++)
		wf_hist_add(h, v);
	assert_int_equal(wf_hist_quantile(h, 0.5), 50);
	assert_int_equal(wf_hist_quantile(h, 0.501), 51);
	assert_int_equal(wf_hist_quantile(h, 0.99), 99);
	assert_int_equal(wf_hist_quantile(h, 1e-9), 1);
}

static void
count_min_and_max_are_exact(void **state)
{
	struct wf_hist *h = *state;
	uint64_t *v = values(9);

	for (int i = 0; i < N; i++)
		wf_hist_add(h, v[i]);
	assert_int_equal(h->count, N);
	assert_int_equal(h->min_ns, v[0]);
	assert_int_equal(h->max_ns, v[N - 1]);
	free(v);
}

/* Against sums in long double of values around a large offset: what a naive
 * sum of squares in double would lose. */
static void
mean_and_stddev_are_exact_far_from_zero(void **state)
{
	struct wf_hist *h = *state;
	const uint64_t offset = 1ull << 42;
	long double mean = 0, square = 0;
	struct fit_random r;

	fit_seed(&r, 3);
	for (int i = 0; i < N; i++) {
		uint64_t v = fit_under(&r, 1000);

		wf_hist_add(h, offset + v);
		mean += v;
		square += v * v;
	}
	mean /= N;
	assert_int_equal(wf_hist_mean(h), offset + (uint64_t)(mean + 0.5L));
	assert_int_equal(wf_hist_stddev(h), (uint64_t)(sqrtl(square / N - mean * mean) + 0.5L));
}

static void
stddev_is_the_populations(void **state)
{
	struct wf_hist *h = *state;

	/* 2 4 4 4 5 5 7 9: mean 5, sd exactly 2. */
	static const uint64_t v[] = { 2, 4, 4, 4, 5, 5, 7, 9 };

	for (size_t i = 0; i < WF_ARRAY_SIZE(v); i++)
		wf_hist_add(h, v[i] * 1000);
	assert_int_equal(wf_hist_mean(h), 5000);
	assert_int_equal(wf_hist_stddev(h), 2000);
}

static void
stddev_below_a_nanosecond_is_exact_too(void **state)
{
	struct wf_hist *h = *state;

	/* 990 of 1000 are 1: sd 0.0995. */
	for (int i = 0; i < 1000; i++)
		wf_hist_add(h, i < 990);
	assert_int_equal(wf_hist_mean(h), 1);
	assert_int_equal(wf_hist_stddev(h), 0);
}

static void
merging_parts_gives_the_whole(void **state)
{
	struct wf_hist *whole = *state, *part = malloc(2 * sizeof(*part));
	uint64_t *v = values(4);

	assert_non_null(part);
	wf_hist_init(&part[0]);
	wf_hist_init(&part[1]);
	for (int i = 0; i < N; i++) {
		wf_hist_add(whole, v[i]);
		wf_hist_add(&part[i % 3 == 0], v[i]);
	}
	wf_hist_merge(&part[0], &part[1]);
	assert_memory_equal(whole, part, sizeof(*whole));
	free(v);
	free(part);
}

static void
merging_an_empty_one_changes_nothing(void **state)
{
	struct wf_hist *h = *state, *empty = malloc(2 * sizeof(*empty));

	assert_non_null(empty);
	wf_hist_init(&empty[0]);
	wf_hist_add(h, 500);
	empty[1] = *h;
	wf_hist_merge(h, &empty[0]);
	assert_memory_equal(h, &empty[1], sizeof(*h));
	wf_hist_merge(&empty[0], h);
	assert_memory_equal(h, &empty[0], sizeof(*h));
	free(empty);
}

/* Instants that stand apart, as in records. */
struct record {
	uint64_t other, instant;
};

static void
assert_same(const struct wf_hist *a, const struct wf_hist *b)
{
	assert_int_equal(a->count, b->count);
	assert_int_equal(a->min_ns, b->min_ns);
	assert_int_equal(a->max_ns, b->max_ns);
	assert_true(a->sum_ns == b->sum_ns);
	assert_true(a->sum_squares == b->sum_squares);
	assert_memory_equal(a->bucket, b->bucket, sizeof(a->bucket));
}

/* Some near each other, some of any size, some that lie ahead. */
static void
many_at_once_are_as_one_by_one(void **state)
{
	struct wf_hist *one = malloc(sizeof(*one)), *many = *state, *also = malloc(sizeof(*also));
	struct fit_random r;
	uint64_t far = 0;

	assert_non_null(one);
	assert_non_null(also);
	wf_hist_init(one);
	wf_hist_init(also);
	fit_seed(&r, 7);
	for (int round = 0; round < 20000; round++) {
		struct record record[WF_HIST_AT_ONCE];
		uint32_t n = 1 + (uint32_t)fit_under(&r, round % 8 ? 32 : WF_HIST_AT_ONCE);
		uint64_t now_ns = (1ull << 62) + (fit_next(&r) >> 3);
		uint64_t base_ns = fit_next(&r) >> (2 + fit_under(&r, 62));
		uint64_t spread = 1 + (fit_next(&r) >> (10 + fit_under(&r, 54)));
		struct wf_hist_sums sums = wf_hist_sums(many, also, base_ns);

		for (uint32_t i = 0; i < n; i++) {
			uint64_t ns = base_ns + fit_under(&r, spread);

			record[i].instant = now_ns - ns;
			if (fit_under(&r, 50) == 0) { /* ahead */
				record[i].instant = now_ns + 1 + fit_under(&r, 1000);
				ns = 0;
			}
			far += ns - sums.low_ns >= sums.span_ns;
			wf_hist_add(one, ns);
		}
		wf_hist_since(many, also, &sums, &record->instant, sizeof(record[0]), n, now_ns);
		wf_hist_flush(many, &sums);
		wf_hist_flush(also, &sums);
		assert_true(one->sum_squares == many->sum_squares);
	}
	assert_true(far > 10000 && far < one->count * 3 / 4);
	assert_same(many, one);
	assert_same(also, one);
	free(one);
	free(also);
}

static void
a_value_k_times_is_k_values(void **state)
{
	struct wf_hist *one = malloc(sizeof(*one)), *times = *state;

	assert_non_null(one);
	wf_hist_init(one);
	for (uint64_t k = 1; k < 100; k++) {
		for (uint64_t i = 0; i < k; i++)
			wf_hist_add(one, k << (k / 2));
		wf_hist_add_times(times, k << (k / 2), k);
	}
	assert_same(times, one);
	free(one);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(an_empty_histogram_reads_zero),
		CASE(small_values_have_a_bucket_each),
		CASE(every_bucket_begins_where_the_one_before_ends),
		CASE(no_bucket_is_wider_than_a_64th_of_its_lower_bound),
		CASE(huge_values_go_into_the_last_bucket),
		CASE(a_single_value_is_every_quantile_of_itself),
		CASE(quantiles_are_within_one_part_in_128),
		CASE(the_quantile_is_the_smallest_value_with_that_many_at_or_below),
		CASE(count_min_and_max_are_exact),
		CASE(mean_and_stddev_are_exact_far_from_zero),
		CASE(stddev_is_the_populations),
		CASE(stddev_below_a_nanosecond_is_exact_too),
		CASE(merging_parts_gives_the_whole),
		CASE(merging_an_empty_one_changes_nothing),
		CASE(many_at_once_are_as_one_by_one),
		CASE(a_value_k_times_is_k_values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
