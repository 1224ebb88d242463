/* SPDX-License-Identifier: BSD-3-Clause
 * The order policies: who may overtake whom, and that the bias of clamping is counted.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "fit.h"
#include "rig.h"

#define JITTER "mean=20ms stddev=8ms"
#define N      100000

/* N packets a microsecond apart; how often is one released before one that came earlier? */
static uint64_t
inversions(struct rig *r)
{
	uint64_t n = 0;
	wf_ns_t latest = 0;

	for (wf_ns_t i = 0; i < N; i++) {
		rig_one(r, i * 1000, 100);
		n += r->batch.due_ns[0] < latest;
		latest = r->batch.due_ns[0] > latest ? r->batch.due_ns[0] : latest;
	}
	return n;
}

static void
fifo_has_no_inversion(void **state)
{
	struct rig *r = rig_new(WF_BLOCK_DELAY, JITTER " order=fifo");

	assert_int_equal(inversions(r), 0);
	rig_free(r);
}

static void
fifo_is_the_default(void **state)
{
	struct rig *r = rig_new(WF_BLOCK_DELAY, JITTER);

	assert_int_equal(inversions(r), 0);
	rig_free(r);
}

static void
flow_has_no_inversion_in_a_flow(void **state)
{
	struct rig *r = rig_new(WF_BLOCK_DELAY, JITTER " order=flow");

	assert_int_equal(inversions(r), 0);
	rig_free(r);
}

static void
free_overtakes(void **state)
{
	struct rig *r = rig_new(WF_BLOCK_DELAY, JITTER " order=free");

	assert_true(inversions(r) > N / 2);
	assert_int_equal(r->env.clamped, 0);
	rig_free(r);
}

static void
fifo_holds_flows_back_that_share_the_state(void **state)
{
	struct rig *r = rig_new(WF_BLOCK_DELAY, "mean=20ms order=fifo");
	struct wf_flow other = { 0 };

	rig_add(r, 0, 100);
	r->batch.due_ns[0] = 5000000; /* has queued */
	rig_add(r, 1000, 100);
	r->batch.flow[1] = &other;
	rig_run(r);
	assert_int_equal(r->batch.due_ns[1], 25000000);
	rig_free(r);
}

static void
flow_holds_only_its_own_flow_back(void **state)
{
	struct rig *r = rig_new(WF_BLOCK_DELAY, "mean=20ms order=flow");
	struct wf_flow other = { 0 };

	rig_add(r, 0, 100);
	r->batch.due_ns[0] = 5000000;
	rig_add(r, 1000, 100);
	r->batch.flow[1] = &other;
	rig_add(r, 2000, 100);
	rig_run(r);
	assert_int_equal(r->batch.due_ns[1], 20001000);
	assert_int_equal(r->batch.due_ns[2], 25000000);
	rig_free(r);
}

/* What was added to each delay is counted, packet by packet. */
static void
the_bias_is_counted_exactly(void **state)
{
	struct rig *fifo = rig_new(WF_BLOCK_DELAY, JITTER " order=fifo");
	struct rig *free_order = rig_new(WF_BLOCK_DELAY, JITTER " order=free");
	uint64_t clamped = 0, clamped_ns = 0;

	for (wf_ns_t i = 0; i < N; i++) {
		rig_one(fifo, i * 50000, 100);
		rig_one(free_order, i * 50000, 100);
		assert_true(fifo->batch.due_ns[0] >= free_order->batch.due_ns[0]);
		clamped += fifo->batch.due_ns[0] > free_order->batch.due_ns[0];
		clamped_ns += fifo->batch.due_ns[0] - free_order->batch.due_ns[0];
	}
	assert_true(clamped > 0);
	assert_int_equal(fifo->env.clamped, clamped);
	assert_int_equal(fifo->env.clamped_ns, clamped_ns);
	rig_free(fifo);
	rig_free(free_order);
}

static void
equal_releases_are_no_clamp(void **state)
{
	struct rig *r = rig_new(WF_BLOCK_DELAY, "mean=20ms");

	rig_one(r, 1000, 100);
	rig_one(r, 1000, 100);
	assert_int_equal(r->env.clamped, 0);
	rig_free(r);
}

static void
a_late_copy_takes_no_part(void **state)
{
	static const char *const keys[] = { "mean=20ms", "mean=20ms order=flow" };

	for (size_t i = 0; i < WF_ARRAY_SIZE(keys); i++) {
		struct rig *r = rig_new(WF_BLOCK_DELAY, keys[i]);

		rig_add(r, 0, 100);
		r->batch.flags[rig_add(r, 0, 100)] = WF_ROW_COPY | WF_ROW_LATE;
		r->batch.due_ns[1] = 50000000;
		rig_add(r, 1000, 100);
		rig_run(r);
		assert_int_equal(r->batch.due_ns[1], 70000000);
		assert_int_equal(r->batch.due_ns[2], 20001000);
		rig_free(r);
	}
}

static void
a_copy_that_is_not_late_keeps_the_order(void **state)
{
	struct rig *r = rig_new(WF_BLOCK_DELAY, "mean=20ms");

	rig_add(r, 0, 100);
	r->batch.due_ns[0] = 3000000;
	r->batch.flags[rig_add(r, 0, 100)] = WF_ROW_COPY;
	rig_run(r);
	assert_int_equal(r->batch.due_ns[1], 23000000);
	rig_free(r);
}

/* A live change to a shorter delay never lets a packet overtake those that are on their way. */
static void
a_shorter_delay_keeps_the_order(void **state)
{
	static const char *const orders[] = { "fifo", "flow" };

	for (size_t i = 0; i < WF_ARRAY_SIZE(orders); i++) {
		struct rig *r = rig_new(WF_BLOCK_DELAY, i ? "mean=50ms order=flow" : "mean=50ms");

		rig_one(r, 0, 100);
		rig_change(r, i ? "mean=1ms order=flow" : "mean=1ms");
		rig_one(r, 1000, 100);
		assert_int_equal(r->batch.due_ns[0], 50000000);
		rig_one(r, 60000000, 100);
		assert_int_equal(r->batch.due_ns[0], 61000000);
		rig_free(r);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fifo_has_no_inversion),
		cmocka_unit_test(fifo_is_the_default),
		cmocka_unit_test(flow_has_no_inversion_in_a_flow),
		cmocka_unit_test(free_overtakes),
		cmocka_unit_test(fifo_holds_flows_back_that_share_the_state),
		cmocka_unit_test(flow_holds_only_its_own_flow_back),
		cmocka_unit_test(the_bias_is_counted_exactly),
		cmocka_unit_test(equal_releases_are_no_clamp),
		cmocka_unit_test(a_late_copy_takes_no_part),
		cmocka_unit_test(a_copy_that_is_not_late_keeps_the_order),
		cmocka_unit_test(a_shorter_delay_keeps_the_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
