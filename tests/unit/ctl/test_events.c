/* SPDX-License-Identifier: BSD-3-Clause
 * GET /v1/events: what happened, from a number on; and waiting for what happens next.
 */
#include "harness.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define MERGE "application/merge-patch+json"

static json_int_t
number(const json_t *j, const char *key)
{
	return json_integer_value(json_object_get(j, key));
}

static json_t *
event(const struct reply *r, size_t i)
{
	return json_array_get(json_object_get(r->json, "events"), i);
}

static size_t
n_events(const struct reply *r)
{
	return json_array_size(json_object_get(r->json, "events"));
}

static struct reply
get(const struct harness *h, const char *query)
{
	char path[128];
	struct reply r;

	snprintf(path, sizeof(path), "/v1/events%s", query);
	r = call(h, "GET", path, NULL, NULL);
	assert_int_equal(r.status, 200);
	assert_string_equal(r.type, "application/json");
	return r;
}

static void
test_at_first_there_are_none(void **state)
{
	struct reply r = get(*state, "");

	assert_int_equal(n_events(&r), 0);
	assert_true(json_is_array(json_object_get(r.json, "events")));
	assert_int_equal(number(r.json, "missed"), 0);
	assert_int_equal(number(r.json, "last"), 0);
	reply_free(&r);
}

static void
test_a_change_says_who_what_and_when(void **state)
{
	struct harness *h = *state;
	struct reply r;
	json_t *e;

	expect(h, 200, "PATCH", "/v1/links/wan/ab", MERGE, "{ \"loss\": \"2%\" }");
	r = get(h, "");
	assert_int_equal(n_events(&r), 1);
	assert_int_equal(number(r.json, "last"), 1);
	e = event(&r, 0);
	assert_int_equal(number(e, "seq"), 1);
	assert_string_equal(text_at(e, "kind"), "change");
	assert_string_equal(text_at(e, "about"), "wan ab");
	assert_string_equal(text_at(e, "what"), "{\"loss\":\"2%\"}");
	assert_int_equal(number(e, "generation"), 2);
	assert_true(strncmp(text_at(e, "who"), "uid ", 4) == 0);
	assert_non_null(strstr(text_at(e, "text"), "PATCH /v1/links/wan/ab: 200 OK"));
	assert_true(number(e, "time_ns") > 1700000000ll * 1000000000);
	assert_true(number(e, "monotonic_ns") > 0);
	/* In force since then, by the other clock. */
	assert_true(number(e, "at_ns") <= number(e, "monotonic_ns"));
	assert_true(number(e, "monotonic_ns") - number(e, "at_ns") < 5ll * 1000 * 1000 * 1000);
	reply_free(&r);
}

static void
test_kinds_of_what_requests_do(void **state)
{
	static const char *const want[] = { "reset", "reload", "refused", "refused", "change" };
	struct harness *h = *state;
	struct reply r;

	expect(h, 200, "POST", "/v1/reset", NULL, "");
	expect(h, 200, "POST", "/v1/config/reload", NULL, "");
	expect(h, 422, "PATCH", "/v1/links/wan/ab", MERGE, "{ \"losss\": 1 }");
	h->refuse = -ENOTSUP;
	expect(h, 409, "PUT", "/v1/config", "text/plain",
		"ports = ( { name = \"a\"; device = \"net_null0\"; },"
		" { name = \"b\"; device = \"net_null1\"; } );"
		"links = ( { name = \"wan\"; ports = [ \"a\", \"b\" ]; } );");
	h->refuse = 0;
	expect(h, 200, "PATCH", "/v1/links/wan/both", MERGE, "{ \"delay\": \"5ms\" }");
	/* What only looks is no event. */
	expect(h, 200, "GET", "/v1/stats", NULL, NULL);
	expect(h, 405, "DELETE", "/v1/stats", NULL, NULL);
	r = get(h, "?since=0");
	assert_int_equal(n_events(&r), WF_ARRAY_SIZE(want));
	for (size_t i = 0; i < WF_ARRAY_SIZE(want); i++)
		assert_string_equal(text_at(event(&r, i), "kind"), want[i]);
	assert_int_equal(number(event(&r, 1), "generation"), 2);
	assert_null(json_object_get(event(&r, 2), "generation"));
	assert_string_equal(text_at(event(&r, 2), "what"), "{\"losss\":1}");
	assert_string_equal(text_at(event(&r, 4), "about"), "wan both");
	reply_free(&r);
}

