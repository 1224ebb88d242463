/* SPDX-License-Identifier: BSD-3-Clause
 * Lists of flows over the control socket, and switching them on and off.
 */
#include "harness.h"

#include <string.h>

#define JSON "application/json"

static const json_t *
flow_at(const struct reply *r, size_t i)
{
	const json_t *f = json_array_get(json_object_get(r->json, "flows"), i);

	assert_non_null(f);
	return f;
}

static json_int_t
number_at(const json_t *j, const char *name)
{
	assert_true(json_is_integer(json_object_get(j, name)));
	return json_integer_value(json_object_get(j, name));
}

static struct reply
get(struct harness *h, const char *path)
{
	struct reply r = call(h, "GET", path, NULL, NULL);

	assert_int_equal(r.status, 200);
	return r;
}

static void
test_nothing_is_listed_unless_it_is_counted(void **state)
{
	struct harness *h = *state;
	struct reply r = get(h, "/v1/flows");

	assert_true(json_is_false(json_object_get(r.json, "counted")));
	assert_true(json_is_true(json_object_get(r.json, "complete")));
	assert_int_equal(json_array_size(json_object_get(r.json, "flows")), 0);
	reply_free(&r);
}

static void
test_flows_are_listed_by_what_is_asked_for(void **state)
{
	struct harness *h = *state;
	struct reply r;

	expect(h, 200, "PATCH", "/v1/flows", JSON, "{\"counted\":true}");
	r = get(h, "/v1/flows");
	assert_true(json_is_true(json_object_get(r.json, "counted")));
	assert_string_equal(text_at(r.json, "by"), "bytes");
	assert_int_equal(number_at(json_object_get(r.json, "total"), "bytes"), 4060);
	assert_int_equal(number_at(json_object_get(r.json, "total"), "flows"), 3);
	assert_int_equal(json_array_size(json_object_get(r.json, "flows")), 3);
	assert_string_equal(text_at(flow_at(&r, 0), "protocol"), "icmpv6");
	assert_string_equal(text_at(flow_at(&r, 0), "direction"), "ba");
	assert_string_equal(text_at(flow_at(&r, 0), "source"), "2001:db8::1");
	assert_int_equal(number_at(flow_at(&r, 0), "identifier"), 7);
	assert_int_equal(number_at(flow_at(&r, 0), "vlan"), 42);
	assert_null(json_object_get(flow_at(&r, 0), "source_port"));
	assert_string_equal(text_at(flow_at(&r, 1), "protocol"), "tcp");
	assert_string_equal(text_at(flow_at(&r, 1), "link"), "wan");
	assert_string_equal(text_at(flow_at(&r, 1), "class"), "default");
	assert_string_equal(text_at(flow_at(&r, 1), "destination"), "10.0.0.2");
	assert_int_equal(number_at(flow_at(&r, 1), "source_port"), 5201);
	assert_int_equal(number_at(flow_at(&r, 1), "destination_port"), 80);
	assert_int_equal(number_at(json_object_get(flow_at(&r, 1), "delay_ns"), "mean"), 1000);
	assert_int_equal(number_at(json_object_get(flow_at(&r, 1), "delay_ns"), "max"), 2000);
	assert_string_equal(text_at(flow_at(&r, 2), "protocol"), "arp");
	assert_string_equal(text_at(flow_at(&r, 2), "source"), "02:00:00:00:00:01");
	assert_null(json_object_get(flow_at(&r, 2), "class")); /* which is no more */
	reply_free(&r);

	r = get(h, "/v1/flows?top=1&by=loss");
	assert_int_equal(json_array_size(json_object_get(r.json, "flows")), 1);
	assert_int_equal(number_at(flow_at(&r, 0), "dropped"), 5);
	assert_int_equal(number_at(json_object_get(r.json, "total"), "flows"), 3);
	reply_free(&r);
	expect(h, 200, "PATCH", "/v1/flows", JSON, "{\"counted\":false}");
	r = get(h, "/v1/flows");
	assert_int_equal(json_array_size(json_object_get(r.json, "flows")), 0);
	reply_free(&r);
}

static void
test_overrides_stay(void **state)
{
	struct harness *h = *state;
	struct reply r;

	expect(h, 200, "PATCH", "/v1/links/wan/ab", JSON, "{\"loss\":\"7%\"}");
	expect(h, 200, "PATCH", "/v1/flows", JSON, "{\"counted\":true}");
	r = get(h, "/v1/config");
	assert_true(json_is_true(json_object_get(r.json, "count_flows")));
	reply_free(&r);
	r = get(h, "/v1/links/wan/ab");
	assert_string_equal(text_at(r.json, "loss.p"), "7%");
	reply_free(&r);
	expect(h, 200, "POST", "/v1/config/undo", JSON, "{\"all\":true}");
}

static void
test_what_makes_no_sense_is_refused(void **state)
{
	struct harness *h = *state;
	uint64_t before = h->generation;

	expect(h, 422, "GET", "/v1/flows?top=0", NULL, NULL);
	expect(h, 422, "GET", "/v1/flows?top=1001", NULL, NULL);
	expect(h, 422, "GET", "/v1/flows?by=size", NULL, NULL);
	expect(h, 422, "GET", "/v1/flows?of=wan", NULL, NULL);
	expect(h, 422, "PATCH", "/v1/flows", JSON, "{}");
	expect(h, 422, "PATCH", "/v1/flows", JSON, "{\"counted\":1}");
	expect(h, 422, "PATCH", "/v1/flows", JSON, "{\"counted\":true,\"top\":5}");
	expect(h, 400, "PATCH", "/v1/flows", JSON, "{");
	expect(h, 405, "PUT", "/v1/flows", JSON, "{\"counted\":true}");
	assert_int_equal(h->generation, before);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, harness_start, harness_stop)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_nothing_is_listed_unless_it_is_counted),
		TEST(test_flows_are_listed_by_what_is_asked_for),
		TEST(test_overrides_stay),
		TEST(test_what_makes_no_sense_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
