/* SPDX-License-Identifier: BSD-3-Clause
 * What clients may not do to the server: too much, too many, nonsense, going away.
 */
#include "harness.h"

#include <dirent.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MAX_CONNECTIONS 64
#define MIB             (1u << 20)

/* A JSON body of exactly `size` bytes: a long string. */
static char *
body_of(size_t size)
{
	char *body = malloc(size + 1);

	memset(body, 'x', size);
	body[0] = body[size - 1] = '"';
	body[size] = '\0';
	return body;
}

static long
status_of_body(void **state, size_t size, char type[64])
{
	char *body = body_of(size);
	struct reply r = call(*state, "PUT", "/v1/config", "application/json", body);
	long status = r.status;

	snprintf(type, 64, "%s", r.type);
	reply_free(&r);
	free(body);
	return status;
}

static void
test_body_of_one_mib_is_read(void **state)
{
	char type[64];

	assert_int_equal(status_of_body(state, MIB, type), 422);
}

static void
test_longer_body_is_413(void **state)
{
	char type[64];

	assert_int_equal(status_of_body(state, MIB + 1, type), 413);
	assert_string_equal(type, "application/problem+json");
	assert_int_equal(status_of_body(state, 2 * MIB, type), 413);
	assert_string_equal(type, "application/problem+json");
	assert_int_equal(status_of_body(state, 8 * MIB, type), 413);
	assert_string_equal(type, "application/problem+json");
	expect(*state, 200, "GET", "/healthz", NULL, NULL);
}

/* Sends `text` and reads until the server closes or `want` has come; bounded in time. */
static bool
exchange(int fd, const char *text, const char *want)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	char got[8192];
	size_t len = 0;

	if (text != NULL)
		assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
	while (len + 1 < sizeof(got) && poll(&p, 1, 10000) == 1) {
		ssize_t n = recv(fd, got + len, sizeof(got) - 1 - len, 0);

		if (n <= 0)
			return false;
		len += (size_t)n;
		got[len] = '\0';
		if (strstr(got, want) != NULL)
			return true;
	}
	return false;
}

/* Sends `n` bytes and reads all of the reply until the server closes. A whole problem document with
 * this status, or nothing at all if status is 0. */
static void
expect_raw(void **state, const char *request, size_t n, long status)
{
	int fd = raw_connect(*state);
	struct pollfd p = { .fd = fd, .events = POLLIN };
	char got[8192], *body;
	size_t len = 0;
	ssize_t more = 1;
	json_t *j;

	/* What is too long is not read to its end. */
	for (size_t sent = 0; sent < n; sent += (size_t)more)
		if ((more = send(fd, request + sent, n - sent, MSG_NOSIGNAL)) <= 0)
			break;
	shutdown(fd, SHUT_WR);
	for (more = 1; more > 0 && len + 1 < sizeof(got) && poll(&p, 1, 10000) == 1;
		len += more > 0 ? (size_t)more : 0)
		more = recv(fd, got + len, sizeof(got) - 1 - len, 0);
	got[len] = '\0';
	close(fd);
	expect(*state, 200, "GET", "/healthz", NULL, NULL);
	if (status == 0) {
		assert_string_equal(got, "");
		return;
	}
	body = strstr(got, "\r\n\r\n");
	if (body == NULL || strstr(got, "\r\nContent-Type: application/problem+json\r\n") == NULL)
		fail_msg("on \"%.80s\": %s", request, got);
	j = json_loads(body + 4, 0, NULL);
	assert_int_equal(json_integer_value(json_object_get(j, "status")), status);
	assert_int_equal(strtol(got + strlen("HTTP/1.1 "), NULL, 10), status);
	assert_non_null(json_string_value(json_object_get(j, "title")));
	assert_non_null(json_string_value(json_object_get(j, "detail")));
	assert_true(json_is_array(json_object_get(j, "errors")));
	assert_int_equal(strtol(strstr(got, "Content-Length: ") + 16, NULL, 10), strlen(body + 4));
	json_decref(j);
}

static void
test_headers_that_are_too_long_are_refused(void **state)
{
	char *request = malloc(MIB);
	int n = snprintf(request, MIB, "GET /healthz HTTP/1.1\r\nX: ");

	memset(request + n, 'x', 40000);
	n += 40000;
	n += snprintf(request + n, 16, "\r\n\r\n");
	expect_raw(state, request, (size_t)n, 400);
	n = snprintf(request, MIB, "GET /");
	memset(request + n, 'x', 40000);
	n += 40000;
	n += snprintf(request + n, 32, " HTTP/1.1\r\n\r\n");
	expect_raw(state, request, (size_t)n, 400);
	free(request);
}

/* Of which nobody has said before how long it would be. */
static void
test_chunks_that_are_too_long_are_refused(void **state)
{
	const size_t size = 3 * MIB;
	char *request = malloc(size + 200);
	int n = snprintf(request, 200,
		"PUT /v1/config HTTP/1.1\r\nContent-Type: text/plain\r\nTransfer-Encoding: "
		"chunked\r\n\r\n%zx\r\n",
		size);

	memset(request + n, 'x', size);
	n += (int)size;
	n += snprintf(request + n, 16, "\r\n0\r\n\r\n");
	expect_raw(state, request, (size_t)n, 413);
	free(request);
}

