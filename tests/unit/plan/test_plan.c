/* SPDX-License-Identifier: BSD-3-Clause
 * What the compiler makes of a configuration.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "planner.h"
#include "wf_state_layout.h"

#define X    "{ name = \"x\"; match = { dport = \"80\"; }; "
#define WIDE "\"1-65535\""

static void
a_plain_wire_needs_nothing(void **state)
{
	struct wf_plan *p = plan_ab("");

	assert_int_equal(p->n_dirs, 2);
	for (int d = 0; d < 2; d++) {
		assert_int_equal(p->dir[d].n_classes, 1);
		assert_string_equal(p->dir[d].classes[0].about->name, "default");
		assert_int_equal(p->dir[d].classes[0].n_before, 0);
		assert_false(p->dir[d].needs_flow || p->dir[d].owned || p->dir[d].holds);
		assert_false(p->dir[d].classes[0].needs_state);
	}
	assert_string_equal(p->link_name[0], "wan");
	wf_plan_free(p);
}

enum { FLOW = 1, OWNED = 2, HOLDS = 4, STATE = 8, FLOW_STATES = 16 };

static void
each_stage_asks_for_what_it_needs(void **state)
{
	static const struct {
		const char *ab;
		unsigned needs;
	} row[] = {
		{ "delay = \"5ms\";", HOLDS | STATE },
		{ "delay = { mean = \"5ms\"; order = \"flow\"; };", HOLDS | FLOW | STATE },
		{ "delay = { mean = \"5ms\"; stddev = \"1ms\"; };", HOLDS | FLOW | OWNED | STATE },
		{ "scope = \"flow\"; delay = { mean = \"5ms\"; stddev = \"1ms\"; };",
			HOLDS | FLOW | STATE | FLOW_STATES },
		{ "loss = \"1%\";", FLOW | STATE },
		{ "loss = { model = \"gilbert-elliott\"; plr = \"1%\"; mean_burst = 3.0; };",
			FLOW | OWNED | STATE },
		{ "loss = { p = \"1%\"; exempt_neighbour = true; };", FLOW | STATE },
		{ "rate = \"1Mbit\";", HOLDS | OWNED | STATE },
		{ "scope = \"flow\"; rate = \"1Mbit\";", HOLDS | FLOW | STATE | FLOW_STATES },
		{ "rate = { rate = \"1Mbit\"; mode = \"police\"; burst = \"15kB\"; };",
			OWNED | STATE },
		{ "duplicate = \"1%\";", FLOW | STATE },
		{ "duplicate = { p = \"1%\"; spacing = \"1ms\"; };", FLOW | HOLDS | STATE },
		{ "blackhole = true;", 0 },
		{ "scope = \"flow\"; blackhole = true;", 0 },
		{ "loss = \"0%\"; delay = \"0ms\"; duplicate = \"0%\"; blackhole = false;", 0 },
		{ "bypass = true; rate = \"1Mbit\"; loss = \"5%\"; delay = \"5ms\";", 0 },
	};

	for (size_t i = 0; i < WF_ARRAY_SIZE(row); i++) {
		struct wf_plan *p = plan_ab(row[i].ab);
		const struct wf_plan_dir *d = &p->dir[0];

		if (((unsigned)d->needs_flow * FLOW | (unsigned)d->owned * OWNED |
			    (unsigned)d->holds * HOLDS |
			    (unsigned)d->classes[0].needs_state * STATE |
			    (unsigned)p->flow_states * FLOW_STATES) != row[i].needs)
			fail_msg("%s: flow %d, owned %d, holds %d, state %d, flow states %d",
				row[i].ab, d->needs_flow, d->owned, d->holds,
				d->classes[0].needs_state, p->flow_states);
		assert_false(p->dir[1].needs_flow || p->dir[1].owned || p->dir[1].holds);
		wf_plan_free(p);
	}
}

static void
a_cable_is_pulled_by_a_direction_not_by_a_class(void **state)
{
	const char *outage = "outage = { period = \"3s\"; down = \"1s\"; carrier = true; };";
	struct wf_plan *p = plan_ab(outage);
	struct wf_err *err = wf_err_new();
	char class[200];

	assert_ptr_equal(p->dir[0].carrier, p->dir[0].classes[0].before[0].cfg);
	assert_null(p->dir[1].carrier);
	wf_plan_free(p);
	p = plan_ab("outage = \"1s+1s\";");
	assert_null(p->dir[0].carrier);
	wf_plan_free(p);
	snprintf(class, sizeof(class), "{ name = \"x\"; match = { dport = 5; }; ab = { %s }; }",
		outage);
	assert_null(plan_try(plan_text("", "", "", class), NULL, err));
	assert_non_null(strstr(wf_err_item(err, 0)->message, "a class has no cable"));
	wf_err_free(err);
}

static void
stages_stand_in_pipeline_order(void **state)
{
	struct wf_plan *p = plan_ab("delay = \"5ms\"; duplicate = \"1%\"; loss = \"1%\";"
				    "queue = \"10pkt\"; rate = \"1Mbit\"; blackhole = true;");
	const struct wf_plan_class *k = &p->dir[0].classes[0];
	static const int order[] = { WF_BLOCK_BLACKHOLE, WF_BLOCK_RATE, WF_BLOCK_LOSS,
		WF_BLOCK_DUPLICATE, WF_BLOCK_DELAY };

	assert_int_equal(wf_plan_steps(k), WF_ARRAY_SIZE(order));
	for (size_t i = 0; i < WF_ARRAY_SIZE(order); i++) {
		assert_int_equal(k->before[i].stage, order[i]);
		assert_int_equal(k->before[i].copies, order[i] == WF_BLOCK_DUPLICATE);
		assert_int_equal(k->before[i].state_offset,
			wf_state_offset(k->layout, (enum wf_block_id)order[i]));
		assert_int_equal((uintptr_t)k->before[i].cfg % WF_CACHE_LINE, 0);
	}
	wf_plan_free(p);
}

/* Behind what takes the link away, before all that treats its packets. */
static void
loss_at_the_ingress_stands_in_front(void **state)
{
	static const int order[] = { WF_BLOCK_BLACKHOLE, WF_BLOCK_OUTAGE, WF_BLOCK_LOSS,
		WF_BLOCK_UNREACHABLE, WF_BLOCK_RATE, WF_BLOCK_DELAY };
	const char *queue[] = { "", "queue = { drop = \"head\"; };" };

	for (int q = 0; q < 2; q++) {
		char ab[300];
		struct wf_plan *p;
		const struct wf_plan_class *k;

		snprintf(ab, sizeof(ab),
			"delay = \"5ms\"; loss = { p = \"1%%\"; at = \"ingress\"; }; rate = "
			"\"1Mbit\"; outage = \"1s+1s\"; unreachable = \"1%%\"; blackhole = true; "
			"%s",
			queue[q]);
		p = plan_ab(ab);
		k = &p->dir[0].classes[0];
		for (size_t i = 0, n = 0; i < WF_ARRAY_SIZE(order); i++)
			if (order[i] != WF_BLOCK_RATE || q == 0)
				assert_int_equal(k->before[n++].stage, order[i]);
		assert_int_equal(wf_plan_steps(k), q == 0 ? 6 : 5);
		if (q == 1)
			assert_int_equal(k->n_before, 4);
		assert_int_equal(
			k->before[2].state_offset, wf_state_offset(k->layout, WF_BLOCK_LOSS));
		assert_non_null(k->about->forecast.note[WF_BLOCK_LOSS]);
		wf_plan_free(p);
	}
}

