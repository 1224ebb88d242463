/* SPDX-License-Identifier: BSD-3-Clause
 * A probe as it stands in a frame, and what is none.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "wf_probe_rx.h"

static const struct wf_probe probe = {
	.epoch = 3, .stream = 0x1234, .sequence = 0x89abcdef, .sent_ns = 0x0102030405060708ull
};

static void
test_bytes(void **state)
{
	static const uint8_t rest[] = { 3, 0x12, 0x34, 0x89, 0xab, 0xcd, 0xef, 1, 2, 3, 4, 5, 6, 7,
		8 };
	uint8_t at[WF_PROBE_BYTES], all = WF_PROBE_MAGIC;
	struct wf_probe back;

	for (size_t i = 0; i < sizeof(rest); i++)
		all ^= rest[i];
	wf_probe_write(at, &probe);
	assert_int_equal(at[0], all);
	assert_memory_equal(at + 1, rest, sizeof(rest));
	assert_true(wf_probe_read(at, &back));
	assert_int_equal(back.epoch, probe.epoch);
	assert_int_equal(back.stream, probe.stream);
	assert_int_equal(back.sequence, probe.sequence);
	assert_int_equal(back.sent_ns, probe.sent_ns);
}

static void
test_a_flipped_bit(void **state)
{
	uint8_t at[WF_PROBE_BYTES];
	struct wf_probe back;

	wf_probe_write(at, &probe);
	for (uint32_t bit = 0; bit < 8 * WF_PROBE_BYTES; bit++) {
		at[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_false(wf_probe_read(at, &back));
		at[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
}

/* Of another trial, of a stream that there is not, before the trial or after now, and no probe. */
static void
test_foreign(void **state)
{
	struct wf_probe_rx *r = wf_probe_rx_new(
		&(struct wf_probe_rx_params){ .streams = 2, .epoch = 3, .from_ns = 1000 });
	static const struct wf_probe all[] = { { 3, 1, 0, 1000 }, { 4, 1, 1, 1000 },
		{ 3, 2, 1, 1000 }, { 3, 1, 1, 999 }, { 3, 1, 1, 2001 } };
	const uint64_t sent[2] = { 0, 1 };
	struct wf_probe_totals t = { 0 };
	uint8_t at[WF_PROBE_BYTES];

	for (size_t i = 0; i < WF_ARRAY_SIZE(all); i++) {
		wf_probe_write(at, &all[i]);
		wf_probe_rx_take(r, at, 60, 2000);
	}
	wf_probe_rx_take(r, NULL, 10, 2000);
	wf_probe_rx_end(r, sent, &t);
	assert_int_equal(t.received, 1);
	assert_int_equal(t.lost, 0);
	assert_int_equal(r->foreign, 5);
	assert_int_equal(r->bytes, 60);
	assert_int_equal(wf_hist_quantile(&r->delay, 1), 1000);
	wf_probe_rx_free(r);
}

/* Thousands of streams stay within bounds. */
static void
test_windows(void **state)
{
	assert_int_equal(wf_probe_window(1), 8192);
	assert_int_equal(wf_probe_window(1000), 1024);
	assert_int_equal(wf_probe_window(WF_PROBE_STREAMS), 128);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_a_flipped_bit),
		cmocka_unit_test(test_foreign),
		cmocka_unit_test(test_windows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
