/* SPDX-License-Identifier: BSD-3-Clause
 * What settings mean, and what is refused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "model.h"

static void
test_defaults(void **state)
{
	static const uint32_t sizes[] = { 64, 128, 256, 512, 1024, 1280, 1518 };
	struct model m = { 0 };
	struct wf_load l;

	model_load(&l, &m, "throughput", "", (const char *const[]){ "window=1000", NULL });
	assert_int_equal(l.settings.n_sizes, 7);
	assert_memory_equal(l.settings.size, sizes, sizeof(sizes));
	assert_int_equal(l.settings.window, 1024);
	assert_int_equal(l.settings.traffic.probe, WF_GENERATOR_PROBE_ALL);
	wf_load_fini(&l);
	/* A probe needs room: over IPv6 the smallest frame is longer. */
	model_load(&l, &m, "throughput", "ip=6,probe=flow,size=100,flows=9",
		(const char *const[]){ NULL });
	assert_int_equal(l.settings.size[0], 82);
	assert_int_equal(l.settings.traffic.probe, WF_GENERATOR_PROBE_FLOW);
	wf_load_fini(&l);
}

static void
test_refused(void **state)
{
	static const struct {
		const char *sizes, *traffic, *test, *says;
	} cases[] = {
		{ "64+", "", "loss", "--sizes takes numbers from 64 to 9220" },
		{ "63", "", "loss", "--sizes takes" },
		{ "64,128", "", "loss", "not \"64,128\"" },
		{ "81", "ip=6,size=100", "loss", "from 82 to" },
		{ "64", "pps=5", "loss", "the test decides how fast" },
		{ "64", "packets=5", "loss", "the test decides how many" },
		{ "64", "probe=no", "loss", "without probes" },
		{ "64", "stream=3", "loss", "numbers its streams" },
		{ "64", "flow=3", "loss", "Did you mean \"flows\"" },
		{ "64", "", "y1564", "needs the committed rate" },
	};

	for (size_t i = 0; i < WF_ARRAY_SIZE(cases); i++) {
		struct wf_err *err = wf_err_new();
		struct wf_load_settings s;
		char line[512];

		assert_int_equal(wf_load_settings_init(&s), 0);
		wf_param_set(wf_load_table, (size_t)wf_param_find(wf_load_table, "sizes"),
			cases[i].sizes, &s, &(struct wf_where){ 0 }, err);
		assert_int_equal(
			wf_load_settings_check(&s, cases[i].test, cases[i].traffic, err), -22);
		wf_err_format(wf_err_item(err, 0), line, sizeof(line));
		if (wf_err_count(err) != 1 || strstr(line, cases[i].says) == NULL)
			fail_msg("%s %s: %s", cases[i].sizes, cases[i].traffic, line);
		wf_load_settings_fini(&s);
		wf_err_free(err);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
