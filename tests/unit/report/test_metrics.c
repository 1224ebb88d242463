/* SPDX-License-Identifier: BSD-3-Clause
 * Prometheus' text of a snapshot whose every number is known. What promtool says of it is a smoke
 * test.
 */
/* cmocka.h needs these before it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* */
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "sample.h"
#include "wf_metrics.h"

static char *
text_of(struct wf_snapshot *s)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	wf_metrics_write(s, out);
	fclose(out);
	wf_snapshot_free(s);
	return text;
}

static void
assert_line(const char *text, const char *line)
{
	char whole[256];

	snprintf(whole, sizeof(whole), "\n%s\n", line);
	if (strstr(text, whole) == NULL)
		fail_msg("no line %s in %s", line, text);
}

static void
test_counters_and_gauges(void **state)
{
	char *text = text_of(sample_snapshot(true));

	assert_line(text, "wirefault_received_packets_total{link=\"wan\",direction=\"ab\"} 1000");
	assert_line(text, "wirefault_sent_bytes_total{link=\"wan\",direction=\"ab\"} 97500");
	assert_line(text, "wirefault_received_packets_total{link=\"wan\",direction=\"ba\"} 0");
	assert_line(text,
		"wirefault_dropped_packets_total{link=\"wan\",direction=\"ab\",cause=\"loss\"} 20");
	assert_line(text, "# TYPE wirefault_queued_packets gauge");
	assert_line(text, "wirefault_uptime_seconds 65");
	assert_line(text, "wirefault_port_up{port=\"a\"} 1");
	assert_line(text, "wirefault_port_up{port=\"b\"} 0");
	assert_line(text, "wirefault_worker_cpu_seconds_total{core=\"1\"} 5.9999999989999999");
	assert_line(text,
		"wirefault_class_received_packets_total{link=\"wan\",direction=\"ab\",class="
		"\"default\"} 1000");
	free(text);
}

static void
test_histograms_add_up(void **state)
{
	char *text = text_of(sample_snapshot(true));
	const char *series = "wirefault_delay_seconds_bucket{link=\"wan\",direction=\"ab\",le=\"";
	int n = 0;

	/* 20 ms is in a bucket of ours that reaches a little further. */
	assert_line(text,
		"wirefault_delay_seconds_bucket{link=\"wan\",direction=\"ab\",le=\"0.01\"} 0");
	assert_line(text,
		"wirefault_delay_seconds_bucket{link=\"wan\",direction=\"ab\",le=\"0.05\"} 975");
	assert_line(text,
		"wirefault_delay_seconds_bucket{link=\"wan\",direction=\"ab\",le=\"+Inf\"} 975");
	assert_line(text, "wirefault_delay_seconds_count{link=\"wan\",direction=\"ab\"} 975");
	assert_line(
		text, "wirefault_delay_seconds_sum{link=\"wan\",direction=\"ab\"} 19.500000000");
	assert_line(text, "wirefault_release_error_seconds_bucket{link=\"wan\",direction=\"ab\",le="
			  "\"1e-06\"} "
			  "975");
	for (const char *at = text; (at = strstr(at, series)) != NULL; at++)
		n++;
	assert_int_equal(n, 16);
	free(text);
}

static void
test_names_are_escaped(void **state)
{
	struct wf_snapshot *s = sample_snapshot(true);
	char *text;

	snprintf(s->links[0].name, WF_NAME_MAX, "a\"b\\c\nd");
	text = text_of(s);
	assert_line(text,
		"wirefault_received_packets_total{link=\"a\\\"b\\\\c\\nd\",direction=\"ab\"} 1000");
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_counters_and_gauges),
		cmocka_unit_test(test_histograms_add_up),
		cmocka_unit_test(test_names_are_escaped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
