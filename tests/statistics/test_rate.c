/* SPDX-License-Identifier: BSD-3-Clause
 * The rate over the long run, from 1 kbit/s to 400 Gbit/s and for any mix of frames, by the virtual
 * clock and by the real queue: within 0.01 % as is promised, and 1e-7 as it is built.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "fit.h"
#include "rig.h"

#define N 4000 /* packets a seed */

/* Frame lengths. */
static uint32_t
smallest(struct fit_random *r)
{
	return 64;
}
static uint32_t
imix(struct fit_random *r)
{
	uint64_t i = fit_under(r, 12);

	return i < 7 ? 64 : i < 11 ? 576 : 1518;
}
static uint32_t
two_ends(struct fit_random *r)
{
	return fit_under(r, 2) ? 64 : 9000;
}
static uint32_t
any(struct fit_random *r)
{
	return 64 + (uint32_t)fit_under(r, 8937);
}
static uint32_t
jumbo(struct fit_random *r)
{
	return 9000;
}

typedef uint32_t wf_mix(struct fit_random *r);
static wf_mix *const mixes[] = { smallest, imix, two_ends, any, jumbo };
static const char *const rates[] = { "1kbit", "9600bit", "56kbit", "1Mbit", "3333333bit", "10Mbit",
	"155520kbit", "1Gbit", "9999999999bit", "25Gbit", "100Gbit", "400Gbit" };
static const struct {
	const char *keys;
	int32_t overhead;
	uint32_t cell, cell_total;
} wires[] = { { "", 0, 0, 0 }, { "overhead=ethernet", 24, 0, 0 },
	{ "overhead=8 cell=48 cell_overhead=5", 8, 48, 53 } };

/* When the last of the packets has been sent; all of them wait from the start. */
static wf_ns_t
by_the_clock(struct rig *r, const uint32_t *len)
{
	wf_ns_t due[2] = { 0, 0 };

	for (uint32_t i = 0; i < N; i++) {
		rig_one(r, due[i & 1], len[i]); /* as the one before the last leaves */
		assert_int_equal(r->batch.drop[0], WF_DROP_NONE);
		due[i & 1] = r->batch.due_ns[0];
	}
	return due[(N - 1) & 1];
}

static wf_ns_t
by_the_queue(const struct wf_queue_cfg *cfg, struct wf_qentry *entry, const uint32_t *len)
{
	static struct wf_queue q;
	struct wf_qpool pool;
	wf_ns_t last = 0;

	wf_qpool_init(&pool, entry, N);
	wf_queue_init(&q, cfg, NULL, 0);
	for (uint32_t i = 0; i < N; i++) {
		uint32_t e = wf_qpool_get(&pool);

		pool.entry[e] = (struct wf_qentry){ .pkt = &q, .len_bytes = len[i] };
		wf_queue_in(&q, &pool, e, 0);
	}
	while (q.event_ns != UINT64_MAX) {
		last = q.event_ns;
		wf_qpool_put(&pool, wf_queue_out(&q, &pool));
	}
	assert_int_equal(wf_qpool_dropped(&pool), WF_QNONE);
	return last;
}

static void
close_to(wf_ns_t got, long double want, const char *rate)
{
	long double error = fabsl((long double)got - want);

	/* The last end is rounded up to a nanosecond. */
	if (error > 1e-7L * want + 1)
		fail_msg("%s: %llu ns, not %.1Lf", rate, (unsigned long long)got, want);
}

static void
check_rate(const char *rate, size_t wire, wf_mix *mix)
{
	struct wf_qentry *entry = calloc(N, sizeof(*entry));
	uint32_t *len = calloc(N, sizeof(*len));
	char keys[200];

	snprintf(keys, sizeof(keys), "rate=%s %s queue.limit=100000pkt", rate, wires[wire].keys);
	for (uint64_t seed = 1; seed <= fit_seeds(); seed++) {
		struct rig *r = rig_new(WF_BLOCK_RATE, keys);
		struct wf_queue_cfg cfg = { .kind = WF_QUEUE_FIFO };
		struct fit_random random;
		long double bytes = 0, want;

		fit_seed(&random, seed);
		for (uint32_t i = 0; i < N; i++) {
			uint64_t l = (len[i] = mix(&random)) + (uint64_t)wires[wire].overhead;
			uint32_t cell = wires[wire].cell;

			bytes += cell ? (l + cell - 1) / cell * wires[wire].cell_total : l;
		}
		want = bytes * 8e9L / r->forecast.rate_bps;
		wf_rate_serve(r->compile.blocks, &cfg.serve);
		close_to(by_the_clock(r, len), want, keys);
		close_to(by_the_queue(&cfg, entry, len), want, keys);
		rig_free(r);
	}
	free(len);
	free(entry);
}

static void
the_rate_is_that_of_the_configuration(void **state)
{
	for (size_t i = 0; i < WF_ARRAY_SIZE(rates); i++)
		for (size_t m = 0; m < WF_ARRAY_SIZE(mixes); m++)
			check_rate(rates[i], (i + m) % WF_ARRAY_SIZE(wires), mixes[m]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_rate_is_that_of_the_configuration),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