/* A problem document for whatever is a line; silence for what ends before it is a request. */
static void
test_nonsense_is_refused(void **state)
{
	static const struct {
		const char *text;
		long status;
	} nonsense[] = {
		{ "hello\r\n\r\n", 400 },
		{ "GET\r\n\r\n", 400 },
		{ "GET /healthz\r\n\r\n", 400 },
		{ "GET /healthz HTTP/9.9\r\n\r\n", 400 },
		{ "GET /healthz SPDY/3\r\n\r\n", 400 },
		{ "GET /healthz HTTP/1.1\r\nno colon\r\n\r\n", 400 },
		{ "BREW /healthz HTTP/1.1\r\n\r\n", 501 },
		{ "get /healthz HTTP/1.1\r\n\r\n", 501 },
		{ "PROPFIND /v1/config HTTP/1.1\r\n\r\n", 501 },
		{ "PUT /v1/config HTTP/1.1\r\nContent-Length: -5\r\n\r\n", 400 },
		/* A body that is too long is read away first, and these end too early. */
		{ "PUT /v1/config HTTP/1.1\r\nContent-Length: 9999999999\r\n\r\n", 0 },
		{ "PUT /v1/config HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: "
		  "99999999\r\n\r\n",
			0 },
		{ "PUT /v1/config HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\n",
			413 },
		{ "\x16\x03\x01\x02\x01\xfc\x03\x03\r\n\r\n", 400 }, /* TLS */
		{ "\r\n\r\n", 400 },
		{ "GET /healthz HTTP/1.1", 0 },
		{ "", 0 },
	};

	for (size_t i = 0; i < WF_ARRAY_SIZE(nonsense); i++)
		expect_raw(state, nonsense[i].text, strlen(nonsense[i].text), nonsense[i].status);
}

static void
test_connection_serves_many_requests(void **state)
{
	int fd = raw_connect(*state);

	for (int i = 0; i < 100; i++)
		assert_true(exchange(fd, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n", "\"ok\""));
	close(fd);
}

static void
test_close_gets_the_whole_reply(void **state)
{
	struct reply kept = call(*state, "GET", "/v1/stats", NULL, NULL);
	struct reply closed =
		call_with(*state, "Connection: close", "GET", "/v1/stats", NULL, NULL);

	assert_int_equal(closed.status, 200);
	assert_int_equal(closed.len, kept.len);
	assert_non_null(closed.json);
	reply_free(&kept);
	reply_free(&closed);
}

static int
count_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int n = 0;

	while (readdir(dir) != NULL)
		n++;
	closedir(dir);
	return n;
}

static void
test_clients_that_vanish_leave_nothing_behind(void **state)
{
	static const char request[] = "GET /v1/stats HTTP/1.1\r\nHost: x\r\n\r\n";
	int before = count_descriptors(), after;

	for (int i = 0; i < 200; i++) {
		int fd = raw_connect(*state);

		/* Whole, cut in the middle, or nothing at all. */
		send(fd, request, (sizeof(request) - 1) * (size_t)(i % 3) / 2, MSG_NOSIGNAL);
		close(fd);
	}
	/* The server sees the ends one by one, while it answers us. */
	for (int i = 0; i < 1000; i++) {
		expect(*state, 200, "GET", "/healthz", NULL, NULL);
		after = count_descriptors();
		if (after <= before + 1)
			break;
	}
	assert_in_range(after, 0, before + 1);
}

static void
test_server_pauses_at_its_cap_and_goes_on(void **state)
{
	static const char request[] = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";
	int fd[MAX_CONNECTIONS], late;
	struct pollfd p = { .events = POLLIN };

	/* Every one is known to be accepted, for it has been answered. */
	for (int i = 0; i < MAX_CONNECTIONS; i++) {
		fd[i] = raw_connect(*state);
		assert_true(exchange(fd[i], request, "\"ok\""));
	}
	late = raw_connect(*state);
	assert_int_equal(send(late, request, strlen(request), MSG_NOSIGNAL), strlen(request));
	/* A request on an older connection is answered after the newcomer's would have been. */
	assert_true(exchange(fd[0], request, "\"ok\""));
	p.fd = late;
	assert_int_equal(poll(&p, 1, 100), 0);
	close(fd[7]);
	assert_true(exchange(late, NULL, "\"ok\""));
	close(late);
	for (int i = 0; i < MAX_CONNECTIONS; i++)
		if (i != 7)
			close(fd[i]);
	expect(*state, 200, "GET", "/healthz", NULL, NULL);
}

static void
test_server_ends_with_connections_open(void **state)
{
	struct harness *h = *state;
	int idle = raw_connect(h), half = raw_connect(h);

	send(half, "GET /heal", 9, MSG_NOSIGNAL);
	expect(h, 200, "GET", "/healthz", NULL, NULL);
	/* The teardown, under ASan, is the test; descriptors end with the process. */
	(void)idle;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, harness_start, harness_stop)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_body_of_one_mib_is_read),
		TEST(test_longer_body_is_413),
		TEST(test_headers_that_are_too_long_are_refused),
		TEST(test_chunks_that_are_too_long_are_refused),
		TEST(test_nonsense_is_refused),
		TEST(test_connection_serves_many_requests),
		TEST(test_close_gets_the_whole_reply),
		TEST(test_clients_that_vanish_leave_nothing_behind),
		TEST(test_server_pauses_at_its_cap_and_goes_on),
		TEST(test_server_ends_with_connections_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
