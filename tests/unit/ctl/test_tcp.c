/* SPDX-License-Identifier: BSD-3-Clause
 * TCP: who comes in, and each way to be refused.
 */
#include "harness.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "wf_listen.h"
#include "wf_tokens.h"

#define ADMIN "Authorization: Bearer " HARNESS_ADMIN
#define READ  "Authorization: Bearer " HARNESS_READ
#define LOSS  "{\"loss\":\"2%\"}"

static void
expect_tcp(void **state, long status, const char *const *headers, const char *method,
	const char *path, const char *body)
{
	struct reply r = call_tcp(*state, headers, method, path, body);

	if (r.status != status)
		print_error("%s %s: %ld %s\n", method, path, r.status, r.text);
	assert_int_equal(r.status, status);
	if (status >= 400)
		assert_string_equal(r.type, "application/problem+json");
	reply_free(&r);
}

#define H(...)                                                                                     \
	(const char *const[])                                                                      \
	{                                                                                          \
		__VA_ARGS__, NULL                                                                  \
	}

static void
test_the_admin_may_do_everything(void **state)
{
	expect_tcp(state, 200, H(ADMIN), "GET", "/v1/stats", NULL);
	expect_tcp(state, 200, H(ADMIN), "PATCH", "/v1/links/wan/ab", LOSS);
	expect_tcp(state, 404, H(ADMIN), "GET", "/v1/nothing", NULL);
	expect_tcp(state, 405, H(ADMIN), "PATCH", "/v1/stats", LOSS);
}

static void
test_a_reader_may_only_look(void **state)
{
	struct harness *h = *state;

	expect_tcp(state, 200, H(READ), "GET", "/v1/config", NULL);
	expect_tcp(state, 200, H(READ), "GET", "/v1/links/wan/ab", NULL);
	expect_tcp(state, 403, H(READ), "PATCH", "/v1/links/wan/ab", LOSS);
	expect_tcp(state, 403, H(READ), "POST", "/v1/reset", "");
	expect_tcp(state, 403, H(READ), "PUT", "/v1/config", "{}");
	assert_int_equal(h->generation, 1);
	assert_int_equal(h->resets, 0);
}

static void
test_nobody_gets_in_without_a_token(void **state)
{
	static const char *const paths[] = { "/v1/stats", "/v1/version", "/v1/config", "/v1/events",
		"/nothing" };
	struct reply r;

	for (size_t i = 0; i < WF_ARRAY_SIZE(paths); i++)
		expect_tcp(state, 401, H("X: y"), "GET", paths[i], NULL);
	expect_tcp(state, 401, H("X: y"), "PATCH", "/v1/links/wan/ab", LOSS);
	expect_tcp(state, 401, H("Authorization: Basic " HARNESS_ADMIN), "GET", "/v1/stats", NULL);
	/* But whether it lives. */
	expect_tcp(state, 200, H("X: y"), "GET", "/healthz", NULL);
	expect_tcp(state, 200, H("X: y"), "GET", "/readyz", NULL);
	/* The Unix socket asks for none. */
	r = call(*state, "GET", "/v1/stats", NULL, NULL);
	assert_int_equal(r.status, 200);
	reply_free(&r);
}

#define NEW "a-token-that-came-later"

static void
write_tokens(struct harness *h, const char *lines, mode_t mode)
{
	FILE *f = fopen(h->tokens, "w");

	assert_non_null(f);
	fputs(lines, f);
	fclose(f);
	assert_int_equal(chmod(h->tokens, mode), 0);
}

/* What is taken out of the file does not open any more, once that is reloaded. */
static void
test_tokens_are_read_again(void **state)
{
	struct harness *h = *state;

	write_tokens(h, NEW "\nread:" HARNESS_READ "\n", 0600);
	expect_tcp(state, 200, H(ADMIN), "GET", "/v1/version", NULL);
	expect_tcp(state, 200, H(ADMIN), "POST", "/v1/config/reload", "");
	expect_tcp(state, 401, H(ADMIN), "GET", "/v1/version", NULL);
	expect_tcp(state, 200, H(READ), "GET", "/v1/version", NULL);
	expect_tcp(state, 200, H("Authorization: Bearer " NEW), "GET", "/v1/version", NULL);
}

