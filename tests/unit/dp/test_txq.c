/* SPDX-License-Identifier: BSD-3-Clause
 * Transmit on one port, against a net_ring that nobody empties. What the pipeline would account
 * for is recorded by stand-ins of wf_pipe_sent and wf_pipe_drop.
 */
#include <rte_dev.h>
#include <rte_mbuf.h>
#include <rte_ring.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "wf_eal.h"
#include "wf_lines.h"
#include "wf_port.h"
#include "wf_txq.h"

#define FITS 1514

static struct rte_mempool *pool;
static struct rte_ring *ring; /* what the port sends ends here */
static uint32_t ring_room;
static struct wf_clock wf_clock;
static struct wf_txq *q;
static struct wf_port wf_port = { .device = "net_ring0", .mtu = FITS - 14 };
static atomic_uchar shut; /* enum wf_drop */
static uint32_t sent, dropped[WF_DROP_COUNT];

void __wrap_wf_pipe_sent(struct wf_pipe *p, const struct wf_held *h, uint32_t n, wf_ns_t now_ns);
void __wrap_wf_pipe_drop(
	struct wf_pipe *p, const struct wf_held *h, uint32_t n, enum wf_drop cause);

void
__wrap_wf_pipe_sent(struct wf_pipe *p, const struct wf_held *h, uint32_t n, wf_ns_t now_ns)
{
	sent += n;
}

void
__wrap_wf_pipe_drop(struct wf_pipe *p, const struct wf_held *h, uint32_t n, enum wf_drop cause)
{
	dropped[cause] += n;
	for (uint32_t i = 0; i < n; i++)
		rte_pktmbuf_free(h[i].pkt);
}

static int
start(void **state)
{
	struct wf_err *err = wf_err_new();

	assert_int_equal(wf_eal_offline(err), 0);
	assert_int_equal(wf_clock_init(&wf_clock), 0);
	pool = rte_pktmbuf_pool_create("pool", 4095, 0, 0, 2176, SOCKET_ID_ANY);
	assert_non_null(pool);
	assert_int_equal(rte_eal_hotplug_add("vdev", "net_ring0", ""), 0);
	assert_int_equal(wf_port_ethdev.find(&wf_port, err), 0);
	assert_int_equal(wf_port_ethdev.open(&wf_port, 1, pool, err), 0);
	wf_err_free(err);
	ring = rte_ring_lookup("ETH_RXTX0_net_ring0");
	assert_non_null(ring);
	ring_room = rte_ring_get_capacity(ring);
	return 0;
}

static int
end(void **state)
{
	wf_port_ethdev.close(&wf_port);
	return 0;
}

static int
setup(void **state)
{
	q = wf_lines_new(1, sizeof(*q));
	wf_txq_init(q, &wf_port_ethdev, wf_port_ethdev.queue(&wf_port, 0), &shut, FITS);
	atomic_store_explicit(&shut, WF_DROP_NONE, memory_order_relaxed);
	sent = 0;
	memset(dropped, 0, sizeof(dropped));
	return q ? 0 : -1;
}

static void
empty_ring(void)
{
	void *m;

	while (rte_ring_dequeue(ring, &m) == 0)
		rte_pktmbuf_free(m);
}

/* Every buffer is back in the end. */
static int
teardown(void **state)
{
	wf_txq_drop_all(q, NULL, WF_DROP_shutdown);
	empty_ring();
	free(q);
	assert_int_equal(rte_mempool_in_use_count(pool), 0);
	return 0;
}

/* Puts a packet with `n_tags` VLAN tags; `id` is its arrival time. */
static void
put(uint32_t len_bytes, uint32_t n_tags, uint32_t id)
{
	struct rte_mbuf *m = rte_pktmbuf_alloc(pool);
	struct wf_held h = { .pkt = m, .len_bytes = len_bytes, .rx_ns = id };
	uint8_t *data;

	assert_non_null(m);
	data = (uint8_t *)rte_pktmbuf_append(m, (uint16_t)len_bytes);
	memset(data, 0, len_bytes);
	for (uint32_t i = 0; i < n_tags; i++)
		data[12 + 4 * i] = 0x81;
	data[16] = (uint8_t)(n_tags ? data[16] : id >> 8);
	m->hash.usr = id;
	wf_txq_put(q, NULL, &wf_clock, &h);
}

static void
what_the_device_takes_is_sent(void **state)
{
	for (uint32_t i = 0; i < 100; i++)
		put(64, 0, i);
	assert_int_equal(wf_txq_flush(q, NULL, &wf_clock), 100);
	assert_int_equal(sent, 100);
	assert_int_equal(q->n, 0);
}

