/* SPDX-License-Identifier: BSD-3-Clause
 * Arrivals by several queues: one order of time, each once, whoever is faster; what finds no room
 * is counted.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "wf_arrivals.h"

#define QUEUES 3
#define EACH   200000

static struct wf_arrivals arrivals;
static _Atomic uint64_t now_ns;
static uint64_t taken, last_ns, next[QUEUES], unprobed;

static void
take(void *ctx, const struct wf_arrival *a)
{
	uint64_t i;

	assert_true(a->ns >= last_ns);
	last_ns = a->ns;
	taken++;
	if (!a->probed) {
		unprobed++;
		return;
	}
	memcpy(&i, a->tail, sizeof(i));
	assert_int_equal(a->len_bytes, 60 + i % 7);
	/* In the order of its queue. */
	assert_true(i / QUEUES >= next[i % QUEUES]);
	next[i % QUEUES] = i / QUEUES + 1;
}

/* A worker: it looks at the clock, says so, and then at what it may have sent. */
static void *
write_all(void *arg)
{
	struct wf_arrivals_queue *q = arg;
	uint64_t which = (uint64_t)(q - arrivals.queue);

	for (uint64_t k = 0; k < EACH; k++) {
		uint64_t i = k * QUEUES + which;
		uint8_t tail[WF_PROBE_BYTES] = { 0 };

		wf_arrivals_past(q, atomic_fetch_add(&now_ns, 1));
		memcpy(tail, &i, sizeof(i));
		wf_arrivals_put(q, tail, 60 + (uint32_t)(i % 7), atomic_fetch_add(&now_ns, 1));
	}
	return NULL;
}

static void
reset(void)
{
	taken = last_ns = unprobed = 0;
	memset(next, 0, sizeof(next));
}

static void
one_order(void **state)
{
	pthread_t thread[QUEUES];

	reset();
	assert_int_equal(wf_arrivals_init(&arrivals, QUEUES, 1024), 0);
	for (uint32_t i = 0; i < QUEUES; i++)
		assert_int_equal(
			pthread_create(&thread[i], NULL, write_all, &arrivals.queue[i]), 0);
	for (int i = 0; i < 1000; i++)
		wf_arrivals_take(&arrivals, false, take, NULL);
	for (uint32_t i = 0; i < QUEUES; i++)
		pthread_join(thread[i], NULL);
	wf_arrivals_take(&arrivals, true, take, NULL);
	assert_int_equal(taken + wf_arrivals_missed(&arrivals), QUEUES * EACH);
	wf_arrivals_fini(&arrivals);
}

/* What an older one may still follow waits, however long. */
static void
waits_for_the_slowest(void **state)
{
	reset();
	assert_int_equal(wf_arrivals_init(&arrivals, 2, 4), 0);
	wf_arrivals_past(&arrivals.queue[0], 10);
	wf_arrivals_put(&arrivals.queue[0], NULL, 60, 10);
	wf_arrivals_put(&arrivals.queue[0], NULL, 60, 20);
	wf_arrivals_past(&arrivals.queue[0], 30);
	wf_arrivals_take(&arrivals, false, take, NULL);
	assert_int_equal(taken, 0);
	wf_arrivals_past(&arrivals.queue[1], 15);
	wf_arrivals_take(&arrivals, false, take, NULL);
	assert_int_equal(taken, 1);
	wf_arrivals_put(&arrivals.queue[1], NULL, 60, 15);
	wf_arrivals_past(&arrivals.queue[1], 40);
	wf_arrivals_take(&arrivals, false, take, NULL);
	assert_int_equal(taken, 3);
	assert_int_equal(unprobed, 3);

	/* Four have room, and the others are counted, until there is room again. */
	for (uint64_t i = 0; i < 6; i++)
		wf_arrivals_put(&arrivals.queue[1], NULL, 60, 50 + i);
	assert_int_equal(wf_arrivals_missed(&arrivals), 2);
	wf_arrivals_take(&arrivals, true, take, NULL);
	assert_int_equal(taken, 7);
	wf_arrivals_put(&arrivals.queue[1], NULL, 60, 60);
	wf_arrivals_take(&arrivals, true, take, NULL);
	assert_int_equal(taken, 8);
	assert_int_equal(wf_arrivals_missed(&arrivals), 2);
	wf_arrivals_fini(&arrivals);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_order),
		cmocka_unit_test(waits_for_the_slowest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
