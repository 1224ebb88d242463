/* SPDX-License-Identifier: BSD-3-Clause
 * The stats document as tables for people.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sample.h"
#include "wf_json.h"
#include "wf_report.h"

#include <stdlib.h>
#include <string.h>

static char *
report_of(const json_t *j)
{
	char *text = calloc(1, 16384);
	FILE *out = fmemopen(text, 16384, "w");

	wf_report_table(j, out);
	fclose(out);
	return text;
}

static char *
report(bool live, uint64_t no_buffer)
{
	struct wf_snapshot *s = sample_snapshot(live);
	char *text;
	json_t *j;

	s->links[0].dir[WF_AB].s.c.dropped[WF_DROP_no_buffer].packets = no_buffer;
	wf_snapshot_judge(s);
	j = wf_json_stats(s);
	text = report_of(j);
	json_decref(j);
	wf_snapshot_free(s);
	return text;
}

static void
assert_has(const char *text, const char *part)
{
	if (strstr(text, part) == NULL)
		print_error("\"%s\" is missing in:\n%s", part, text);
	assert_non_null(strstr(text, part));
}

static void
test_no_line_is_longer_than_100_columns(void **state)
{
	char *text = report(true, 888);

	for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n")) {
		/* Reasons are sentences and may be longer. */
		if (strstr(line, "  - ") == NULL)
			assert_in_range(strlen(line), 1, 100);
	}
	free(text);
}

static void
test_numbers_are_shown_by_direction(void **state)
{
	char *text = report(true, 0);

	assert_has(text, "After 1 min 05 s, reset 30.0 s ago, generation 3, seed 42");
	assert_has(text, "ab  a > b");
	assert_has(text, "ba  b > a");
	assert_has(text, "1,000");
	assert_has(text, "20.00 ms");
	assert_has(text, "300 ns");
	assert_has(text, "voip");
	free(text);
}

static void
test_rates_stand_beside_counts(void **state)
{
	char *text = report(true, 0);

	assert_has(text, "            30.0    24.0 kbit/s          32.5    26.0 kbit/s\n");
	assert_has(text, "    last 4.0 s                 7.5    6.00 kbit/s           5.0    "
			 "4.00 kbit/s\n");
	assert_has(text, "    default                    0.0        0 bit/s           0.5      "
			 "400 bit/s\n");
	free(text);
	text = report(false, 0);
	assert_has(text, "After 1 min 05 s, generation 3, seed 42");
	assert_has(text, "            13.8    11.1 kbit/s          15.0    12.0 kbit/s\n");
	assert_null(strstr(text, "    last "));
	free(text);
}

static void
test_classes_have_their_times(void **state)
{
	char *text = report(true, 0);

	assert_has(text, "    default              30.00 ms    30.00 ms    30.00 ms         400 ns "
			 "     400 ns\n");
	free(text);
}

static void
test_losses_are_shown_by_cause_with_their_share(void **state)
{
	char *text = report(true, 0);

	assert_has(text, "1.980 %  loss         lost by the loss model");
	assert_has(text, "0.990 %  queue_full   the queue limit was reached");
	assert_null(strstr(text, "tx_full"));
	free(text);
}

static void
test_direction_without_packets_says_so(void **state)
{
	char *text = report(true, 0);

	assert_has(text, "no packets");
	free(text);
}

static void
test_warnings_are_hard_to_miss(void **state)
{
	char *text = report(true, 0);

	assert_has(text, "\nWARNING: wan ab: class \"voip\" has matched none of 1000 packets\n");
	free(text);
}

static void
test_verdict_is_in_plain_words(void **state)
{
	char *text = report(true, 0);

	assert_has(text, "Verdict: trustworthy.");
	free(text);
	text = report(true, 2);
	assert_has(text, "Verdict: NOT trustworthy");
	assert_has(text, "  - wan ab: 2 packets lost by the emulator");
	assert_has(text, "\n    This is a fault of wirefault: please report it");
	assert_has(text, "\n    Give it more memory");
	free(text);
}

static void
test_offline_report_has_no_machine(void **state)
{
	char *text = report(false, 0);

	assert_null(strstr(text, "Machine"));
	assert_has(text, "4 input packets had a time before");
	free(text);
}

static void
test_empty_document_does_no_harm(void **state)
{
	json_t *j = json_object();
	char *text = report_of(j);

	assert_has(text, "Verdict: NOT trustworthy");
	free(text);
	json_decref(j);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_line_is_longer_than_100_columns),
		cmocka_unit_test(test_numbers_are_shown_by_direction),
		cmocka_unit_test(test_rates_stand_beside_counts),
		cmocka_unit_test(test_classes_have_their_times),
		cmocka_unit_test(test_losses_are_shown_by_cause_with_their_share),
		cmocka_unit_test(test_direction_without_packets_says_so),
		cmocka_unit_test(test_warnings_are_hard_to_miss),
		cmocka_unit_test(test_verdict_is_in_plain_words),
		cmocka_unit_test(test_offline_report_has_no_machine),
		cmocka_unit_test(test_empty_document_does_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
