/* SPDX-License-Identifier: BSD-3-Clause
 * Captures that others have written: every byte order and precision, damage of every kind.
 */
#include "fixture.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* A pcap under construction, in either byte order. */
struct pcap {
	bool big;
	size_t n;
	uint8_t data[4096];
};
static struct pcap pcap;

static void
put(uint64_t v, uint32_t bytes)
{
	for (uint32_t i = 0; i < bytes; i++)
		pcap.data[pcap.n++] = (uint8_t)(v >> 8 * (pcap.big ? bytes - 1 - i : i));
}

static void
begin(bool big, uint32_t magic, uint32_t snaplen, uint32_t link_type)
{
	memset(&pcap, 0, sizeof(pcap));
	pcap.big = big;
	put(magic, 4);
	put(2, 2);
	put(4, 2);
	put(0, 8);
	put(snaplen, 4);
	put(link_type, 4);
}

static void
record(uint32_t seconds, uint32_t fraction, uint32_t cap_bytes, uint32_t len_bytes)
{
	put(seconds, 4);
	put(fraction, 4);
	put(cap_bytes, 4);
	put(len_bytes, 4);
	for (uint32_t i = 0; i < cap_bytes && i < 1500; i++)
		put(i & 0xff, 1);
}

static void
one_packet_is_read(bool big, uint32_t magic, uint32_t fraction)
{
	struct wf_err *err = wf_err_new();
	struct wf_cap_reader *r;
	struct wf_cap_packet p;

	begin(big, magic, 65535, 1);
	record(1700000000, fraction, 60, 1000);
	fixture_put("one.pcap", pcap.data, pcap.n);
	r = wf_cap_open(fixture_path("one.pcap"), NULL, err);
	assert_non_null(r);
	assert_int_equal(wf_cap_read(r, &p, err), 1);
	assert_int_equal(p.time_ns, 1700000000123456000ull);
	assert_int_equal(p.cap_bytes, 60);
	assert_int_equal(p.len_bytes, 1000);
	assert_int_equal(p.data[0], 0);
	assert_int_equal(p.data[59], 59);
	assert_int_equal(wf_cap_read(r, &p, err), 0);
	assert_int_equal(wf_cap_read(r, &p, err), 0); /* an end stays one */
	assert_int_equal(wf_err_count(err), 0);
	wf_cap_close(r);
	wf_err_free(err);
}

static void
little_endian_microseconds(void **state)
{
	one_packet_is_read(false, 0xa1b2c3d4, 123456);
}

static void
big_endian_microseconds(void **state)
{
	one_packet_is_read(true, 0xa1b2c3d4, 123456);
}

static void
little_endian_nanoseconds(void **state)
{
	one_packet_is_read(false, 0xa1b23c4d, 123456000);
}

static void
big_endian_nanoseconds(void **state)
{
	one_packet_is_read(true, 0xa1b23c4d, 123456000);
}

static void
a_capture_without_packets_is_one(void **state)
{
	struct wf_err *err = wf_err_new();
	int rc;

	begin(false, 0xa1b2c3d4, 65535, 1);
	fixture_put("none.pcap", pcap.data, pcap.n);
	assert_int_equal(fixture_count("none.pcap", &rc, err), 0);
	assert_int_equal(rc, 0);
	wf_err_free(err);
}

static void
a_packet_without_bytes_is_one(void **state)
{
	struct wf_err *err = wf_err_new();
	int rc;

	begin(false, 0xa1b2c3d4, 65535, 1);
	record(1, 0, 0, 60);
	record(1, 0, 0, 0);
	fixture_put("empty.pcap", pcap.data, pcap.n);
	assert_int_equal(fixture_count("empty.pcap", &rc, err), 2);
	assert_int_equal(rc, 0);
	wf_err_free(err);
}

