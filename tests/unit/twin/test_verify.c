/* SPDX-License-Identifier: BSD-3-Clause
 * Predicted against simulated: configurations whose numbers are known.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "eal.h"
#include "wf_verify.h"
#include "wf_whole.h"

#define PACKETS 20000

static struct wf_plan *plan;

/* Directions, and classes, of one link. */
static void
compile(const char *ab, const char *classes)
{
	struct wf_err *err = wf_err_new();
	struct wf_node *tree;
	struct wf_conf *conf;
	char text[4096];

	snprintf(text, sizeof(text),
		"ports = ( { name = \"a\"; device = \"net_null0\"; },\n"
		" { name = \"b\"; device = \"net_null1\"; } );\n"
		"links = ( { name = \"wan\"; ports = [ \"a\", \"b\" ];\n"
		" ab = { %s };\n classes = ( %s ); } );",
		ab, classes);
	tree = wf_conf_read_text(text, "test.conf", false, err);
	conf = tree != NULL ? wf_conf_bind(tree, err) : NULL;
	wf_plan_free(plan);
	plan = conf != NULL ? wf_plan_compile(conf, 42, NULL, err) : NULL;
	wf_err_print(err, stderr);
	assert_non_null(plan);
	wf_node_free(tree);
	wf_conf_free(conf);
	wf_err_free(err);
}

static struct wf_verdict
verdict(uint16_t class_id, uint8_t stage)
{
	struct wf_verdict v;

	assert_int_equal(wf_verify(plan, 0, class_id, stage, PACKETS, &v), 0);
	return v;
}

static const struct wf_finding *
finding(const struct wf_verdict *v, const char *name)
{
	for (uint8_t i = 0; i < v->n; i++)
		if (strcmp(v->finding[i].name, name) == 0)
			return &v->finding[i];
	fail_msg("no %s", name);
	return NULL;
}

static void
agrees(const struct wf_verdict *v)
{
	for (uint8_t i = 0; i < v->n; i++)
		if (v->finding[i].differs)
			fail_msg("%s: predicted %g, simulated %g, error %g", v->finding[i].name,
				v->finding[i].predicted, v->finding[i].simulated,
				v->finding[i].error);
}

static void
wires_have_nothing_to_try(void **state)
{
	uint8_t ids[WF_BLOCK_COUNT];

	compile("", "");
	for (uint32_t d = 0; d < 2; d++)
		assert_int_equal(wf_verify_stages(&plan->dir[d].classes[0], ids), 0);
	compile("blackhole = true; loss = \"1%\";", "");
	assert_int_equal(wf_verify_stages(&plan->dir[0].classes[0], ids), 0);
	compile("loss = \"0%\"; duplicate = \"0%\"; delay = \"0ms\"; mtu = 1000;", "");
	assert_int_equal(wf_verify_stages(&plan->dir[0].classes[0], ids), 0);
}

static void
stages_are_tried_in_order_of_the_pipeline(void **state)
{
	static const uint8_t order[] = { WF_BLOCK_OUTAGE, WF_BLOCK_RATE, WF_BLOCK_SLOT,
		WF_BLOCK_LOSS, WF_BLOCK_CORRUPT, WF_BLOCK_DUPLICATE, WF_BLOCK_DELAY };
	uint8_t ids[WF_BLOCK_COUNT];

	compile("delay = { mean = \"5ms\"; stddev = \"1ms\"; order = \"free\"; }; loss = \"2%\"; "
		"duplicate = { p = \"3%\"; copies = 2; }; corrupt = { p = \"4%\"; }; "
		"rate = \"10Mbit\"; slot = { min = \"1ms\"; }; "
		"outage = { period = \"1s\"; down = \"100ms\"; };",
		"");
	assert_int_equal(wf_verify_stages(&plan->dir[0].classes[0], ids), WF_ARRAY_SIZE(order));
	assert_memory_equal(ids, order, sizeof(order));
	for (size_t i = 0; i < WF_ARRAY_SIZE(order); i++) {
		struct wf_verdict v = verdict(0, order[i]);

		assert_true(v.n > 0);
		agrees(&v);
	}
}

