/* SPDX-License-Identifier: BSD-3-Clause
 * The stats document, and trees and errors as JSON.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sample.h"
#include "wf_json.h"

#include <string.h>

static json_t *
document(bool live)
{
	struct wf_snapshot *s = sample_snapshot(live);
	json_t *j = wf_json_stats(s);

	wf_snapshot_free(s);
	assert_non_null(j);
	return j;
}

static json_int_t
number(json_t *j, const char *a, const char *b)
{
	j = json_object_get(j, a);
	return json_integer_value(b != NULL ? json_object_get(j, b) : j);
}

static const char *
text_at(const json_t *j, const char *key)
{
	return json_string_value(json_object_get(j, key));
}

static json_t *
direction(json_t *doc, const char *side)
{
	return json_object_get(json_array_get(json_object_get(doc, "links"), 0), side);
}

static void
assert_keys(json_t *j, const char *const *want)
{
	const char *key;
	json_t *value;

	json_object_foreach(j, key, value)
	{
		assert_non_null(*want);
		assert_string_equal(key, *want++);
	}
	assert_null(*want);
}

/* Each histogram: as many as its count in buckets whose bounds go up, the least and the most in the
 * first and the last. */
static uint32_t
check_buckets(json_t *measured)
{
	static const char *const names[] = { "delay_ns", "release_error_ns" };
	uint32_t n = 0;

	for (size_t k = 0; k < 2; k++) {
		json_t *h = json_object_get(measured, names[k]);
		json_t *b = json_object_get(h, "buckets");
		json_int_t sum = 0, last = -1;
		json_t *one;
		size_t i;

		if (h == NULL)
			continue;
		json_array_foreach(b, i, one)
		{
			assert_true(json_integer_value(json_array_get(one, 0)) > last);
			last = json_integer_value(json_array_get(one, 0));
			assert_true(i > 0 || last <= number(h, "min", NULL));
			sum += json_integer_value(json_array_get(one, 1));
		}
		assert_true(last <= number(h, "max", NULL));
		assert_int_equal(sum, number(h, "count", NULL));
		n += json_array_size(b);
	}
	return n;
}

static void
test_buckets_are_the_whole_histogram(void **state)
{
	struct wf_snapshot *s = sample_snapshot(true);
	json_t *j, *class;
	uint32_t n;
	size_t i;

	for (uint64_t ns = 1; ns < WF_NS_PER_S; ns = ns * 5 / 3 + 1)
		wf_hist_add_times(&s->links[0].dir[WF_BA].s.delay, ns, ns % 7 + 1);
	j = wf_json_stats(s);
	assert_int_equal(wf_json_add_buckets(j, s), 0);
	n = check_buckets(direction(j, "ab")) + check_buckets(direction(j, "ba"));
	json_array_foreach(json_object_get(direction(j, "ab"), "classes"), i, class) n +=
		check_buckets(class);
	assert_true(n > 30);
	json_decref(j);
	wf_snapshot_free(s);
}

static void
test_document_has_its_keys_in_order(void **state)
{
	static const char *const top[] = { "schema", "time_ns", "uptime_ns", "since_reset_ns",
		"interval_ns", "generation", "seed", "unaccounted", "links", "ports", "workers",
		"pool", "warnings", "verdict", NULL };
	static const char *const dir[] = { "rx", "tx", "rates", "queued", "dup_created", "forged",
		"grown", "cut", "marked", "corrupted", "resent", "dropped", "delay_ns",
		"release_error_ns", "on_time_ns", "clamped", "flow_fallback", "classes", NULL };
	static const char *const hist[] = { "count", "min", "mean", "stddev", "p50", "p90", "p99",
		"p99_9", "max", NULL };
	json_t *j = document(true);

	assert_keys(j, top);
	assert_keys(direction(j, "ab"), dir);
	assert_keys(direction(j, "ba"), dir);
	assert_keys(json_object_get(direction(j, "ab"), "delay_ns"), hist);
	assert_keys(json_object_get(direction(j, "ab"), "release_error_ns"), hist);
	json_decref(j);
}

