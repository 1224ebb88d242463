/* SPDX-License-Identifier: BSD-3-Clause
 * What the keys of "queue" mean to lib/queue: the defaults are those of the RFCs.
 */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "rig.h"

#define MS WF_NS_PER_MS

static struct wf_queue_cfg
compiled(const char *keys)
{
	struct rig *r = rig_new(WF_BLOCK_QUEUE, keys);
	struct wf_queue_cfg cfg;

	assert_int_equal(r->variant, 1);
	memcpy(&cfg, r->cfg, sizeof(cfg));
	rig_free(r);
	return cfg;
}

static void
codel_is_as_in_rfc_8289(void **state)
{
	struct wf_queue_cfg c = compiled("rate.rate=10Mbit aqm=codel");

	assert_int_equal(c.codel.target_ns, 5 * MS);
	assert_int_equal(c.codel.interval_ns, 100 * MS);
	assert_int_equal(c.codel.max_packet, 1514);
	assert_false(c.head);
	assert_false(c.ecn);
}

static void
fq_codel_is_as_in_rfc_8290(void **state)
{
	struct wf_queue_cfg c = compiled("rate.rate=10Mbit aqm=fq-codel");

	assert_int_equal(c.codel.quantum, 1514);
	assert_int_equal(c.codel.n_flows, 1024);
	assert_true(c.head);
	assert_false(compiled("rate.rate=10Mbit aqm=fq-codel drop=tail").head);
	assert_true(compiled("rate.rate=10Mbit aqm=codel drop=head").head);
}

static void
pie_is_as_in_rfc_8033(void **state)
{
	struct wf_queue_cfg c = compiled("rate.rate=10Mbit aqm=pie");

	assert_int_equal(c.pie.target_ns, 15 * MS);
	assert_int_equal(c.pie.update_ns, 15 * MS);
	assert_int_equal(c.pie.burst_ns, 150 * MS);
	assert_true(c.pie.alpha == 0.125 && c.pie.beta == 1.25);
	assert_false(c.pie.derandomize);
	assert_true(compiled("rate.rate=10Mbit aqm=pie derandomize=true").pie.derandomize);
}

static void
dualpi2_is_as_in_rfc_9332(void **state)
{
	struct wf_queue_cfg c = compiled("rate.rate=10Mbit aqm=dualpi2");

	assert_true(c.dualpi2.target == 0.015);
	assert_int_equal(c.dualpi2.update_ns, 15 * MS);
	assert_true(fabs(c.dualpi2.alpha - 0.15) < 1e-12); /* 0.1 Tupdate / RTT_max^2 */
	assert_true(fabs(c.dualpi2.beta - 3) < 1e-12);     /* 0.3 / RTT_max */
	assert_true(c.dualpi2.k == 2 && c.dualpi2.p_cmax == 0.25);
	assert_int_equal(c.dualpi2.min_th_ns, 800000);
	assert_int_equal(c.dualpi2.range_ns, 400000);
}

/* Tupdate = min(target, RTT_max / 3). */
static void
dualpi2_updates_as_often_as_it_must(void **state)
{
	const char *keys[] = { "rate.rate=1Mbit aqm=dualpi2 target=5ms",
		"rate.rate=1Mbit aqm=dualpi2 interval=30ms",
		"rate.rate=1Mbit aqm=dualpi2 interval=30ms update=12ms",
		"rate.rate=1Mbit aqm=dualpi2 target=1us" };
	const wf_ns_t update[] = { 5 * MS, 10 * MS, 12 * MS, MS / 10 };

	for (size_t i = 0; i < WF_ARRAY_SIZE(keys); i++) {
		struct wf_queue_cfg c = compiled(keys[i]);

		assert_int_equal(c.dualpi2.update_ns, update[i]);
	}
	assert_true(fabs(compiled(keys[1]).dualpi2.alpha - 0.1 * 0.01 / 0.0009) < 1e-12);
}

static void
foreign_keys_are_refused(void **state)
{
	struct rig *r = rig_new(WF_BLOCK_QUEUE, "rate.rate=1Mbit aqm=codel derandomize=true");

	assert_int_equal(r->variant, -EINVAL);
	assert_non_null(strstr(rig_error(r), "\"derandomize\" does not belong to aqm \"codel\""));
	rig_free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(codel_is_as_in_rfc_8289),
		cmocka_unit_test(fq_codel_is_as_in_rfc_8290),
		cmocka_unit_test(pie_is_as_in_rfc_8033),
		cmocka_unit_test(dualpi2_is_as_in_rfc_9332),
		cmocka_unit_test(dualpi2_updates_as_often_as_it_must),
		cmocka_unit_test(foreign_keys_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