/* Of every stage alone the theory is known, whatever stands beside it. */
static void
stages_do_not_disturb_each_other(void **state)
{
	struct wf_verdict v;

	compile("delay = { mean = \"5ms\"; stddev = \"1ms\"; order = \"free\"; }; loss = \"50%\"; "
		"duplicate = { p = \"30%\"; copies = 2; };",
		"");
	v = verdict(0, WF_BLOCK_DELAY);
	assert_true(fabs(finding(&v, "delay mean")->simulated - 5e6) < 5 * 1e6 / sqrt(PACKETS));
	assert_true(fabs(finding(&v, "delay sd")->simulated - 1e6) < 5 * 1e6 / sqrt(2 * PACKETS));
	v = verdict(0, WF_BLOCK_DUPLICATE);
	assert_true(
		fabs(finding(&v, "duplicated")->simulated - 0.6) < 5 * 2 * sqrt(0.21 / PACKETS));
	assert_true(fabs(finding(&v, "duplicated")->predicted - 0.6) < 1e-9);
	v = verdict(0, WF_BLOCK_LOSS);
	assert_true(fabs(finding(&v, "loss")->simulated - 0.5) < 5 * 0.5 / sqrt(PACKETS));
	assert_true(fabs(finding(&v, "mean burst")->predicted - 2) < 1e-9);
}

static void
the_same_seed_gives_the_same_numbers(void **state)
{
	struct wf_verdict v, w;

	compile("loss = { model = \"gilbert-elliott\"; plr = \"2%\"; mean_burst = 4; };", "");
	v = verdict(0, WF_BLOCK_LOSS);
	w = verdict(0, WF_BLOCK_LOSS);
	assert_memory_equal(&v, &w, sizeof(v));
}

static void
classes_have_numbers_of_their_own(void **state)
{
	struct wf_verdict v;

	compile("loss = \"1%\";",
		"{ name = \"sip\"; match = { proto = \"udp\"; dport = 5060; }; scope = \"flow\"; "
		"ab = { loss = \"20%\"; delay = \"30ms\"; }; }");
	v = verdict(0, WF_BLOCK_LOSS);
	assert_true(fabs(finding(&v, "loss")->simulated - 0.01) < 0.005);
	v = verdict(1, WF_BLOCK_LOSS);
	assert_true(fabs(finding(&v, "loss")->simulated - 0.2) < 0.02);
	v = verdict(1, WF_BLOCK_DELAY);
	assert_int_equal(v.n, 1); /* a constant has but a mean */
	assert_true(fabs(finding(&v, "delay mean")->simulated - 30e6) < 1.5);
	assert_false(finding(&v, "delay mean")->differs);
}

/* 1514 + 24 bytes of wire at 10 Mbit/s are 1.2304 ms. */
static void
a_queue_is_filled_to_its_limit(void **state)
{
	struct wf_verdict v;
	double longest;

	compile("rate = \"10Mbit\"; queue = { limit = \"50pkt\"; };", "");
	v = verdict(0, WF_BLOCK_RATE);
	agrees(&v);
	assert_true(fabs(finding(&v, "rate")->simulated / 10e6 - 1) < 1e-4);
	longest = finding(&v, "longest wait")->simulated;
	assert_true(longest > 49 * 1.2304e6 && longest < 50 * 1.2304e6 + 1);

	compile("rate = \"10Mbit\"; queue = { limit = \"20ms\"; aqm = \"codel\"; };", "");
	v = verdict(0, WF_BLOCK_RATE);
	agrees(&v);
	assert_true(finding(&v, "longest wait")->simulated < 21.3e6);
}

static void
sharers_are_tried_at_the_whole_rate(void **state)
{
	compile("rate = \"10Mbit\";",
		"{ name = \"sip\"; match = { proto = \"udp\"; dport = 5060; }; "
		"ab = { share = { weight = 3; }; }; }");
	for (uint16_t k = 0; k < 2; k++) {
		struct wf_verdict v = verdict(k, WF_BLOCK_RATE);

		agrees(&v);
		assert_true(fabs(finding(&v, "rate")->simulated / 10e6 - 1) < 1e-4);
	}
}

