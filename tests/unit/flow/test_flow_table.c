/* SPDX-License-Identifier: BSD-3-Clause
 * What the flow table promises, one promise a test.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "table.h"
#include "wf_rng.h"

/* A burst of flows; their numbers in n[]. */
static void
look_all(struct wf_flow_table *t, const uint32_t *n, uint32_t count, wf_ns_t now_ns,
	struct wf_flow **out)
{
	struct wf_flow_key key[WF_BURST];
	const struct wf_flow_key *keys[WF_BURST] = { NULL };
	uint64_t hash[WF_BURST] = { 0 };
	wf_ns_t now[WF_BURST] = { 0 };

	for (uint32_t i = 0; i < count; i++) {
		key[i] = key_of(n[i]);
		keys[i] = &key[i];
		hash[i] = wf_flow_hash(&key[i]);
		now[i] = now_ns + i;
	}
	wf_flow_table_lookup(t, keys, hash, now, count, DIR_KEY, 0, 7, out);
}

static void
a_new_flow_is_zero_but_for_its_identity(void **state)
{
	struct wf_flow_table *t = table_of(10);
	struct wf_flow *f = look(t, 1, 500);

	assert_non_null(f);
	assert_int_equal((uintptr_t)f % WF_CACHE_LINE, 0);
	assert_int_equal(f->hash, hash_of(1));
	assert_int_equal(f->rng_key, wf_rng_flow(DIR_KEY, hash_of(1)));
	assert_int_equal(f->ordinal, 0);
	assert_int_equal(f->held.state_uid, 0);
	assert_int_equal(f->last_seen_ns, 500);
	assert_int_equal(f->last_due_ns, 0);
	assert_int_equal(f->class_epoch, 0);
	assert_int_equal(wf_flow_table_count(t), 1);
	wf_flow_table_free(t);
}

static void
the_same_key_is_the_same_flow(void **state)
{
	struct wf_flow_table *t = table_of(10);
	struct wf_flow *f = look(t, 1, 500), *other = look(t, 2, 500);

	f->ordinal = 9;
	assert_ptr_not_equal(f, other);
	assert_ptr_equal(look(t, 1, 600), f);
	assert_int_equal(f->last_seen_ns, 600);
	assert_int_equal(f->ordinal, 9);
	assert_int_equal(wf_flow_table_count(t), 2);
	wf_flow_table_free(t);
}

static void
every_byte_of_the_key_counts(void **state)
{
	struct wf_flow_table *t = table_of(100);
	struct wf_flow *seen[48];

	for (int i = 0; i < 48; i++) {
		struct wf_flow_key key = key_of(1);
		const struct wf_flow_key *keys = &key;
		uint64_t hash = 1;
		wf_ns_t now_ns = 1;

		((uint8_t *)&key)[i] ^= 0x80;
		hash = wf_flow_hash(&key);
		wf_flow_table_lookup(t, &keys, &hash, &now_ns, 1, 0, 0, 0, &seen[i]);
		assert_non_null(seen[i]);
	}
	assert_int_equal(wf_flow_table_count(t), 48);
	wf_flow_table_free(t);
}

static void
two_packets_of_a_new_flow_in_one_burst_share_it(void **state)
{
	struct wf_flow_table *t = table_of(10);
	const uint32_t n[] = { 1, 2, 1, 1, 2 };
	struct wf_flow *out[5];

	look_all(t, n, 5, 100, out);
	assert_ptr_equal(out[0], out[2]);
	assert_ptr_equal(out[0], out[3]);
	assert_ptr_equal(out[1], out[4]);
	assert_ptr_not_equal(out[0], out[1]);
	assert_int_equal(wf_flow_table_count(t), 2);
	assert_int_equal(out[0]->last_seen_ns, 103);
	wf_flow_table_free(t);
}

static void
an_empty_burst_does_nothing(void **state)
{
	struct wf_flow_table *t = table_of(10);

	look_all(t, NULL, 0, 100, NULL);
	assert_int_equal(wf_flow_table_count(t), 0);
	wf_flow_table_free(t);
}