/* A frame is at least as long as what is there of it. */
static void
a_length_below_what_was_captured_is_mended(void **state)
{
	struct wf_err *err = wf_err_new();
	struct wf_cap_reader *r;
	struct wf_cap_packet p;

	begin(false, 0xa1b2c3d4, 65535, 1);
	record(1, 0, 60, 20);
	fixture_put("short.pcap", pcap.data, pcap.n);
	r = wf_cap_open(fixture_path("short.pcap"), NULL, err);
	assert_non_null(r);
	assert_int_equal(wf_cap_read(r, &p, err), 1);
	assert_int_equal(p.len_bytes, p.cap_bytes);
	wf_cap_close(r);
	wf_err_free(err);
}

/* Cut at every byte of the third record: two packets, then an error that names the file. */
static void
a_file_cut_anywhere_gives_what_came_before(void **state)
{
	size_t second_end;

	begin(false, 0xa1b2c3d4, 65535, 1);
	record(1, 0, 60, 60);
	record(2, 0, 60, 60);
	second_end = pcap.n;
	record(3, 0, 60, 60);
	for (size_t n = second_end + 1; n < pcap.n; n++) {
		struct wf_err *err = wf_err_new();
		char text[512];
		int rc;

		fixture_put("cut.pcap", pcap.data, n);
		assert_int_equal(fixture_count("cut.pcap", &rc, err), 2);
		assert_int_equal(rc, -EINVAL);
		assert_int_equal(wf_err_count(err), 1);
		wf_err_format(wf_err_item(err, 0), text, sizeof(text));
		assert_non_null(strstr(text, "cut.pcap"));
		assert_non_null(strstr(text, "damaged"));
		wf_err_free(err);
	}
}

static void
a_cut_pcapng_gives_what_came_before(void **state)
{
	uint8_t data[1024];
	struct wf_err *err = wf_err_new();
	size_t n;
	int rc;

	fixture_write("cut.pcapng", 3);
	n = fixture_get("cut.pcapng", data, sizeof(data));
	fixture_put("cut.pcapng", data, n - 5);
	assert_int_equal(fixture_count("cut.pcapng", &rc, err), 2);
	assert_int_equal(rc, -EINVAL);
	wf_err_free(err);
}

static void
a_record_of_gigabytes_is_damage(void **state)
{
	struct wf_err *err = wf_err_new();
	int rc;

	begin(false, 0xa1b2c3d4, 65535, 1);
	record(1, 0, 60, 60);
	record(2, 0, 0xfffffff0, 60);
	fixture_put("huge.pcap", pcap.data, pcap.n);
	assert_int_equal(fixture_count("huge.pcap", &rc, err), 1);
	assert_int_equal(rc, -EINVAL);
	wf_err_free(err);
}

/* A pcapng with one packet at a 64-bit time. */
static void
pcapng_at(uint64_t time)
{
	pcap.n = 0;
	pcap.big = false;
	put(0x0a0d0d0a, 4), put(28, 4), put(0x1a2b3c4d, 4), put(1, 4), put(UINT64_MAX, 8);
	put(28, 4);
	put(1, 4), put(20, 4), put(1, 4), put(65535, 4), put(20, 4); /* microseconds */
	put(6, 4), put(36, 4), put(0, 4), put(time >> 32, 4), put(time, 4), put(4, 4), put(60, 4);
	put(0x01020304, 4), put(36, 4);
	fixture_put("time.pcapng", pcap.data, pcap.n);
}

static void
a_time_that_no_clock_shows_is_damage(void **state)
{
	static const uint64_t wrong_us[] = { 1ull << 32 | UINT64_C(1) << 52, UINT64_MAX / 2,
		UINT64_MAX, 4294967296000000ull };

	for (size_t i = 0; i < WF_ARRAY_SIZE(wrong_us); i++) {
		struct wf_err *err = wf_err_new();
		char text[512];
		int rc;

		pcapng_at(wrong_us[i]);
		assert_int_equal(fixture_count("time.pcapng", &rc, err), 0);
		assert_int_equal(rc, -EINVAL);
		wf_err_format(wf_err_item(err, 0), text, sizeof(text));
		assert_non_null(strstr(text, "time"));
		wf_err_free(err);
	}
}

