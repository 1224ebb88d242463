/* SPDX-License-Identifier: BSD-3-Clause
 * The RFCs' own examples, and what the reference's short traces don't reach.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "wf_probe_stream.h"

#define WINDOW 64

static struct wf_probe_slot slots[WINDOW];
static struct wf_hist delay, ipdv;
static struct wf_probe_stream s;

static int
begin(void **state)
{
	memset(slots, 0, sizeof(slots));
	wf_hist_init(&delay);
	wf_hist_init(&ipdv);
	wf_probe_stream_init(&s, slots, WINDOW, &delay, &ipdv);
	return 0;
}

/* Numbers as they come, from 1; each was sent a ms after the one before, and they come a ms apart.
 */
static void
take(const uint32_t *number, size_t n)
{
	for (size_t i = 0; i < n; i++)
		wf_probe_stream_take(&s, number[i] - 1, number[i] * WF_NS_PER_MS,
			WF_NS_PER_S + i * WF_NS_PER_MS);
}

/* RFC 4737, section 7.1, tables 2 and 4. */
static void
test_rfc4737_single(void **state)
{
	static const uint32_t table2[] = { 1, 2, 3, 5, 6, 7, 8, 4, 9, 10 };

	take(table2, WF_ARRAY_SIZE(table2));
	wf_probe_stream_end(&s, 10);
	assert_int_equal(s.t.reordered, 1);
	assert_int_equal(s.t.extent.max, 4);
	assert_int_equal(s.t.late_ns.max, 4 * WF_NS_PER_MS);
	assert_int_equal(s.t.preceded[4], 1);
	assert_int_equal(s.t.lost, 0);
}

static void
test_rfc4737_several(void **state)
{
	static const uint32_t table4[] = { 1, 2, 3, 4, 7, 5, 6, 8, 9, 10 };

	take(table4, WF_ARRAY_SIZE(table4));
	wf_probe_stream_end(&s, 10);
	assert_int_equal(s.t.reordered, 2);
	assert_int_equal(s.t.extent.sum, 1 + 2);
	assert_int_equal(s.t.preceded[1], 1); /* 5: 7 stands right before it */
	assert_int_equal(s.t.preceded[0], 1); /* 6: 5 does */
}

/* RFC 3357, sections 4 and 6: 5 losses in 4 periods. */
static void
test_rfc3357(void **state)
{
	static const uint32_t come[] = { 1, 3, 4, 6, 8, 9, 12, 13 };

	take(come, WF_ARRAY_SIZE(come));
	wf_probe_stream_end(&s, 13); /* lost: 2 5 7 10 11 */
	assert_int_equal(s.t.lost, 5);
	assert_int_equal(s.t.loss_run.n, 4);
	assert_int_equal(s.t.loss_run.max, 2);
	assert_int_equal(s.t.runs_of[1], 3);
	assert_int_equal(s.t.runs_of[2], 1);
	assert_int_equal(s.t.loss_distance.n, 4);
	assert_int_equal(s.t.loss_distance.sum, 3 + 2 + 3 + 1);
	assert_int_equal(s.t.noticeable, 4);
}

/* RFC 3550: |D| is 16 us twice, then 0. */
static void
test_rfc3550(void **state)
{
	static const wf_ns_t delay_us[] = { 100, 116, 100, 100 };

	for (uint32_t i = 0; i < 4; i++)
		wf_probe_stream_take(
			&s, i, i * WF_NS_PER_MS, i * WF_NS_PER_MS + delay_us[i] * WF_NS_PER_US);
	wf_probe_stream_end(&s, 4);
	assert_in_range(s.t.jitter_ns, 1816, 1817); /* 1000, 1937.5, 1816.4 */
	assert_int_equal(s.t.ipdv_up.sum, 16000);
	assert_int_equal(s.t.ipdv_down.sum, 16000);
	assert_int_equal(s.t.ipdv_down.n, 2);
}

/* A gap longer than the window, and numbers beyond 2^32. */
static void
test_wrap(void **state)
{
	const uint64_t step = 1u << 30;

	for (uint64_t i = 0; i < 9; i++)
		wf_probe_stream_take(&s, (uint32_t)(i * step), i, i + 5);
	wf_probe_stream_end(&s, 8 * step + 1);
	assert_int_equal(s.next, 8 * step + 1);
	assert_int_equal(s.t.received, 9);
	assert_int_equal(s.t.lost, 8 * (step - 1));
	assert_int_equal(s.t.loss_run.n, 8);
	assert_int_equal(s.t.runs_of[WF_PROBE_RUNS], 8);
	assert_int_equal(s.t.loss_distance.n, 8 * (step - 1) - 1);
}

static void
test_nothing_came(void **state)
{
	wf_probe_stream_end(&s, 1000);
	assert_int_equal(s.t.lost, 1000);
	assert_int_equal(s.t.loss_run.max, 1000);
	assert_int_equal(s.t.jitter_streams, 0);
}

static void
test_beyond_what_was_sent(void **state)
{
	wf_probe_stream_take(&s, 0, 1, 2);
	wf_probe_stream_take(&s, 5, 1, 2);
	wf_probe_stream_end(&s, 3);
	assert_int_equal(s.t.unsent, 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_rfc4737_single, begin),
		cmocka_unit_test_setup(test_rfc4737_several, begin),
		cmocka_unit_test_setup(test_rfc3357, begin),
		cmocka_unit_test_setup(test_rfc3550, begin),
		cmocka_unit_test_setup(test_wrap, begin),
		cmocka_unit_test_setup(test_nothing_came, begin),
		cmocka_unit_test_setup(test_beyond_what_was_sent, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