/* So a flow with a rate, losses and jitter has its state in its record. */
static void
states_stand_side_by_side(void **state)
{
	struct wf_plan *p =
		plan_ab("scope = \"flow\"; rate = \"1Mbit\"; queue = \"9ms\"; dns = \"refused\"; "
			"delay = { mean = \"5ms\"; stddev = \"1ms\"; };"
			"loss = { model = \"gilbert-elliott\"; p = 0.1; r = 0.5; };");
	const struct wf_plan_class *k = &p->dir[0].classes[0];
	const uint32_t rate = wf_block_registry[WF_BLOCK_RATE]->state_size;
	const uint32_t loss = wf_block_registry[WF_BLOCK_LOSS]->state_size;
	const uint32_t delay = wf_block_registry[WF_BLOCK_DELAY]->state_size;

	assert_int_equal(wf_plan_steps(k), 4);
	assert_int_equal(k->before[1].state_offset, 0);
	assert_int_equal(k->before[2].state_offset, rate);
	assert_int_equal(k->before[3].state_offset, rate + loss);
	assert_int_equal(k->state_bytes, rate + loss + delay);
	assert_true(k->state_bytes <= WF_FLOW_STATE);
	/* Of the delay's only where the order is kept: its other line is not fetched. */
	assert_int_equal(k->state_lines, 3);
	assert_int_equal(p->dir[0].flow_lines, 3);
	assert_int_equal(p->dir[1].flow_lines, 0);
	wf_plan_free(p);
}