static void
test_bad_tokens_leave_those_from_before(void **state)
{
	static const char *const bad[] = { "", "short\n", HARNESS_ADMIN "\nnot a token\n" };
	struct harness *h = *state;

	for (size_t i = 0; i < WF_ARRAY_SIZE(bad); i++) {
		write_tokens(h, bad[i], 0600);
		expect_tcp(state, 422, H(ADMIN), "POST", "/v1/config/reload", "");
	}
	write_tokens(h, NEW "\n", 0644);
	expect_tcp(state, 422, H(ADMIN), "POST", "/v1/config/reload", "");
	assert_int_equal(h->generation, 1);
	expect_tcp(state, 200, H(READ), "GET", "/v1/version", NULL);
	expect_tcp(state, 401, H("Authorization: Bearer " NEW), "GET", "/v1/version", NULL);
}

static double
seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static void
test_wrong_tokens_wait_and_right_ones_do_not(void **state)
{
	static const char *const wrong[] = { "Authorization: Bearer wrong-wrong-wrong-wrong",
		"Authorization: Bearer ", ("Authorization: Bearer " HARNESS_ADMIN "x"),
		"Authorization: Bearer an-admin-token-of-the-test", "Authorization: Bearer x",
		("Authorization: Bearer read:" HARNESS_READ) };
	struct harness *h = *state;
	const struct wf_event *e;
	struct wf_event_reader reader = { 0 };
	double t0;
	bool told = false;

	for (size_t i = 0; i < WF_ARRAY_SIZE(wrong); i++)
		expect_tcp(state, 401, H(wrong[i]), "GET", "/v1/stats", NULL);
	t0 = seconds();
	expect_tcp(state, 401, H(wrong[0]), "GET", "/v1/stats", NULL);
	assert_true(seconds() - t0 > 0.3);
	t0 = seconds();
	expect_tcp(state, 200, H(ADMIN), "GET", "/healthz", NULL);
	expect_tcp(state, 200, H(ADMIN), "GET", "/v1/version", NULL);
	assert_true(seconds() - t0 < 0.3);
	while ((e = wf_event_next(h->events, &reader)) != NULL)
		told |= e->kind == WF_EVENT_refused && strstr(e->text, "wrong token") != NULL &&
			strstr(e->text, "127.0.0.1") != NULL;
	assert_true(told);
}

/* One that goes away meanwhile takes nothing with it. */
static void
test_clients_that_leave_while_they_wait(void **state)
{
	static const char request[] = "GET /v1/stats HTTP/1.1\r\nHost: localhost\r\n"
				      "Authorization: Bearer wrong-wrong-wrong-wrong\r\n\r\n";

	for (int i = 0; i < 20; i++) {
		int fd = raw_connect_tcp(*state);

		assert_int_equal(send(fd, request, strlen(request), MSG_NOSIGNAL), strlen(request));
		close(fd);
	}
	expect_tcp(state, 200, H(ADMIN), "GET", "/v1/stats", NULL);
}

static void
test_names_that_are_not_ours_are_refused(void **state)
{
	struct harness *h = *state;
	char own[96];

	expect_tcp(state, 403, H(ADMIN, "Host: evil.example"), "GET", "/v1/stats", NULL);
	expect_tcp(state, 403, H(ADMIN, "Host: evil.example"), "GET", "/healthz", NULL);
	expect_tcp(state, 403, H(ADMIN, "Host: localhost:1"), "GET", "/v1/stats", NULL);
	expect_tcp(state, 403, H(ADMIN, "Host: localhost.evil.example"), "GET", "/v1/stats", NULL);
	expect_tcp(state, 403, H(ADMIN, "Host: lab.exampl"), "GET", "/v1/stats", NULL);
	expect_tcp(state, 403, H(ADMIN, "Host: [::1]x"), "GET", "/v1/stats", NULL);
	expect_tcp(state, 200, H(ADMIN, "Host: localhost"), "GET", "/v1/stats", NULL);
	expect_tcp(state, 200, H(ADMIN, "Host: [::1]"), "GET", "/v1/stats", NULL);
	expect_tcp(state, 200, H(ADMIN, "Host: LAB.example"), "GET", "/v1/stats", NULL);
	expect_tcp(state, 200, H(ADMIN, "Host: other.example:443"), "GET", "/v1/stats", NULL);
	snprintf(own, sizeof(own), "Host: localhost%s", strrchr(h->http, ':'));
	expect_tcp(state, 200, H(ADMIN, own), "GET", "/v1/stats", NULL);
}