static void
test_since_goes_on_and_tells_what_is_gone(void **state)
{
	struct harness *h = *state;
	struct reply r;

	for (int i = 0; i < HARNESS_EVENTS + 3; i++)
		expect(h, 200, "POST", "/v1/reset", NULL, "");
	r = get(h, "?since=9");
	assert_int_equal(n_events(&r), 2);
	assert_int_equal(number(event(&r, 0), "seq"), 10);
	assert_int_equal(number(r.json, "missed"), 0);
	reply_free(&r);
	r = get(h, "?since=1");
	assert_int_equal(n_events(&r), HARNESS_EVENTS);
	assert_int_equal(number(r.json, "missed"), 2);
	assert_int_equal(number(event(&r, 0), "seq"), 4);
	reply_free(&r);
	/* A number of another run: `last` tells. It is not waited for. */
	r = get(h, "?since=99&wait=10s");
	assert_int_equal(n_events(&r), 0);
	assert_int_equal(number(r.json, "last"), HARNESS_EVENTS + 3);
	reply_free(&r);
}

static void
test_bad_queries_are_refused(void **state)
{
	static const char *const bad[] = { "since=-1", "since=x", "since=", "since=1pkt", "wait=1",
		"wait=11s", "wait=-1s", "sinc=1", "since=99999999999999999999", "since" };

	for (size_t i = 0; i < WF_ARRAY_SIZE(bad); i++) {
		char path[64];

		snprintf(path, sizeof(path), "/v1/events?%s", bad[i]);
		expect(*state, 422, "GET", path, NULL, NULL);
	}
	expect(*state, 405, "POST", "/v1/events", NULL, "");
}

/* Sends a request that will wait. */
static int
ask(const struct harness *h, const char *query)
{
	char request[128];
	int fd = raw_connect(h);
	int n = snprintf(request, sizeof(request),
		"GET /v1/events%s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", query);

	assert_int_equal(write(fd, request, (size_t)n), n);
	/* The server has it when it has answered somebody who came later. */
	expect(h, 200, "GET", "/healthz", NULL, NULL);
	return fd;
}

static bool
answered(int fd, int timeout_ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, timeout_ms) > 0;
}

/* What came to the end, in a static buffer; closes. */
static const char *
answer(int fd)
{
	static char text[8192];
	size_t len = 0;
	ssize_t n;

	while ((n = read(fd, text + len, sizeof(text) - 1 - len)) > 0)
		len += (size_t)n;
	text[len] = '\0';
	close(fd);
	return text;
}

static void
test_who_waits_is_answered_by_the_next_event(void **state)
{
	struct harness *h = *state;
	int fd, other;

	expect(h, 200, "POST", "/v1/reset", NULL, "");
	fd = ask(h, "?since=1&wait=10s");
	other = ask(h, "?since=1&wait=10s");
	assert_false(answered(fd, 0));
	expect(h, 200, "PATCH", "/v1/links/wan/ab", MERGE, "{ \"loss\": \"2%\" }");
	assert_true(answered(fd, 5000));
	assert_non_null(strstr(answer(fd), "\"kind\": \"change\""));
	assert_non_null(strstr(answer(other), "\"kind\": \"change\""));
}

static void
test_what_is_there_is_not_waited_for(void **state)
{
	struct harness *h = *state;
	int fd;

	expect(h, 200, "POST", "/v1/reset", NULL, "");
	fd = ask(h, "?wait=10s");
	assert_true(answered(fd, 5000));
	assert_non_null(strstr(answer(fd), "\"kind\": \"reset\""));
}

static void
test_waiting_ends(void **state)
{
	int fd = ask(*state, "?wait=50ms");

	assert_true(answered(fd, 5000));
	assert_non_null(strstr(answer(fd), "\"events\": []"));
}

/* Neither who goes away nor the end of the server leaves anything behind. */
static void
test_clients_that_go_away_while_they_wait(void **state)
{
	struct harness *h = *state;

	close(ask(h, "?wait=10s"));
	close(ask(h, "?wait=20ms"));
	expect(h, 200, "POST", "/v1/reset", NULL, "");
	expect(h, 200, "GET", "/v1/events", NULL, NULL);
	close(ask(h, "?since=1&wait=10s"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, harness_start, harness_stop)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_at_first_there_are_none),
		TEST(test_a_change_says_who_what_and_when),
		TEST(test_kinds_of_what_requests_do),
		TEST(test_since_goes_on_and_tells_what_is_gone),
		TEST(test_bad_queries_are_refused),
		TEST(test_who_waits_is_answered_by_the_next_event),
		TEST(test_what_is_there_is_not_waited_for),
		TEST(test_waiting_ends),
		TEST(test_clients_that_go_away_while_they_wait),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