/* Each line of a flow's state is fetched from memory for most of its packets. */
static void
packets_touch_few_lines_of_a_flow(void **state)
{
#define CHAIN         "loss = { model = \"gilbert-elliott\"; plr = \"1%\"; mean_burst = 4.0; };"
#define JITTER(order) "delay = { mean = \"10ms\"; stddev = \"1ms\"; order = \"" order "\"; };"
	static const struct {
		const char *ab;
		unsigned lines; /* one bit each */
	} row[] = {
		{ "rate = \"1Gbit\"; queue = \"100ms\";" CHAIN JITTER("flow"), 1 },
		{ "rate = \"1Gbit\"; queue = \"100ms\";" CHAIN JITTER("fifo"), 3 },
		{ "rate = \"1Gbit\"; queue = \"20pkt\";" CHAIN, 1 },
		{ "loss = \"1%\";" JITTER("free"), 0 },
	};

	for (size_t i = 0; i < WF_ARRAY_SIZE(row); i++) {
		char ab[512];
		struct wf_plan *p;

		snprintf(ab, sizeof(ab), "scope = \"flow\"; %s", row[i].ab);
		p = plan_ab(ab);
		assert_int_equal(p->dir[0].classes[0].state_lines, row[i].lines);
		assert_int_equal(p->dir[0].flow_lines, row[i].lines);
		wf_plan_free(p);
	}
}

static void
only_stages_with_state_are_variants(void **state)
{
	struct wf_plan *p = plan_ab("dns = \"refused\"; blackhole = true; delay = \"5ms\";");

	for (int i = 0; i < WF_BLOCK_MAX; i++)
		assert_int_equal(p->dir[0].classes[0].about->variant[i], i == WF_BLOCK_DELAY);
	wf_plan_free(p);
}

static void
the_spacing_of_copies_is_in_their_step(void **state)
{
	struct wf_plan *p = plan_ab("duplicate = { p = \"1%\"; spacing = \"3ms\"; };");

	assert_int_equal(p->dir[0].classes[0].before[0].copy_spacing_ns, 3000000);
	wf_plan_free(p);
}

static void
every_direction_has_its_own_key(void **state)
{
	struct wf_plan *p = plan_of("ports = ( { name = \"a\"; device = \"net_null0\"; },"
				    " { name = \"b\"; device = \"net_null1\"; },"
				    " { name = \"c\"; device = \"net_null2\"; },"
				    " { name = \"d\"; device = \"net_null3\"; } );"
				    "links = ( { name = \"x\"; ports = [ \"a\", \"b\" ]; },"
				    " { name = \"y\"; ports = [ \"c\", \"d\" ];"
				    "   ba = { delay = \"1ms\"; }; } );",
		NULL);

	assert_int_equal(p->n_links, 2);
	assert_int_equal(p->n_dirs, 4);
	assert_string_equal(p->link_name[1], "y");
	assert_true(p->dir[3].holds && !p->dir[2].holds);
	for (int i = 0; i < 4; i++)
		for (int k = 0; k < i; k++)
			assert_true(p->dir[i].rng_key != p->dir[k].rng_key);
	wf_plan_free(p);
}

/* ---- Classes ---- */

static void
a_class_without_a_direction_is_not_there(void **state)
{
	struct wf_plan *p = plan_of(plan_text("", "", "", X "ab = { loss = \"1%\"; }; }"), NULL);

	assert_int_equal(p->dir[0].n_classes, 2);
	assert_int_equal(p->dir[0].n_rules, 1);
	assert_int_equal(p->dir[0].rule[0].class_id, 1);
	assert_int_equal(p->dir[1].n_classes, 1);
	assert_int_equal(p->dir[1].n_rules, 0);
	assert_false(p->dir[1].needs_flow);
	wf_plan_free(p);
}

static void
rules_need_headers_whatever_their_classes_do(void **state)
{
	struct wf_plan *p = plan_of(plan_text("", "", "", X "ab = { }; }"), NULL);

	assert_true(p->dir[0].needs_flow);
	assert_int_equal(p->dir[0].n_picks, 0);
	wf_plan_free(p);
}

static void
a_dscp_is_asked_for_every_packet(void **state)
{
	struct wf_plan *p = plan_of(plan_text("", "", "",
					    "{ name = \"x\"; match = { dscp = \"ef\"; };"
					    "  ab = { }; }"),
		NULL);

	assert_int_equal(p->dir[0].n_picks, 1);
	assert_int_equal(p->dir[0].n_rules, 0);
	wf_plan_free(p);
}

