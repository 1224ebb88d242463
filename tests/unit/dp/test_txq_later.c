/* SPDX-License-Identifier: BSD-3-Clause
 * Transmit on a port that says only later what became of a packet: until then it is held, and it
 * counts once, as what it was in the end. The port is one made for this test.
 */
#include <rte_mbuf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "wf_eal.h"
#include "wf_lines.h"
#include "wf_txq.h"

#define ROOM 128 /* a power of two */

/* What the port has, oldest first; the test says how each ends. */
static struct {
	uint32_t taken, reported, ended;
	uint32_t takes; /* how many more */
	bool down;      /* moved on, what it has ends as port_down */
	enum wf_drop cause[ROOM];
	wf_ns_t ns[ROOM];
} dev;

static struct rte_mempool *pool;
static struct rte_mbuf *in_dev[ROOM];
static struct wf_clock wf_clock;
static struct wf_txq *q;
static atomic_uchar shut; /* enum wf_drop */
static uint32_t sent, dropped[WF_DROP_COUNT];
static wf_ns_t last_sent_ns;
static wf_ns_t last_id;
static bool watched; /* there is a tap */
static uint32_t kept;

void __wrap_wf_pipe_sent(struct wf_pipe *p, const struct wf_held *h, uint32_t n, wf_ns_t now_ns);
void __wrap_wf_pipe_drop(
	struct wf_pipe *p, const struct wf_held *h, uint32_t n, enum wf_drop cause);

void
__wrap_wf_pipe_sent(struct wf_pipe *p, const struct wf_held *h, uint32_t n, wf_ns_t now_ns)
{
	for (uint32_t i = 0; i < n; i++) {
		assert_true(h[i].rx_ns > last_id); /* in order */
		assert_int_equal(h[i].kind, 0);
		last_id = h[i].rx_ns;
		if (!watched)
			continue;
		/* What was kept can be looked at; what was not is not there. */
		kept += h[i].pkt != NULL;
		if (h[i].pkt != NULL)
			assert_int_equal(
				rte_pktmbuf_mtod((struct rte_mbuf *)h[i].pkt, uint8_t *)[0],
				(uint8_t)h[i].rx_ns);
	}
	sent += n;
	last_sent_ns = now_ns;
}

void
__wrap_wf_pipe_drop(struct wf_pipe *p, const struct wf_held *h, uint32_t n, enum wf_drop cause)
{
	dropped[cause] += n;
	for (uint32_t i = 0; i < n; i++)
		rte_pktmbuf_free(h[i].pkt);
}

static uint16_t
dev_tx_burst(void *queue, struct rte_mbuf **m, uint16_t n)
{
	uint16_t k = 0;

	for (; n == 0 && dev.down && dev.ended != dev.taken; dev.ended++)
		dev.cause[dev.ended % ROOM] = WF_DROP_port_down;
	while (k < n && dev.takes > 0 && dev.taken - dev.reported < ROOM) {
		in_dev[dev.taken++ % ROOM] = m[k++];
		dev.takes--;
	}
	return k;
}

static uint16_t
dev_tx_done(void *queue, struct wf_tx_end *end, uint16_t n)
{
	uint16_t k = 0;

	for (; k < n && dev.reported != dev.ended; k++, dev.reported++) {
		uint32_t at = dev.reported % ROOM;

		end[k] = (struct wf_tx_end){ .ns = dev.ns[at], .cause = dev.cause[at] };
		if (dev.cause[at] == WF_DROP_NONE)
			rte_pktmbuf_free(in_dev[at]);
	}
	return k;
}

static enum wf_drop
dev_tx_refusal(void *queue)
{
	return WF_DROP_port_down;
}

static uint32_t
dev_tx_room(const void *queue)
{
	return ROOM;
}

static const struct wf_port_ops ops = { .tx_burst = dev_tx_burst,
	.tx_done = dev_tx_done,
	.tx_refusal = dev_tx_refusal,
	.tx_room = dev_tx_room };

/* The port says of the next n that they ended so. */
static void
end_next(uint32_t n, enum wf_drop cause, wf_ns_t ns)
{
	for (uint32_t i = 0; i < n; i++, dev.ended++) {
		dev.cause[dev.ended % ROOM] = cause;
		dev.ns[dev.ended % ROOM] = ns;
	}
	assert_true(dev.ended <= dev.taken);
}

