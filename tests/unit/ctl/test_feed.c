/* SPDX-License-Identifier: BSD-3-Clause
 * Numbers as time goes by: the stream, its bounds, and the history.
 */
#include "harness.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "wf_history.h"
#include "wf_json.h"

#define CLIENTS 24 /* streams at once */

struct stream {
	int fd;
	char *got;
	size_t len, room;
};

static struct stream
open_stream(const struct harness *h, const char *query)
{
	struct stream s = { .fd = raw_connect(h), .room = 4 << 20 };
	char request[128];
	int n = snprintf(request, sizeof(request),
		"GET /v1/stats/stream%s HTTP/1.1\r\nHost: localhost\r\n\r\n", query);

	s.got = calloc(1, s.room);
	assert_int_equal(send(s.fd, request, (size_t)n, MSG_NOSIGNAL), n);
	return s;
}

static size_t
count(const struct stream *s, const char *what)
{
	size_t n = 0;

	for (const char *at = s->got; (at = strstr(at, what)) != NULL; at++)
		n++;
	return n;
}

/* Reads until `what` has come n times; false: 10 s are over, or it has ended. */
static bool
await(struct stream *s, const char *what, size_t n)
{
	struct pollfd p = { .fd = s->fd, .events = POLLIN };

	while (count(s, what) < n) {
		ssize_t more;

		if (s->len + 1 >= s->room || poll(&p, 1, 10000) != 1)
			return false;
		more = recv(s->fd, s->got + s->len, s->room - 1 - s->len, 0);
		if (more <= 0)
			return false;
		s->len += (size_t)more;
	}
	return true;
}

static void
close_stream(struct stream *s)
{
	close(s->fd);
	free(s->got);
}

static double
seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static void
test_the_stream_is_the_document_again_and_again(void **state)
{
	struct stream s = open_stream(*state, "?hz=10");
	double t0 = seconds();
	const char *data;
	char *line;
	json_t *j;

	assert_true(await(&s, "\n\n", 5));
	assert_true(await(&s, "event: stats\n", 8));
	assert_true(seconds() - t0 > 0.5);
	assert_non_null(strstr(s.got, "\r\nContent-Type: text/event-stream\r\n"));
	data = strstr(s.got, "\ndata: ");
	assert_non_null(data);
	line = strndup(data + 7, strcspn(data + 7, "\n"));
	j = json_loads(line, 0, NULL);
	assert_string_equal(text_at(j, "schema"), "wirefault.stats/1");
	json_decref(j);
	free(line);
	close_stream(&s);
}

static void
test_events_come_by_the_stream_as_well(void **state)
{
	struct stream s = open_stream(*state, "?hz=5");

	assert_true(await(&s, "event: stats", 1));
	expect(*state, 200, "PATCH", "/v1/links/wan/ab", "application/json", "{\"loss\":\"2%\"}");
	assert_true(await(&s, "event: event\ndata: {\"seq\":1,", 1));
	assert_true(await(&s, "event: stats", 4));
	assert_int_equal(count(&s, "event: event"), 1);
	close_stream(&s);
}

static void
test_the_second_that_has_ended_comes_by_the_stream(void **state)
{
	struct stream s = open_stream(*state, "?hz=10");
	const char *data;
	char *line;
	json_t *j, *ab;

	assert_true(await(&s, "event: history\ndata: {", 1));
	assert_true(await(&s, "event: stats", count(&s, "event: stats") + 3));
	assert_int_equal(count(&s, "event: history"), 1);
	data = strstr(s.got, "event: history\ndata: ") + 21;
	line = strndup(data, strcspn(data, "\n"));
	j = json_loads(line, 0, NULL);
	assert_string_equal(text_at(j, "schema"), "wirefault.history/1");
	assert_int_equal(json_integer_value(json_object_get(j, "samples")), 1);
	ab = json_object_get(json_array_get(json_object_get(j, "links"), 0), "ab");
	assert_int_equal(json_array_size(json_object_get(ab, "delay_p99_ns")), 1);
	json_decref(j);
	free(line);
	close_stream(&s);
}