static void
test_pages_of_others_are_refused(void **state)
{
	struct harness *h = *state;
	char own[96];

	expect_tcp(state, 403, H(ADMIN, "Origin: http://evil.example"), "GET", "/v1/stats", NULL);
	expect_tcp(state, 403, H(ADMIN, "Origin: null"), "PATCH", "/v1/links/wan/ab", LOSS);
	expect_tcp(state, 403, H(ADMIN, "Origin: http://localhost:1"), "GET", "/v1/stats", NULL);
	expect_tcp(state, 403, H(ADMIN, "Origin: file://"), "GET", "/v1/stats", NULL);
	snprintf(own, sizeof(own), "Origin: http://%s", h->http);
	expect_tcp(state, 200, H(ADMIN, own), "GET", "/v1/stats", NULL);
	expect_tcp(state, 200, H(ADMIN, "Origin: https://lab.example"), "GET", "/v1/stats", NULL);
	/* No other origin is ever told that it may. */
	expect_tcp(
		state, 403, H(ADMIN, "Origin: http://evil.example"), "OPTIONS", "/v1/stats", NULL);
	assert_int_equal(h->generation, 1);
}

/* All of a reply as it comes. */
static char *
raw_reply(int fd, const char *request)
{
	char *got = calloc(1, 1 << 20);
	struct pollfd p = { .fd = fd, .events = POLLIN };
	size_t len = 0;
	ssize_t n;

	assert_int_equal(send(fd, request, strlen(request), MSG_NOSIGNAL), strlen(request));
	while (len < (1 << 20) - 1 && poll(&p, 1, 5000) == 1 &&
		(n = recv(fd, got + len, (1 << 20) - 1 - len, 0)) > 0)
		len += (size_t)n;
	close(fd);
	return got;
}

