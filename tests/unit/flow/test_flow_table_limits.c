/* SPDX-License-Identifier: BSD-3-Clause
 * What the flow table takes of memory, what it does without, and how many hashes may be alike.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "table.h"

/* Bytes of the tables that live. */
static size_t allocated;
static int failing; /* the allocation to fail, counted down; 0: none */

void *__real_wf_pages_new(size_t bytes);
void *__wrap_wf_pages_new(size_t bytes);
void __real_wf_pages_free(void *memory, size_t bytes);
void __wrap_wf_pages_free(void *memory, size_t bytes);

void *
__wrap_wf_pages_new(size_t bytes)
{
	void *p = failing > 0 && --failing == 0 ? NULL : __real_wf_pages_new(bytes);

	allocated += p != NULL ? bytes : 0;
	return p;
}

void
__wrap_wf_pages_free(void *memory, size_t bytes)
{
	allocated -= memory != NULL ? bytes : 0;
	__real_wf_pages_free(memory, bytes);
}

static void
the_stated_memory_holds_the_table(void **state)
{
	static const uint32_t sizes[] = { 1, 2, 3, 1000, 65536, 300000 };

	for (size_t i = 0; i < WF_ARRAY_SIZE(sizes); i++) {
		struct wf_flow_table *t = table_of(sizes[i]);

		assert_int_equal(allocated, wf_flow_table_bytes(sizes[i]));
		if (sizes[i] > 100)
			assert_in_range(allocated / sizes[i], 350, 390);
		wf_flow_table_free(t);
		assert_int_equal(allocated, 0);
	}
}

static void
without_memory_there_is_no_table(void **state)
{
	for (int n = 1; n <= 3; n++) {
		failing = n;
		assert_null(wf_flow_table_new(1000, IDLE_NS, NULL, NULL));
		assert_int_equal(failing, 0);
		assert_int_equal(allocated, 0);
	}
}

/* A number from *n on whose key shares its bucket (of up to 256) and half of its tag with the
 * others found. */
static uint32_t
next_colliding(uint32_t *n)
{
	for (;; (*n)++)
		if ((hash_of(*n) & 0xff000000ffull) == 0x1200000034)
			return (*n)++;
}

/* Such keys are told apart as long as there is a place in the chain of their bucket; then they find
 * no room, and others do. */
static void
collisions_are_flows_of_their_own(void **state)
{
	enum { PLACES = WF_FLOW_CHAIN * WF_FLOW_TAGS, KEYS = PLACES + 8 };
	struct wf_flow_table *t = table_of(1000);
	uint32_t number[KEYS], n = 0;
	struct wf_flow *f[KEYS];

	for (int i = 0; i < KEYS; i++) {
		number[i] = next_colliding(&n);
		f[i] = look(t, number[i], 100);
		assert_int_equal(f[i] != NULL, i < PLACES);
		for (int before = 0; before < i; before++)
			assert_true(f[i] == NULL || f[i] != f[before]);
	}
	for (int i = 0; i < KEYS; i++)
		assert_ptr_equal(look(t, number[i], 100), f[i]);
	assert_int_equal(wf_flow_table_count(t), PLACES);
	assert_non_null(look(t, 5000, 100));
	age_all(t, 100 + IDLE_NS);
	assert_int_equal(wf_flow_table_count(t), 0);
	assert_int_equal(ended, PLACES + 1);
	assert_ptr_equal(look(t, number[0], 2000), f[0]);
	wf_flow_table_free(t);
}

/* The same hash, all of it: who made that has no more than a chain's places, and no flow of others.
 */
static void
even_the_same_hash_is_told_apart(void **state)
{
	struct wf_flow_table *t = table_of(100);
	struct wf_flow *seen[3][WF_FLOW_CHAIN * WF_FLOW_TAGS + 1];
	const uint64_t hash = 0x123456789abcdefull;

	for (uint32_t round = 0; round < 3; round++) {
		for (uint32_t i = 0; i < WF_ARRAY_SIZE(seen[0]); i++) {
			struct wf_flow_key key = key_of(i);
			const struct wf_flow_key *keys = &key;
			wf_ns_t now_ns = 1;

			wf_flow_table_lookup(t, &keys, &hash, &now_ns, 1, 0, 0, 0, &seen[round][i]);
			if (round > 0)
				assert_ptr_equal(seen[round][i], seen[0][i]);
		}
		assert_null(seen[round][WF_ARRAY_SIZE(seen[0]) - 1]);
	}
	assert_int_equal(wf_flow_table_count(t), WF_ARRAY_SIZE(seen[0]) - 1);
	wf_flow_table_free(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_stated_memory_holds_the_table),
		cmocka_unit_test(without_memory_there_is_no_table),
		cmocka_unit_test(collisions_are_flows_of_their_own),
		cmocka_unit_test(even_the_same_hash_is_told_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
