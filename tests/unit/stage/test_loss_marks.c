/* SPDX-License-Identifier: BSD-3-Clause
 * Loss: marks instead of drops, and losses that are correlated without a chain of states.
 */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fit.h"
#include "refused.h"
#include "wire.h"

static const uint32_t bit = 1u << WF_BLOCK_LOSS;

static void
udp(struct wire *w, int family, bool tag, uint8_t ecn)
{
	uint8_t *ip = w->data + (tag ? 18 : 14);

	wire_udp(w, family, tag, 30);
	ip[1] = family == 4 ? ecn : (uint8_t)(ecn << 4);
	if (family == 4) {
		wire_put(ip + 10, 0, 2);
		wire_put(ip + 10, ~wire_sum(0, ip, 20), 2);
	}
}

/* 'd'ropped, 'm'arked or 'p'assed. */
static char
fate(struct rig *r, struct wire *w)
{
	uint16_t row = wire_pass(r, w, 0);

	return r->batch.drop[row] == WF_DROP_loss ? 'd' : r->batch.edits[row] & bit ? 'm' : 'p';
}

static void
the_keys_say_what_happens(void **state)
{
	static const struct {
		const char *keys;
		const char *fates; /* of the four codepoints: not capable, ECT(1), ECT(0), CE */
	} v[] = {
		{ "p=100%", "dddd" },
		{ "p=100% action=drop", "dddd" },
		{ "p=100% action=mark", "dmmm" },
		{ "p=100% action=mark not_capable=pass", "pmmm" },
		{ "model=every every=1 action=mark", "dmmm" },
	};

	for (size_t i = 0; i < WF_ARRAY_SIZE(v); i++) {
		struct rig *r = rig_new(WF_BLOCK_LOSS, v[i].keys);

		for (uint8_t ecn = 0; ecn < 4; ecn++)
			for (int k = 0; k < 4; k++) {
				struct wire w;

				udp(&w, k & 1 ? 6 : 4, k & 2, ecn);
				assert_int_equal(fate(r, &w), v[i].fates[ecn]);
			}
		assert_int_equal(!!(r->compile.needs & WF_NEED_BYTES), i >= 2);
		rig_free(r);
	}
}

static void
the_mark_is_in_the_header_and_nothing_else_changes(void **state)
{
	struct rig *r = rig_new(WF_BLOCK_LOSS, "p=100% action=mark");

	for (int k = 0; k < 4; k++) {
		struct wire w, wanted;
		struct wf_frame f;

		udp(&w, k & 1 ? 6 : 4, k & 2, 2);
		udp(&wanted, k & 1 ? 6 : 4, k & 2, 3);
		assert_true(wire_right(w.data, w.len));
		assert_int_equal(fate(r, &w), 'm');
		f = wire_frame(r, &w, 0);
		r->ops->stage->edit(r->cfg, &f);
		assert_int_equal(f.len_bytes, wanted.len);
		assert_memory_equal(w.data, wanted.data, wanted.len);
	}
	rig_free(r);
}

static void
the_same_packets_are_meant_as_without_marks(void **state)
{
	struct rig *drops = rig_new(WF_BLOCK_LOSS, "model=gilbert-elliott plr=20% mean_burst=3");
	struct rig *marks =
		rig_new(WF_BLOCK_LOSS, "model=gilbert-elliott plr=20% mean_burst=3 action=mark");
	struct wire w;

	udp(&w, 4, false, 2);
	for (int i = 0; i < 20000; i++)
		assert_int_equal(fate(drops, &w) == 'd', fate(marks, &w) == 'm');
	rig_free(drops);
	rig_free(marks);
}

/* Another stage's drops are none of ours. */
static void
what_was_dropped_before_stays_so(void **state)
{
	struct rig *r = rig_new(WF_BLOCK_LOSS, "p=100% action=mark");
	struct wire w;

	udp(&w, 4, false, 2);
	r->batch.n = 0;
	r->batch.drop[wire_add(r, &w, 0)] = WF_DROP_outage;
	rig_run(r);
	assert_int_equal(r->batch.drop[0], WF_DROP_outage);
	assert_int_equal(r->batch.edits[0] & bit, 0);
	rig_free(r);
}

/* ---- Correlation ---- */

static void
share_and_runs_are_exact(void **state)
{
	static const double rho[] = { 0.25, 0.5, 0.9 };
	static const char *const keys[] = { "p=10% correlation=25%", "p=10% correlation=50%",
		"p=10% correlation=90%" };
	const int n = 1000000;

	for (size_t k = 0; k < WF_ARRAY_SIZE(rho); k++) {
		struct rig *r = rig_new(WF_BLOCK_LOSS, keys[k]);
		double stay = 0.1 + rho[k] * 0.9, expected[30], runs = 0, wide;
		uint64_t count[30] = { 0 }, lost = 0;
		uint32_t length = 0;

		for (int i = 0; i < n; i++) {
			rig_one(r, 0, 100);
			if (r->batch.drop[0]) {
				lost++;
				length++;
			} else if (length > 0) {
				count[length < 30 ? length - 1 : 29]++;
				runs++;
				length = 0;
			}
		}
		for (int i = 0; i < 30; i++)
			expected[i] = runs * pow(stay, i) * (i < 29 ? 1 - stay : 1);
		assert_true(fit_chi2(count, expected, 30, 1) > FIT_P);
		/* The variance of the mean grows by (1 + rho) / (1 - rho). */
		wide = sqrt((1 + rho[k]) / (1 - rho[k]));
		assert_true(fabs(fit_binomial_z(lost, n, 0.1)) / wide < 4);
		assert_true(fabs(r->forecast.loss - 0.1) < 1e-12);
		assert_true(fabs(r->forecast.mean_burst - 1 / (1 - stay)) < 1e-9);
		assert_true(r->compile.needs & WF_NEED_OWNER);
		rig_free(r);
	}
}

static void
no_correlation_is_the_plain_model(void **state)
{
	struct rig *plain = rig_new(WF_BLOCK_LOSS, "p=10%");
	struct rig *zero = rig_new(WF_BLOCK_LOSS, "p=10% correlation=0%");

	assert_int_equal(plain->variant, zero->variant);
	assert_false(zero->compile.needs & WF_NEED_OWNER);
	rig_free(plain);
	rig_free(zero);
}

static void
what_makes_no_sense_is_refused(void **state)
{
	refused(WF_BLOCK_LOSS, "p=1% not_capable=pass",
		"\"not_capable\" is for losses that become marks");
	refused(WF_BLOCK_LOSS, "model=every every=3 correlation=5%",
		"does not belong to model \"every\"");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_keys_say_what_happens),
		cmocka_unit_test(the_mark_is_in_the_header_and_nothing_else_changes),
		cmocka_unit_test(the_same_packets_are_meant_as_without_marks),
		cmocka_unit_test(what_was_dropped_before_stays_so),
		cmocka_unit_test(share_and_runs_are_exact),
		cmocka_unit_test(no_correlation_is_the_plain_model),
		cmocka_unit_test(what_makes_no_sense_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
