/* SPDX-License-Identifier: BSD-3-Clause
 * What pipelines may do with mbufs: change them where nobody else holds their bytes, else a copy.
 */
#include <rte_mbuf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "wf_eal.h"
#include "wf_pool.h"
#include "wf_store_value.h"

static struct wf_pool pool;

static int
start(void **state)
{
	struct wf_err *err = wf_err_new();
	int rc = wf_eal_offline(err) < 0 || wf_pool_init(&pool, 4 << 20, 600, 1514, true, err) < 0;

	wf_err_print(err, stderr);
	wf_err_free(err);
	return -rc;
}

static int
end(void **state)
{
	wf_pool_fini(&pool);
	return 0;
}

static struct rte_mbuf *
packet(struct wf_pkt_ops *ops)
{
	static const uint8_t bytes[60] = { 1, 2, 3 };
	struct rte_mbuf *m;

	*ops = wf_pool_ops(&pool);
	m = ops->make(ops->ctx, bytes, sizeof(bytes));
	assert_non_null(m);
	return m;
}

static void
a_packet_of_our_own_is_changed_in_place(void **state)
{
	struct wf_pkt_ops ops;
	struct rte_mbuf *m = packet(&ops);
	struct wf_frame f;

	assert_ptr_equal(ops.writable(ops.ctx, m, &f), m);
	assert_ptr_equal(f.data, rte_pktmbuf_mtod(m, uint8_t *));
	assert_int_equal(f.readable_bytes, 60);
	assert_true(f.room_bytes >= 1514);
	rte_pktmbuf_free(m);
}

/* As a capture holds it: by a reference, or by a clone. */
static void
a_packet_that_another_holds_is_copied(void **state)
{
	for (int cloned = 0; cloned < 2; cloned++) {
		struct wf_pkt_ops ops;
		struct rte_mbuf *m = packet(&ops), *theirs = m, *ours;
		struct wf_frame f;

		if (cloned) {
			theirs = rte_pktmbuf_clone(m, pool.mp);
			assert_non_null(theirs);
		} else {
			rte_mbuf_refcnt_update(m, 1);
		}
		ours = ops.writable(ops.ctx, m, &f);
		assert_non_null(ours);
		assert_true(ours != m && ours != theirs);
		f.data[0] = 9;
		assert_int_equal(*rte_pktmbuf_mtod(theirs, uint8_t *), 1);
		assert_int_equal(rte_pktmbuf_pkt_len(ours), 60);
		rte_pktmbuf_free(theirs);
		rte_pktmbuf_free(ours);
	}
	assert_int_equal(wf_pool_in_use(&pool), 0);
}

static void
without_a_buffer_there_is_no_copy(void **state)
{
	struct rte_mbuf **all = calloc(pool.n, sizeof(struct rte_mbuf *));
	struct wf_pkt_ops ops;
	struct rte_mbuf *m = packet(&ops);
	struct wf_frame f;
	uint32_t n = 0;

	while ((all[n] = rte_pktmbuf_alloc(pool.mp)) != NULL)
		n++;
	rte_mbuf_refcnt_update(m, 1);
	assert_null(ops.writable(ops.ctx, m, &f));
	assert_int_equal(rte_mbuf_refcnt_read(m), 2);
	rte_mbuf_refcnt_update(m, -1);
	rte_pktmbuf_free(m);
	rte_pktmbuf_free_bulk(all, n);
	assert_int_equal(wf_pool_in_use(&pool), 0);
	free(all);
}

/* ---- By value ---- */

static const uint8_t *
bytes_of(const struct wf_pkt_ops *ops, struct rte_mbuf *m)
{
	const uint8_t *data;
	void *pkt = m;

	ops->bytes(ops->ctx, &pkt, 1, &data);
	return data;
}

static void
a_packet_is_its_bytes(void **state)
{
	struct wf_pkt_ops ops;
	struct rte_mbuf *m = packet(&ops);

	assert_ptr_equal(bytes_of(&ops, m), rte_pktmbuf_mtod(m, uint8_t *));
	rte_pktmbuf_adj(m, 14); /* wherever they begin */
	assert_ptr_equal(bytes_of(&ops, m), rte_pktmbuf_mtod(m, uint8_t *));
	rte_pktmbuf_free(m);
}

/* Held by a capture, a clone, in pieces, marked as one that has waited, or at the end of its room:
 * more is to be known of it, or less is ours. */
