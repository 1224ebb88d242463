/* SPDX-License-Identifier: BSD-3-Clause
 * Delay and loss that a file gives row by row: by time and by packet, held and linear, looping and
 * not, alone and beside a rate; and what is no such file.
 */
#include <errno.h>
#include <math.h>
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

#define MS WF_NS_PER_MS

static struct rig *
with(enum wf_block_id id, const char *text, const char *keys)
{
	char all[256];

	snprintf(all, sizeof(all), "%s=%s %s",
		id == WF_BLOCK_LOSS ? "model=trace trace" : "distribution=trace file",
		folder_write("rows", text), keys);
	return rig_new(id, all);
}

static void
delay_is(struct rig *r, wf_ns_t now_ns, wf_ns_t wanted_ns)
{
	rig_one(r, now_ns, 100);
	assert_int_equal(r->batch.due_ns[0] - now_ns, wanted_ns);
}

static void
a_delay_stays_until_the_next_row(void **state)
{
	struct rig *r = with(
		WF_BLOCK_DELAY, "# t d\n0s 10ms\n100ms, 30ms\n 0.3s;5ms\n1s 99ms\n", "order=free");

	assert_string_equal(rig_error(r), "");
	delay_is(r, 0, 10 * MS);
	delay_is(r, 100 * MS - 1, 10 * MS);
	delay_is(r, 100 * MS, 30 * MS);
	delay_is(r, 299 * MS, 30 * MS);
	delay_is(r, 300 * MS, 5 * MS);
	delay_is(r, 1000 * MS, 10 * MS); /* again: what the last row says is only where it ends */
	delay_is(r, 5100 * MS, 30 * MS);
	assert_true(
		fabs(r->forecast.delay_mean_ns / (0.1 * 10e6 + 0.2 * 30e6 + 0.7 * 5e6) - 1) < 0.01);
	rig_free(r);
}

static void
or_goes_straight_to_it(void **state)
{
	struct rig *r = with(WF_BLOCK_DELAY, "0s 10ms\n100ms 30ms\n300ms 10ms\n",
		"order=free interpolation=linear");

	delay_is(r, 0, 10 * MS);
	delay_is(r, 50 * MS, 20 * MS);
	delay_is(r, 100 * MS, 30 * MS);
	delay_is(r, 250 * MS, 15 * MS);
	delay_is(r, 350 * MS, 20 * MS);
	rig_free(r);
}

static void
or_stays_at_the_last(void **state)
{
	struct rig *r = with(WF_BLOCK_DELAY, "0s 10ms\n100ms 30ms\n", "order=free loop=false");

	delay_is(r, 99 * MS, 10 * MS);
	delay_is(r, 100 * MS, 30 * MS);
	delay_is(r, 86400 * WF_NS_PER_S, 30 * MS);
	assert_true(r->forecast.delay_mean_ns == 30e6);
	rig_free(r);
}

/* Before its first row there is nothing else to go by. */
static void
the_first_row_counts_from_the_start(void **state)
{
	struct rig *r = with(WF_BLOCK_DELAY, "50ms 10ms\n100ms 30ms\n", "order=free loop=false");

	delay_is(r, 0, 10 * MS);
	rig_free(r);
}

static void
by_packet_each_has_its_row(void **state)
{
	struct rig *r = with(WF_BLOCK_DELAY, "1ms\n2ms\n7ms\n", "order=free clock=packet");

	assert_true(r->compile.needs & WF_NEED_OWNER);
	for (int round = 0; round < 3; round++) {
		delay_is(r, 5, 1 * MS);
		delay_is(r, 6, 2 * MS);
		delay_is(r, 7, 7 * MS);
	}
	rig_free(r);
	r = with(WF_BLOCK_DELAY, "1ms\n2ms\n", "order=free clock=packet loop=false");
	delay_is(r, 5, 1 * MS);
	delay_is(r, 5, 2 * MS);
	delay_is(r, 5, 2 * MS);
	rig_free(r);
}

static void
each_takes_its_own_of_a_common_file(void **state)
{
	static const char text[] = "0s 10Mbit 20ms 0%\n1s 5Mbit 50ms 100%\n2s 0 0 0\n";
	struct rig *delay = with(WF_BLOCK_DELAY, text, "order=free");
	struct rig *loss = with(WF_BLOCK_LOSS, text, "");
	char keys[128];
	struct rig *rate;

	snprintf(keys, sizeof(keys), "trace=%s", folder_path("rows"));
	rate = rig_new(WF_BLOCK_RATE, keys);
	assert_string_equal(rig_error(rate), "");
	delay_is(delay, 0, 20 * MS);
	delay_is(delay, 1500 * MS, 50 * MS);
	rig_one(loss, 0, 100);
	assert_int_equal(loss->batch.drop[0], WF_DROP_NONE);
	rig_one(loss, 1500 * MS, 100);
	assert_int_equal(loss->batch.drop[0], WF_DROP_loss);
	rig_one(rate, 0, 1250);
	assert_int_equal(rate->batch.due_ns[0], 1 * MS);
	rig_free(delay);
	rig_free(loss);
	rig_free(rate);
}

