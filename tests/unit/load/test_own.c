/* SPDX-License-Identifier: BSD-3-Clause
 * What the machine itself adds: a saved calibration is read, shown beside and never taken off, and
 * what is none is refused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "wf_load_own.h"

#define GOOD                                                                                       \
	"{\"schema\": \"wirefault.calibration/1\", \"cpu\": \"this\", \"date\": \"2026-11-28\", "  \
	"\"ports\": null, \"added_ns\": {\"p50\": 2100, \"p99\": 20000, \"max\": 3000000}, "       \
	"\"path_ns\": null}"
#define PORTS                                                                                      \
	"{\"schema\": \"wirefault.calibration/1\", \"cpu\": \"that\", \"date\": \"2026-11-28\", "  \
	"\"ports\": \"a,b\", \"added_ns\": {\"p50\": 1, \"p99\": 2, \"max\": 3}, "                 \
	"\"path_ns\": {\"p50\": 5000, \"p99\": 6000, \"max\": 7000}}"

static int
read_text(struct wf_load_own *own, const char *text, struct wf_err *err)
{
	char path[] = "/tmp/wf-own-XXXXXX";
	int fd = mkstemp(path), rc;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	rc = wf_load_own_read(own, path, "this", err);
	unlink(path);
	return rc;
}

static void
it_is_shown_beside(void **state)
{
	struct wf_err *err = wf_err_new();
	char text[WF_LOAD_OWN_TEXT];
	struct wf_load_own own;
	json_t *j;

	assert_int_equal(read_text(&own, GOOD, err), 0);
	assert_string_equal(wf_load_own_text(&own, text),
		"this machine alone adds: half within 2.10 us, 99 % within 20.00 us, longest 3.00 "
		"ms "
		"(calibrated 2026-11-28). Nothing was subtracted.");
	j = wf_load_own_json(&own);
	assert_true(json_is_true(json_object_get(j, "same_cpu")));
	assert_true(json_is_false(json_object_get(j, "subtracted")));
	assert_true(json_is_null(json_object_get(j, "path_ns")));
	assert_int_equal(
		json_integer_value(json_object_get(json_object_get(j, "added_ns"), "p99")), 20000);
	json_decref(j);
	wf_load_own_fini(&own);
	wf_err_free(err);
}

static void
ports_and_another_machine_are_named(void **state)
{
	struct wf_err *err = wf_err_new();
	char text[WF_LOAD_OWN_TEXT];
	struct wf_load_own own;
	json_t *j;

	assert_int_equal(read_text(&own, PORTS, err), 0);
	wf_load_own_text(&own, text);
	assert_non_null(strstr(text, "; out and back in by a,b: half within 5.00 us, "));
	assert_non_null(strstr(text, "on another processor, that)"));
	j = wf_load_own_json(&own);
	assert_true(json_is_false(json_object_get(j, "same_cpu")));
	assert_string_equal(json_string_value(json_object_get(j, "ports")), "a,b");
	json_decref(j);
	wf_load_own_fini(&own);
	wf_err_free(err);
}

static void
what_is_none_is_refused(void **state)
{
	static const char *const bad[] = { "", "[]", "{}", "{\"schema\": \"wirefault.self/1\"}",
		"{\"schema\": \"wirefault.calibration/1\"}", "{\"schema\": 1}",
		"{\"schema\": \"wirefault.calibration/1\", \"cpu\": \"x\", \"date\": \"y\", "
		"\"added_ns\": {\"p50\": -1, \"p99\": 2, \"max\": 3}, \"path_ns\": null}",
		"{\"schema\": \"wirefault.calibration/1\", \"cpu\": \"x\", \"date\": \"y\", "
		"\"added_ns\": {\"p50\": 1, \"p99\": 2, \"max\": 3}, \"path_ns\": {}}" };

	for (size_t i = 0; i < WF_ARRAY_SIZE(bad); i++) {
		struct wf_err *err = wf_err_new();
		struct wf_load_own own;

		assert_true(read_text(&own, bad[i], err) < 0);
		assert_int_equal(wf_err_count(err), 1);
		assert_null(own.doc);
		wf_err_free(err);
	}
}

static void
none_is_null(void **state)
{
	const struct wf_load_own own = { 0 };

	assert_true(json_is_null(wf_load_own_json(&own)));
	assert_true(json_is_null(wf_load_own_json(NULL)));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_shown_beside),
		cmocka_unit_test(ports_and_another_machine_are_named),
		cmocka_unit_test(what_is_none_is_refused),
		cmocka_unit_test(none_is_null),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
