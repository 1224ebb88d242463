/* SPDX-License-Identifier: BSD-3-Clause
 * One class alone, with some of its stages.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "planner.h"
#include "wf_plan_only.h"

#define BIT(id) (1ull << (id))

static const char *
two_classes(void)
{
	return plan_text("", "rate = \"8Mbit\"; loss = \"1%\"; delay = \"20ms\";", "",
		"{ name = \"voip\"; match = { dport = 5060; };"
		" ab = { blackhole = true; rate = \"1Mbit\";"
		" queue = { limit = \"50ms\"; aqm = \"codel\"; }; delay = \"5ms\"; }; }");
}

static const struct wf_plan_class *
alone(const struct wf_plan *p, uint16_t class_id, uint64_t stages, struct wf_plan **only)
{
	*only = wf_plan_only(p, 0, class_id, stages);
	assert_non_null(*only);
	assert_int_equal((*only)->n_dirs, 2);
	assert_int_equal((*only)->dir[0].n_classes, 1);
	return &(*only)->dir[0].classes[0];
}

/* The very stages that were compiled, in their order, and no others. */
static void
test_stages(void **state)
{
	struct wf_plan *p = plan_of(two_classes(), NULL), *only;
	const struct wf_plan_class *from = &p->dir[0].classes[0], *k;

	k = alone(p, 0, BIT(WF_BLOCK_LOSS) | BIT(WF_BLOCK_DELAY), &only);
	assert_int_equal(wf_plan_steps(k), 2);
	assert_int_equal(k->n_before, 0);
	assert_int_equal(k->before[0].stage, WF_BLOCK_LOSS);
	assert_int_equal(k->before[1].stage, WF_BLOCK_DELAY);
	assert_ptr_equal(k->before[1].cfg, from->before[wf_plan_steps(from) - 1].cfg);
	assert_int_equal(k->about->variant[WF_BLOCK_DELAY], from->about->variant[WF_BLOCK_DELAY]);
	assert_int_equal(k->about->variant[WF_BLOCK_RATE], 0);
	assert_int_equal(only->dir[0].rng_key, p->dir[0].rng_key);
	wf_plan_free(only);
	k = alone(p, 0, WF_PLAN_ALL_STAGES, &only);
	assert_int_equal(wf_plan_steps(k), wf_plan_steps(from));
	assert_memory_equal(k->about->variant, from->about->variant, sizeof(k->about->variant));
	wf_plan_free(only);
	wf_plan_free(p);
}

/* A queue goes or stays as a stage does; what stands before it still does. */
static void
test_queue(void **state)
{
	struct wf_plan *p = plan_of(two_classes(), NULL), *only;
	const struct wf_plan_class *from = plan_class(p, 0, "voip"), *k;
	uint16_t voip = (uint16_t)(from - p->dir[0].classes);

	assert_non_null(from->queue);
	k = alone(p, voip, BIT(WF_BLOCK_BLACKHOLE) | BIT(WF_BLOCK_DELAY), &only);
	assert_null(k->queue);
	assert_int_equal(k->about->variant[WF_BLOCK_QUEUE], 0);
	assert_int_equal(wf_plan_steps(k), 2);
	assert_int_equal(k->n_before, 1);
	wf_plan_free(only);
	k = alone(p, voip, BIT(WF_BLOCK_RATE) | BIT(WF_BLOCK_QUEUE), &only);
	assert_ptr_equal(k->queue, from->queue);
	assert_int_equal(k->about->variant[WF_BLOCK_QUEUE], from->about->variant[WF_BLOCK_QUEUE]);
	wf_plan_free(only);
	wf_plan_free(p);
}

/* Neither finds the other's state, nor that of the plan that they come from. */
static void
test_identity(void **state)
{
	struct wf_plan *p = plan_of(two_classes(), NULL), *only;
	const struct wf_plan_class *k = alone(p, 1, WF_PLAN_ALL_STAGES, &only);
	const struct wf_plan_class *wire = &only->dir[1].classes[0];

	assert_int_equal(k->slot, 0);
	assert_int_equal(wire->slot, 1);
	assert_int_equal(wf_plan_steps(wire), 0);
	assert_int_equal(wire->uid, p->next_uid);
	assert_true(only->next_uid > wire->uid);
	wf_plan_free(only);
	wf_plan_free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stages),
		cmocka_unit_test(test_queue),
		cmocka_unit_test(test_identity),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