static void
losses_have_their_share_of_each_row(void **state)
{
	struct rig *r = with(WF_BLOCK_LOSS, "0s 1%\n1s 30%\n3s 0%\n", "");
	const uint32_t n = 200000;
	uint64_t lost[2] = { 0, 0 };

	for (uint32_t i = 0; i < 2 * n; i++) {
		rig_one(r, i % 2 ? 2000 * MS : 500 * MS, 100);
		lost[i % 2] += r->batch.drop[0] != WF_DROP_NONE;
	}
	assert_true(fabs(fit_binomial_z(lost[0], n, 0.01)) < 4);
	assert_true(fabs(fit_binomial_z(lost[1], n, 0.3)) < 4);
	assert_true(fabs(r->forecast.loss - (0.01 + 2 * 0.3) / 3) < 1e-9);
	rig_free(r);
}

static void
what_is_no_trace_is_refused(void **state)
{
	struct rig *r;

	refused_by(with(WF_BLOCK_DELAY, "", ""), "", "there is no row in this file");
	refused_by(with(WF_BLOCK_DELAY, "0s 5ms\n", ""), "0s 5ms\n", "must last longer");
	refused_by(with(WF_BLOCK_DELAY, "5ms\n", ""), "5ms\n", "1 fields do not make a delay");
	refused_by(with(WF_BLOCK_DELAY, "0s 5ms\n1s\n", ""), "0s 5ms\n1s\n",
		"1 fields do not make a delay");
	refused_by(with(WF_BLOCK_DELAY, "0s 5ms\n1s 2ms 3ms\n", ""), "0s 5ms\n1s 2ms 3ms\n",
		"3 fields do not make");
	refused_by(with(WF_BLOCK_LOSS, "0s 1Mbit 5ms\n1s 1Mbit 5ms\n", ""),
		"0s 1Mbit 5ms\n1s 1Mbit 5ms\n", "do not make a probability");
	refused_by(with(WF_BLOCK_DELAY, "0s 5ms\n1s fast\n", ""), "0s 5ms\n1s fast\n",
		"\"fast\" is not a delay");
	refused_by(
		with(WF_BLOCK_DELAY, "0s 5ms\n1s 2h\n", ""), "0s 5ms\n1s 2h\n", "is not a delay");
	refused_by(with(WF_BLOCK_LOSS, "0s 1%\n1s 101%\n", ""), "0s 1%\n1s 101%\n",
		"is not a probability");
	refused_by(with(WF_BLOCK_DELAY, "1s 5ms\n1s 6ms\n", ""), "1s 5ms\n1s 6ms\n",
		"not later than the row before");
	refused_by(with(WF_BLOCK_DELAY, "now 5ms\n", ""), "now 5ms\n", "is not a time");
	refused_by(with(WF_BLOCK_DELAY, "0s 5ms\n1s 6ms\n", "mean=5ms"), "0s 5ms\n1s 6ms\n",
		"has no \"mean\"");
	refused_by(with(WF_BLOCK_DELAY, "0s 5ms\n1s 6ms\n", "rho=0.5"), "0s 5ms\n1s 6ms\n",
		"nothing to correlate");
	refused_by(with(WF_BLOCK_DELAY, "0s 5ms\n1s 6ms\n", "draw=flow"), "0s 5ms\n1s 6ms\n",
		"no meaning");
	refused_by(with(WF_BLOCK_DELAY, "5ms\n", "clock=packet interpolation=linear"), "5ms\n",
		"traces by time");
	refused_by(
		with(WF_BLOCK_LOSS, "0s 1%\n1s 1%\n", "p=5%"), "0s 1%\n1s 1%\n", "does not belong");
	r = rig_new(WF_BLOCK_DELAY, "distribution=trace");
	assert_non_null(strstr(rig_error(r), "needs a \"file\""));
	rig_free(r);
	r = rig_new(WF_BLOCK_LOSS, "model=trace");
	assert_non_null(strstr(rig_error(r), "\"trace\" is missing"));
	rig_free(r);
	r = rig_new(WF_BLOCK_DELAY, "mean=5ms clock=packet");
	assert_non_null(
		strstr(rig_error(r), "\"clock\" does not belong to distribution \"constant\""));
	rig_free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_delay_stays_until_the_next_row),
		cmocka_unit_test(or_goes_straight_to_it),
		cmocka_unit_test(or_stays_at_the_last),
		cmocka_unit_test(the_first_row_counts_from_the_start),
		cmocka_unit_test(by_packet_each_has_its_row),
		cmocka_unit_test(each_takes_its_own_of_a_common_file),
		cmocka_unit_test(losses_have_their_share_of_each_row),
		cmocka_unit_test(what_is_no_trace_is_refused),
	};

	return cmocka_run_group_tests_name("rows", tests, folder_make, folder_remove);
}
