/* SPDX-License-Identifier: BSD-3-Clause
 * Rewritten headers: values and combinations that are refused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "rig.h"

static void
what_makes_no_sense_is_refused(void **state)
{
	static const struct {
		const char *keys, *message;
	} v[] = {
		{ "p=50%", "nothing of what is to be rewritten" },
		{ "ecn=keep vlan=keep", "nothing of what is to be rewritten" },
		{ "ttl=5 ttl_decrement=1", "does not go with \"ttl_decrement\"" },
		{ "ttl=5 from=10.0.0.1", "\"from\" without \"ttl_decrement\"" },
		{ "dscp=5 time_exceeded=true", "\"time_exceeded\" without \"ttl_decrement\"" },
		{ "ttl_decrement=1 time_exceeded=false from6=::1", "tells nobody" },
		{ "ttl_decrement=1 from=10.0.0", "is no IPv4 address" },
		{ "ttl_decrement=1 from6=10.0.0.1", "is no IPv6 address" },
		{ "vlan=push", "without \"vlan_id\"" },
		{ "vlan=set", "without \"vlan_id\" or \"vlan_priority\"" },
		{ "vlan=pop vlan_id=3", "\"vlan_id\" with vlan = \"pop\"" },
		{ "dscp=1 vlan_priority=3", "\"vlan_priority\" with vlan = \"keep\"" },
		{ "vlan=pop vlan_type=802.1ad", "is of a pushed tag" },
	};

	for (size_t i = 0; i < WF_ARRAY_SIZE(v); i++) {
		struct rig *r = rig_new(WF_BLOCK_REWRITE, v[i].keys);

		assert_true(r->variant < 0);
		if (strstr(rig_error(r), v[i].message) == NULL)
			fail_msg("%s: %s", v[i].keys, rig_error(r));
		rig_free(r);
	}
}

static void
values_have_their_ranges(void **state)
{
	static const char *const bad[][2] = { { "ttl", "0" }, { "ttl", "256" }, { "ttl", "\"x\"" },
		{ "ttl_decrement", "0" }, { "ttl_decrement", "256" }, { "dscp", "64" },
		{ "dscp", "-1" }, { "vlan_id", "4095" }, { "vlan_priority", "8" }, { "ecn", "ecn" },
		{ "vlan", "drop" }, { "vlan_type", "0x8100" }, { "time_exceeded", "5" },
		{ "p", "101%" }, { "correlation", "100%" } };
	const struct wf_block *ops = &wf_block_rewrite;

	for (size_t i = 0; i < WF_ARRAY_SIZE(bad); i++) {
		struct wf_err *err = wf_err_new();
		void *block = calloc(1, ops->params_size);
		int row = wf_param_find(ops->params, bad[i][0]);

		assert_int_equal(wf_param_defaults(ops->params, block), 0);
		assert_true(row >= 0);
		if (wf_param_set(ops->params, (size_t)row, bad[i][1], block, NULL, err) == 0)
			fail_msg("%s = %s was accepted", bad[i][0], bad[i][1]);
		wf_param_release(ops->params, block);
		free(block);
		wf_err_free(err);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_makes_no_sense_is_refused),
		cmocka_unit_test(values_have_their_ranges),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
