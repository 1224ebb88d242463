/* SPDX-License-Identifier: BSD-3-Clause
 * Kinds of captures: compressed, of other link types, of both directions; and of outputs.
 */
#include "captures.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Versions 2.2 and before, 2.3 now and then, and DG/UX have the two lengths the other way round. */
static void
swapped_lengths_are_read(void **state)
{
	static const uint32_t versions[] = { 2 | 2 << 16, 2 | 3 << 16, 543 };
	static const uint8_t frame[20];

	for (size_t i = 0; i < WF_ARRAY_SIZE(versions); i++) {
		uint32_t whole = 60;

		begin(0xa1b2c3d4, 1);
		memcpy(file + 4, &versions[i], 4);
		record(1, 0, frame, 20);
		memcpy(file + file_n - 20 - 8, &whole, 4);
		fixture_put("old.pcap", file, file_n);
		read_all(fixture_path("old.pcap"), NULL);
		assert_int_equal(seen.n, 1);
		assert_int_equal(seen.p[0].cap_bytes, 20);
		assert_int_equal(seen.p[0].len_bytes, 60);
	}
}

static void
a_packet_before_its_interface_is_damage(void **state)
{
	static const uint32_t blocks[] = { 0x0a0d0d0a, 28, 0x1a2b3c4d, 1, UINT32_MAX, UINT32_MAX,
		28, 6, 36, 5, 0, 0, 4, 60, 0, 36 };

	fixture_put("orphan.pcapng", blocks, sizeof(blocks));
	read_all(fixture_path("orphan.pcapng"), NULL);
	assert_int_equal(seen.rc, -EINVAL);
	assert_non_null(strstr(seen.errors, "isn't described"));
}

static void
compressed_captures_are_read(void **state)
{
	static const char *const commands[] = { "gzip -k ours.pcap && mv ours.pcap.gz x",
		"zstd -q -f ours.pcap -o x",
		/* two members, one behind the other */
		"head -c 100 ours.pcap | gzip > x && tail -c +101 ours.pcap | gzip >> x" };

	fixture_write("ours.pcap", 3);
	for (size_t i = 0; i < WF_ARRAY_SIZE(commands); i++) {
		assert_int_equal(fixture_shell(i == 1 ? "zstd" : "gzip", commands[i]), 0);
		read_all(fixture_path("x"), NULL);
		assert_int_equal(seen.rc, 0);
		assert_int_equal(seen.n, 3);
		assert_int_equal(seen.p[1].len_bytes, 1500);
		assert_int_equal(seen.p[2].time_ns, CAP_T0 + 2);
	}
}

static void
a_compressed_capture_cut_anywhere_is_damaged(void **state)
{
	uint8_t data[4096];
	size_t n;

	fixture_write("ours.pcap", 3);
	for (int z = 0; z < 2; z++) {
		assert_int_equal(fixture_shell(z ? "zstd" : "gzip",
					 z ? "zstd -q -f ours.pcap -o x" : "gzip -c ours.pcap > x"),
			0);
		n = fixture_get("x", data, sizeof(data));
		for (size_t k = 5; k + 8 < n; k++) {
			fixture_put("cut", data, k);
			read_all(fixture_path("cut"), NULL);
			assert_int_not_equal(seen.rc, 0);
			assert_true(seen.n < 3 || z == 0);
			assert_true(strstr(seen.errors, "damaged") != NULL ||
				    strstr(seen.errors, "not a readable capture") != NULL);
		}
	}
}

/* An IPv4 or IPv6 packet from 10.0.0.1 (fd00::1) to 10.0.0.2 in 40 bytes. */
static void
ip_packet(uint8_t out[40], int version)
{
	memset(out, 0, 40);
	out[0] = (uint8_t)(version << 4 | (version == 4 ? 5 : 0));
	out[version == 4 ? 12 : 8] = version == 4 ? 10 : 0xfd;
	out[version == 4 ? 15 : 23] = 1;
	out[version == 4 ? 16 : 24] = version == 4 ? 10 : 0xfd;
	out[version == 4 ? 19 : 39] = 2;
}

