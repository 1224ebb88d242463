/* SPDX-License-Identifier: BSD-3-Clause
 * Reports of load tests say what was found, in every form.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model.h"
#include "wf_load_report.h"

static struct model model = { .capacity_pps = 100000, .delay_ns = 5000 };
static struct wf_load l;

static int
begin(void **state)
{
	model_load(&l, &model, "throughput", "",
		(const char *const[]){ "sizes=64+512", "resolution=1%", NULL });
	model_run(&l);
	return 0;
}

static int
end(void **state)
{
	wf_load_fini(&l);
	return 0;
}

static char *
write(int (*put)(const struct wf_load *, FILE *))
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_int_equal(put(&l, out), 0);
	fclose(out);
	return text;
}

static void
test_json(void **state)
{
	json_t *j = wf_load_json(&l), *trial;

	assert_non_null(j);
	assert_string_equal(json_string_value(json_object_get(j, "schema")), "wirefault.load/1");
	assert_string_equal(json_string_value(json_object_get(j, "verdict")), "passed");
	assert_int_equal(json_array_size(json_object_get(j, "findings")), 2);
	assert_int_equal(json_array_size(json_object_get(j, "trials")), l.n_trials);
	trial = json_array_get(json_object_get(j, "trials"), 0);
	/* The line in bits a second, but for what no whole packet fits into. */
	assert_in_range(json_number_value(
				json_object_get(json_object_get(trial, "offered"), "l1_bit_per_s")),
		999999000, 1000000000);
	assert_in_range(json_number_value(
				json_object_get(json_object_get(trial, "offered"), "l2_bit_per_s")),
		761904000, 761905000);
	assert_int_equal(
		json_integer_value(json_object_get(json_object_get(trial, "delay_ns"), "max")),
		5000);
	assert_string_equal(
		json_string_value(json_object_get(json_object_get(j, "settings"), "line")),
		"1Gbit");
	json_decref(j);
}

static void
test_pages(void **state)
{
	char *md = write(wf_load_markdown), *html = write(wf_load_html);

	assert_non_null(strstr(md, "# wirefault test throughput: passed"));
	assert_non_null(strstr(md, "| throughput | 64 | "));
	assert_non_null(strstr(html, "a &lt;model&gt; &amp; &quot;more&quot;"));
	assert_null(strstr(html, "<model>"));
	assert_non_null(strstr(html, "Distribution of delays"));
	assert_non_null(strstr(html, "Losses by load"));
	free(md);
	free(html);
}

static void
test_junit(void **state)
{
	char *xml = write(wf_load_junit);

	assert_non_null(strstr(xml, "tests=\"2\" failures=\"0\" errors=\"0\""));
	assert_non_null(strstr(xml, "name=\"throughput, 512 bytes\""));
	free(xml);
	l.finding[1].outcome = WF_LOAD_LIMITED;
	xml = write(wf_load_junit);
	assert_non_null(strstr(xml, "errors=\"1\""));
	assert_non_null(strstr(xml, "<error message=\""));
	free(xml);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_json, begin, end),
		cmocka_unit_test_setup_teardown(test_pages, begin, end),
		cmocka_unit_test_setup_teardown(test_junit, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
