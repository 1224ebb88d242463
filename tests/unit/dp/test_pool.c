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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_packet_of_our_own_is_changed_in_place),
		cmocka_unit_test(a_packet_that_another_holds_is_copied),
		cmocka_unit_test(without_a_buffer_there_is_no_copy),
	};

	return cmocka_run_group_tests_name("pool", tests, start, end);
}
