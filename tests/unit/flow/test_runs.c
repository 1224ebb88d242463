/* SPDX-License-Identifier: BSD-3-Clause
 * Flows over several runs: a later one begins anew, each flow when its next packet comes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "wf_flow_table.h"

#define IDLE_NS 1000ull

static unsigned ended;

static void
count_end(void *ctx, struct wf_flow *flow)
{
	ended++;
}

/* One packet of flow number n in a run. */
static struct wf_flow *
look_in_run(struct wf_flow_table *t, uint32_t n, wf_ns_t now_ns, uint32_t run)
{
	struct wf_flow_key key = { .src = { [15] = (uint8_t)n }, .family = 4 };
	const struct wf_flow_key *keys = &key;
	uint64_t hash = wf_flow_hash(&key);
	struct wf_flow *out = NULL;

	wf_flow_table_lookup(t, &keys, &hash, &now_ns, 1, 42, run, 0, &out);
	assert_non_null(out);
	return out;
}

static void
a_later_run_begins_anew(void **state)
{
	struct wf_flow_table *t = wf_flow_table_new(2, IDLE_NS, count_end, NULL);
	struct wf_flow *f = look_in_run(t, 1, 0, 3);

	f->ordinal = 17;
	f->held.state_uid = 5;
	f->last_due_ns = 900;
	assert_ptr_equal(look_in_run(t, 1, 10, 3), f);
	assert_int_equal(f->ordinal, 17);
	/* Its state goes back to whom it belongs, its place stays. */
	ended = 0;
	assert_ptr_equal(look_in_run(t, 1, 20, 4), f);
	assert_int_equal(ended, 1);
	assert_int_equal(f->ordinal, 0);
	assert_int_equal(f->held.state_uid, 0);
	assert_int_equal(f->last_due_ns, 0);
	assert_int_equal(wf_flow_table_count(t), 1);
	/* A packet of the run before, which was late, does not turn it back. */
	f->ordinal = 2;
	assert_ptr_equal(look_in_run(t, 1, 21, 3), f);
	assert_int_equal(f->ordinal, 2);
	/* What has lost its place is remembered for its own run only. */
	for (uint32_t n = 2; n < 4; n++)
		look_in_run(t, n, 5000, 4);
	assert_int_equal(look_in_run(t, 1, 10000, 4)->ordinal, 2);
	for (uint32_t n = 2; n < 4; n++)
		look_in_run(t, n, 15000, 4);
	assert_int_equal(look_in_run(t, 1, 20000, 5)->ordinal, 0);
	wf_flow_table_free(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_later_run_begins_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