static void
a_packet_that_is_more_is_not(void **state)
{
	struct wf_pkt_ops ops;
	struct rte_mbuf *m = packet(&ops), *other = packet(&ops), *clone;

	rte_mbuf_refcnt_update(m, 1);
	assert_null(bytes_of(&ops, m));
	rte_mbuf_refcnt_update(m, -1);
	m->ol_flags |= 1ull << 40;
	assert_null(bytes_of(&ops, m));
	m->ol_flags = 0;
	clone = rte_pktmbuf_clone(m, pool.mp);
	assert_non_null(clone);
	assert_null(bytes_of(&ops, clone));
	assert_null(bytes_of(&ops, m));
	rte_pktmbuf_free(clone);
	assert_non_null(bytes_of(&ops, m));
	m->data_off = (uint16_t)(m->buf_len - 60);
	assert_null(bytes_of(&ops, m));
	m->data_off = RTE_PKTMBUF_HEADROOM;
	assert_int_equal(rte_pktmbuf_chain(m, other), 0);
	assert_null(bytes_of(&ops, m));
	rte_pktmbuf_free(m);
	assert_int_equal(wf_pool_in_use(&pool), 0);
}

static void
bytes_become_packets_again(void **state)
{
	enum { N = 70, AGAIN = 3 };
	struct wf_pkt_ops ops = wf_pool_ops(&pool);
	struct wf_values v = { .cut_bytes = 512, .source = { ops.buffer, ops.free, ops.ctx } };
	uint8_t bytes[512];
	struct wf_held h[N] = { 0 };
	void *pkts[N];

	for (uint32_t i = 0; i < N; i++) {
		const uint8_t *data = bytes;
		uint32_t len = 60 + 6 * i;

		memset(bytes, (int)i, sizeof(bytes));
		assert_int_equal(wf_values_put(&v, &data, &len, 1, &h[i].pkt, &h[i].len_bytes), 1);
	}
	for (uint32_t i = 0; i < AGAIN; i++) {
		pkts[i] = packet(&ops);
		rte_pktmbuf_adj(pkts[i], 14);
	}
	assert_int_equal(ops.make_bulk(ops.ctx, h, N, pkts, AGAIN), N);
	for (uint32_t i = 0; i < N; i++) {
		struct rte_mbuf *m = pkts[i];

		memset(bytes, (int)i, sizeof(bytes));
		assert_int_equal(rte_pktmbuf_pkt_len(m), 60 + 6 * i);
		assert_int_equal(rte_pktmbuf_data_len(m), 60 + 6 * i);
		assert_int_equal(rte_pktmbuf_headroom(m), RTE_PKTMBUF_HEADROOM);
		assert_int_equal(m->nb_segs, 1);
		assert_int_equal(m->ol_flags, 0);
		assert_memory_equal(rte_pktmbuf_mtod(m, uint8_t *), bytes, 60 + 6 * i);
		rte_pktmbuf_free(m);
		wf_value_free(&v, h[i].pkt, h[i].len_bytes);
	}
	wf_values_fini(&v);
	assert_int_equal(wf_pool_in_use(&pool), 0);
}

/* As many as there are buffers for, and not one less. */
static void
without_buffers_some_become_packets(void **state)
{
	struct wf_pkt_ops ops = wf_pool_ops(&pool);
	struct wf_values v = { .cut_bytes = 512, .source = { ops.buffer, ops.free, ops.ctx } };
	struct rte_mbuf **all = calloc(pool.n, sizeof(struct rte_mbuf *));
	struct wf_held h[8] = { 0 };
	void *pkts[8];
	uint32_t n = 0, len = 64;

	for (uint32_t i = 0; i < 8; i++) {
		const uint8_t *data = (const uint8_t *)h;

		assert_int_equal(wf_values_put(&v, &data, &len, 1, &h[i].pkt, &h[i].len_bytes), 1);
	}
	while ((all[n] = rte_pktmbuf_alloc(pool.mp)) != NULL)
		n++;
	assert_int_equal(ops.make_bulk(ops.ctx, h, 8, pkts, 0), 0);
	for (uint32_t left = 1; left < 8; left++) {
		rte_pktmbuf_free_bulk(all + n - left, left);
		assert_int_equal(ops.make_bulk(ops.ctx, h, 8, pkts, 0), left);
		memcpy(all + n - left, pkts, left * sizeof(pkts[0]));
	}
	pkts[0] = all[--n]; /* to be used again */
	assert_int_equal(ops.make_bulk(ops.ctx, h, 8, pkts, 1), 1);
	rte_pktmbuf_free(pkts[0]);
	rte_pktmbuf_free_bulk(all, n);
	for (uint32_t i = 0; i < 8; i++)
		wf_value_free(&v, h[i].pkt, h[i].len_bytes);
	wf_values_fini(&v);
	assert_int_equal(wf_pool_in_use(&pool), 0);
	free(all);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_packet_of_our_own_is_changed_in_place),
		cmocka_unit_test(a_packet_that_another_holds_is_copied),
		cmocka_unit_test(without_a_buffer_there_is_no_copy),
		cmocka_unit_test(a_packet_is_its_bytes),
		cmocka_unit_test(a_packet_that_is_more_is_not),
		cmocka_unit_test(bytes_become_packets_again),
		cmocka_unit_test(without_buffers_some_become_packets),
	};

	return cmocka_run_group_tests_name("pool", tests, start, end);
}
