/* SPDX-License-Identifier: BSD-3-Clause
 * Captures: what is written reads back, byte by byte where the format says so; damage is reported.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "wf_cap.h"

static char dir[] = "/tmp/wf-test-cap.XXXXXX";
static char path[64];

static const char *
file(const char *name)
{
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

static void
put(const char *name, const void *data, size_t n)
{
	FILE *f = fopen(file(name), "wb");

	assert_non_null(f);
	assert_int_equal(fwrite(data, 1, n, f), n);
	fclose(f);
}

static size_t
get(const char *name, uint8_t *data, size_t size)
{
	FILE *f = fopen(file(name), "rb");
	size_t n;

	assert_non_null(f);
	n = fread(data, 1, size, f);
	fclose(f);
	return n;
}

/* Three packets, the second cut by the snap length. */
static void
write_three(const char *name)
{
	struct wf_err *err = wf_err_new();
	struct wf_cap_writer *w = wf_cap_create(file(name), 65535, err);
	uint8_t data[100];

	assert_non_null(w);
	memset(data, 0xab, sizeof(data));
	for (uint32_t i = 0; i < 3; i++) {
		struct wf_cap_packet p = { .time_ns = 1700000000123456789ull + i,
			.cap_bytes = 61 + i,
			.len_bytes = i == 1 ? 1500 : 61 + i,
			.data = data };

		assert_int_equal(wf_cap_write(w, &p), 0);
	}
	assert_int_equal(wf_cap_finish(w), 0);
	wf_err_free(err);
}

static void
reads_back(const char *name)
{
	struct wf_err *err = wf_err_new();
	struct wf_cap_reader *r;
	struct wf_cap_packet p;

	write_three(name);
	r = wf_cap_open(file(name), err);
	assert_non_null(r);
	for (uint32_t i = 0; i < 3; i++) {
		assert_int_equal(wf_cap_read(r, &p, err), 1);
		assert_true(p.time_ns == 1700000000123456789ull + i);
		assert_int_equal(p.cap_bytes, 61 + i);
		assert_int_equal(p.len_bytes, i == 1 ? 1500 : 61 + i);
		assert_int_equal(p.data[60], 0xab);
	}
	assert_int_equal(wf_cap_read(r, &p, err), 0);
	wf_cap_close(r);
	wf_err_free(err);
}

static void
pcap_reads_back_to_the_nanosecond(void **state)
{
	reads_back("a.pcap");
}

static void
pcapng_reads_back_to_the_nanosecond(void **state)
{
	reads_back("a.pcapng");
}

static void
pcap_has_the_nanosecond_magic(void **state)
{
	const uint8_t wanted[24] = { 0x4d, 0x3c, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		0xff, 0xff, 0, 0, 1, 0, 0, 0 };
	uint8_t data[1024];

	write_three("b.pcap");
	assert_int_equal(get("b.pcap", data, sizeof(data)), 24 + 3 * 16 + 61 + 62 + 63);
	assert_memory_equal(data, wanted, sizeof(wanted));
}

static void
pcapng_blocks_are_padded_and_say_their_length_twice(void **state)
{
	uint8_t data[1024];
	size_t n, at = 0;
	uint32_t blocks = 0;

	write_three("b.pcapng");
	n = get("b.pcapng", data, sizeof(data));
	while (at < n) {
		uint32_t length, again;

		memcpy(&length, data + at + 4, 4);
		assert_int_equal(length % 4, 0);
		memcpy(&again, data + at + length - 4, 4);
		assert_int_equal(length, again);
		at += length;
		blocks++;
	}
	assert_int_equal(at, n);
	assert_int_equal(blocks, 5);
}

/* A microsecond capture in the other byte order. */
static void
big_endian_microseconds_are_understood(void **state)
{
	uint8_t data[24 + 16 + 14] = { 0xa1, 0xb2, 0xc3, 0xd4, 0, 2, 0, 4, [18] = 0xff,
		0xff, [23] = 1, [24] = 0x65, 0x53, 0xf1, 0, [28] = 0, 1, 0xe2,
		0x40, [35] = 14, [39] = 14 };
	struct wf_err *err = wf_err_new();
	struct wf_cap_reader *r;
	struct wf_cap_packet p;

	put("be.pcap", data, sizeof(data));
	r = wf_cap_open(file("be.pcap"), err);
	assert_non_null(r);
	assert_int_equal(wf_cap_read(r, &p, err), 1);
	assert_true(p.time_ns == 0x6553f100ull * WF_NS_PER_S + 123456000);
	assert_int_equal(p.cap_bytes, 14);
	wf_cap_close(r);
	wf_err_free(err);
}

static void
a_cut_file_gives_what_came_before_and_then_an_error(void **state)
{
	struct wf_err *err = wf_err_new();
	struct wf_cap_reader *r;
	struct wf_cap_packet p;
	uint8_t data[1024];
	size_t n;

	write_three("c.pcap");
	n = get("c.pcap", data, sizeof(data));
	put("c.pcap", data, n - 10);
	r = wf_cap_open(file("c.pcap"), err);
	assert_non_null(r);
	assert_int_equal(wf_cap_read(r, &p, err), 1);
	assert_int_equal(wf_cap_read(r, &p, err), 1);
	assert_int_equal(wf_cap_read(r, &p, err), -EINVAL);
	assert_int_equal(wf_err_count(err), 1);
	wf_cap_close(r);
	wf_err_free(err);
}

static void
refused(const char *name, const char *reason)
{
	struct wf_err *err = wf_err_new();
	char text[512];

	assert_null(wf_cap_open(file(name), err));
	assert_int_equal(wf_err_count(err), 1);
	wf_err_format(wf_err_item(err, 0), text, sizeof(text));
	assert_non_null(strstr(text, reason));
	wf_err_free(err);
}

static void
what_is_no_ethernet_capture_is_refused(void **state)
{
	uint8_t raw_ip[24] = { 0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, [16] = 0xff, 0xff, 0, 0, 101 };

	put("text.pcap", "hello, world, this is no capture", 32);
	refused("text.pcap", "not a readable capture");
	put("raw.pcap", raw_ip, sizeof(raw_ip));
	refused("raw.pcap", "not Ethernet");
	refused("absent.pcap", "No such file");
}

static void
a_full_disk_is_reported(void **state)
{
	struct wf_err *err = wf_err_new();
	struct wf_cap_writer *w = wf_cap_create("/dev/full", 65535, err);

	assert_non_null(w);
	assert_int_equal(wf_cap_finish(w), -ENOSPC);
	wf_err_free(err);
}

static int
make_dir(void **state)
{
	return mkdtemp(dir) != NULL ? 0 : -1;
}

static int
remove_dir(void **state)
{
	static const char *const names[] = { "a.pcap", "a.pcapng", "b.pcap", "b.pcapng", "be.pcap",
		"c.pcap", "text.pcap", "raw.pcap" };

	for (size_t i = 0; i < WF_ARRAY_SIZE(names); i++)
		unlink(file(names[i]));
	return rmdir(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pcap_reads_back_to_the_nanosecond),
		cmocka_unit_test(pcapng_reads_back_to_the_nanosecond),
		cmocka_unit_test(pcap_has_the_nanosecond_magic),
		cmocka_unit_test(pcapng_blocks_are_padded_and_say_their_length_twice),
		cmocka_unit_test(big_endian_microseconds_are_understood),
		cmocka_unit_test(a_cut_file_gives_what_came_before_and_then_an_error),
		cmocka_unit_test(what_is_no_ethernet_capture_is_refused),
		cmocka_unit_test(a_full_disk_is_reported),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