static int
start(void **state)
{
	struct wf_err *err = wf_err_new();

	assert_int_equal(wf_eal_offline(err), 0);
	wf_err_free(err);
	assert_int_equal(wf_clock_init(&wf_clock), 0);
	pool = rte_pktmbuf_pool_create("pool", 4095, 0, 0, 2176, SOCKET_ID_ANY);
	return pool ? 0 : -1;
}

static int
setup(void **state)
{
	memset(&dev, 0, sizeof(dev));
	memset(dropped, 0, sizeof(dropped));
	sent = 0;
	last_id = 0;
	watched = false;
	kept = 0;
	atomic_store_explicit(&shut, WF_DROP_NONE, memory_order_relaxed);
	q = wf_lines_new(1, sizeof(*q));
	return q ? wf_txq_init(q, &ops, NULL, &shut, 1514) : -1;
}

/* Every buffer is back in the end. */
static int
teardown(void **state)
{
	wf_txq_drop_all(q, NULL, WF_DROP_shutdown);
	assert_int_equal(rte_mempool_in_use_count(pool), 0);
	wf_txq_fini(q);
	free(q);
	return 0;
}

static void
put(uint32_t n)
{
	static uint32_t id;

	for (uint32_t i = 0; i < n; i++) {
		struct rte_mbuf *m = rte_pktmbuf_alloc(pool);
		struct wf_held h = { .pkt = m, .len_bytes = 64, .rx_ns = ++id };

		assert_non_null(rte_pktmbuf_append(m, 64));
		*rte_pktmbuf_mtod(m, uint8_t *) = (uint8_t)id;
		wf_txq_put(q, NULL, &wf_clock, &h);
	}
}

static void
taken_is_not_sent(void **state)
{
	dev.takes = 100;
	put(100);
	assert_int_equal(wf_txq_flush(q, NULL, &wf_clock), 100);
	assert_int_equal(q->n, 0);
	assert_true(wf_txq_busy(q));
	assert_int_equal(sent, 0);
	end_next(40, WF_DROP_NONE, 777);
	wf_txq_flush(q, NULL, &wf_clock);
	assert_int_equal(sent, 40);
	assert_int_equal(last_sent_ns, 777); /* when the port passed it on */
	end_next(60, WF_DROP_NONE, 778);
	wf_txq_flush(q, NULL, &wf_clock);
	assert_int_equal(sent, 100);
	assert_false(wf_txq_busy(q));
}

static void
each_ends_by_its_own_cause(void **state)
{
	dev.takes = 100;
	put(100);
	wf_txq_flush(q, NULL, &wf_clock);
	end_next(10, WF_DROP_NONE, 1);
	end_next(1, WF_DROP_too_long, 1);
	end_next(9, WF_DROP_NONE, 2);
	end_next(80, WF_DROP_port_down, 3);
	wf_txq_flush(q, NULL, &wf_clock);
	assert_int_equal(sent, 19);
	assert_int_equal(dropped[WF_DROP_too_long], 1);
	assert_int_equal(dropped[WF_DROP_port_down], 80);
}

static void
what_it_does_not_take_ends_for_its_reason(void **state)
{
	dev.takes = 10;
	put(30);
	while (dropped[WF_DROP_port_down] == 0)
		wf_txq_flush(q, NULL, &wf_clock);
	assert_int_equal(dropped[WF_DROP_port_down], 20);
	end_next(10, WF_DROP_NONE, 1);
	wf_txq_flush(q, NULL, &wf_clock);
	assert_int_equal(sent, 10);
}

static void
more_than_its_room_goes_round(void **state)
{
	dev.takes = UINT32_MAX;
	for (uint32_t i = 0; i < 20; i++) {
		put(60);
		wf_txq_flush(q, NULL, &wf_clock);
		end_next(dev.taken - dev.ended, WF_DROP_NONE, i);
	}
	wf_txq_flush(q, NULL, &wf_clock);
	end_next(dev.taken - dev.ended, WF_DROP_NONE, 1);
	wf_txq_flush(q, NULL, &wf_clock);
	assert_int_equal(sent, 20 * 60);
}