static void
a_full_table_has_no_room_for_new_flows_only(void **state)
{
	struct wf_flow_table *t = table_of(3);
	const uint32_t n[] = { 1, 2, 3, 4, 3, 1, 4 };
	struct wf_flow *out[7];

	look_all(t, n, 7, 100, out);
	assert_non_null(out[2]);
	assert_null(out[3]);
	assert_ptr_equal(out[4], out[2]);
	assert_ptr_equal(out[5], out[0]);
	assert_null(out[6]);
	assert_int_equal(wf_flow_table_count(t), 3);
	assert_null(look(t, 5, 200));
	assert_ptr_equal(look(t, 2, 200), out[1]);
	wf_flow_table_free(t);
}

static void
a_table_fills_to_its_last_flow(void **state)
{
	static const uint32_t sizes[] = { 1, 7, 8, 9, 1000, 65536 };

	for (size_t i = 0; i < WF_ARRAY_SIZE(sizes); i++) {
		struct wf_flow_table *t = table_of(sizes[i]);

		for (uint32_t n = 0; n < sizes[i]; n++)
			assert_non_null(look(t, n, 100));
		assert_null(look(t, sizes[i], 100));
		assert_int_equal(wf_flow_table_count(t), sizes[i]);
		wf_flow_table_free(t);
		assert_int_equal(ended, sizes[i]);
	}
}

static void
an_impossible_size_is_refused(void **state)
{
	assert_null(wf_flow_table_new(0, IDLE_NS, NULL, NULL));
	assert_null(wf_flow_table_new(UINT32_MAX, IDLE_NS, NULL, NULL));
	assert_null(wf_flow_table_new((1u << 24) + 1, IDLE_NS, NULL, NULL));
	wf_flow_table_free(NULL);
}

static void
an_idle_flow_is_forgotten_and_not_before(void **state)
{
	struct wf_flow_table *t = table_of(10);

	look(t, 1, 100);
	age_all(t, 100 + IDLE_NS - 1);
	assert_int_equal(ended, 0);
	age_all(t, 100 + IDLE_NS);
	assert_int_equal(ended, 1);
	assert_int_equal(ended_hash, hash_of(1));
	assert_int_equal(wf_flow_table_count(t), 0);
	wf_flow_table_free(t);
	assert_int_equal(ended, 1);
}

static void
a_seen_flow_stays(void **state)
{
	struct wf_flow_table *t = table_of(10);
	struct wf_flow *f = look(t, 1, 100);

	look(t, 1, 1000);
	age_all(t, 100 + IDLE_NS);
	assert_int_equal(ended, 0);
	assert_ptr_equal(look(t, 1, 1200), f);
	wf_flow_table_free(t);
}

static void
a_flow_seen_in_the_future_stays(void **state)
{
	struct wf_flow_table *t = table_of(10);

	look(t, 1, 100 * IDLE_NS);
	age_all(t, 1);
	assert_int_equal(ended, 0);
	wf_flow_table_free(t);
}

static void
ageing_looks_at_no_more_than_its_budget(void **state)
{
	struct wf_flow_table *t = table_of(1000);
	uint32_t left = 1000;

	for (uint32_t n = 0; n < 1000; n++)
		look(t, n, 100);
	for (int call = 0; call < 2000 && left > 0; call++) {
		assert_in_range(wf_flow_table_age(t, 100 + IDLE_NS, 4), 1, 4);
		assert_true(left - wf_flow_table_count(t) <= 4);
		left = wf_flow_table_count(t);
	}
	assert_int_equal(left, 0);
	assert_int_equal(wf_flow_table_age(t, 100 + IDLE_NS, 4), 0);
	wf_flow_table_free(t);
}

static void
room_is_made_by_ageing(void **state)
{
	struct wf_flow_table *t = table_of(2);

	look(t, 1, 100);
	look(t, 2, 1000);
	assert_null(look(t, 3, 100 + IDLE_NS - 1));
	assert_non_null(look(t, 3, 100 + IDLE_NS)); /* nobody has swept: it is idle all the same */
	assert_int_equal(ended, 1);
	assert_int_equal(ended_hash, hash_of(1));
	assert_null(look(t, 4, 100 + IDLE_NS));
	wf_flow_table_free(t);
}

