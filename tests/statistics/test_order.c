/* SPDX-License-Identifier: BSD-3-Clause
 * No inversion under fifo and flow in a million packets (a hundred million with WF_TEST_LONG=1),
 * with jitter of thousands of packets.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fit.h"
#include "rig.h"
#include "wf_rng.h"

#define FLOWS  64
#define GAP_NS 1000

static uint64_t
packets(void)
{
	return fit_seeds() > 10 ? 100000000 : 1000000;
}

struct outcome {
	uint64_t in_all, in_flow; /* inversions */
};

/* Packets of FLOWS flows, a microsecond apart, through one delay. */
static struct outcome
run(const char *keys)
{
	struct rig *r = rig_new(WF_BLOCK_DELAY, keys);
	struct wf_flow flow[FLOWS] = { 0 };
	wf_ns_t last_of[FLOWS] = { 0 }, last = 0, now = 0;
	struct outcome o = { 0, 0 };
	struct fit_random random;
	struct wf_batch *b = &r->batch;

	fit_seed(&random, 5);
	for (uint32_t i = 0; i < FLOWS; i++)
		flow[i].rng_key = wf_rng_flow(wf_rng_dir(5, 0), i);
	for (uint64_t n = packets(); n > 0; n -= WF_BURST) {
		for (int i = 0; i < WF_BURST; i++) {
			struct wf_flow *f = &flow[fit_under(&random, FLOWS)];
			uint16_t row = rig_add(r, now += GAP_NS, 100);

			b->flow[row] = f;
			b->rng[row] = wf_rng_packet(f->rng_key, f->ordinal++);
		}
		rig_run(r);
		for (int i = 0; i < WF_BURST; i++) {
			wf_ns_t *own = &last_of[b->flow[i] - flow];

			assert_true(b->due_ns[i] >= b->rx_ns[i]);
			o.in_all += b->due_ns[i] < last;
			o.in_flow += b->due_ns[i] < *own;
			last = b->due_ns[i];
			*own = b->due_ns[i];
		}
		if (n < WF_BURST)
			break;
	}
	rig_free(r);
	return o;
}

static void
fifo_has_no_inversion(void **state)
{
	assert_int_equal(run("mean=20ms stddev=4ms order=fifo").in_all, 0);
	assert_int_equal(run("min=0ms max=30ms order=fifo").in_all, 0);
}

static void
flow_has_no_inversion_within_a_flow(void **state)
{
	struct outcome normal = run("mean=20ms stddev=4ms order=flow");
	struct outcome uniform = run("min=0ms max=30ms order=flow");

	assert_int_equal(normal.in_flow, 0);
	assert_int_equal(uniform.in_flow, 0);
	assert_true(normal.in_all > packets() / 10);
	assert_true(uniform.in_all > packets() / 10);
}

static void
free_has_many(void **state)
{
	assert_true(run("mean=20ms stddev=4ms order=free").in_flow > packets() / 4);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fifo_has_no_inversion),
		cmocka_unit_test(flow_has_no_inversion_within_a_flow),
		cmocka_unit_test(free_has_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