static void
test_every_reply_has_its_headers(void **state)
{
	char *got = raw_reply(raw_connect_tcp(*state),
		"GET /v1/version HTTP/1.1\r\nHost: localhost\r\n" ADMIN
		"\r\nConnection: close\r\n\r\n");

	assert_non_null(strstr(got, "\r\nX-Content-Type-Options: nosniff\r\n"));
	assert_non_null(strstr(got, "\r\nContent-Security-Policy: default-src 'none'"));
	assert_non_null(strstr(got, "\r\nCache-Control: no-store\r\n"));
	assert_null(strcasestr(got, "access-control-"));
	assert_null(strcasestr(got, "set-cookie"));
	free(got);
	got = raw_reply(raw_connect_tcp(*state), "GET /v1/version HTTP/1.0\r\n\r\n");
	assert_non_null(strstr(got, " 403 "));
	free(got);
	got = raw_reply(raw_connect_tcp(*state),
		"GET /v1/version HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
	assert_non_null(strstr(got, "\r\nWWW-Authenticate: Bearer"));
	free(got);
}

/* Who fills TCP leaves the Unix socket alone. */
static void
test_a_crowd_on_tcp_leaves_the_socket_free(void **state)
{
	int fd[200];

	for (size_t i = 0; i < WF_ARRAY_SIZE(fd); i++)
		fd[i] = raw_connect_tcp(*state);
	expect(*state, 200, "GET", "/v1/stats", NULL, NULL);
	for (size_t i = 0; i < WF_ARRAY_SIZE(fd); i++)
		close(fd[i]);
	expect_tcp(state, 200, H(ADMIN), "GET", "/v1/stats", NULL);
}

/* ---- Without a server ---- */

static bool
tokens_are_read(const char *text)
{
	struct wf_err *err = wf_err_new();
	struct wf_tokens *t = wf_tokens_parse(text, "tokens", err);
	bool good = t != NULL;

	assert_int_equal(wf_err_count(err) == 0, good);
	wf_tokens_free(t);
	wf_err_free(err);
	return good;
}

static void
test_files_of_tokens(void **state)
{
	struct wf_err *err = wf_err_new();
	struct wf_tokens *t = wf_tokens_parse(
		"both-roles-both-roles\nread:both-roles-both-roles\r\nread:1234567890123456", "t",
		err);

	assert_int_equal(wf_tokens_role(t, "both-roles-both-roles"), WF_ROLE_ADMIN);
	assert_int_equal(wf_tokens_role(t, "1234567890123456"), WF_ROLE_READ);
	assert_int_equal(wf_tokens_role(t, "1234567890123457"), WF_ROLE_NONE);
	assert_int_equal(wf_tokens_role(t, ""), WF_ROLE_NONE);
	wf_tokens_free(t);
	wf_err_free(err);
	assert_false(tokens_are_read(""));
	assert_false(tokens_are_read("# nothing\n\n"));
	assert_false(tokens_are_read("123456789012345\n"));
	assert_false(tokens_are_read("1234567890123456 7\n"));
	assert_false(tokens_are_read("read:short\n"));
	assert_false(
		tokens_are_read("good-good-good-good-good\n\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"
				"\xff\xff\xff\xff\xff\xff\n"));
}

static void
test_a_file_that_all_may_read_is_refused(void **state)
{
	char path[] = "/tmp/wf-tokens-XXXXXX";
	struct wf_err *err = wf_err_new();
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(
		write(fd, HARNESS_ADMIN "\n", sizeof(HARNESS_ADMIN)), sizeof(HARNESS_ADMIN));
	assert_int_equal(fchmod(fd, 0644), 0);
	close(fd);
	assert_null(wf_tokens_read(path, err));
	assert_int_equal(wf_err_count(err), 1);
	assert_int_equal(chmod(path, 0600), 0);
	wf_tokens_free(wf_tokens_read(path, err));
	assert_int_equal(wf_err_count(err), 1);
	unlink(path);
	assert_null(wf_tokens_read(path, err));
	wf_err_free(err);
}

static int
listens(const char *address, bool allow_remote)
{
	struct wf_err *err = wf_err_new();
	struct wf_listen_address at;
	int fd = wf_listen_tcp(address, allow_remote, &at, err);

	assert_int_equal(wf_err_count(err), fd < 0);
	wf_err_free(err);
	if (fd >= 0) {
		assert_true(at.port != 0);
		close(fd);
	}
	return fd;
}

static void
test_only_loopback_is_listened_to(void **state)
{
	assert_true(listens("127.0.0.1:0", false) >= 0);
	assert_true(listens("localhost:0", false) >= 0);
	assert_true(listens("127.1.2.3:0", false) >= 0);
	assert_int_equal(listens("0.0.0.0:0", false), -EACCES);
	assert_int_equal(listens("[::]:0", false), -EACCES);
	assert_int_equal(listens("10.1.2.3:80", false), -EACCES);
	assert_true(listens("0.0.0.0:0", true) >= 0);
	assert_int_equal(listens("127.0.0.1", false), -EINVAL);
	assert_int_equal(listens("127.0.0.1:", false), -EINVAL);
	assert_int_equal(listens("127.0.0.1:65536", false), -EINVAL);
	assert_int_equal(listens("127.0.0.1:-1", false), -EINVAL);
	assert_int_equal(listens("::1:80", false), -EINVAL);
	assert_int_equal(listens(":80", false), -EINVAL);
	assert_int_equal(listens("lab.example:80", true), -EINVAL);
	assert_int_equal(listens("[127.0.0.1]:80", false), -EINVAL);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, harness_start_tcp, harness_stop)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_the_admin_may_do_everything),
		TEST(test_a_reader_may_only_look),
		TEST(test_nobody_gets_in_without_a_token),
		TEST(test_tokens_are_read_again),
		TEST(test_bad_tokens_leave_those_from_before),
		TEST(test_wrong_tokens_wait_and_right_ones_do_not),
		TEST(test_clients_that_leave_while_they_wait),
		TEST(test_names_that_are_not_ours_are_refused),
		TEST(test_pages_of_others_are_refused),
		TEST(test_every_reply_has_its_headers),
		TEST(test_a_crowd_on_tcp_leaves_the_socket_free),
		cmocka_unit_test(test_files_of_tokens),
		cmocka_unit_test(test_a_file_that_all_may_read_is_refused),
		cmocka_unit_test(test_only_loopback_is_listened_to),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