static void
what_one_class_needs_the_direction_needs(void **state)
{
	struct wf_plan *p = plan_of(
		plan_text("", "delay = \"1ms\";", "", X "ab = { rate = \"1Mbit\"; }; }"), NULL);

	assert_true(p->dir[0].owned && p->dir[0].holds);
	assert_int_equal(wf_plan_steps(plan_class(p, 0, "x")), 1);
	assert_int_equal(wf_plan_steps(plan_class(p, 0, "default")), 1);
	wf_plan_free(p);
}

static void
classes_of_all_directions_have_slots_of_their_own(void **state)
{
	struct wf_plan *p = plan_of(plan_text("", "", "",
					    X "ab = { }; ba = { }; },"
					      "{ name = \"y\"; match = { proto = \"udp\"; };"
					      "  ab = { }; }"),
		NULL);
	uint64_t seen = 0;
	uint32_t n = 0;

	for (int d = 0; d < 2; d++)
		for (uint16_t i = 0; i < p->dir[d].n_classes; i++, n++) {
			assert_true(p->dir[d].classes[i].slot < p->n_slots);
			assert_false(seen >> p->dir[d].classes[i].slot & 1);
			seen |= 1ull << p->dir[d].classes[i].slot;
			assert_true(p->dir[d].classes[i].uid != 0);
		}
	assert_int_equal(n, 5);
	assert_int_equal(p->n_slots, 5);
	wf_plan_free(p);
}

/* ---- Errors and budget ---- */

static void
errors_of_all_classes_are_collected(void **state)
{
	struct wf_err *err = wf_err_new();
	const char *text = plan_text("", "loss = { model = \"gilbert-elliott\"; plr = \"1%\"; };",
		"queue = \"10pkt\";",
		"{ name = \"x\"; match = { sport = " WIDE "; };"
		"  ab = { rate = { rate = \"1Mbit\"; mode = \"police\"; };"
		"         delay = { min = \"3ms\"; max = \"1ms\"; }; }; }");
	struct wf_plan *p = plan_try(text, NULL, err);
	bool named = false;

	assert_null(p);
	assert_int_equal(wf_err_count(err), 4);
	for (size_t i = 0; i < 4; i++) {
		const struct wf_err_item *e = wf_err_item(err, i);

		assert_string_equal(e->file, "test.conf");
		assert_true(e->line > 0);
		assert_non_null(e->path);
		named |= strstr(e->path, "x.ab.delay") != NULL;
	}
	assert_true(named);
	wf_err_free(err);
}

static void
a_refused_change_leaves_the_plan_before_alone(void **state)
{
	struct wf_plan *p = plan_ab("rate = \"1Mbit\";");
	struct wf_plan copy = *p;
	struct wf_plan_class class = p->dir[0].classes[0];
	struct wf_err *err = wf_err_new();

	assert_null(plan_try(plan_text("", "queue = \"10pkt\";", "", ""), p, err));
	assert_memory_equal(&copy, p, sizeof(copy));
	assert_memory_equal(&class, &p->dir[0].classes[0], sizeof(class));
	wf_err_free(err);
	wf_plan_free(p);
}

static void
memory_that_cannot_hold_rate_times_delay_is_refused(void **state)
{
	/* 1 Gbit/s x 1 s = 82 563 full frames of 2432 bytes = 201 MB. */
	const char *ab = "rate = \"1Gbit\"; queue = \"1ms\"; delay = \"999ms\";";
	struct wf_err *err = wf_err_new();
	struct wf_plan *p = plan_try(plan_text("memory = \"200MB\";", ab, "", ""), NULL, err);

	assert_null(p);
	assert_int_equal(wf_err_count(err), 1);
	assert_string_equal(wf_err_item(err, 0)->path, "memory");
	assert_non_null(strstr(wf_err_item(err, 0)->hint, "memory = \"202MB\""));
	wf_err_free(err);
	wf_plan_free(plan_of(plan_text("memory = \"202MB\";", ab, "", ""), NULL));
}

static void
without_a_rate_no_budget_is_asked_for(void **state)
{
	wf_plan_free(plan_of(plan_text("memory = \"16MB\";", "delay = \"1h\";", "", ""), NULL));
}

static void
a_filter_that_libpcap_refuses_is_an_error_at_its_line(void **state)
{
	struct wf_err *err = wf_err_new();
	char line[300];

	assert_null(plan_try(
		plan_text("", "", "", "\n{ name = \"x\"; filter = \"tcp prot 80\"; ab = {}; }"),
		NULL, err));
	assert_int_equal(wf_err_count(err), 1);
	wf_err_format(wf_err_item(err, 0), line, sizeof(line));
	assert_non_null(strstr(line, "test.conf:7: links.wan.classes.x.filter: \"tcp prot 80\": "));
	wf_err_free(err);
}

