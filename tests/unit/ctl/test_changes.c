/* SPDX-License-Identifier: BSD-3-Clause
 * Changes of several links at one instant, and lists of them.
 */
#include "harness.h"

#include <string.h>

#define JSON  "application/json"
#define PATH  "/v1/changes"
#define NOW_S 5 /* as the made-up program has it */

/* What an accepted one has come to. */
static json_t *
post(const struct harness *h, const char *body)
{
	struct reply r = call(h, "POST", PATH, JSON, body);
	json_t *j = json_incref(r.json);

	if (r.status != 200)
		fail_msg("%s: %s", body, r.text);
	reply_free(&r);
	return j;
}

static wf_ns_t
ns_of(const json_t *j, const char *key)
{
	return (wf_ns_t)json_integer_value(json_object_get(j, key));
}

static void
test_two_directions_are_one_change(void **state)
{
	struct harness *h = *state;
	json_t *j = post(h, "{\"items\":[{\"link\":\"wan\",\"ab\":{\"delay\":\"7ms\"}},"
			    "{\"link\":\"wan\",\"ba\":{\"loss\":\"2%\"}}]}");
	const json_t *list = json_object_get(j, "overrides");

	assert_int_equal(json_array_size(list), 1);
	assert_string_equal(text_at(json_array_get(list, 0), "change"),
		"wan ab delay.mean=7ms; wan ba loss.model=bernoulli loss.p=2%");
	assert_int_equal(ns_of(j, "generation"), 2);
	assert_int_equal(ns_of(j, "effective_at_ns"), ns_of(json_array_get(list, 0), "from_ns"));
	assert_int_equal(h->setup->overrides.n, 1);
	json_decref(j);
}

static void
test_an_instant_to_come_is_told(void **state)
{
	struct harness *h = *state;
	wf_ns_t at_ns = harness_wall(h, (NOW_S + 60) * WF_NS_PER_S);
	char body[256];
	json_t *j;

	snprintf(body, sizeof(body),
		"{\"at\":%llu,\"for\":\"3s\",\"link\":\"wan\",\"both\":{\"blackhole\":true}}",
		(unsigned long long)at_ns);
	j = post(h, body);
	assert_int_equal(ns_of(j, "effective_at_ns"), at_ns);
	assert_int_equal(ns_of(json_array_get(json_object_get(j, "overrides"), 0), "until_ns"),
		at_ns + 3 * WF_NS_PER_S);
	assert_false(h->setup->overrides.at[0].merged);
	json_decref(j);
	j = post(h, "{\"at\":\"+2s\",\"link\":\"wan\",\"ab\":{\"loss\":null}}");
	assert_int_equal(ns_of(j, "effective_at_ns"), harness_wall(h, (NOW_S + 2) * WF_NS_PER_S));
	json_decref(j);
}

static void
test_a_list_counts_from_its_start(void **state)
{
	struct harness *h = *state;
	json_t *j = post(h, "{\"at\":\"+1s\",\"changes\":["
			    "{\"at\":\"9s\",\"link\":\"wan\",\"ab\":{\"loss\":\"1%\"}},"
			    "{\"at\":\"4s\",\"link\":\"wan\",\"ba\":{\"loss\":\"2%\"}}]}");
	const json_t *list = json_object_get(j, "overrides");

	assert_int_equal(json_array_size(list), 2);
	assert_string_equal(text_at(json_array_get(list, 0), "change"),
		"wan ba loss.model=bernoulli loss.p=2%");
	assert_int_equal(ns_of(json_array_get(list, 0), "from_ns"),
		harness_wall(h, (NOW_S + 5) * WF_NS_PER_S));
	assert_int_equal(ns_of(json_array_get(list, 1), "from_ns"),
		harness_wall(h, (NOW_S + 10) * WF_NS_PER_S));
	json_decref(j);
	/* Without a start, a little later than now. */
	j = post(h, "{\"changes\":[{\"at\":\"0s\",\"link\":\"wan\",\"ab\":{\"loss\":\"1%\"}}]}");
	assert_int_equal(ns_of(j, "effective_at_ns"),
		harness_wall(h, NOW_S * WF_NS_PER_S + 100 * WF_NS_PER_MS));
	json_decref(j);
}

static void
test_what_makes_no_sense_is_refused_as_a_whole(void **state)
{
	static const char *const bad[] = {
		"{}",
		"[]",
		"{\"items\":[]}",
		"{\"items\":[{\"link\":\"wan\"}]}",
		"{\"items\":[{\"link\":\"wan\",\"ab\":{}},{\"link\":\"wen\",\"ab\":{}}]}",
		"{\"items\":[{\"link\":\"wan\",\"ab\":{\"delai\":\"1ms\"}}]}",
		"{\"items\":[{\"link\":\"wan\",\"side\":\"ab\"}]}",
		"{\"link\":\"wan\",\"class\":\"voip\",\"ab\":{\"loss\":\"1%\"}}",
		"{\"at\":1,\"link\":\"wan\",\"ab\":{\"loss\":\"1%\"}}",
		"{\"at\":-1,\"link\":\"wan\",\"ab\":{\"loss\":\"1%\"}}",
		"{\"at\":\"2s\",\"link\":\"wan\",\"ab\":{\"loss\":\"1%\"}}",
		"{\"at\":\"+2y\",\"link\":\"wan\",\"ab\":{\"loss\":\"1%\"}}",
		"{\"at\":\"+9000h\",\"link\":\"wan\",\"ab\":{\"loss\":\"1%\"}}",
		"{\"at\":true,\"link\":\"wan\",\"ab\":{\"loss\":\"1%\"}}",
		"{\"for\":\"soon\",\"link\":\"wan\",\"ab\":{\"loss\":\"1%\"}}",
		"{\"changes\":[{\"link\":\"wan\",\"ab\":{\"loss\":\"1%\"}}]}",
		"{\"changes\":[]}",
		"{\"changes\":[],\"link\":\"wan\"}",
	};
	struct harness *h = *state;

	for (size_t i = 0; i < WF_ARRAY_SIZE(bad); i++)
		expect(h, 422, "POST", PATH, JSON, bad[i]);
	expect(h, 400, "POST", PATH, JSON, "{");
	expect(h, 415, "POST", PATH, "text/plain", "{}");
	assert_int_equal(h->setup->overrides.n, 0);
	assert_int_equal(h->generation, 1);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, harness_start, harness_stop)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_two_directions_are_one_change),
		TEST(test_an_instant_to_come_is_told),
		TEST(test_a_list_counts_from_its_start),
		TEST(test_what_makes_no_sense_is_refused_as_a_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
