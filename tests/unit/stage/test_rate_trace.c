/* SPDX-License-Identifier: BSD-3-Clause
 * A rate from a trace, as a virtual clock: its releases and drops are those of a real queue that
 * follows the same trace (which tests/unit/queue proves against brute force).
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "fit.h"
#include "folder.h"
#include "refused.h"
#include "wf_rate.h"

#define MS WF_NS_PER_MS

static const char *
keys_of(const char *name, const char *keys)
{
	static char all[300];

	snprintf(all, sizeof(all), "trace=%s %s", folder_path(name), keys);
	return all;
}

static struct rig *
traced(const char *text, const char *keys)
{
	folder_write("a", text);
	return rig_new(WF_BLOCK_RATE, keys_of("a", keys));
}

static void
a_packet_waits_for_its_opportunity(void **state)
{
	struct rig *r = traced("3\n3\n10\n", "");

	assert_int_equal(r->forecast.rate_bps, 3600000);
	rig_one(r, 1000, 1500);
	assert_int_equal(r->batch.due_ns[0], 3 * MS);
	rig_one(r, 1001, 100);
	assert_int_equal(r->batch.due_ns[0], 3 * MS);
	rig_one(r, 1002, 1401); /* a byte more than is left */
	assert_int_equal(r->batch.due_ns[0], 10 * MS);
	rig_one(r, 3 * MS, 60); /* what is left at 10 ms */
	assert_int_equal(r->batch.due_ns[0], 10 * MS);
	rig_one(r, 50 * MS, 60); /* the period: 50 ms has an opportunity, too late for it */
	assert_int_equal(r->batch.due_ns[0], 53 * MS);
	rig_free(r);
}

static void
time_counts_from_the_start_of_the_run(void **state)
{
	struct rig *r = traced("3", "");

	r->env.start_ns = 1000000007;
	rig_one(r, r->env.start_ns + 4 * MS, 60);
	assert_int_equal(r->batch.due_ns[0], r->env.start_ns + 6 * MS);
	rig_free(r);
}

static void
overhead_and_cells_are_charged(void **state)
{
	struct rig *r = traced("1", "overhead=-14");

	rig_one(r, 0, 1514);
	assert_int_equal(r->batch.due_ns[0], MS);
	rig_free(r);
	r = traced("0s 8Mbit\n1s 8Mbit", "cell=48 cell_overhead=5 overhead=18");
	rig_one(r, 0, 1500);
	assert_int_equal(r->batch.due_ns[0], 32 * 53 * 1000);
	rig_free(r);
}

/* A real queue beside the clock. */
struct server {
	struct wf_queue q;
	struct wf_qpool pool;
	wf_ns_t *due; /* by the packet's number, which is its length's tag */
};

static void
serve_until(struct server *s, wf_ns_t ns)
{
	while (s->q.event_ns <= ns) {
		wf_ns_t now = s->q.event_ns;
		uint32_t e = wf_queue_out(&s->q, &s->pool);

		s->due[s->pool.entry[e].rng] = now;
		wf_qpool_put(&s->pool, e);
	}
}

/* UINT64_MAX stays for a packet that is dropped. */
static void
serve_in(struct server *s, wf_ns_t now, uint32_t n, uint32_t len)
{
	uint32_t e;

	serve_until(s, now);
	e = wf_qpool_get(&s->pool);
	s->pool.entry[e] = (struct wf_qentry){ .pkt = s, .rx_ns = now, .len_bytes = len, .rng = n };
	s->due[n] = UINT64_MAX;
	wf_queue_in(&s->q, &s->pool, e, now);
	while ((e = wf_qpool_dropped(&s->pool)) != WF_QNONE)
		wf_qpool_put(&s->pool, e);
}

#define N 20000

static void
same_as_a_queue(const char *text, const char *keys, uint64_t mean_gap)
{
	struct rig *r = traced(text, keys);
	const struct wf_rate_cfg *rate = (const struct wf_rate_cfg *)r->cfg;
	struct wf_queue_cfg cfg = { .serve = rate->serve, .kind = WF_QUEUE_FIFO };
	struct server *s = aligned_alloc(16, (sizeof(*s) + 15) / 16 * 16);
	wf_ns_t now = 0, *due = calloc(N, sizeof(*due));
	struct fit_random random;
	uint32_t lost = 0;

	memset(s, 0, sizeof(*s));
	s->due = calloc(N, sizeof(*s->due));
	wf_qpool_init(&s->pool, calloc(N, sizeof(struct wf_qentry)), N);
	wf_queue_init(&s->q, &cfg, NULL, 0);
	fit_seed(&random, mean_gap);
	for (uint32_t i = 0; i < N; i++) {
		uint32_t len = 64 + (uint32_t)fit_under(&random, 1451);

		now += fit_under(&random, 2 * mean_gap);
		rig_one(r, now, len);
		due[i] = r->batch.drop[0] ? UINT64_MAX : r->batch.due_ns[0];
		serve_in(s, now, i, len);
		lost += r->batch.drop[0] != 0;
	}
	serve_until(s, UINT64_MAX - 1);
	for (uint32_t i = 0; i < N; i++)
		assert_int_equal(due[i], s->due[i]);
	assert_in_range(lost, N / 100, N / 2);
	free(s->pool.entry);
	free(s->due);
	free(s);
	free(due);
	rig_free(r);
}