static void
the_last_second_of_pcap_is_read(void **state)
{
	struct wf_err *err = wf_err_new();
	struct wf_cap_reader *r;
	struct wf_cap_packet p;

	pcapng_at(4294967295999999ull);
	r = wf_cap_open(fixture_path("time.pcapng"), NULL, err);
	assert_non_null(r);
	assert_int_equal(wf_cap_read(r, &p, err), 1);
	assert_int_equal(p.time_ns, 4294967295999999000ull);
	wf_cap_close(r);
	wf_err_free(err);
}

static void
refused(const char *name, const char *reason)
{
	struct wf_err *err = wf_err_new();
	char text[512];

	assert_null(wf_cap_open(fixture_path(name), NULL, err));
	assert_int_equal(wf_err_count(err), 1);
	wf_err_format(wf_err_item(err, 0), text, sizeof(text));
	assert_non_null(strstr(text, reason));
	assert_non_null(strstr(text, name));
	wf_err_free(err);
}

static void
what_is_no_ethernet_capture_is_refused(void **state)
{
	fixture_put("text.pcap", "hello, world, this is no capture", 32);
	refused("text.pcap", "not a readable capture");
	fixture_put("nothing.pcap", "", 0);
	refused("nothing.pcap", "not a readable capture");
	begin(false, 0xa1b2c3d4, 65535, 101);
	fixture_put("raw.pcap", pcap.data, pcap.n);
	refused("raw.pcap", "RAW, not Ethernet");
	begin(false, 0xa1b2c3d4, 65535, 113);
	fixture_put("any.pcap", pcap.data, pcap.n);
	refused("any.pcap", "not Ethernet");
	fixture_put("head.pcap", pcap.data, 23);
	refused("head.pcap", "not a readable capture");
	refused("absent.pcap", "No such file");
	refused("/tmp", "/tmp");
}

/* The formats that others write, with the times kept. */
static void
converted(const char *options)
{
	struct wf_err *err = wf_err_new();
	struct wf_cap_reader *r;
	struct wf_cap_packet p;
	char command[256];

	fixture_write("ours.pcapng", 3);
	snprintf(command, sizeof(command), "editcap %s ours.pcapng theirs.cap 2>editcap.err",
		options);
	assert_int_equal(fixture_shell("editcap", command), 0);
	r = wf_cap_open(fixture_path("theirs.cap"), NULL, err);
	assert_non_null(r);
	for (uint32_t i = 0; i < 3; i++) {
		struct wf_cap_packet wanted = fixture_packet(i);

		assert_int_equal(wf_cap_read(r, &p, err), 1);
		assert_int_equal(p.time_ns, wanted.time_ns);
		assert_int_equal(p.cap_bytes, wanted.cap_bytes);
		assert_int_equal(p.len_bytes, wanted.len_bytes);
		assert_memory_equal(p.data, wanted.data, wanted.cap_bytes);
	}
	assert_int_equal(wf_cap_read(r, &p, err), 0);
	wf_cap_close(r);
	wf_err_free(err);
}

static void
pcapng_of_wireshark_is_read(void **state)
{
	converted("-F pcapng");
}

static void
nanosecond_pcap_of_wireshark_is_read(void **state)
{
	converted("-F nsecpcap");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(little_endian_microseconds),
		cmocka_unit_test(big_endian_microseconds),
		cmocka_unit_test(little_endian_nanoseconds),
		cmocka_unit_test(big_endian_nanoseconds),
		cmocka_unit_test(a_capture_without_packets_is_one),
		cmocka_unit_test(a_packet_without_bytes_is_one),
		cmocka_unit_test(a_length_below_what_was_captured_is_mended),
		cmocka_unit_test(a_file_cut_anywhere_gives_what_came_before),
		cmocka_unit_test(a_cut_pcapng_gives_what_came_before),
		cmocka_unit_test(a_record_of_gigabytes_is_damage),
		cmocka_unit_test(a_time_that_no_clock_shows_is_damage),
		cmocka_unit_test(the_last_second_of_pcap_is_read),
		cmocka_unit_test(what_is_no_ethernet_capture_is_refused),
		cmocka_unit_test(pcapng_of_wireshark_is_read),
		cmocka_unit_test(nanosecond_pcap_of_wireshark_is_read),
	};

	return cmocka_run_group_tests(tests, fixture_make_dir, fixture_remove_dir);
}
