/* SPDX-License-Identifier: BSD-3-Clause
 * Rows of a batch opened and copied.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "wf_batch.h"

static struct wf_batch batch;

static void
fill(uint16_t n)
{
	batch.n = n;
	for (uint16_t i = 0; i < n; i++) {
		batch.seq[i] = i;
		batch.due_ns[i] = 1000u + i;
		batch.drop[i] = (uint8_t)(i & 1);
	}
}

static void
opening_moves_the_rows_behind(void **state)
{
	fill(5);
	wf_batch_open(&batch, 2, 3);
	assert_int_equal(batch.n, 8);
	assert_int_equal(batch.seq[1], 1);
	for (uint16_t i = 2; i < 5; i++) {
		assert_int_equal(batch.seq[i + 3], i);
		assert_int_equal(batch.due_ns[i + 3], 1000 + i);
		assert_int_equal(batch.drop[i + 3], i & 1);
	}
}

static void
opening_at_the_end_moves_nothing(void **state)
{
	fill(4);
	wf_batch_open(&batch, 4, 1);
	assert_int_equal(batch.n, 5);
	for (uint16_t i = 0; i < 4; i++)
		assert_int_equal(batch.seq[i], i);
}

static void
a_copied_row_is_the_same(void **state)
{
	struct wf_flow flow;

	fill(3);
	batch.flow[2] = &flow;
	batch.len_bytes[2] = 60;
	batch.rng[2] = 99;
	wf_batch_copy_row(&batch, 0, 2);
	assert_int_equal(batch.seq[0], 2);
	assert_int_equal(batch.due_ns[0], 1002);
	assert_ptr_equal(batch.flow[0], &flow);
	assert_int_equal(batch.len_bytes[0], 60);
	assert_int_equal(batch.rng[0], 99);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(opening_moves_the_rows_behind),
		cmocka_unit_test(opening_at_the_end_moves_nothing),
		cmocka_unit_test(a_copied_row_is_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