static void
the_clock_is_the_queue_with_drop_tail(void **state)
{
	static const char *const texts[] = { "0\n1\n1\n4\n9",
		"0s 4Mbit\n3ms 9Mbit\n10ms 0\n14ms 1Mbit" };
	static const char *const limits[] = { "queue.limit=10pkt", "queue.limit=20kB",
		"queue.limit=15ms" };

	for (size_t t = 0; t < WF_ARRAY_SIZE(texts); t++)
		for (size_t k = 0; k < WF_ARRAY_SIZE(limits); k++) {
			char keys[100];

			snprintf(keys, sizeof(keys), "%s overhead=ethernet %s", limits[k],
				t == 1 && k == 2 ? "interpolation=linear" : "");
			same_as_a_queue(texts[t], keys, 800000);
		}
}

static void
a_change_of_the_trace_keeps_the_backlog(void **state)
{
	struct rig *r = rig_new(WF_BLOCK_RATE, "rate=8Mbit");

	for (int i = 0; i < 3; i++)
		rig_one(r, 0, 1000);
	assert_int_equal(r->batch.due_ns[0], 3 * MS);
	folder_write("a", "0s 80Mbit\n1s 80Mbit");
	rig_change(r, keys_of("a", ""));
	rig_one(r, 10, 1000);
	assert_int_equal(r->batch.due_ns[0], 3 * MS + MS / 10);
	rig_change(r, keys_of("a", "overhead=1000")); /* the same trace, read again */
	rig_one(r, 10, 1000);
	assert_int_equal(r->batch.due_ns[0], 3 * MS + 3 * MS / 10);
	folder_write("b", "5\n6");
	rig_change(r, keys_of("b", ""));
	rig_one(r, 10, 1000);
	assert_int_equal(r->batch.due_ns[0], 5 * MS);
	rig_change(r, "rate=8Mbit");
	rig_one(r, 10, 1000);
	assert_int_equal(r->batch.due_ns[0], 6 * MS);
	rig_free(r);
}

static void
what_does_not_go_together_is_refused(void **state)
{
	folder_write("a", "1");
	refused(WF_BLOCK_RATE, keys_of("a", "rate=1Mbit"), "both \"rate\" and \"trace\"");
	refused(WF_BLOCK_RATE, keys_of("a", "mode=police burst=15kB"),
		"\"police\" does not go with \"trace\"");
	refused(WF_BLOCK_RATE, keys_of("a", "burst=15kB"), "\"burst\" does not go with \"trace\"");
	refused(WF_BLOCK_RATE, keys_of("a", "loop=false"),
		"\"loop\" does not go with a mahimahi trace");
	refused(WF_BLOCK_RATE, keys_of("a", "interpolation=linear"),
		"\"interpolation\" does not go");
	refused(WF_BLOCK_RATE, "rate=1Mbit loop=true", "\"loop\" belongs to \"trace\"");
	refused(WF_BLOCK_RATE, "rate=1Mbit interpolation=hold",
		"\"interpolation\" belongs to \"trace\"");
	refused(WF_BLOCK_RATE, "trace=/nowhere/at/all", "cannot be read");
	refused(WF_BLOCK_RATE, keys_of("a", "queue.limit=0"), "a queue limit of 0");
	folder_write("b", "nonsense");
	refused(WF_BLOCK_RATE, keys_of("b", ""), "\"nonsense\" is neither");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_packet_waits_for_its_opportunity),
		cmocka_unit_test(time_counts_from_the_start_of_the_run),
		cmocka_unit_test(overhead_and_cells_are_charged),
		cmocka_unit_test(the_clock_is_the_queue_with_drop_tail),
		cmocka_unit_test(a_change_of_the_trace_keeps_the_backlog),
		cmocka_unit_test(what_does_not_go_together_is_refused),
	};

	return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