/* A cable that is pulled doesn't reach what is on its way. */
static void
an_outage_takes_what_waits(void **state)
{
	dev.takes = 10;
	put(30);
	wf_txq_flush(q, NULL, &wf_clock);
	atomic_store_explicit(&shut, WF_DROP_outage, memory_order_relaxed);
	wf_txq_flush(q, NULL, &wf_clock);
	assert_int_equal(dropped[WF_DROP_outage], 20);
	end_next(10, WF_DROP_NONE, 1);
	wf_txq_flush(q, NULL, &wf_clock);
	assert_int_equal(sent, 10);
}

/* What the port could not send before is not left hanging there. */
static void
a_port_that_is_shut_is_moved_on(void **state)
{
	dev.takes = 10;
	put(10);
	wf_txq_flush(q, NULL, &wf_clock);
	dev.down = true;
	atomic_store_explicit(&shut, (unsigned char)WF_DROP_port_down, memory_order_relaxed);
	wf_txq_flush(q, NULL, &wf_clock);
	assert_int_equal(dropped[WF_DROP_port_down], 10);
	assert_false(wf_txq_busy(q));
}

static void
what_it_never_speaks_of_is_unknown(void **state)
{
	dev.takes = 10;
	put(12);
	wf_txq_flush(q, NULL, &wf_clock);
	end_next(3, WF_DROP_NONE, 1);
	wf_txq_drop_all(q, NULL, WF_DROP_shutdown);
	assert_int_equal(sent, 3);
	assert_int_equal(dropped[WF_DROP_tx_unknown], 7);
	assert_int_equal(dropped[WF_DROP_shutdown], 2);
}

static void
watch(bool on)
{
	watched |= on;
	q->keeps = on;
}

/* A tap sees the bytes of what has been sent, also when it comes or goes while packets are on their
 * way. Every buffer is freed (teardown). */
static void
a_tap_sees_what_was_sent(void **state)
{
	dev.takes = 50;
	put(10);
	wf_txq_flush(q, NULL, &wf_clock); /* nobody has kept these */
	watch(true);
	put(60); /* of which the port leaves 20 */
	wf_txq_flush(q, NULL, &wf_clock);
	end_next(15, WF_DROP_NONE, 1);
	wf_txq_flush(q, NULL, &wf_clock);
	assert_int_equal(sent, 15);
	assert_int_equal(kept, 5);
	end_next(5, WF_DROP_tx_error, 2);
	end_next(5, WF_DROP_NONE, 3);
	watch(false);
	wf_txq_flush(q, NULL, &wf_clock);
	assert_int_equal(dropped[WF_DROP_tx_error], 5);
	assert_int_equal(kept, 10);
	dev.takes = 20;
	wf_txq_flush(q, NULL, &wf_clock); /* kept by nobody again */
	end_next(30, WF_DROP_NONE, 4);
	wf_txq_flush(q, NULL, &wf_clock);
	assert_int_equal(sent, 50);
	assert_int_equal(kept, 35);
	assert_int_equal(q->n_kept, 0);
}

static void
what_was_kept_ends_with_the_rest(void **state)
{
	dev.takes = 10;
	watch(true);
	put(12);
	wf_txq_flush(q, NULL, &wf_clock);
	wf_txq_drop_all(q, NULL, WF_DROP_shutdown);
	assert_int_equal(dropped[WF_DROP_tx_unknown], 10);
	assert_int_equal(q->n_kept, 0);
	assert_int_equal(rte_mempool_in_use_count(pool), 0);
}

int
main(void)
{
#define LATER_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		LATER_TEST(taken_is_not_sent),
		LATER_TEST(each_ends_by_its_own_cause),
		LATER_TEST(what_it_does_not_take_ends_for_its_reason),
		LATER_TEST(more_than_its_room_goes_round),
		LATER_TEST(an_outage_takes_what_waits),
		LATER_TEST(a_port_that_is_shut_is_moved_on),
		LATER_TEST(what_it_never_speaks_of_is_unknown),
		LATER_TEST(a_tap_sees_what_was_sent),
		LATER_TEST(what_was_kept_ends_with_the_rest),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
