/* SPDX-License-Identifier: BSD-3-Clause
 * The delays that a scenario configures, of a run and of its phases: laws, waves, steps of ramps.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "wf_configured.h"

#define MS WF_NS_PER_MS

struct rig {
	struct wf_scenarios s;
	struct wf_node *base;
	struct wf_conf *conf;
	struct wf_plan *plan;
	struct wf_script script;
	struct wf_seen *seen;
	struct wf_configured c;
};

static void
make(struct rig *r, const char *phases, wf_ns_t duration_ns)
{
	struct wf_err *err = wf_err_new();
	char text[800];

	*r = (struct rig){
		.base = wf_conf_read_text(
			"ports = ( { name = \"a\"; device = \"net_null0\"; },"
			" { name = \"b\"; device = \"net_null1\"; } ); links = ( { name "
			"= \"wan\"; ports = [ \"a\", \"b\" ]; ab = { delay = \"5ms\"; }; "
			"} );",
			"base.conf", false, err)
	};
	r->conf = wf_conf_bind(r->base, err);
	r->plan = wf_plan_compile(r->conf, 1, NULL, err);
	snprintf(text, sizeof(text), "schema_version = 1; name = \"x\"; phases = ( %s );", phases);
	assert_int_equal(wf_scenarios_read_text(text, "s.conf", &r->s, err), 0);
	assert_int_equal(wf_script_make(&r->s.at[0], r->base, 1, &r->script, err), 0);
	r->seen = wf_seen_new(&r->s.at[0], r->plan, WF_NS_PER_S);
	assert_int_equal(wf_configured_make(r->seen, &r->script, r->base, duration_ns, &r->c), 0);
	wf_err_free(err);
}

static void
put(struct rig *r)
{
	wf_configured_fini(&r->c);
	wf_seen_free(r->seen);
	wf_script_fini(&r->script);
	wf_plan_free(r->plan);
	wf_conf_free(r->conf);
	wf_node_free(r->base);
	wf_scenarios_free(&r->s);
}

static void
is(const struct rig *r, uint32_t dir, uint32_t group, double q, double want_ms)
{
	const struct wf_configured_law *law = &r->c.law[dir * r->c.n_groups + group];
	double got_ms;

	assert_true(law->n > 0);
	got_ms = (double)wf_configured_quantile(law, q) / MS;
	if (fabs(got_ms - want_ms) > 0.01 * want_ms)
		fail_msg(
			"direction %u, group %u: %g at %g, not %g", dir, group, got_ms, q, want_ms);
}

static void
a_phase_has_its_law_and_the_run_its_share_of_all(void **state)
{
	struct rig r;

	make(&r,
		"{ name = \"a\"; duration = \"3s\"; }, { name = \"b\"; duration = \"1s\"; ab = { "
		"delay = { min = \"10ms\"; max = \"20ms\"; distribution = \"uniform\"; }; }; }",
		4 * WF_NS_PER_S);
	is(&r, 0, 1, 0, 5);
	is(&r, 0, 1, 1, 5);
	is(&r, 0, 2, 0.1, 11);
	is(&r, 0, 2, 0.5, 15);
	is(&r, 0, 2, 1, 20);
	is(&r, 0, 0, 0.74, 5);
	is(&r, 0, 0, 0.875, 15); /* half of the last quarter */
	is(&r, 1, 2, 1, 0);
	put(&r);
	/* Stopped in the middle: what was not reached has none. */
	make(&r, "{ name = \"a\"; duration = \"3s\"; }, { name = \"b\"; }", 2 * WF_NS_PER_S);
	is(&r, 0, 1, 1, 5);
	assert_int_equal(r.c.law[2].n, 0);
	put(&r);
}

static void
waves_and_ramps_are_in_it(void **state)
{
	struct rig r;

	make(&r,
		"{ name = \"w\"; duration = \"10s\"; ab = { delay = { mean = \"50ms\"; amplitude = "
		"\"20ms\"; frequency = 0.5; }; }; }, { name = \"r\"; duration = \"4s\"; step = "
		"\"1s\"; ramp = \"step\"; both = { delay = \"10ms -> 40ms\"; }; }",
		14 * WF_NS_PER_S);
	is(&r, 0, 1, 0, 30);
	is(&r, 0, 1, 0.25, 50 - 20 * M_SQRT1_2); /* of a sine */
	is(&r, 0, 1, 0.5, 50);
	is(&r, 0, 1, 1, 70);
	is(&r, 0, 2, 0.2, 10);
	is(&r, 0, 2, 0.3, 20);
	is(&r, 0, 2, 0.7, 30);
	is(&r, 1, 2, 1, 40);
	put(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_phase_has_its_law_and_the_run_its_share_of_all),
		cmocka_unit_test(waves_and_ramps_are_in_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
