/* SPDX-License-Identifier: BSD-3-Clause
 * Captures on their schedule: each packet's time against the formula, over loops and speeds.
 */
#include <stdio.h>
#include <string.h>

#include "fixture.h"
#include "wf_source_capture.h"

#define PACKETS 100
#define START   777000000123ull

/* Own time of packet i since the first one. */
static wf_ns_t
offset(uint32_t i)
{
	return (wf_ns_t)i * i * 1001 + i / 3 * 7777;
}

static int
start(void **state)
{
	struct wf_err *err = wf_err_new();
	struct wf_cap_writer *w;

	if (fixture_make_dir(state) < 0)
		return -1;
	w = wf_cap_create(fixture_path("in.pcapng"), 262144, err);
	for (uint32_t i = 0; i < PACKETS; i++) {
		struct wf_cap_packet p = fixture_packet(i);

		p.time_ns = CAP_T0 + offset(i);
		assert_int_equal(wf_cap_write(w, &p), 0);
	}
	assert_int_equal(wf_cap_finish(w), 0);
	wf_err_free(err);
	return 0;
}

static struct wf_source *
open_source(const struct wf_source_capture *q, struct wf_err *err)
{
	struct wf_source *s = wf_source_capture(q, err);

	if (s == NULL)
		wf_err_print(err, stderr);
	assert_non_null(s);
	return s;
}

static void
test_schedule(void **state)
{
	static const struct {
		uint32_t num, den;
		uint64_t loops;
		wf_ns_t gap_ns;
	} cases[] = { { 0, 0, 1, 0 }, { 1, 1, 3, 5000 }, { 3, 7, 5, 0 }, { 1000, 1, 4, 999 },
		{ 1, 100, 2, 1 }, { 4294967295, 4294967291, 9, 123456789 } };

	for (size_t c = 0; c < WF_ARRAY_SIZE(cases); c++) {
		struct wf_source_capture q = { .path = fixture_path("in.pcapng"),
			.start_ns = START,
			.speed_num = cases[c].num,
			.speed_den = cases[c].den,
			.loops = cases[c].loops,
			.gap_ns = cases[c].gap_ns };
		uint64_t num = cases[c].num ? cases[c].num : 1,
			 den = cases[c].den ? cases[c].den : 1;
		wf_ns_t round_ns = offset(PACKETS - 1) + cases[c].gap_ns;
		struct wf_err *err = wf_err_new();
		struct wf_source *s = open_source(&q, err);
		struct wf_source_packet p;

		for (uint64_t k = 0; k < PACKETS * cases[c].loops; k++) {
			struct wf_cap_packet want = fixture_packet(k % PACKETS);
			unsigned __int128 at =
				(unsigned __int128)(k / PACKETS) * round_ns + offset(k % PACKETS);
			wf_ns_t due_ns = START + (wf_ns_t)(at * den / num);

			if (k % 3 != 0)
				assert_int_equal(wf_source_next_ns(s), due_ns);
			assert_int_equal(wf_source_take(s, due_ns - 1, &p, 1), 0);
			assert_int_equal(wf_source_take(s, due_ns + 5, &p, 1), 1);
			assert_int_equal(p.time_ns, due_ns);
			assert_int_equal(p.len_bytes, want.len_bytes);
			assert_int_equal(p.cap_bytes, want.cap_bytes);
			assert_memory_equal(p.data, want.data, want.cap_bytes);
		}
		assert_int_equal(wf_source_next_ns(s), WF_SOURCE_END);
		assert_int_equal(wf_source_take(s, WF_SOURCE_END, &p, 1), 0);
		assert_int_equal(wf_source_notes(s)->packets, PACKETS * cases[c].loops);
		assert_int_equal(s->rc, 0);
		wf_source_free(s);
		wf_err_free(err);
	}
}

