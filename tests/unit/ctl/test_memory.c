/* SPDX-License-Identifier: BSD-3-Clause
 * Memory runs out at the n-th allocation of a request, for each n: it is answered with 503 and
 * nothing has changed, or it has happened. The linker gives us the allocations of our own code,
 * through which jansson's go, too; libevent's are its own.
 */
#include "harness.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define JSON "application/json"

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t size);
char *__real_strdup(const char *s);
char *__real_strndup(const char *s, size_t n);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t size);
char *__wrap_strdup(const char *s);
char *__wrap_strndup(const char *s, size_t n);

/* Of the server's thread: allocations until the one that fails. Below 0: none will. */
static _Atomic long left = -1;
static _Atomic bool hit;
static pthread_t server;

static bool
fails(void)
{
	if (atomic_load(&left) < 0 || !pthread_equal(pthread_self(), server))
		return false;
	if (atomic_fetch_sub(&left, 1) != 0)
		return false;
	atomic_store(&hit, true);
	return true;
}

void *
__wrap_malloc(size_t size)
{
	return fails() ? NULL : __real_malloc(size);
}

void *
__wrap_calloc(size_t n, size_t size)
{
	return fails() ? NULL : __real_calloc(n, size);
}

void *
__wrap_realloc(void *p, size_t size)
{
	return fails() ? NULL : __real_realloc(p, size);
}

char *
__wrap_strdup(const char *s)
{
	return fails() ? NULL : __real_strdup(s);
}

char *
__wrap_strndup(const char *s, size_t n)
{
	return fails() ? NULL : __real_strndup(s, n);
}

struct attempt {
	const char *method, *path, *media, *body;
	bool changes;
};

static bool
is_good(const struct reply *r)
{
	return r->json != NULL && (r->status == 200 || r->status == 503);
}

/* The request again and again, until memory is enough for it. */
static void
exhaust(struct harness *h, const struct attempt *a)
{
	long n = 0;

	server = h->thread;
	do {
		uint64_t before;
		struct reply r;

		/* One change to undo, and not too many. */
		r = call(h, "POST", "/v1/config/undo", JSON, "{\"all\":true}");
		reply_free(&r);
		if (strstr(a->path, "undo") != NULL)
			expect(h, 200, "PATCH", "/v1/links/wan/ab", JSON, "{\"loss\":\"2%\"}");
		before = h->generation;

		atomic_store(&hit, false);
		atomic_store(&left, n++);
		r = call(h, a->method, a->path, a->media, a->body);
		atomic_store(&left, -1);
		if (!is_good(&r))
			fail_msg("%s %s, allocation %ld: %ld %s", a->method, a->path, n, r.status,
				r.text);
		if (r.status != 200)
			assert_int_equal(h->generation, before);
		else if (a->changes)
			assert_int_equal(h->generation, before + 1);
		assert_non_null(r.json);
		if (r.status == 200 && a->changes)
			assert_true(json_is_integer(json_object_get(r.json, "generation")));
		reply_free(&r);
		assert_true(n < 20000);
	} while (atomic_load(&hit));
	assert_true(n > 1);
}

static void
test_what_only_looks(void **state)
{
	static const char *const paths[] = { "/v1/version", "/v1/stats", "/v1/ports", "/v1/links",
		"/v1/links/wan", "/v1/links/wan/ab", "/v1/config", "/v1/config/diff", "/v1/events",
		"/v1/bypass", "/v1/profiles", "/v1/stats/history", "/v1/flows", "/v1/workers",
		"/v1/parameters", "/v1/captures", "/v1/replays", "/v1/runs", "/v1/runs/last",
		"/v1/scenarios", "/readyz", "/healthz" };

	expect(*state, 202, "POST", "/v1/runs", "text/plain",
		"schema_version = 1; name = \"memory\"; phases = ( { name = \"a\"; duration = "
		"\"1s\"; } ); faults = ( { name = \"f\"; ab = { loss = 1; }; } ); expect = ( { "
		"loss = 1; } );");

	for (size_t i = 0; i < WF_ARRAY_SIZE(paths); i++)
		exhaust(*state, &(struct attempt){ "GET", paths[i], NULL, NULL, false });
}

static void
test_changes_of_directions(void **state)
{
	static const struct attempt attempts[] = {
		{ "PATCH", "/v1/links/wan/ab", JSON, "{\"loss\":\"2%\"}", true },
		{ "PATCH", "/v1/links/wan/both", JSON, "{\"delay\":\"2ms\",\"for\":\"1h\"}", true },
		{ "PUT", "/v1/links/wan/ab", JSON, "{\"delay\":\"7ms\"}", true },
		{ "DELETE", "/v1/links/wan/ab", NULL, NULL, true },
		{ "POST", "/v1/links/wan/fault", JSON, "{\"type\":\"flap\",\"duration\":\"3s\"}",
			true },
		{ "POST", "/v1/config/undo", NULL, "", true },
		{ "PATCH", "/v1/links/wan", JSON, "{\"ab\":{\"loss\":\"1%\"}}", true },
	};

	for (size_t i = 0; i < WF_ARRAY_SIZE(attempts); i++)
		exhaust(*state, &attempts[i]);
}

static void
test_changes_of_the_base(void **state)
{
	static const struct attempt attempts[] = {
		{ "PUT", "/v1/links/wan/classes/voip", JSON,
			"{\"match\":{\"proto\":\"udp\"},\"ab\":{\"delay\":\"5ms\"}}", true },
		{ "PATCH", "/v1/links/wan/classes/voip", JSON, "{\"match\":{\"dport\":\"53\"}}",
			true },
		{ "PATCH", "/v1/links/wan", JSON, "{\"inner\":true}", true },
		{ "PUT", "/v1/links/wan/classes/voip/ab", JSON, "{\"delay\":\"4ms\"}", true },
		{ "DELETE", "/v1/links/wan/classes/voip/ab", NULL, NULL, true },
		{ "PATCH", "/v1/flows", JSON, "{\"counted\":true}", true },
		{ "POST", "/v1/bypass", JSON, "{\"on\":true,\"for\":\"1h\"}", true },
		{ "POST", "/v1/config/reload", NULL, "", true },
	};

	for (size_t i = 0; i < WF_ARRAY_SIZE(attempts); i++)
		exhaust(*state, &attempts[i]);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, harness_start, harness_stop)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_what_only_looks),
		TEST(test_changes_of_directions),
		TEST(test_changes_of_the_base),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
