/* SPDX-License-Identifier: BSD-3-Clause
 * Packets of one flow in a row are looked up once: nobody can tell. Random trains of random flows,
 * in a table that is large or small, with flows that end in the middle of a burst. Nor can anybody
 * tell whether another worker has found out who they are.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "bench.h"
#include "fit.h"

#define PACKETS 20000
#define US      1000

static const char *const classes =
	"{ name = \"one\"; match = { dport = 80; src = \"10.0.0.0/31\"; }; scope = \"flow\";"
	"  ab = { loss = { model = \"gilbert-elliott\"; plr = \"20%\"; mean_burst = 3.0; };"
	"         delay = { mean = \"1ms\"; stddev = \"100us\"; order = \"flow\"; }; }; },"
	"{ name = \"short\"; filter = \"less 100\"; scope = \"flow\"; ab = { loss = \"30%\"; }; }";

static void
make_trains(struct bench_packet *p, wf_ns_t gap_ns)
{
	struct fit_random r = { 7 };
	wf_ns_t now = 1000 * WF_NS_PER_S;

	for (uint32_t i = 0; i < PACKETS;) {
		uint32_t length = 1 + (uint32_t)fit_under(&r, 12);
		uint32_t flow = (uint32_t)fit_under(&r, 40) << 16 | 7;
		bool arp = fit_under(&r, 20) == 0;

		for (; length > 0 && i < PACKETS; length--, i++) {
			now += fit_under(&r, 2) ? 0 : fit_under(&r, 2 * gap_ns);
			p[i] = (struct bench_packet){ .ns = now,
				.flow = flow,
				.len = 64 + 40 * (uint32_t)fit_under(&r, 3),
				.arp = arp };
		}
	}
}

static void
same_as_alone(wf_ns_t gap_ns, const struct bench_options *o, bool handed)
{
	struct bench_options as_burst = *o;
	struct bench_packet *p = calloc(PACKETS, sizeof(*p));
	struct bench *burst, *alone;
	uint32_t lost = 0;

	assert_non_null(p);
	make_trains(p, gap_ns);
	as_burst.handed = handed;
	burst = bench_new(bench_text("delay = \"2ms\";", "", classes), &as_burst);
	alone = bench_new(bench_text("delay = \"2ms\";", "", classes), o);
	bench_in(burst, 0, p, PACKETS, 32);
	bench_in(alone, 0, p, PACKETS, 1);
	bench_drain(burst);
	bench_drain(alone);
	bench_check(burst);
	bench_check(alone);
	assert_int_equal(burst->n_out, alone->n_out);
	for (uint32_t id = 0; id < PACKETS; id++) {
		const struct bench_out *x = bench_find(burst, id), *y = bench_find(alone, id);

		assert_int_equal(x == NULL, y == NULL);
		lost += x == NULL;
		if (x != NULL)
			assert_int_equal(x->due_ns, y->due_ns);
	}
	assert_true(lost > PACKETS / 10 && lost < PACKETS / 2);
	bench_free(burst);
	bench_free(alone);
	free(p);
}

static void
same_in_bursts_and_alone(wf_ns_t gap_ns, const struct bench_options *o)
{
	same_as_alone(gap_ns, o, false);
	same_as_alone(gap_ns, o, true);
}

static void
plenty_of_room(void **state)
{
	struct bench_options o = { 0 };

	same_in_bursts_and_alone(US, &o);
}

static void
flows_that_end(void **state)
{
	struct bench_options o = { .idle_ns = 30 * US };

	same_in_bursts_and_alone(3 * US, &o);
}

static void
hardly_any_room(void **state)
{
	struct bench_options o = { .max_flows = 30, .idle_ns = 50 * US };

	same_in_bursts_and_alone(3 * US, &o);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plenty_of_room),
		cmocka_unit_test(flows_that_end),
		cmocka_unit_test(hardly_any_room),
	};

	return cmocka_run_group_tests_name("trains", tests, bench_eal, NULL);
}
