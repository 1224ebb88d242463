/* SPDX-License-Identifier: BSD-3-Clause
 * Slots: which window a packet leaves with, against an event by event model written from netem's
 * description.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fit.h"
#include "refused.h"
#include "wf_law.h"
#include "wf_rng.h"

#define MS WF_NS_PER_MS

static wf_ns_t
leaves(struct rig *r, wf_ns_t at, uint32_t len)
{
	rig_one(r, at, len);
	return r->batch.drop[0] ? 0 : r->batch.due_ns[0];
}

static void
a_lone_packet_waits_for_a_window(void **state)
{
	struct rig *r = rig_new(WF_BLOCK_SLOT, "min=5ms");

	assert_int_equal(leaves(r, 100 * MS, 100), 105 * MS);
	assert_int_equal(leaves(r, 200 * MS, 100), 205 * MS);
	rig_free(r);
}

static void
those_that_wait_leave_together(void **state)
{
	struct rig *r = rig_new(WF_BLOCK_SLOT, "min=5ms");

	for (wf_ns_t us = 0; us <= 5000; us += 500)
		assert_int_equal(leaves(r, us * 1000, 100), 5 * MS);
	assert_int_equal(leaves(r, 5 * MS + 1, 100), 10 * MS + 1);
	rig_free(r);
}

static void
a_window_has_room_for_so_many_packets(void **state)
{
	struct rig *r = rig_new(WF_BLOCK_SLOT, "min=5ms packets=3");

	for (wf_ns_t i = 0; i < 10; i++)
		assert_int_equal(leaves(r, i, 100), (5 + i / 3 * 5) * MS);
	rig_free(r);
}

static void
a_window_has_room_for_so_many_bytes(void **state)
{
	struct rig *r = rig_new(WF_BLOCK_SLOT, "min=5ms bytes=1000B");

	assert_int_equal(leaves(r, 0, 600), 5 * MS);
	assert_int_equal(leaves(r, 0, 400), 5 * MS);
	assert_int_equal(leaves(r, 0, 1), 10 * MS);
	assert_int_equal(leaves(r, 0, 1000), 15 * MS); /* does not fit in what is left */
	assert_int_equal(leaves(r, 0, 9000), 20 * MS); /* has one of its own */
	assert_int_equal(leaves(r, 0, 60), 25 * MS);
	rig_free(r);
}

static void
the_limit_is_of_what_waits(void **state)
{
	struct rig *r = rig_new(WF_BLOCK_SLOT, "min=5ms packets=2 limit=3pkt");

	for (int i = 0; i < 3; i++)
		assert_int_equal(leaves(r, 0, 100), (i < 2 ? 5 : 10) * MS);
	assert_int_equal(leaves(r, 0, 100), 0);
	assert_int_equal(r->batch.drop[0], WF_DROP_queue_full);
	assert_int_equal(leaves(r, 5 * MS, 100), 10 * MS);
	rig_free(r);
	r = rig_new(WF_BLOCK_SLOT, "min=5ms packets=1 limit=20ms");
	for (int i = 0; i < 4; i++)
		assert_int_equal(leaves(r, 0, 100), (i + 1) * 5 * MS);
	assert_int_equal(leaves(r, 0, 100), 0);
	assert_int_equal(leaves(r, 5 * MS, 100), 25 * MS);
	rig_free(r);
}

static void
ready_is_when_the_rate_lets_it_go(void **state)
{
	struct rig *r = rig_new(WF_BLOCK_SLOT, "min=5ms");

	rig_add(r, 0, 100);
	rig_add(r, 0, 100);
	r->batch.due_ns[0] = 2 * MS;
	r->batch.due_ns[1] = 8 * MS; /* after that window */
	rig_run(r);
	assert_int_equal(r->batch.due_ns[0], 7 * MS);
	assert_int_equal(r->batch.due_ns[1], 13 * MS);
	rig_free(r);
}

/* ---- Against a model with a queue ---- */

#define N 20000

struct packet {
	wf_ns_t at, left;
	uint64_t rng;
	uint32_t len;
};

/* Packets wait in a line; a window empties it from the front as far as it has room; one is asked
 * for when a packet comes into an empty line after the last, or when the last has left some. */
static void
model(struct packet *p, wf_ns_t min, wf_ns_t spread, uint64_t packets, uint64_t bytes)
{
	uint32_t head = 0;

	while (head < N) {
		wf_ns_t open = p[head].at; /* the line was empty: it asks */

		for (;;) {
			uint64_t n = packets, room = bytes;

			open += min;
			if (spread != 0)
				open += (wf_ns_t)(((unsigned __int128)wf_rng_draw(
							   p[head].rng, WF_RNG_SLOT) *
							  (spread + 1)) >>
						  64);
			for (bool first = true; head < N && p[head].at <= open; first = false) {
				if (n == 0 || (p[head].len > room && !first))
					break;
				n--;
				room -= p[head].len < room ? p[head].len : room;
				p[head++].left = open;
			}
			if (head == N || p[head].at > open)
				break;
		}
	}
}