static void
other_link_types_become_ethernet(void **state)
{
	static const struct {
		uint32_t type, head;
		uint8_t bytes[20];
		bool own_source;
	} links[] = {
		{ 101, 0, { 0 }, false },
		{ 228, 0, { 0 }, false },
		{ 0, 4, { 2 }, false },
		{ 108, 4, { 0, 0, 0, 2 }, false },
		{ 113, 16, { 0, 0, 0, 1, 0, 6, 2, 1, 1, 1, 1, 1, 0, 0, 8, 0 }, true },
		{ 276, 20, { 8, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 6, 2, 1, 1, 1, 1, 1 }, true },
	};

	for (size_t i = 0; i < WF_ARRAY_SIZE(links); i++) {
		static const uint8_t own[6] = { 2, 1, 1, 1, 1, 1 };
		struct wf_cap_options o = WF_CAP_OPTIONS;
		struct wf_err *err = wf_err_new();
		uint8_t data[60];

		memcpy(data, links[i].bytes, 20);
		ip_packet(data + links[i].head, 4);
		begin(0xa1b2c3d4, links[i].type);
		record(1, 0, data, links[i].head + 40);
		if (links[i].head > 0)
			record(1, 0, data, links[i].head - 1);
		fixture_put("link.pcap", file, file_n);
		read_all(fixture_path("link.pcap"), NULL);
		assert_non_null(strstr(seen.errors, "--link-type ethernet"));
		assert_int_equal(wf_cap_options_link_type(
					 &o, "ethernet,02:00:00:00:00:07,02:00:00:00:00:08", err),
			0);
		read_all(fixture_path("link.pcap"), &o);
		assert_int_equal(seen.n, 1);
		assert_int_equal(seen.notes.converted, 1);
		assert_int_equal(seen.notes.malformed, links[i].head > 0);
		assert_int_equal(seen.p[0].cap_bytes, 54);
		assert_int_equal(seen.p[0].len_bytes, 54);
		assert_memory_equal(seen.head[0], "\2\0\0\0\0\10", 6);
		assert_memory_equal(seen.head[0] + 6,
			links[i].own_source ? own : (const uint8_t *)"\2\0\0\0\0\7", 6);
		assert_memory_equal(seen.head[0] + 12, "\x08\x00\x45", 3);
		wf_err_free(err);
	}
}

static void
what_has_no_way_to_ethernet_is_refused_with_a_hint(void **state)
{
	begin(0xa1b2c3d4, 127);
	record(1, 0, "radio", 5);
	fixture_put("radio.pcap", file, file_n);
	read_all(fixture_path("radio.pcap"), NULL);
	assert_non_null(strstr(seen.errors, "IEEE802_11_RADIO, not Ethernet"));
	assert_non_null(strstr(seen.errors, "No command"));
	begin(0xa1b2c3d4, 9);
	record(1, 0, "ppp..", 5);
	fixture_put("ppp.pcap", file, file_n);
	read_all(fixture_path("ppp.pcap"), NULL);
	assert_non_null(strstr(seen.errors, "editcap -C 4 -T rawip"));
}

/* 0, 2, 4 from host 1 with an address in 10.0.0.1/32; 1, 3 from host 2; 5: a frame of host 1
 * without an IP address; 6: of a stranger. */
static void
two_ways(void)
{
	begin(0xa1b2c3d4, 1);
	for (uint32_t i = 0; i < 7; i++) {
		uint8_t f[54] = { 2, 0, 0, 0, 0, 9, 2, 0, 0, 0, 0, 1, 8, 0 };

		ip_packet(f + 14, 4);
		if (i == 1 || i == 3) {
			f[11] = 2;
			f[14 + 15] = 2;
			f[14 + 19] = 1;
		}
		if (i >= 5)
			f[12] = 0x88;
		if (i == 6)
			f[11] = 7;
		record(i, 0, f, sizeof(f));
	}
	fixture_put("both.pcap", file, file_n);
}

static void
split_as(const char *rule, const char *ab, const char *ba, uint64_t no_side)
{
	const char *want[2] = { ab, ba };

	for (uint8_t side = 0; side < 2; side++) {
		struct wf_cap_options o = WF_CAP_OPTIONS;
		struct wf_err *err = wf_err_new();
		char got[16] = "";

		o.side = side;
		assert_int_equal(wf_cap_options_split(&o, rule, err), 0);
		read_all(fixture_path("both.pcap"), &o);
		for (uint32_t i = 0; i < seen.n; i++)
			got[i] = (char)('0' + seen.p[i].time_ns / WF_NS_PER_S);
		assert_string_equal(got, want[side]);
		assert_int_equal(seen.notes.no_side, no_side);
		assert_int_equal(seen.n + seen.notes.other_side + seen.notes.no_side, 7);
		wf_err_free(err);
	}
}