static void
test_all_get_the_same(void **state)
{
	struct stream a = open_stream(*state, "?hz=2"), b = open_stream(*state, "?hz=2");
	const char *id, *end;
	char *line;

	assert_true(await(&a, "event: stats", 3) && await(&b, "event: stats", 3));
	id = strstr(strstr(a.got, "id: ") + 1, "id: ");
	assert_non_null(id);
	end = strstr(id, "\n\n");
	line = strndup(id, (size_t)(end - id));
	assert_non_null(strstr(b.got, line));
	free(line);
	close_stream(&a);
	close_stream(&b);
}

static void
test_a_rate_that_makes_no_sense_is_refused(void **state)
{
	expect(*state, 422, "GET", "/v1/stats/stream?hz=0", NULL, NULL);
	expect(*state, 422, "GET", "/v1/stats/stream?hz=11", NULL, NULL);
	expect(*state, 422, "GET", "/v1/stats/stream?hz=often", NULL, NULL);
	expect(*state, 422, "GET", "/v1/stats/stream?herz=1", NULL, NULL);
}

static void
test_streams_have_their_bound_and_come_free(void **state)
{
	struct stream s[CLIENTS];

	for (int i = 0; i < CLIENTS; i++) {
		s[i] = open_stream(*state, "?hz=1");
		assert_true(await(&s[i], "event: stats", 1));
	}
	expect(*state, 503, "GET", "/v1/stats/stream", NULL, NULL);
	expect(*state, 200, "GET", "/v1/stats", NULL, NULL);
	for (int i = 0; i < CLIENTS; i++)
		close_stream(&s[i]);
	/* Their ends are seen at once. */
	s[0] = open_stream(*state, "?hz=1");
	assert_true(await(&s[0], "event: stats", 1));
	close_stream(&s[0]);
}

