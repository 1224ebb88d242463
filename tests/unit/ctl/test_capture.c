/* SPDX-License-Identifier: BSD-3-Clause
 * Captures over the control socket: begun, looked at and ended; what is asked for is checked.
 */
#include "harness.h"

#include <stdlib.h>
#include <string.h>

static json_int_t
number_at(const json_t *j, const char *key)
{
	const json_t *c = json_array_get(json_object_get(j, "captures"), 0);

	return json_integer_value(json_object_get(c, key));
}

static void
test_begins_and_ends(void **state)
{
	struct reply r = call(*state, "GET", "/v1/captures", NULL, NULL);

	assert_int_equal(r.status, 200);
	assert_int_equal(json_array_size(json_object_get(r.json, "captures")), 0);
	reply_free(&r);
	expect(*state, 409, "DELETE", "/v1/captures", NULL, NULL);
	r = call(*state, "POST", "/v1/captures", "application/json",
		"{\"file\": \"a.pcapng\", \"snaplen\": 96, \"size\": \"1MB\"}");
	assert_int_equal(r.status, 200);
	assert_int_equal(number_at(r.json, "captured"), 7);
	assert_int_equal(number_at(r.json, "capture_missed"), 96);
	assert_int_equal(number_at(r.json, "bytes"), 1000000);
	assert_non_null(strstr(r.text, "\"a-00003.pcapng\""));
	assert_non_null(strstr(r.text, "\"running\""));
	reply_free(&r);
	expect(*state, 409, "POST", "/v1/captures", "application/json", "{\"file\": \"b.pcapng\"}");
	r = call(*state, "DELETE", "/v1/captures", NULL, NULL);
	assert_int_equal(r.status, 200);
	assert_non_null(strstr(r.text, "\"ended\""));
	reply_free(&r);
}

/* A worker that has not come round to it holds nobody else up. */
static void
test_workers_are_waited_for(void **state)
{
	struct harness *h = *state;
	struct reply r;

	h->unanswered = 20;
	expect(h, 200, "POST", "/v1/captures", "application/json", "{\"file\": \"a.pcapng\"}");
	assert_true(h->unanswered < 0);
	h->unanswered = 20;
	r = call(h, "DELETE", "/v1/captures", NULL, NULL);
	assert_int_equal(r.status, 200);
	assert_non_null(strstr(r.text, "\"ended\""));
	reply_free(&r);
	/* For a second at most. */
	expect(h, 200, "POST", "/v1/captures", "application/json", "{\"file\": \"a.pcapng\"}");
	h->unanswered = 1000000;
	expect(h, 503, "DELETE", "/v1/captures", NULL, NULL);
	h->unanswered = 0;
	expect(h, 200, "DELETE", "/v1/captures", NULL, NULL);
}

static void
test_refuses(void **state)
{
	static const char *const bodies[] = { "{}", "[]", "{\"file\": \"a.pcapng\", \"snap\": 96}",
		"{\"file\": \"a.pcapng\", \"snaplen\": 1}",
		"{\"file\": \"a.pcapng\", \"size\": \"2\"}",
		"{\"file\": \"a.pcapng\", \"files\": 2}",
		"{\"file\": \"a.pcapng\", \"directory\": \"/etc\"}", "{\"file\": \"no.pcapng\"}",
		"{\"file\": {\"a\": 1}}" };

	for (size_t i = 0; i < WF_ARRAY_SIZE(bodies); i++)
		expect(*state, 422, "POST", "/v1/captures", "application/json", bodies[i]);
	expect(*state, 400, "POST", "/v1/captures", "application/json", "{");
	expect(*state, 405, "PUT", "/v1/captures", "application/json", "{}");
}

static void
test_who_asks_is_told(void **state)
{
	struct harness *h = *state;
	struct wf_event_reader reader = { 0 };
	const struct wf_event *e;

	expect(h, 200, "POST", "/v1/captures", "application/json", "{\"file\": \"a.pcapng\"}");
	e = wf_event_next(h->events, &reader);
	assert_non_null(e);
	assert_int_equal(e->kind, WF_EVENT_capture_asked);
	assert_non_null(e->who);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_begins_and_ends, harness_start, harness_stop),
		cmocka_unit_test_setup_teardown(
			test_workers_are_waited_for, harness_start, harness_stop),
		cmocka_unit_test_setup_teardown(test_refuses, harness_start, harness_stop),
		cmocka_unit_test_setup_teardown(test_who_asks_is_told, harness_start, harness_stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