static void
test_document_has_every_cause_but_none(void **state)
{
	json_t *j = document(true);
	json_t *dropped = json_object_get(direction(j, "ab"), "dropped");

	assert_int_equal(json_object_size(dropped), WF_DROP_COUNT - 1);
	for (int i = 1; i < WF_DROP_COUNT; i++)
		assert_non_null(json_object_get(dropped, wf_drop_info[i].name));
	assert_int_equal(number(dropped, "loss", "packets"), 20);
	assert_int_equal(number(dropped, "queue_full", "bytes"), 1000);
	assert_int_equal(number(dropped, "no_buffer", "packets"), 0);
	json_decref(j);
}

static void
test_numbers_are_those_of_the_snapshot(void **state)
{
	json_t *j = document(true), *ab = direction(j, "ab");

	assert_int_equal(number(j, "generation", NULL), 3);
	assert_int_equal(number(j, "seed", NULL), 42);
	assert_int_equal(number(j, "unaccounted", "packets"), 0);
	assert_int_equal(number(j, "pool", "in_use"), 1029);
	assert_int_equal(number(ab, "rx", "packets"), 1000);
	assert_int_equal(number(ab, "tx", "bytes"), 97500);
	assert_int_equal(number(ab, "queued", "packets"), 5);
	assert_int_equal(number(ab, "delay_ns", "count"), 975);
	assert_int_equal(number(ab, "delay_ns", "mean"), 20000000);
	assert_int_equal(number(ab, "delay_ns", "p99_9"), 20000000);
	assert_int_equal(number(ab, "release_error_ns", "max"), 300);
	assert_int_equal(number(ab, "clamped", "packets"), 50);
	assert_int_equal(number(ab, "clamped", "bias_mean_ns"), 2000);
	assert_int_equal(number(ab, "flow_fallback", NULL), 3);
	json_decref(j);
}

/* Of the counters' own time, not of the uptime; bits are of frames without FCS. */
static void
test_rates_are_of_the_time_since_the_reset(void **state)
{
	json_t *j = document(true), *all = json_object_get(direction(j, "ab"), "rates");
	json_t *since = json_object_get(all, "since_reset");
	json_t *class = json_array_get(json_object_get(direction(j, "ab"), "classes"), 0);

	assert_int_equal(number(j, "since_reset_ns", NULL), 30 * WF_NS_PER_S);
	assert_int_equal(number(j, "interval_ns", NULL), 4 * WF_NS_PER_S);
	assert_float_equal(
		json_real_value(json_object_get(json_object_get(since, "rx"), "packets_per_s")), 30,
		1e-9);
	assert_int_equal(number(since, "rx", "bits_per_s"), 24000);
	assert_float_equal(
		json_real_value(json_object_get(json_object_get(since, "tx"), "packets_per_s")),
		32.5, 1e-9);
	assert_int_equal(number(json_object_get(all, "interval"), "rx", "bits_per_s"), 6000);
	assert_int_equal(number(json_object_get(all, "interval"), "tx", "bits_per_s"), 4000);
	class = json_object_get(json_object_get(class, "rates"), "since_reset");
	assert_int_equal(number(class, "tx", "bits_per_s"), 400);
	json_decref(j);
}

static void
test_offline_rates_are_of_the_whole_run(void **state)
{
	json_t *j = document(false), *all = json_object_get(direction(j, "ab"), "rates");

	assert_int_equal(number(j, "since_reset_ns", NULL), 65 * WF_NS_PER_S);
	assert_null(json_object_get(j, "interval_ns"));
	assert_null(json_object_get(all, "interval"));
	assert_int_equal(number(json_object_get(all, "since_reset"), "tx", "bits_per_s"), 12000);
	json_decref(j);
}

static void
test_classes_have_times_where_they_are_kept(void **state)
{
	json_t *j = document(true);
	json_t *classes = json_object_get(direction(j, "ab"), "classes");

	assert_int_equal(number(json_array_get(classes, 0), "delay_ns", "mean"), 30000000);
	assert_int_equal(number(json_array_get(classes, 0), "release_error_ns", "max"), 400);
	assert_null(json_object_get(json_array_get(classes, 1), "delay_ns"));
	assert_null(json_object_get(json_array_get(classes, 1), "release_error_ns"));
	json_decref(j);
}

static void
test_empty_histogram_has_minimum_zero(void **state)
{
	json_t *j = document(true);

	assert_int_equal(number(direction(j, "ba"), "delay_ns", "min"), 0);
	assert_int_equal(number(direction(j, "ba"), "delay_ns", "count"), 0);
	json_decref(j);
}