static void
test_own_times(void **state)
{
	struct wf_source_capture q = {
		.path = fixture_path("in.pcapng"), .own_times = true, .loops = 1
	};
	struct wf_err *err = wf_err_new();
	struct wf_source *s = open_source(&q, err);
	struct wf_source_packet p;
	uint64_t at, size;

	for (uint32_t i = 0; i < PACKETS; i++) {
		assert_int_equal(wf_source_next_ns(s), CAP_T0 + offset(i));
		assert_int_equal(wf_source_take(s, UINT64_MAX - 1, &p, 1), 1);
	}
	wf_source_progress(s, &at, &size);
	assert_true(at > 0 && at <= size);
	wf_source_free(s);
	wf_err_free(err);
}

/* Without an end, and with one packet only: time goes on. */
static void
test_one_packet_without_end(void **state)
{
	struct wf_source_capture q = {
		.path = fixture_path("one.pcap"), .start_ns = 5, .loops = 0
	};
	struct wf_err *err = wf_err_new();
	struct wf_source_packet p;
	struct wf_source *s;

	fixture_write("one.pcap", 1);
	s = open_source(&q, err);
	for (uint32_t i = 0; i < 1000; i++) {
		assert_int_equal(wf_source_next_ns(s), 5 + i);
		assert_int_equal(wf_source_take(s, 5 + i, &p, 1), 1);
	}
	wf_source_free(s);
	wf_err_free(err);
}

/* What came before a damage is good; the damage is said once, and the end is the end. */
static void
test_damaged(void **state)
{
	static uint8_t bytes[262144];
	struct wf_source_capture q = { .path = fixture_path("cut.pcapng"), .loops = 3 };
	size_t n = fixture_get("in.pcapng", bytes, sizeof(bytes));
	struct wf_err *err = wf_err_new();
	struct wf_source_packet p;
	struct wf_source *s;
	uint32_t got = 0;

	fixture_put("cut.pcapng", bytes, n - 20);
	s = open_source(&q, err);
	while (wf_source_take(s, UINT64_MAX - 1, &p, 1) == 1)
		got++;
	assert_int_equal(got, PACKETS - 1);
	assert_int_equal(s->rc, -22);
	assert_int_equal(wf_err_count(err), 1);
	assert_int_equal(wf_source_next_ns(s), WF_SOURCE_END);
	assert_int_equal(wf_source_notes(s)->packets, PACKETS - 1);
	wf_source_free(s);
	wf_err_free(err);
}

static void
test_refused(void **state)
{
	struct wf_source_capture q = { .path = "-", .loops = 2 };
	struct wf_err *err = wf_err_new();

	assert_null(wf_source_capture(&q, err));
	assert_string_equal(wf_err_item(err, 0)->hint, "Write it to a file first");
	q = (struct wf_source_capture){ .path = "/nonexistent/x.pcap", .loops = 1 };
	assert_null(wf_source_capture(&q, err));
	assert_int_equal(wf_err_count(err), 2);
	wf_err_free(err);
}

/* A file that is gone when its next loop is to begin. */
static void
test_gone(void **state)
{
	struct wf_source_capture q = { .path = fixture_path("gone.pcap"), .loops = 2 };
	struct wf_err *err = wf_err_new();
	struct wf_source_packet p;
	struct wf_source *s;

	fixture_write("gone.pcap", 2);
	s = open_source(&q, err);
	remove(fixture_path("gone.pcap"));
	assert_int_equal(wf_source_take(s, UINT64_MAX - 1, &p, 1), 1);
	assert_int_equal(wf_source_take(s, UINT64_MAX - 1, &p, 1), 1);
	assert_int_equal(wf_source_next_ns(s), WF_SOURCE_END);
	assert_int_equal(s->rc, -22);
	assert_int_equal(wf_err_count(err), 2); /* of the file, and of the loop */
	wf_source_free(s);
	wf_err_free(err);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_schedule),
		cmocka_unit_test(test_own_times),
		cmocka_unit_test(test_one_packet_without_end),
		cmocka_unit_test(test_damaged),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_gone),
	};

	return cmocka_run_group_tests_name("capture", tests, start, fixture_remove_dir);
}
