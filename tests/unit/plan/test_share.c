/* SPDX-License-Identifier: BSD-3-Clause
 * Classes that share the rate of their direction: what the plan makes of them, and what is refused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "planner.h"
#include "wf_queue.h"

#define X(keys) "{ name = \"x\"; match = { proto = \"udp\"; }; ab = { " keys " }; }"

static void
the_direction_gets_a_real_queue_and_the_class_another(void **state)
{
	struct wf_plan *p = plan_of(
		plan_text("", "rate = \"8Mbit\"; queue = { limit = \"9pkt\"; aqm = \"codel\"; };",
			"", X("share = { weight = 3; priority = 2; };")),
		NULL);
	const struct wf_plan_class *first = &p->dir[0].classes[0], *x = plan_class(p, 0, "x");

	assert_true(!first->shares && x->shares);
	assert_int_equal(wf_plan_steps(first), 0); /* no virtual clock */
	assert_int_equal(wf_plan_steps(x), 0);
	assert_int_equal(first->queue->weight, 1);
	assert_int_equal(first->queue->priority, 0);
	assert_int_equal(x->queue->weight, 3);
	assert_int_equal(x->queue->priority, 2);
	assert_true(x->queue->shared && first->queue->shared);
	/* A queue like the direction's, as it has none of its own. */
	assert_int_equal(x->queue->kind, WF_QUEUE_CODEL);
	assert_int_equal(x->queue->serve.limit_packets, 9);
	assert_true(x->queue->serve.wire.ns_per_byte == 1000ull << 32);
	assert_true(x->about->forecast.rate_bps == 8000000);
	assert_true(x->about->forecast.queue_max_ns == 9 * 1514 * 1000.0); /* of the whole rate */
	assert_true(p->dir[0].owned && p->dir[0].holds && !p->dir[0].in_order);
	wf_plan_free(p);
}

static void
a_class_may_have_a_queue_of_its_own(void **state)
{
	struct wf_plan *p = plan_of(plan_text("", "rate = \"8Mbit\"; share = 5;", "",
					    X("share = 1; queue = { aqm = \"pie\"; };")),
		NULL);

	assert_int_equal(p->dir[0].classes[0].queue->kind, WF_QUEUE_FIFO);
	assert_int_equal(p->dir[0].classes[0].queue->weight, 5);
	assert_int_equal(p->dir[0].classes[0].queue->serve.limit_packets, 1000);
	assert_int_equal(plan_class(p, 0, "x")->queue->kind, WF_QUEUE_PIE);
	wf_plan_free(p);
}

static void
a_share_may_have_a_cap(void **state)
{
	struct wf_plan *p =
		plan_of(plan_text("", "rate = \"8Mbit\"; share = { rate = \"4Mbit\"; };", "",
				X("share = { rate = \"1Mbit\"; };")),
			NULL);
	const struct wf_plan_class *first = &p->dir[0].classes[0], *x = plan_class(p, 0, "x");

	assert_true(first->queue->cap == 2000ull << 32);
	assert_true(x->queue->cap == 8000ull << 32);
	assert_true(x->queue->cap_credit == (wf_fine_t)(8000ull << 32) * 2 * 1514);
	assert_true(x->queue->serve.wire.ns_per_byte == 1000ull << 32);
	assert_true(x->about->forecast.rate_bps == 1000000 &&
		    first->about->forecast.rate_bps == 4000000);
	assert_true(x->about->forecast.queue_max_ns == 1000 * 1514 * 8000.0);
	wf_plan_free(p);
}

static void
a_share_with_nobody_is_none(void **state)
{
	struct wf_plan *p = plan_of(
		plan_text("", "rate = \"8Mbit\"; share = 5;", "", X("bypass = true; share = 1;")),
		NULL);

	assert_null(p->dir[0].classes[0].queue);
	assert_int_equal(p->dir[0].classes[0].n_before, 1);
	wf_plan_free(p);
}

static void
with_a_bypassed_direction_there_is_no_rate(void **state)
{
	struct wf_plan *p = plan_of(plan_text("", "bypass = true; rate = \"8Mbit\";", "",
					    X("share = 1; queue = \"3pkt\"; delay = \"1ms\";")),
		NULL);

	assert_null(p->dir[0].classes[0].queue);
	assert_null(plan_class(p, 0, "x")->queue);
	assert_int_equal(wf_plan_steps(plan_class(p, 0, "x")), 1);
	wf_plan_free(p);
}

static void
a_class_that_begins_to_share_has_a_new_queue(void **state)
{
	struct wf_plan *own = plan_of(plan_text("", "rate = \"8Mbit\";", "",
					      X("rate = \"1Mbit\"; queue = { aqm = \"pie\"; };")),
		NULL);
	struct wf_plan *shares = plan_of(
		plan_text("", "rate = \"8Mbit\";", "", X("share = 1; queue = { aqm = \"pie\"; };")),
		own);

	assert_true(plan_class(own, 0, "x")->state_uid != plan_class(shares, 0, "x")->state_uid);
	assert_true(plan_class(own, 0, "x")->about->variant[WF_BLOCK_QUEUE] !=
		    plan_class(shares, 0, "x")->about->variant[WF_BLOCK_QUEUE]);
	wf_plan_free(shares);
	wf_plan_free(own);
}

static void
refused(const char *ab, const char *class, const char *message)
{
	struct wf_err *err = wf_err_new();
	struct wf_plan *p = plan_try(plan_text("", ab, "", class), NULL, err);

	assert_null(p);
	assert_int_equal(wf_err_count(err), 1);
	if (strstr(wf_err_item(err, 0)->message, message) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", wf_err_item(err, 0)->message, message);
	assert_non_null(wf_err_item(err, 0)->hint);
	wf_err_free(err);
}

static void
what_makes_no_sense_is_refused(void **state)
{
	refused("", X("share = 1;"), "a direction without \"rate\"");
	refused("delay = \"1ms\";", X("share = 1; queue = \"9pkt\";"), "without \"rate\"");
	refused("rate = \"8Mbit\";", X("share = { rate = \"8Mbit\"; };"), "is not below");
	refused("rate = \"8Mbit\";", X("share = { rate = \"10Mbit\"; };"), "is not below");
	refused("rate = \"8Mbit\"; scope = \"flow\";", X("share = 1;"), "whose flows have a rate");
	refused("rate = \"8Mbit\";", X("share = 1; rate = \"1Mbit\";"), "not for its own");
	refused("rate = \"8Mbit\";",
		"{ name = \"x\"; match = { proto = \"udp\"; }; scope = \"flow\";"
		" ab = { share = 1; }; }",
		"not of each of its flows");
	refused("rate = { rate = \"8Mbit\"; mode = \"police\"; burst = \"9kB\"; };",
		X("share = 1;"), "mode \"police\" has no queue");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_direction_gets_a_real_queue_and_the_class_another),
		cmocka_unit_test(a_class_may_have_a_queue_of_its_own),
		cmocka_unit_test(a_share_may_have_a_cap),
		cmocka_unit_test(a_share_with_nobody_is_none),
		cmocka_unit_test(with_a_bypassed_direction_there_is_no_rate),
		cmocka_unit_test(a_class_that_begins_to_share_has_a_new_queue),
		cmocka_unit_test(what_makes_no_sense_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