static void
same_as_the_model(const char *keys, wf_ns_t min, wf_ns_t spread, uint64_t packets, uint64_t bytes,
	uint64_t mean_gap)
{
	struct rig *r = rig_new(WF_BLOCK_SLOT, keys);
	struct packet *p = calloc(N, sizeof(*p));
	wf_ns_t *got = calloc(N, sizeof(*got)), now = 0;
	struct fit_random random;

	fit_seed(&random, mean_gap);
	for (uint32_t i = 0; i < N; i++) {
		now += i % 100 == 0 ? 20 * mean_gap : fit_under(&random, 2 * mean_gap);
		p[i].at = now;
		p[i].len = 60 + (uint32_t)fit_under(&random, 1455);
		rig_one(r, now, p[i].len);
		p[i].rng = r->batch.rng[0];
		assert_int_equal(r->batch.drop[0], WF_DROP_NONE);
		got[i] = r->batch.due_ns[0];
	}
	model(p, min, spread, packets, bytes);
	for (uint32_t i = 0; i < N; i++)
		assert_int_equal(got[i], p[i].left);
	free(got);
	free(p);
	rig_free(r);
}

static void
windows_are_those_of_the_model(void **state)
{
	same_as_the_model("min=1ms max=5ms limit=1h", MS, 4 * MS, UINT64_MAX, UINT64_MAX, MS);
	same_as_the_model("min=0 max=9ms packets=4 limit=1h", 0, 9 * MS, 4, UINT64_MAX, MS);
	same_as_the_model("min=3ms packets=2 limit=1h", 3 * MS, 0, 2, UINT64_MAX, MS);
	same_as_the_model("min=1ms max=2ms bytes=1500B limit=1h", MS, MS, UINT64_MAX, 1500, MS);
	same_as_the_model(
		"min=1ms max=2ms bytes=1000B packets=2 limit=1h", MS, MS, 2, 1000, 2 * MS);
}

/* ---- Other laws ---- */

/* A lone packet waits for the quantile that its draw says. */
static void
follows(const char *keys, const struct wf_law_params *law)
{
	struct rig *r = rig_new(WF_BLOCK_SLOT, keys);
	struct wf_law l;

	assert_int_equal(r->variant, 1);
	assert_int_equal(wf_law_compile(law, &r->compile, &l), 0);
	for (wf_ns_t i = 1; i <= 200; i++) {
		wf_ns_t at = i * 100 * WF_NS_PER_S, left = leaves(r, at, 100);

		assert_int_equal(
			left - at, wf_law_sample(&l, wf_rng_draw(r->batch.rng[0], WF_RNG_SLOT)));
	}
	rig_free(r);
}

static void
times_have_the_law_that_is_asked_for(void **state)
{
	const struct wf_law_params exponential = { .law = WF_LAW_EXPONENTIAL, .mean = 5 * MS };
	const struct wf_law_params gamma = {
		.law = WF_LAW_GAMMA, .mean = 5 * MS, .stddev = 2 * MS
	};
	const struct wf_law_params pareto = {
		.law = WF_LAW_PARETO, .shape = 1.5, .scale = MS, .capped = true, .cap = 60 * MS
	};
	const struct wf_law_params normal = {
		.law = WF_LAW_NORMAL, .mean = 5 * MS, .stddev = 9 * MS, .redraw = true
	};
	const struct wf_law_params modes = { .law = WF_LAW_BIMODAL,
		.mean = 2 * MS,
		.mean2 = 9 * MS,
		.stddev2 = MS,
		.share2 = 0.25,
		.redraw = true };
	const struct wf_law_params constant = { .law = WF_LAW_CONSTANT, .mean = 3 * MS };

	follows("distribution=exponential mean=5ms", &exponential);
	follows("distribution=gamma mean=5ms stddev=2ms packets=1", &gamma);
	follows("distribution=pareto shape=1.5 scale=1ms cap=60ms", &pareto);
	follows("distribution=normal mean=5ms stddev=9ms", &normal);
	follows("distribution=bimodal mean=2ms mean2=9ms stddev2=1ms share2=25%", &modes);
	follows("distribution=constant mean=3ms", &constant);
}