static void
what_it_refuses_is_tried_again_in_order(void **state)
{
	void *m = NULL;

	for (uint32_t i = 0; i < ring_room + 50; i++) {
		put(64, 0, i);
		if (i % 64 == 63)
			wf_txq_flush(q, NULL, &wf_clock);
	}
	wf_txq_flush(q, NULL, &wf_clock);
	assert_int_equal(sent, ring_room);
	assert_int_equal(q->n + dropped[WF_DROP_tx_full], 50);
	for (uint32_t i = 0; i < ring_room; i++) {
		assert_int_equal(rte_ring_dequeue(ring, &m), 0);
		assert_int_equal(((struct rte_mbuf *)m)->hash.usr, i);
		rte_pktmbuf_free(m);
	}
	wf_txq_flush(q, NULL, &wf_clock);
	for (uint32_t i = ring_room; i < sent; i++) {
		assert_int_equal(rte_ring_dequeue(ring, &m), 0);
		assert_int_equal(((struct rte_mbuf *)m)->hash.usr, i);
		rte_pktmbuf_free(m);
	}
	assert_int_equal(sent + dropped[WF_DROP_tx_full], ring_room + 50);
}

static void
fill_device(void)
{
	while (rte_ring_free_count(ring) > 0) {
		put(64, 0, 0);
		wf_txq_flush(q, NULL, &wf_clock);
	}
	sent = 0;
}

static void
what_is_refused_for_a_millisecond_is_dropped(void **state)
{
	wf_ns_t first;

	fill_device();
	put(64, 0, 0);
	first = wf_clock_ns(&wf_clock);
	while (dropped[WF_DROP_tx_full] == 0)
		wf_txq_flush(q, NULL, &wf_clock);
	assert_true(wf_clock_ns(&wf_clock) - first > WF_TXQ_RETRY_NS);
	assert_int_equal(sent, 0);
	assert_int_equal(dropped[WF_DROP_tx_full], 1);
}

/* Not even to be tried again. */
static void
nothing_is_sent_while_the_cable_is_out(void **state)
{
	fill_device();
	put(64, 0, 0);
	wf_txq_flush(q, NULL, &wf_clock); /* refused */
	put(64, 0, 0);
	atomic_store_explicit(&shut, WF_DROP_outage, memory_order_relaxed);
	assert_int_equal(wf_txq_flush(q, NULL, &wf_clock), 2);
	assert_int_equal(q->n, 0);
	assert_int_equal(dropped[WF_DROP_outage], 2);
	empty_ring();
	atomic_store_explicit(&shut, WF_DROP_NONE, memory_order_relaxed);
	put(64, 0, 0);
	assert_int_equal(wf_txq_flush(q, NULL, &wf_clock), 1);
	assert_int_equal(sent, 1);
}

static void
there_is_room_for_so_many(void **state)
{
	fill_device();
	for (uint32_t i = 0; i < WF_TXQ_ROOM; i++)
		put(64, 0, i);
	assert_int_equal(q->n, WF_TXQ_ROOM);
	put(64, 0, 0);
	assert_true(dropped[WF_DROP_tx_full] > 0);
}

static void
a_full_device_is_waited_for_but_not_for_long(void **state)
{
	wf_ns_t t = 1000000;

	fill_device();
	assert_false(wf_txq_wait(q, t));
	while (q->n <= WF_TXQ_ROOM - WF_TXQ_BURST)
		put(64, 0, 0);
	assert_true(wf_txq_wait(q, t));
	assert_true(wf_txq_wait(q, t + WF_TXQ_RETRY_NS));
	assert_false(wf_txq_wait(q, t + WF_TXQ_RETRY_NS + 1));
	/* Only when it has caught up may it be waited for again. */
	empty_ring();
	wf_txq_flush(q, NULL, &wf_clock);
	assert_false(wf_txq_wait(q, t + 2 * WF_TXQ_RETRY_NS));
	assert_int_equal(q->full_since_ns, 0);
}

static void
the_mtu_does_not_count_vlan_tags(void **state)
{
	put(FITS, 0, 0);
	put(FITS + 4, 1, 0);
	put(FITS + 8, 2, 0);
	assert_int_equal(q->n, 3);
	put(FITS + 1, 0, 0);
	put(FITS + 5, 1, 0);
	put(FITS + 9, 2, 0);
	put(FITS + 12, 3, 0);
	assert_int_equal(q->n, 3);
	assert_int_equal(dropped[WF_DROP_too_long], 4);
}

int
main(void)
{
#define TXQ_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TXQ_TEST(what_the_device_takes_is_sent),
		TXQ_TEST(what_it_refuses_is_tried_again_in_order),
		TXQ_TEST(what_is_refused_for_a_millisecond_is_dropped),
		TXQ_TEST(nothing_is_sent_while_the_cable_is_out),
		TXQ_TEST(there_is_room_for_so_many),
		TXQ_TEST(a_full_device_is_waited_for_but_not_for_long),
		TXQ_TEST(the_mtu_does_not_count_vlan_tags),
	};

	return cmocka_run_group_tests(tests, start, end);
}