static void
what_moves_delays_is_named(void **state)
{
	struct wf_verdict v;
	const struct wf_finding *f;

	compile("delay = { mean = \"20ms\"; stddev = \"2ms\"; };", "");
	v = verdict(0, WF_BLOCK_DELAY);
	f = finding(&v, "delay mean");
	assert_true(f->differs);
	assert_true(strstr(v.note, "keeping order adds") != NULL);
	/* Without what order has added it is the mean that was predicted. */
	assert_true(fabs(f->simulated - v.order_ns - f->predicted) < 5 * 2e6 / sqrt(PACKETS));
	assert_true(finding(&v, "delay rho")->differs);

	compile("delay = { mean = \"1ms\"; stddev = \"2ms\"; order = \"free\"; };", "");
	v = verdict(0, WF_BLOCK_DELAY);
	agrees(&v);
	assert_true(strstr(v.note, "cut at zero") != NULL);

	compile("delay = { distribution = \"pareto\"; shape = 2.1; scale = \"10ms\"; order = "
		"\"free\"; };",
		"");
	v = verdict(0, WF_BLOCK_DELAY);
	agrees(&v);
	assert_true(strstr(v.note, "long and rare") != NULL);
}

static void
traffic_is_such_that_draws_are_seen(void **state)
{
	struct wf_verdict v;

	compile("delay = { mean = \"20ms\"; stddev = \"2ms\"; order = \"free\"; draw = \"flow\"; "
		"};",
		"");
	v = verdict(0, WF_BLOCK_DELAY);
	agrees(&v);
	compile("delay = { mean = \"20ms\"; stddev = \"2ms\"; order = \"free\"; draw = \"burst\"; "
		"gap = \"10ms\"; };",
		"");
	v = verdict(0, WF_BLOCK_DELAY);
	agrees(&v);
	assert_true(v.gap_ns >= 10e6);
	compile("loss = { model = \"gilbert-elliott\"; p = 0.02; r = 0.3; clock = \"time\"; "
		"step = \"100ms\"; };",
		"");
	v = verdict(0, WF_BLOCK_LOSS);
	agrees(&v);
	assert_int_equal(v.n, 1); /* how many in a row depends on the traffic */
}

static void
what_is_too_rare_is_said_to_be(void **state)
{
	struct wf_verdict v;

	compile("loss = \"0.001%\";", "");
	v = verdict(0, WF_BLOCK_LOSS);
	agrees(&v);
	assert_true(strstr(v.note, "more packets") != NULL);
}

static void
marks_count_as_losses(void **state)
{
	struct wf_verdict v;

	compile("loss = { p = \"10%\"; action = \"mark\"; };", "");
	v = verdict(0, WF_BLOCK_LOSS);
	agrees(&v);
	assert_true(finding(&v, "loss")->simulated > 0.09);
}

/* Of what they forge nothing counts as a packet that was sent. */
static void
stages_that_answer_act_on_their_share(void **state)
{
	static const struct {
		const char *keys, *name;
		uint8_t stage;
		double share;
	} all[] = {
		{ "unreachable = \"20%\";", "unreachable", WF_BLOCK_UNREACHABLE, 0.2 },
		{ "dns = { answer = \"servfail\"; p = \"30%\"; };", "dns", WF_BLOCK_DNS, 0.3 },
		{ "reset = { p = \"10%\"; };", "reset", WF_BLOCK_RESET, 0.1 },
		{ "rewrite = { p = \"40%\"; dscp = 46; };", "rewritten", WF_BLOCK_REWRITE, 0.4 },
		{ "target = { on = \"data\"; p = \"5%\"; };", "target", WF_BLOCK_TARGET, 0.05 },
	};

	for (size_t i = 0; i < WF_ARRAY_SIZE(all); i++) {
		struct wf_verdict v;

		compile(all[i].keys, "");
		v = verdict(0, all[i].stage);
		agrees(&v);
		assert_true(fabs(finding(&v, all[i].name)->simulated - all[i].share) <
			    5 * sqrt(0.25 / PACKETS));
	}
	compile("dns = { name = \"*.example\"; };", "");
	assert_false(plan->dir[0].classes[0].about->forecast.acts[WF_BLOCK_DNS] > 0);
}

/* Packets as close as the rate lets them be: what is left of likeness is predicted. */
static void
delays_that_are_alike_for_a_time_are_tried_in_usual_traffic(void **state)
{
	static const char *const half_life[] = { "1ms", "5ms", "50ms", "500ms" };
	static const double half_life_ns[] = { 1e6, 5e6, 50e6, 500e6 };

	for (int i = 0; i < 4; i++) {
		char ab[128];
		struct wf_verdict v;

		snprintf(ab, sizeof(ab),
			"delay = { mean = \"20ms\"; stddev = \"2ms\"; half_life = \"%s\"; order = "
			"\"free\"; };",
			half_life[i]);
		compile(ab, "");
		v = verdict(0, WF_BLOCK_DELAY);
		assert_float_equal(v.gap_ns, 100e3, 1e-9);
		assert_float_equal(finding(&v, "delay rho")->predicted,
			pow(2, -100e3 / half_life_ns[i]), 1e-9);
		agrees(&v);
	}
	compile("rate = \"12.112Mbit\"; delay = { mean = \"39ms\"; stddev = \"4ms\"; half_life = "
		"\"50ms\"; };",
		"");
	assert_float_equal(verdict(0, WF_BLOCK_DELAY).gap_ns, 2e6, 1);
}

