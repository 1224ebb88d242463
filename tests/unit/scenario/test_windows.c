/* SPDX-License-Identifier: BSD-3-Clause
 * The shorthand of schedules: what is read, what is refused, and that any overlap of windows is
 * their union.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "wf_windows.h"

#define S WF_NS_PER_S

static void
reads(const char *text, wf_ns_t total_ns, uint32_t i, wf_ns_t start_ns, wf_ns_t end_ns)
{
	struct wf_err *err = wf_err_new();
	struct wf_windows w;

	assert_int_equal(wf_windows_parse(text, total_ns, &w, NULL, err), 0);
	assert_true(i < w.n);
	assert_int_equal(w.at[i].start_ns, start_ns);
	assert_int_equal(w.at[i].end_ns, end_ns);
	wf_windows_fini(&w);
	wf_err_free(err);
}

static void
windows_are_read(void **state)
{
	reads("start:20s,duration:30s", 0, 0, 20 * S, 50 * S);
	reads("start:20s,duration:30s;start:5%,duration:10%", 100 * S, 1, 5 * S, 15 * S);
	reads("duration:30s", 0, 0, 0, 30 * S);
	reads("start:20s", 60 * S, 0, 20 * S, 60 * S);
	reads("start:20s", 0, 0, 20 * S, UINT64_MAX);
	reads(" duration : 12.5% , start : 0.1ms ", 8 * S, 0, 100000, S + 100000);
	reads("start:0;start:0", 0, 1, 0, UINT64_MAX);
	reads("start:90%,duration:10%", 10 * S, 0, 9 * S, 10 * S);
}

static void
refused(const char *text, wf_ns_t total_ns, const char *message)
{
	struct wf_where where = { "f.conf", 7, NULL };
	struct wf_err *err = wf_err_new();
	struct wf_windows w;
	char line[300];

	assert_int_equal(wf_windows_parse(text, total_ns, &w, &where, err), -EINVAL);
	assert_int_equal(w.n, 0);
	assert_null(w.at);
	wf_err_format(wf_err_item(err, 0), line, sizeof(line));
	if (strstr(line, message) == NULL || strncmp(line, "f.conf:7: ", 10) != 0)
		fail_msg("%s: %s, not \"%s\"", text, line, message);
	wf_err_free(err);
}

static void
what_is_no_schedule_is_refused(void **state)
{
	refused("", 0, "a window has start and duration, and no \"\"");
	refused("start:5%", 0, "5% of a time that nobody knows. Give the scenario a duration");
	refused("start:20", 0, "\"20\" is no time");
	refused("start", 0, "\"start\" without a time");
	refused("start:", 0, "\"\" is no time");
	refused("stat:2s", 0, "no \"stat\". Did you mean \"start\"?");
	refused("start:1s,start:2s", 0, "\"start\" twice in one window. Windows are parted by ;");
	refused("start:1s;", 0, "no \"\"");
	refused("start:101%", 10 * S, "\"101%\" is no share");
	refused("duration:0", 0, "a window of no duration");
	refused("start:10s", 10 * S, "ends after the whole has");
	refused("start:9s,duration:2s", 10 * S, "the window that starts at 9s ends after");
	refused("start:-1s", 0, "\"-1s\" is no time");
	refused("start:18446744073s,duration:18446744073s", 0, "ends after the whole has");
}

static void
all_that_is_wrong_is_said(void **state)
{
	struct wf_err *err = wf_err_new();
	struct wf_windows w;

	assert_int_equal(wf_windows_parse("start:x,duration:y;stop:1s", 0, &w, NULL, err), -EINVAL);
	assert_int_equal(wf_err_count(err), 3);
	wf_err_free(err);
}

/* By definition: an instant is in a schedule if it is in any of its windows. */
static void
overlapping_windows_are_their_union(void **state)
{
	struct wf_err *err = wf_err_new();
	unsigned random = 1;

	for (int round = 0; round < 200; round++) {
		char text[512] = "";
		bool in[101] = { false };
		struct wf_windows w;

		for (int i = 0; i < 8; i++) {
			int start = rand_r(&random) % 99, n = 1 + rand_r(&random) % (100 - start);

			sprintf(text + strlen(text), "%sstart:%ds,duration:%d%%", i > 0 ? ";" : "",
				start, n);
			for (int t = start; t < start + n; t++)
				in[t] = true;
		}
		assert_int_equal(wf_windows_parse(text, 100 * S, &w, NULL, err), 0);
		for (wf_ns_t t = 0; t <= 100; t++)
			if (wf_windows_have(&w, t * S) != in[t] ||
				(t < 100 && wf_windows_have(&w, t * S + S - 1) != in[t]))
				fail_msg("%s: at %d", text, (int)t);
		wf_windows_fini(&w);
	}
	wf_err_free(err);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(windows_are_read),
		cmocka_unit_test(what_is_no_schedule_is_refused),
		cmocka_unit_test(all_that_is_wrong_is_said),
		cmocka_unit_test(overlapping_windows_are_their_union),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