/* Room is looked for in a bounded stretch, and further on each time. */
static void
room_is_found_in_the_end(void **state)
{
	struct wf_flow_table *t = table_of(1000);
	uint32_t tries = 1;

	for (uint32_t n = 0; n < 1000; n++)
		look(t, n, n == 777 ? 100 : 200);
	for (uint32_t hand = 0; look(t, 5000, 100 + IDLE_NS) == NULL; hand = t->hand) {
		assert_in_range((t->hand + 1000 - hand) % 1000, 1, 64);
		assert_true(++tries < 200);
	}
	assert_true(tries > 1);
	assert_int_equal(ended_hash, hash_of(777));
	wf_flow_table_free(t);
}

static void
a_flow_that_comes_back_counts_on(bool swept)
{
	struct wf_flow_table *t = table_of(100);
	struct wf_flow *f = look(t, 1, 100);

	ended = 0;
	f->ordinal = 12345678901ull;
	f->held.state_uid = 7;
	f->class_epoch = 3;
	f->last_due_ns = 99;
	if (swept)
		age_all(t, 100 + IDLE_NS);
	look(t, 2, 3000);
	f = look(t, 1, 3000);
	assert_int_equal(ended, 1);
	assert_int_equal(wf_flow_table_count(t), 2);
	assert_int_equal(f->ordinal, 12345678901ull);
	assert_int_equal(f->held.state_uid, 0);
	assert_int_equal(f->class_epoch, 0);
	assert_int_equal(f->last_due_ns, 99); /* what is under way still comes first */
	f->ordinal++;
	if (swept)
		age_all(t, 3000 + IDLE_NS);
	assert_int_equal(look(t, 1, 6000)->ordinal, 12345678902ull);
	assert_int_equal(look(t, 3, 6000)->ordinal, 0);
	wf_flow_table_free(t);
}

static void
an_ended_flow_that_comes_back_counts_on(void **state)
{
	a_flow_that_comes_back_counts_on(true);
}

static void
an_idle_flow_that_comes_back_ends_first(void **state)
{
	a_flow_that_comes_back_counts_on(false);
}

/* With one place for past ordinals, the flow that lost its place last has it. */
static void
past_ordinals_are_bounded(void **state)
{
	struct wf_flow_table *t = table_of(1);

	look(t, 1, 100)->ordinal = 5;
	look(t, 2, 3000)->ordinal = 6;
	assert_int_equal(look(t, 3, 6000)->ordinal, 0); /* it counts nothing: takes no place */
	assert_int_equal(look(t, 1, 9000)->ordinal, 0);
	assert_int_equal(look(t, 2, 12000)->ordinal, 6);
	wf_flow_table_free(t);
}

static void
visit(void *ctx, struct wf_flow *flow)
{
	uint64_t *sum = ctx;

	*sum += flow->ordinal;
}

static void
each_visits_every_flow_once(void **state)
{
	struct wf_flow_table *t = table_of(100);
	uint64_t sum = 0;

	for (uint32_t n = 0; n < 64; n++)
		look(t, n, 100)->ordinal = 1ull << n % 32;
	wf_flow_table_each(t, visit, &sum);
	assert_int_equal(sum, 2 * (uint64_t)UINT32_MAX);
	wf_flow_table_free(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_new_flow_is_zero_but_for_its_identity),
		cmocka_unit_test(the_same_key_is_the_same_flow),
		cmocka_unit_test(every_byte_of_the_key_counts),
		cmocka_unit_test(two_packets_of_a_new_flow_in_one_burst_share_it),
		cmocka_unit_test(an_empty_burst_does_nothing),
		cmocka_unit_test(a_full_table_has_no_room_for_new_flows_only),
		cmocka_unit_test(a_table_fills_to_its_last_flow),
		cmocka_unit_test(an_impossible_size_is_refused),
		cmocka_unit_test(an_idle_flow_is_forgotten_and_not_before),
		cmocka_unit_test(a_seen_flow_stays),
		cmocka_unit_test(a_flow_seen_in_the_future_stays),
		cmocka_unit_test(ageing_looks_at_no_more_than_its_budget),
		cmocka_unit_test(room_is_made_by_ageing),
		cmocka_unit_test(room_is_found_in_the_end),
		cmocka_unit_test(an_ended_flow_that_comes_back_counts_on),
		cmocka_unit_test(an_idle_flow_that_comes_back_ends_first),
		cmocka_unit_test(past_ordinals_are_bounded),
		cmocka_unit_test(each_visits_every_flow_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
