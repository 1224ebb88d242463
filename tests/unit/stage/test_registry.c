/* SPDX-License-Identifier: BSD-3-Clause
 * What every stage promises the rest of the program, and the layout of state blocks.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "rig.h"
#include "wf_state_layout.h"

static void
every_stage_is_complete(void **state)
{
	for (int i = 0; i < WF_BLOCK_COUNT; i++) {
		const struct wf_block *ops = wf_block_registry[i];

		assert_non_null(ops);
		assert_non_null(ops->name);
		assert_non_null(ops->summary);
		assert_non_null(ops->compile);
		assert_true(ops->params_size >= sizeof(uint64_t));
		assert_true(
			ops->main_key != NULL && wf_param_find(ops->params, ops->main_key) >= 0);
		assert_true(
			ops->selector == NULL || wf_param_find(ops->params, ops->selector) >= 0);
	}
}

static void
every_parameter_has_help(void **state)
{
	for (int i = 0; i < WF_BLOCK_COUNT; i++)
		for (const struct wf_param *p = wf_block_registry[i]->params; p->name; p++) {
			assert_true(p->help != NULL && strlen(p->help) > 5);
			assert_true(p->help[strlen(p->help) - 1] != '.');
		}
}

static void
stages_stand_in_the_documented_order(void **state)
{
	static const char *const order[] = {
		"blackhole",
		"outage",
		"reset",
		"unreachable",
		"dns",
		"mtu",
		"rewrite",
		"rate",
		"queue",
		"share",
		"slot",
		"target",
		"loss",
		"arq",
		"corrupt",
		"duplicate",
		"reorder",
		"delay",
	};

	assert_int_equal(WF_ARRAY_SIZE(order), WF_BLOCK_COUNT);
	for (int i = 0; i < WF_BLOCK_COUNT; i++)
		assert_string_equal(wf_block_registry[i]->name, order[i]);
}

static void
stages_are_found_by_name(void **state)
{
	for (int i = 0; i < WF_BLOCK_COUNT; i++)
		assert_int_equal(wf_block_find(wf_block_registry[i]->name), i);
	assert_int_equal(wf_block_find("dealy"), -1);
	assert_int_equal(wf_block_find(""), -1);
}

/* Any set of stages: each has its state where no other's is, and what is not in it takes no room.
 */
static void
states_do_not_overlap(void **state)
{
	for (uint32_t set = 0; set < 1u << WF_BLOCK_COUNT; set += 1 + set / 64) {
		uint8_t variant[WF_BLOCK_MAX] = { 0 };
		uint32_t end = 0;
		uint64_t layout;

		for (int i = 0; i < WF_BLOCK_COUNT; i++)
			if ((set >> i & 1) && wf_block_registry[i]->state_size != 0)
				variant[i] = (uint8_t)(1 + (set + (unsigned)i) % 15);
		layout = wf_state_layout(variant);
		for (int i = 0; i < WF_BLOCK_COUNT; i++) {
			assert_int_equal(wf_state_variant(layout, (enum wf_block_id)i), variant[i]);
			assert_int_equal(wf_state_offset(layout, (enum wf_block_id)i), end);
			if (variant[i] != 0)
				end += wf_block_registry[i]->state_size;
		}
		assert_int_equal(wf_state_bytes(layout), end);
	}
}

static void
states_fit_their_block(void **state)
{
	uint32_t sum = 0;

	for (int i = 0; i < WF_BLOCK_COUNT; i++) {
		assert_true(wf_block_registry[i]->state_size <= 64);
		assert_int_equal(wf_block_registry[i]->state_size % 8, 0);
		sum += wf_block_registry[i]->state_size;
	}
	assert_true(sum <= WF_STATE_MAX);
}

static void
a_blackhole_takes_every_packet(void **state)
{
	struct rig *r = rig_new(WF_BLOCK_BLACKHOLE, "on=true");

	for (int i = 0; i < 10; i++)
		rig_add(r, 1000, 100);
	rig_run(r);
	for (int i = 0; i < 10; i++)
		assert_int_equal(r->batch.drop[i], WF_DROP_blackhole);
	assert_true(r->forecast.blackhole);
	rig_free(r);
}

static void
a_blackhole_that_is_off_is_left_out(void **state)
{
	struct rig *r = rig_new(WF_BLOCK_BLACKHOLE, "on=false");

	assert_int_equal(r->variant, 0);
	assert_false(r->forecast.blackhole);
	rig_free(r);
}

/* The first cause of a drop wins, and a dropped packet takes part in nothing. */
static void
dropped_rows_are_left_alone(void **state)
{
	static const struct {
		enum wf_block_id id;
		const char *keys;
	} stage[] = {
		{ WF_BLOCK_BLACKHOLE, "on=true" },
		{ WF_BLOCK_RATE, "rate=1Mbit queue.limit=1pkt" },
		{ WF_BLOCK_LOSS, "p=100%" },
		{ WF_BLOCK_LOSS, "model=gilbert-elliott p=0.5 r=0.5 k=0" },
		{ WF_BLOCK_DUPLICATE, "p=100%" },
		{ WF_BLOCK_DELAY, "mean=20ms stddev=5ms" },
		{ WF_BLOCK_DELAY, "mean=20ms order=flow" },
	};

	for (size_t i = 0; i < WF_ARRAY_SIZE(stage); i++) {
		struct rig *r = rig_new(stage[i].id, stage[i].keys);
		struct wf_flow flow;

		rig_one(r, 5, 1500);
		flow = r->flow;
		for (int row = 0; row < 10; row++)
			r->batch.drop[rig_add(r, 10, 1500)] = WF_DROP_policed;
		flow.ordinal += 10;
		rig_run(r);
		for (int row = 0; row < 10; row++) {
			assert_int_equal(r->batch.drop[row], WF_DROP_policed);
			assert_int_equal(r->batch.due_ns[row], 10);
			assert_int_equal(r->batch.copies[row], 0);
		}
		assert_memory_equal(&r->flow, &flow, sizeof(flow));
		rig_free(r);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_stage_is_complete),
		cmocka_unit_test(every_parameter_has_help),
		cmocka_unit_test(stages_stand_in_the_documented_order),
		cmocka_unit_test(stages_are_found_by_name),
		cmocka_unit_test(states_do_not_overlap),
		cmocka_unit_test(states_fit_their_block),
		cmocka_unit_test(a_blackhole_takes_every_packet),
		cmocka_unit_test(a_blackhole_that_is_off_is_left_out),
		cmocka_unit_test(dropped_rows_are_left_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
