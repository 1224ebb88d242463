/* SPDX-License-Identifier: BSD-3-Clause
 * Captures as people have them: the small files of tests/cases, and stamps that go back.
 */
#include "captures.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define T0 1700000000000000000ull

static const char *
cases(const char *name)
{
	static char path[512];

	snprintf(path, sizeof(path), "%s/%s", getenv("CASES"), name);
	return path;
}

static void
small_captures_that_people_have(void **state)
{
	static const struct {
		const char *name;
		uint32_t n;
		uint32_t ns[4]; /* behind T0 */
		uint32_t len;   /* of the last */
	} want[] = {
		{ "be.pcapng", 1, { 0 }, 60 },
		{ "two.pcapng", 2, { 0, 1000 }, 60 },
		{ "links.pcapng", 2, { 0, 2000 }, 60 },
		{ "snap96.pcap", 3, { 0, 1000000, 2000000 }, 1514 },
		{ "snaps.pcapng", 2, { 0, 1000 }, 1514 },
		{ "tsres.pcapng", 4, { 1000000, 2000000, 2929687, 4000000 }, 60 },
		{ "zero.pcap", 3, { 0, 1000, 2000 }, 60 },
	};

	for (size_t i = 0; i < WF_ARRAY_SIZE(want); i++) {
		read_all(cases(want[i].name), NULL);
		assert_int_equal(seen.rc, 0);
		assert_int_equal(seen.n, want[i].n);
		for (uint32_t k = 0; k < want[i].n; k++)
			assert_int_equal(seen.p[k].time_ns, T0 + want[i].ns[k]);
		assert_int_equal(seen.p[want[i].n - 1].len_bytes, want[i].len);
		assert_int_equal(seen.notes.packets, want[i].n);
	}
	read_all(cases("links.pcapng"), NULL);
	assert_int_equal(seen.notes.n_skipped, 1);
	assert_int_equal(seen.notes.skipped[0].link_type, 113);
	assert_int_equal(seen.notes.skipped[0].packets, 1);
}

static void
a_file_without_times_says_so(void **state)
{
	read_all(cases("spb.pcapng"), NULL);
	assert_int_equal(seen.n, 3);
	assert_int_equal(seen.notes.untimed, 3);
	assert_int_equal(seen.p[2].time_ns, 0);
}

static void
one_stamp_an_hour_ahead_moves_only_itself(void **state)
{
	read_all(cases("jump.pcap"), NULL);
	assert_int_equal(seen.n, 1000);
	assert_int_equal(seen.notes.out_of_place, 1);
	assert_int_equal(seen.notes.clamped, 0);
	for (uint32_t i = 1; i < 1000; i++)
		if (i != 9 && i != 10)
			assert_int_equal(seen.p[i].time_ns - seen.p[i - 1].time_ns, 1000000);
	assert_int_equal(seen.p[9].time_ns, seen.p[8].time_ns);
}

static void
the_first_stamp_out_of_place_gets_its_successors(void **state)
{
	read_all(cases("neg.pcap"), NULL);
	assert_int_equal(seen.n, 2);
	assert_int_equal(seen.notes.out_of_place, 1);
	assert_int_equal(seen.p[0].time_ns, 0);
}

/* ---- Files made here ---- */

/* Seconds of the packets, one behind the other. */
static void
at(const uint32_t *seconds, uint32_t n, const struct wf_cap_options *o)
{
	static const uint8_t frame[60];

	begin(0xa1b2c3d4, 1);
	for (uint32_t i = 0; i < n; i++)
		record(seconds[i], 0, frame, 60);
	fixture_put("at.pcap", file, file_n);
	read_all(fixture_path("at.pcap"), o);
	assert_int_equal(seen.n, n);
}