/* Who doesn't read gets no more than fits, and others what they want. */
static void
test_a_reader_that_is_stuck_is_not_waited_for(void **state)
{
	struct stream stuck[8], s;
	const int small = 4096;

	for (size_t i = 0; i < WF_ARRAY_SIZE(stuck); i++) {
		stuck[i] = open_stream(*state, "?hz=10");
		setsockopt(stuck[i].fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
	}
	s = open_stream(*state, "?hz=10");
	assert_true(await(&s, "event: stats", 12));
	expect(*state, 200, "GET", "/v1/stats", NULL, NULL);
	close_stream(&s);
	for (size_t i = 0; i < WF_ARRAY_SIZE(stuck); i++)
		close_stream(&stuck[i]);
}

/* ---- History ---- */

static struct wf_snapshot *
snapshot_of(wf_ns_t time_ns, uint64_t packets, uint64_t lost, wf_ns_t delay_ns, uint64_t before)
{
	struct wf_snapshot *s = wf_snapshot_new(1, 0, 0);
	struct wf_snap_dir *d = &s->links[0].dir[0];

	s->live = true;
	s->time_ns = time_ns;
	snprintf(s->links[0].name, sizeof(s->links[0].name), "wan");
	for (int i = 0; i < 2; i++)
		wf_dir_stats_init(&s->links[0].dir[i].s);
	d->s.c.rx = (struct wf_count){ packets, packets * 100 };
	d->s.c.dropped[WF_DROP_loss].packets = lost;
	wf_hist_add_times(&d->s.delay, WF_NS_PER_MS, before);
	if (packets > before)
		wf_hist_add_times(&d->s.delay, delay_ns, packets - before);
	return s;
}

static json_int_t
at(const json_t *j, const char *column, size_t i)
{
	const json_t *ab = json_object_get(json_array_get(json_object_get(j, "links"), 0), "ab");
	const json_t *list = json_object_get(ab, column);

	if (list == NULL)
		list = json_object_get(json_object_get(ab, "dropped"), column);
	return json_integer_value(json_array_get(list, i));
}

static void
test_history_is_of_each_second(void **state)
{
	struct wf_history *h = wf_history_new();
	json_t *j;

	wf_history_add(h, snapshot_of(WF_NS_PER_S, 10, 1, WF_NS_PER_MS, 10));
	wf_history_add(h, snapshot_of(2 * WF_NS_PER_S, 110, 3, 50 * WF_NS_PER_MS, 10));
	/* Counting begins again. */
	wf_history_add(h, snapshot_of(3 * WF_NS_PER_S, 5, 0, WF_NS_PER_MS, 5));
	j = wf_history_json(h, 600, NULL);
	assert_int_equal(json_integer_value(json_object_get(j, "samples")), 2);
	assert_int_equal(at(j, "rx_packets", 0), 100);
	assert_int_equal(at(j, "rx_bytes", 0), 10000);
	assert_int_equal(at(j, "loss", 0), 2);
	/* Of the second alone, not of all the time. */
	assert_true(at(j, "delay_p50_ns", 0) > 49 * WF_NS_PER_MS);
	assert_int_equal(at(j, "rx_packets", 1), 5);
	assert_int_equal(at(j, "loss", 1), 0);
	assert_true(at(j, "delay_max_ns", 1) <= WF_NS_PER_MS * 102 / 100);
	json_decref(j);
	j = wf_history_json(h, 1, "wan");
	assert_int_equal(at(j, "rx_packets", 0), 5);
	json_decref(j);
	j = wf_history_json(h, 1, "lan");
	assert_int_equal(json_array_size(json_object_get(j, "links")), 0);
	json_decref(j);
	wf_history_free(h);
}

static void
test_history_forgets_what_is_older_than_ten_minutes(void **state)
{
	struct wf_history *h = wf_history_new();
	json_t *j;

	for (wf_ns_t i = 1; i <= WF_HISTORY_SAMPLES + 50; i++)
		wf_history_add(h, snapshot_of(i * WF_NS_PER_S, i * i, 0, WF_NS_PER_MS, i * i));
	j = wf_history_json(h, WF_HISTORY_SAMPLES, NULL);
	assert_int_equal(json_integer_value(json_object_get(j, "samples")), WF_HISTORY_SAMPLES);
	assert_int_equal(json_integer_value(json_array_get(json_object_get(j, "time_ns"), 0)),
		51 * (json_int_t)WF_NS_PER_S);
	assert_int_equal(at(j, "rx_packets", 0), 51 * 51 - 50 * 50);
	assert_int_equal(at(j, "rx_packets", WF_HISTORY_SAMPLES - 1), 650 * 650 - 649 * 649);
	json_decref(j);
	wf_history_free(h);
}

static void
test_history_over_the_socket(void **state)
{
	struct stream s = open_stream(*state, "?hz=10");
	struct reply r;

	assert_true(await(&s, "event: stats", 22));
	close_stream(&s);
	r = call(*state, "GET", "/v1/stats/history?seconds=5&link=wan", NULL, NULL);
	assert_int_equal(r.status, 200);
	assert_string_equal(text_at(r.json, "schema"), "wirefault.history/1");
	assert_true(json_integer_value(json_object_get(r.json, "samples")) >= 1);
	reply_free(&r);
	expect(*state, 422, "GET", "/v1/stats/history?seconds=0", NULL, NULL);
	expect(*state, 422, "GET", "/v1/stats/history?seconds=601", NULL, NULL);
	expect(*state, 422, "GET", "/v1/stats/history?minutes=1", NULL, NULL);
	expect(*state, 404, "GET", "/v1/stats/history?link=lan", NULL, NULL);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, harness_start, harness_stop)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_the_stream_is_the_document_again_and_again),
		TEST(test_events_come_by_the_stream_as_well),
		TEST(test_the_second_that_has_ended_comes_by_the_stream),
		TEST(test_all_get_the_same),
		TEST(test_a_rate_that_makes_no_sense_is_refused),
		TEST(test_streams_have_their_bound_and_come_free),
		TEST(test_a_reader_that_is_stuck_is_not_waited_for),
		cmocka_unit_test(test_history_is_of_each_second),
		cmocka_unit_test(test_history_forgets_what_is_older_than_ten_minutes),
		TEST(test_history_over_the_socket),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