static struct wf_whole
whole(uint32_t frame_bytes, double gap_ns)
{
	struct wf_whole_traffic t = {
		.packets = PACKETS, .frame_bytes = frame_bytes, .gap_ns = gap_ns
	};
	struct wf_whole w;

	assert_int_equal(wf_whole_try(plan, 0, 0, &t, &w), 0);
	assert_int_equal(w.packets, PACKETS);
	return w;
}

/* 1000 bytes at 8 Mbit/s take 1 ms. */
static void
stages_add_up(void **state)
{
	struct wf_whole w;

	compile("rate = \"8Mbit\"; queue = \"10pkt\"; delay = \"20ms\";", "");
	w = whole(1000, 2e6);
	assert_float_equal(w.mean_ns, 21e6, 1);
	assert_float_equal(w.stddev_ns, 0, 1);
	assert_float_equal(w.p99_ns, 21e6, 1);
	assert_float_equal(w.lost + w.copies + w.order_ns, 0, 1e-12);
	w = whole(500, 2e6);
	assert_float_equal(w.mean_ns, 20.5e6, 1);
	w = whole(1000, 0.5e6); /* twice the rate: the queue is full, and half is lost */
	assert_float_equal(w.lost, 0.5, 1e-3);
	assert_float_equal(w.max_ns, 30e6, 1);
	assert_true(w.mean_ns > 29e6 && w.mean_ns < w.max_ns);
	w = whole(1000, 0);
	assert_float_equal(w.gap_ns, 2e6, 1);
	w = whole(0, 0);
	assert_int_equal(w.frame_bytes, WF_FORECAST_FRAME);
	assert_float_equal(w.gap_ns, 2e3 * WF_FORECAST_FRAME, 1);
	compile("delay = \"20ms\"; loss = \"10%\"; duplicate = \"5%\";", "");
	w = whole(1000, 0);
	assert_float_equal(w.gap_ns, 100e3, 1e-9);
	assert_float_equal(w.lost, 0.1, 5 * sqrt(0.1 * 0.9 / PACKETS));
	assert_float_equal(w.copies, 0.9 * 0.05, 5 * sqrt(0.045 / PACKETS));
	compile("delay = { mean = \"20ms\"; stddev = \"2ms\"; };", "");
	w = whole(1000, 1e6);
	assert_float_equal(w.mean_ns - w.order_ns, 20e6, 5 * 2e6 / sqrt(PACKETS));
	assert_true(w.order_ns > 0.2e6);
	compile("blackhole = true;", "");
	w = whole(1000, 1e6);
	assert_float_equal(w.lost, 1, 0);
	assert_true(isnan(w.mean_ns));
}

static int
stop(void **state)
{
	wf_plan_free(plan);
	return eal_stop(state);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wires_have_nothing_to_try),
		cmocka_unit_test(stages_are_tried_in_order_of_the_pipeline),
		cmocka_unit_test(stages_do_not_disturb_each_other),
		cmocka_unit_test(the_same_seed_gives_the_same_numbers),
		cmocka_unit_test(classes_have_numbers_of_their_own),
		cmocka_unit_test(a_queue_is_filled_to_its_limit),
		cmocka_unit_test(sharers_are_tried_at_the_whole_rate),
		cmocka_unit_test(what_moves_delays_is_named),
		cmocka_unit_test(traffic_is_such_that_draws_are_seen),
		cmocka_unit_test(delays_that_are_alike_for_a_time_are_tried_in_usual_traffic),
		cmocka_unit_test(stages_add_up),
		cmocka_unit_test(what_is_too_rare_is_said_to_be),
		cmocka_unit_test(marks_count_as_losses),
		cmocka_unit_test(stages_that_answer_act_on_their_share),
	};

	return cmocka_run_group_tests(tests, eal_start, stop);
}