/* Only what flows can't remember is asked for every packet. */
static void
filters_stand_apart_from_rules(void **state)
{
	struct wf_plan *p = plan_of(plan_text("", "", "",
					    "{ name = \"x\"; match = {}; ab = {}; },"
					    "{ name = \"y\"; filter = \"tcp\"; ab = {}; },"
					    "{ name = \"z\"; match = {}; ab = {}; }"),
		NULL);
	const struct wf_plan_dir *d = &p->dir[0];

	assert_int_equal(d->n_classes, 4);
	assert_int_equal(d->n_rules, 2);
	assert_int_equal(d->rule[0].class_id, 1);
	assert_int_equal(d->rule[1].class_id, 3);
	assert_int_equal(d->n_picks, 1);
	assert_int_equal(d->pick[0].rule.class_id, 2);
	assert_true(d->needs_flow);
	assert_int_equal(p->dir[1].n_picks, 0);
	wf_plan_free(p);
}

/* A burst goes through together as long as nothing that it lets into a queue can depart. */
static void
a_queue_says_how_soon_it_may_let_go(void **state)
{
#define AQM "queue = { limit = \"10ms\"; aqm = \"codel\"; };"
	static const struct {
		const char *ab, *classes;
		wf_ns_t soonest_ns;
	} rows[] = {
		{ "delay = \"1ms\";", "", UINT64_MAX },
		{ "rate = \"8Mbit\";", "", UINT64_MAX }, /* a clock, no queue */
		{ "rate = \"8Mbit\";" AQM, "", 1000 },
		{ "rate = { rate = \"8Mbit\"; overhead = 10; };" AQM, "", 10000 },
		{ "rate = { rate = \"8Mbit\"; cell = 48; cell_overhead = 5; };" AQM, "", 53000 },
		{ "rate = { rate = \"8Mbit\"; burst = \"15kB\"; };" AQM, "", 0 },
		{ "", "{ name = \"x\"; match = {}; ab = { rate = \"80Mbit\"; " AQM " }; }", 100 },
		{ "rate = \"8Mbit\";" AQM,
			"{ name = \"x\"; match = {}; ab = { rate = \"80Mbit\"; " AQM " }; }", 100 },
		{ "rate = \"400Gbit\";" AQM, "", 1 },
		{ "rate = \"8Mbit\";",
			"{ name = \"x\"; match = {}; ab = { share = { rate = \"1Mbit\"; }; }; }",
			0 },
		{ "rate = \"8Mbit\";",
			"{ name = \"x\"; match = {}; ab = { share = { weight = 3; }; }; }", 1000 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct wf_plan *p = plan_of(plan_text("", rows[i].ab, "", rows[i].classes), NULL);

		assert_int_equal(p->dir[0].soonest_ns, rows[i].soonest_ns);
		assert_int_equal(p->dir[1].soonest_ns, UINT64_MAX);
		wf_plan_free(p);
	}
#undef AQM
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_plain_wire_needs_nothing),
		cmocka_unit_test(each_stage_asks_for_what_it_needs),
		cmocka_unit_test(a_cable_is_pulled_by_a_direction_not_by_a_class),
		cmocka_unit_test(stages_stand_in_pipeline_order),
		cmocka_unit_test(loss_at_the_ingress_stands_in_front),
		cmocka_unit_test(states_stand_side_by_side),
		cmocka_unit_test(packets_touch_few_lines_of_a_flow),
		cmocka_unit_test(only_stages_with_state_are_variants),
		cmocka_unit_test(the_spacing_of_copies_is_in_their_step),
		cmocka_unit_test(every_direction_has_its_own_key),
		cmocka_unit_test(a_class_without_a_direction_is_not_there),
		cmocka_unit_test(rules_need_headers_whatever_their_classes_do),
		cmocka_unit_test(a_dscp_is_asked_for_every_packet),
		cmocka_unit_test(what_one_class_needs_the_direction_needs),
		cmocka_unit_test(classes_of_all_directions_have_slots_of_their_own),
		cmocka_unit_test(errors_of_all_classes_are_collected),
		cmocka_unit_test(a_refused_change_leaves_the_plan_before_alone),
		cmocka_unit_test(memory_that_cannot_hold_rate_times_delay_is_refused),
		cmocka_unit_test(a_filter_that_libpcap_refuses_is_an_error_at_its_line),
		cmocka_unit_test(filters_stand_apart_from_rules),
		cmocka_unit_test(a_queue_says_how_soon_it_may_let_go),
		cmocka_unit_test(without_a_rate_no_budget_is_asked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