static void
test_classes_have_counts_and_flows(void **state)
{
	json_t *j = document(true);
	json_t *classes = json_object_get(direction(j, "ab"), "classes");
	json_t *first = json_array_get(classes, 0);

	assert_int_equal(json_array_size(classes), 2);
	assert_string_equal(text_at(first, "name"), "default");
	assert_string_equal(text_at(json_array_get(classes, 1), "name"), "voip");
	assert_int_equal(number(first, "rx", "packets"), 1000);
	assert_int_equal(number(first, "dropped", "loss"), 0);
	assert_int_equal(number(json_object_get(first, "dropped"), "loss", "packets"), 20);
	assert_int_equal(number(first, "flows", NULL), 7);
	json_decref(j);
}

static void
test_live_document_has_ports_and_workers(void **state)
{
	json_t *j = document(true);
	json_t *worker = json_array_get(json_object_get(j, "workers"), 0);

	assert_int_equal(json_array_size(json_object_get(j, "ports")), 2);
	assert_null(json_object_get(j, "input"));
	assert_float_equal(json_real_value(json_object_get(worker, "busy_ratio")), 0.3333, 1e-9);
	assert_int_equal(json_integer_value(json_object_get(worker, "cpu_ns")), 5999999999);
	json_decref(j);
}

static void
test_offline_document_has_virtual_times_only(void **state)
{
	json_t *j = document(false);

	assert_int_equal(json_array_size(json_object_get(j, "ports")), 0);
	assert_int_equal(json_array_size(json_object_get(j, "workers")), 0);
	assert_int_equal(number(j, "input", "time_clamped"), 4);
	json_decref(j);
}

static void
test_classes_without_packets_are_warned_of(void **state)
{
	struct wf_snapshot *s = sample_snapshot(true);
	json_t *j = wf_json_stats(s);
	json_t *list = json_object_get(j, "warnings");

	assert_int_equal(json_array_size(list), 1);
	assert_string_equal(json_string_value(json_array_get(list, 0)),
		"wan ab: class \"voip\" has matched none of 1000 packets");
	json_decref(j);
	s->links[0].dir[WF_AB].classes[1].s.c.rx.packets = 1;
	j = wf_json_stats(s);
	assert_int_equal(json_array_size(json_object_get(j, "warnings")), 0);
	json_decref(j);
	s->links[0].dir[WF_AB].classes[1].s.c.rx.packets = 0;
	s->links[0].dir[WF_AB].s.c.rx.packets = 0; /* too early to tell */
	j = wf_json_stats(s);
	assert_int_equal(json_array_size(json_object_get(j, "warnings")), 0);
	json_decref(j);
	wf_snapshot_free(s);
}

static void
test_verdict_carries_its_reasons(void **state)
{
	struct wf_snapshot *s = sample_snapshot(true);
	json_t *j, *verdict;

	s->links[0].dir[WF_AB].s.c.dropped[WF_DROP_no_buffer].packets = 2;
	wf_snapshot_judge(s);
	j = wf_json_stats(s);
	verdict = json_object_get(j, "verdict");
	assert_true(json_is_false(json_object_get(verdict, "trustworthy")));
	assert_int_equal(json_array_size(json_object_get(verdict, "reasons")), s->n_reasons);
	assert_int_equal(json_array_size(json_object_get(verdict, "remedies")), s->n_reasons);
	assert_string_equal(
		json_string_value(json_array_get(json_object_get(verdict, "remedies"), 0)),
		s->reasons[0].remedy);
	assert_int_equal(number(j, "unaccounted", "packets"), 2);
	json_decref(j);
	wf_snapshot_free(s);
}

static void
test_json_becomes_a_tree_and_back(void **state)
{
	const char *text = "{\"a\":null,\"b\":true,\"c\":-5,\"d\":0.1,\"e\":\"x\","
			   "\"f\":{\"g\":[1,\"2\",{\"h\":false}],\"i\":[]},\"j\":{}}";
	json_t *j = json_loads(text, 0, NULL);
	struct wf_node *tree = wf_json_to_node(j);
	json_t *back = wf_json_from_node(tree);

	assert_int_equal(wf_node_get(tree, "a")->kind, WF_NODE_NULL);
	assert_int_equal(wf_node_get(tree, "c")->integer, -5);
	assert_string_equal(wf_node_get(tree, "e")->string, "x");
	assert_int_equal(wf_node_length(wf_node_get(wf_node_get(tree, "f"), "g")), 3);
	assert_true(json_equal(j, back));
	json_decref(j);
	json_decref(back);
	wf_node_free(tree);
}