static void
windows_follow_one_another_whatever_the_law(void **state)
{
	struct rig *r = rig_new(WF_BLOCK_SLOT,
		"distribution=weibull shape=0.8 scale=2ms packets=3 limit=100000pkt");
	wf_ns_t before = 0;

	for (int i = 0; i < 3000; i++) {
		wf_ns_t left = leaves(r, 1000, 100);

		assert_true(i % 3 == 0 ? left > before : left == before);
		before = left;
	}
	rig_free(r);
}

/* ---- What is asked for ---- */

static void
needs(void **state)
{
	struct rig *fixed = rig_new(WF_BLOCK_SLOT, "min=5ms");
	struct rig *drawn = rig_new(WF_BLOCK_SLOT, "min=5ms max=6ms packets=4 limit=100pkt");
	struct rig *flow = rig_new_flow_scope(WF_BLOCK_SLOT, "min=5ms");
	struct rig *law = rig_new(WF_BLOCK_SLOT, "distribution=exponential mean=5ms packets=4");
	struct rig *capped = rig_new(
		WF_BLOCK_SLOT, "distribution=exponential mean=5ms cap=9ms packets=10 limit=100pkt");

	assert_int_equal(fixed->compile.needs, WF_NEED_HOLD | WF_NEED_OWNER);
	assert_int_equal(drawn->compile.needs, WF_NEED_HOLD | WF_NEED_OWNER | WF_NEED_FLOW);
	assert_int_equal(flow->compile.needs, WF_NEED_HOLD | WF_NEED_SORT);
	assert_true(drawn->forecast.queue_max_ns == 6.0 * MS * 26);
	assert_int_equal(law->compile.needs, WF_NEED_HOLD | WF_NEED_OWNER | WF_NEED_FLOW);
	assert_true(law->forecast.queue_max_ns == 0); /* it has no longest time */
	assert_true(capped->forecast.queue_max_ns == 9.0 * MS * 11);
	rig_free(law);
	rig_free(capped);
	rig_free(fixed);
	rig_free(drawn);
	rig_free(flow);
}

static void
nonsense_is_refused(void **state)
{
	refused(WF_BLOCK_SLOT, "max=5ms", "\"min\" is missing");
	refused(WF_BLOCK_SLOT, "min=5ms max=4ms", "\"max\" is below \"min\"");
	refused(WF_BLOCK_SLOT, "min=0", "windows that open at once");
	refused(WF_BLOCK_SLOT, "distribution=uniform max=5ms",
		"distribution \"uniform\" needs \"min\"");
	refused(WF_BLOCK_SLOT, "distribution=constant mean=0", "windows that open at once");
	refused(WF_BLOCK_SLOT, "distribution=exponential", "needs \"mean\"");
	refused(WF_BLOCK_SLOT, "distribution=exponential mean=0", "a \"mean\" above 0");
	refused(WF_BLOCK_SLOT, "distribution=exponential mean=5ms stddev=1ms", "no other keys");
	refused(WF_BLOCK_SLOT, "distribution=exponential mean=5ms cap=0",
		"windows that open at once");
	refused(WF_BLOCK_SLOT, "distribution=normal mean=5ms stddev=0", "a \"stddev\" above 0");
	refused(WF_BLOCK_SLOT, "distribution=gamma mean=5ms stddev=1ms shape=2", "no other keys");
	refused(WF_BLOCK_SLOT, "distribution=pareto shape=0.9 scale=1ms", "cap");
	refused(WF_BLOCK_SLOT, "distribution=bimodal mean=5ms", "\"share2\"");
	refused(WF_BLOCK_SLOT, "distribution=samples", "\"file\"");
	refused(WF_BLOCK_SLOT, "distribution=normal mean=5ms stddev=1ms min=1ms", "no other keys");
	refused(WF_BLOCK_SLOT, "min=5ms mean=5ms", "no other keys");
	refused(WF_BLOCK_SLOT, "min=5ms limit=15kB", "a number of packets or a time");
	refused(WF_BLOCK_SLOT, "min=5ms limit=0", "a limit of 0");
	refused(WF_BLOCK_SLOT, "min=5ms limit=20000000pkt", "a limit above");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_lone_packet_waits_for_a_window),
		cmocka_unit_test(those_that_wait_leave_together),
		cmocka_unit_test(a_window_has_room_for_so_many_packets),
		cmocka_unit_test(a_window_has_room_for_so_many_bytes),
		cmocka_unit_test(the_limit_is_of_what_waits),
		cmocka_unit_test(ready_is_when_the_rate_lets_it_go),
		cmocka_unit_test(windows_are_those_of_the_model),
		cmocka_unit_test(times_have_the_law_that_is_asked_for),
		cmocka_unit_test(windows_follow_one_another_whatever_the_law),
		cmocka_unit_test(needs),
		cmocka_unit_test(nonsense_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