static void
a_capture_of_both_directions_is_split(void **state)
{
	two_ways();
	split_as("first", "0245", "136", 0);
	split_as("mac=02:00:00:00:00:01", "0245", "136", 0);
	split_as("mac=02:00:00:00:00:02", "13", "02456", 0);
	split_as("ip=10.0.0.1", "0245", "13", 1);
	split_as("ip=10.0.0.0/31", "0245", "13", 1);
	split_as("ip=192.168.0.0/16", "", "", 7);
}

static void
bad_rules_are_refused(void **state)
{
	static const char *const bad[] = { "", "mac", "mac=", "mac=02:00", "mac=02:00:00:00:00:01x",
		"ip=", "ip=10.0.0.0/33", "ip=10.0.0.0/", "ip=10.0.0.0/x", "ip=fd00::/129",
		"second" };

	for (size_t i = 0; i < WF_ARRAY_SIZE(bad); i++) {
		struct wf_cap_options o = WF_CAP_OPTIONS;
		struct wf_err *err = wf_err_new();

		assert_int_equal(wf_cap_options_split(&o, bad[i], err), -EINVAL);
		assert_int_equal(wf_cap_options_link_type(&o, bad[i], err), -EINVAL);
		assert_int_equal(wf_err_count(err), 2);
		wf_err_free(err);
	}
}

static void
output_by_its_name(void **state)
{
	struct wf_err *err = wf_err_new();

	fixture_write("ours.pcap.gz", 3);
	fixture_write("ours.pcapng.gz", 3);
	fixture_write("again.pcap.gz", 3);
	assert_int_equal(fixture_shell("gzip", "gzip -t ours.pcap.gz ours.pcapng.gz"), 0);
	assert_int_equal(fixture_shell("gzip", "cmp ours.pcap.gz again.pcap.gz"), 0);
	assert_int_equal(
		fixture_shell("capinfos", "capinfos -t ours.pcapng.gz | grep -q pcapng"), 0);
	read_all(fixture_path("ours.pcapng.gz"), NULL);
	assert_int_equal(seen.n, 3);
	assert_null(wf_cap_create(fixture_path("x.pcap.zst"), 65535, err));
	assert_int_equal(wf_err_count(err), 1);
	wf_err_free(err);
}

static void
pcap_says_nothing_beyond_2106(void **state)
{
	struct wf_err *err = wf_err_new();
	struct wf_cap_packet p = fixture_packet(0);
	struct wf_cap_writer *w = wf_cap_create(fixture_path("late.pcap"), 65535, err);

	p.time_ns = (wf_ns_t)UINT32_MAX * WF_NS_PER_S + WF_NS_PER_S - 1;
	assert_int_equal(wf_cap_write(w, &p), 0);
	p.time_ns++;
	assert_int_equal(wf_cap_write(w, &p), -EOVERFLOW);
	wf_cap_finish(w);
	w = wf_cap_create(fixture_path("late.pcapng"), 65535, err);
	assert_int_equal(wf_cap_write(w, &p), 0);
	assert_int_equal(wf_cap_finish(w), 0);
	wf_err_free(err);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(swapped_lengths_are_read),
		cmocka_unit_test(a_packet_before_its_interface_is_damage),
		cmocka_unit_test(compressed_captures_are_read),
		cmocka_unit_test(a_compressed_capture_cut_anywhere_is_damaged),
		cmocka_unit_test(other_link_types_become_ethernet),
		cmocka_unit_test(what_has_no_way_to_ethernet_is_refused_with_a_hint),
		cmocka_unit_test(a_capture_of_both_directions_is_split),
		cmocka_unit_test(bad_rules_are_refused),
		cmocka_unit_test(output_by_its_name),
		cmocka_unit_test(pcap_says_nothing_beyond_2106),
	};

	return cmocka_run_group_tests(tests, fixture_make_dir, fixture_remove_dir);
}