static void
stamps_that_go_back(void **state)
{
	struct wf_cap_options wide = WF_CAP_OPTIONS;
	uint32_t small[] = { 100, 101, 100, 102 }, hour[] = { 100, 3700, 7300 },
		 back[] = { 5000, 5001, 100, 5002, 5003 }, set[] = { 5000, 5001, 100, 101, 102 };

	at(small, 4, NULL);
	assert_int_equal(seen.notes.clamped, 1);
	assert_int_equal(seen.notes.out_of_place, 0);
	assert_int_equal(seen.p[2].time_ns, 101 * WF_NS_PER_S);
	assert_int_equal(seen.p[3].time_ns, 102 * WF_NS_PER_S);
	at(hour, 3, NULL); /* a pause is no fault */
	assert_int_equal(seen.notes.clamped + seen.notes.out_of_place, 0);
	assert_int_equal(seen.p[2].time_ns, 7300 * WF_NS_PER_S);
	at(back, 5, NULL); /* only the odd one moves */
	assert_int_equal(seen.notes.out_of_place, 1);
	assert_int_equal(seen.p[1].time_ns, 5001 * WF_NS_PER_S);
	assert_int_equal(seen.p[2].time_ns, 5001 * WF_NS_PER_S);
	assert_int_equal(seen.p[3].time_ns, 5002 * WF_NS_PER_S);
	at(set, 5, NULL); /* a clock that was set: nobody knows */
	assert_int_equal(seen.notes.out_of_place, 3);
	wide.step_back_ns = 3600 * WF_NS_PER_S * 2;
	at(set, 5, &wide);
	assert_int_equal(seen.notes.clamped, 3);
	assert_int_equal(seen.notes.out_of_place, 0);
}

/* Whatever the stamps: as many packets come out, in order, and what is in order is left alone. */
static void
times_never_go_backwards(void **state)
{
	uint64_t x = 7;

	for (int run = 0; run < 200; run++) {
		uint32_t seconds[60], n = 0;
		bool sorted = true;

		for (; n < 60; n++) {
			x = x * 6364136223846793005ull + 1442695040888963407ull;
			seconds[n] = (uint32_t)(x >> (run % 2 ? 61 : 40)) + n * (run % 3);
			sorted &= n == 0 || seconds[n] >= seconds[n - 1];
		}
		at(seconds, n, NULL);
		for (uint32_t i = 1; i < n; i++)
			assert_true(seen.p[i].time_ns >= seen.p[i - 1].time_ns);
		assert_true(sorted == (seen.notes.clamped + seen.notes.out_of_place == 0));
	}
}

static void
nanoseconds_behind_a_magic_of_microseconds(void **state)
{
	struct wf_cap_options o = WF_CAP_OPTIONS;
	static const uint8_t frame[60];

	begin(0xa1b2c3d4, 1);
	record(1, 123456789, frame, 60);
	fixture_put("ns.pcap", file, file_n);
	read_all(fixture_path("ns.pcap"), NULL);
	assert_int_equal(seen.rc, -EINVAL);
	assert_non_null(strstr(seen.errors, "nanoseconds"));
	assert_non_null(strstr(seen.errors, "--time-unit ns"));
	assert_null(strstr(seen.errors, "damaged"));
	o.nanoseconds = true;
	read_all(fixture_path("ns.pcap"), &o);
	assert_int_equal(seen.p[0].time_ns, 1123456789);
}

static void
the_patched_pcap_and_bits_of_an_fcs(void **state)
{
	uint8_t frame[68] = { [8] = 0xaa };

	begin(0xa1b2cd34, 1 | 0x24000000); /* a record has 8 bytes more, here the frame's first */
	record(1, 5, frame, 68);
	memset(file + file_n - 68 - 8, 60, 1);
	memset(file + file_n - 68 - 4, 60, 1);
	fixture_put("patched.pcap", file, file_n);
	read_all(fixture_path("patched.pcap"), NULL);
	assert_int_equal(seen.n, 1);
	assert_int_equal(seen.p[0].cap_bytes, 60);
	assert_int_equal(seen.head[0][0], 0xaa);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(small_captures_that_people_have),
		cmocka_unit_test(a_file_without_times_says_so),
		cmocka_unit_test(one_stamp_an_hour_ahead_moves_only_itself),
		cmocka_unit_test(the_first_stamp_out_of_place_gets_its_successors),
		cmocka_unit_test(stamps_that_go_back),
		cmocka_unit_test(times_never_go_backwards),
		cmocka_unit_test(nanoseconds_behind_a_magic_of_microseconds),
		cmocka_unit_test(the_patched_pcap_and_bits_of_an_fcs),
	};

	return cmocka_run_group_tests(tests, fixture_make_dir, fixture_remove_dir);
}