static void
test_tree_keeps_its_order(void **state)
{
	static const char *const order[] = { "z", "a", "m", NULL };
	struct wf_node *tree = wf_node_new(WF_NODE_GROUP, NULL);
	json_t *j;

	for (int i = 0; order[i] != NULL; i++)
		wf_node_append(tree, wf_node_string(order[i], "x"));
	j = wf_json_from_node(tree);
	assert_keys(j, order);
	json_decref(j);
	wf_node_free(tree);
}

static void
test_bytes_that_are_not_utf8_do_not_break_a_document(void **state)
{
	json_t *j = wf_json_text("caf\xe9");

	assert_string_equal(json_string_value(j), "caf?");
	json_decref(j);
	j = wf_json_text("caf\xc3\xa9");
	assert_string_equal(json_string_value(j), "caf\xc3\xa9");
	json_decref(j);
}

static void
test_errors_leave_out_what_is_unknown(void **state)
{
	struct wf_err *err = wf_err_new();
	const struct wf_where where = { "x.conf", 7, "links.wan.ab" };
	json_t *j, *first, *second;

	wf_err_add(err, &where, "Write ab", "no %s", "sense");
	wf_err_add(err, NULL, NULL, "plain");
	j = wf_json_errors(err);
	assert_int_equal(json_array_size(j), 2);
	first = json_array_get(j, 0);
	second = json_array_get(j, 1);
	assert_string_equal(text_at(first, "file"), "x.conf");
	assert_int_equal(number(first, "line", NULL), 7);
	assert_string_equal(text_at(first, "path"), "links.wan.ab");
	assert_string_equal(text_at(first, "message"), "no sense");
	assert_string_equal(text_at(first, "hint"), "Write ab");
	assert_int_equal(json_object_size(second), 1);
	assert_string_equal(text_at(second, "message"), "plain");
	json_decref(j);
	wf_err_free(err);
}

/* No reader's integers go beyond 2^63 - 1: from there it is text, as a configuration has it. */
static void
test_seeds_of_64_bits_are_exact(void **state)
{
	struct wf_snapshot *snap = sample_snapshot(true);
	json_t *j;

	snap->seed = INT64_MAX;
	j = wf_json_stats(snap);
	assert_true(json_integer_value(json_object_get(j, "seed")) == INT64_MAX);
	json_decref(j);
	snap->seed = UINT64_MAX;
	j = wf_json_stats(snap);
	assert_string_equal(json_string_value(json_object_get(j, "seed")), "18446744073709551615");
	json_decref(j);
	wf_snapshot_free(snap);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_document_has_its_keys_in_order),
		cmocka_unit_test(test_buckets_are_the_whole_histogram),
		cmocka_unit_test(test_document_has_every_cause_but_none),
		cmocka_unit_test(test_numbers_are_those_of_the_snapshot),
		cmocka_unit_test(test_rates_are_of_the_time_since_the_reset),
		cmocka_unit_test(test_offline_rates_are_of_the_whole_run),
		cmocka_unit_test(test_classes_have_times_where_they_are_kept),
		cmocka_unit_test(test_empty_histogram_has_minimum_zero),
		cmocka_unit_test(test_classes_have_counts_and_flows),
		cmocka_unit_test(test_live_document_has_ports_and_workers),
		cmocka_unit_test(test_offline_document_has_virtual_times_only),
		cmocka_unit_test(test_classes_without_packets_are_warned_of),
		cmocka_unit_test(test_verdict_carries_its_reasons),
		cmocka_unit_test(test_json_becomes_a_tree_and_back),
		cmocka_unit_test(test_tree_keeps_its_order),
		cmocka_unit_test(test_bytes_that_are_not_utf8_do_not_break_a_document),
		cmocka_unit_test(test_errors_leave_out_what_is_unknown),
		cmocka_unit_test(test_seeds_of_64_bits_are_exact),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
