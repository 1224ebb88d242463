/* SPDX-License-Identifier: BSD-3-Clause
 * Captures that we write: every byte, what others say of them, and outputs that fail.
 */
#include "fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* One frame of 5 bytes, 1500 on the wire, at CAP_T0. */
static size_t
write_one(const char *name, uint8_t *data, size_t size)
{
	struct wf_err *err = wf_err_new();
	struct wf_cap_writer *w = wf_cap_create(fixture_path(name), 65535, err);
	struct wf_cap_packet p = {
		.time_ns = CAP_T0, .cap_bytes = 5, .len_bytes = 1500, .data = (const void *)"hello"
	};

	assert_non_null(w);
	assert_int_equal(wf_cap_write(w, &p), 0);
	assert_int_equal(wf_cap_finish(w), 0);
	wf_err_free(err);
	return fixture_get(name, data, size);
}

/* clang-format off */
static const uint8_t pcap_hello[] = {
	0x4d, 0x3c, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, /* magic, 2.4, zone */
	0xff, 0xff, 0, 0, 1, 0, 0, 0, /* snap, Ethernet */
	0x00, 0xf1, 0x53, 0x65, 0x15, 0xcd, 0x5b, 0x07, /* s, ns */
	5, 0, 0, 0, 0xdc, 0x05, 0, 0, 'h', 'e', 'l', 'l', 'o',
};
/* clang-format on */

static void
pcap_to_the_byte(void **state)
{
	uint8_t data[256];

	assert_int_equal(write_one("one.pcap", data, sizeof(data)), sizeof(pcap_hello));
	assert_memory_equal(data, pcap_hello, sizeof(pcap_hello));
}

/* clang-format off */
static const uint8_t pcapng_hello[] = {
	/* section header */
	0x0a, 0x0d, 0x0d, 0x0a, 28, 0, 0, 0, 0x4d, 0x3c, 0x2b, 0x1a, 1, 0, 0, 0,
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 28, 0, 0, 0,
	/* interface: Ethernet, snap length, if_tsresol = 9 */
	1, 0, 0, 0, 32, 0, 0, 0, 1, 0, 0, 0, 0xff, 0xff, 0, 0,
	9, 0, 1, 0, 9, 0, 0, 0, 0, 0, 0, 0, 32, 0, 0, 0,
	/* packet */
	6, 0, 0, 0, 40, 0, 0, 0, 0, 0, 0, 0, 0x9c, 0x97, 0x97, 0x17,
	0x15, 0x5f, 0x7f, 0x82, /* 1700000000123456789, high first */
	5, 0, 0, 0, 0xdc, 0x05, 0, 0, 'h', 'e', 'l', 'l', 'o', 0, 0, 0,
	40, 0, 0, 0,
};
/* clang-format on */

static void
pcapng_to_the_byte(void **state)
{
	uint64_t time = (uint64_t)CAP_T0;
	uint8_t data[256], bytes[sizeof(pcapng_hello)];

	memcpy(bytes, pcapng_hello, sizeof(pcapng_hello));
	for (int i = 0; i < 4; i++) {
		bytes[72 + i] = (uint8_t)(time >> (32 + 8 * i));
		bytes[76 + i] = (uint8_t)(time >> 8 * i);
	}
	assert_int_equal(write_one("one.pcapng", data, sizeof(data)), sizeof(pcapng_hello));
	assert_memory_equal(data, bytes, sizeof(pcapng_hello));
}

/* 61, 62, 63, 64 bytes: every padding there is. */
static void
pcapng_blocks_are_padded_and_say_their_length_twice(void **state)
{
	uint8_t data[1024];
	size_t n, at = 0;
	uint32_t blocks = 0;

	fixture_write("pad.pcapng", 4);
	n = fixture_get("pad.pcapng", data, sizeof(data));
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
	assert_int_equal(blocks, 6);
}

static void
reads_back(const char *name)
{
	struct wf_err *err = wf_err_new();
	struct wf_cap_reader *r;
	struct wf_cap_packet p;

	fixture_write(name, 100);
	r = wf_cap_open(fixture_path(name), NULL, err);
	assert_non_null(r);
	for (uint32_t i = 0; i < 100; i++) {
		struct wf_cap_packet wanted = fixture_packet(i);

		assert_int_equal(wf_cap_read(r, &p, err), 1);
		assert_int_equal(p.time_ns, wanted.time_ns);
		assert_int_equal(p.cap_bytes, wanted.cap_bytes);
		assert_int_equal(p.len_bytes, wanted.len_bytes);
		assert_memory_equal(p.data, wanted.data, p.cap_bytes);
	}
	assert_int_equal(wf_cap_read(r, &p, err), 0);
	wf_cap_close(r);
	wf_err_free(err);
}

static void
pcap_reads_back(void **state)
{
	reads_back("back.pcap");
}

static void
pcapng_reads_back(void **state)
{
	reads_back("back.pcapng");
}

static void
the_name_alone_chooses_the_format(void **state)
{
	uint8_t data[1024];

	fixture_write("x.pcapng", 1);
	fixture_get("x.pcapng", data, sizeof(data));
	assert_int_equal(data[0], 0x0a);
	fixture_write("x.pcapng.old", 1);
	fixture_get("x.pcapng.old", data, sizeof(data));
	assert_int_equal(data[0], 0x4d);
}

/* Without a word of complaint, with all packets, their times and the kind of file. */
static void
others_open(const char *name, const char *kind)
{
	char command[512];

	fixture_write(name, 40);
	snprintf(command, sizeof(command),
		"tshark -r %s -T fields -e frame.time_epoch >fields 2>complaints && "
		"[ \"$(wc -l <fields)\" = 40 ] && ! grep -v 'Running as user' complaints && "
		"[ \"$(tail -n 1 fields)\" = 1700000000.123456828 ] && "
		"capinfos -t -c -E -M %s >infos 2>complaints && [ ! -s complaints ] && "
		"grep -q '%s' infos && grep -qE 'packets: +40$' infos && grep -q ether infos",
		name, name, kind);
	assert_int_equal(fixture_shell("capinfos", "true"), 0);
	assert_int_equal(fixture_shell("tshark", command), 0);
}

static void
wireshark_opens_our_pcap(void **state)
{
	others_open("ours.pcap", "nsecpcap");
}

static void
wireshark_opens_our_pcapng(void **state)
{
	others_open("ours.pcapng", "pcapng");
}

/* In a child, because cmocka prints on standard output too. */
static void
a_dash_is_standard_output(void **state)
{
	uint8_t ours[1024], theirs[1024];
	int status, rc;
	size_t n;
	pid_t pid;

	fixture_write("file.pcap", 3);
	fflush(NULL);
	pid = fork();
	assert_int_not_equal(pid, -1);
	if (pid == 0) {
		int fd = open(fixture_path("dash.pcap"), O_CREAT | O_WRONLY | O_TRUNC, 0600);
		struct wf_cap_writer *w;

		dup2(fd, STDOUT_FILENO);
		w = wf_cap_create("-", 65535, NULL);
		for (uint32_t i = 0; w != NULL && i < 3; i++) {
			struct wf_cap_packet p = fixture_packet(i);

			wf_cap_write(w, &p);
		}
		rc = w != NULL ? wf_cap_finish(w) : -1;
		printf("usable after\n");
		fflush(stdout);
		_exit(rc == 0 ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	n = fixture_get("file.pcap", ours, sizeof(ours));
	assert_int_equal(fixture_get("dash.pcap", theirs, sizeof(theirs)), n + 13);
	assert_memory_equal(ours, theirs, n);
	assert_memory_equal(theirs + n, "usable after\n", 13);
}

static void
a_full_disk_is_reported_at_the_end_at_the_latest(void **state)
{
	struct wf_err *err = wf_err_new();
	struct wf_cap_writer *w = wf_cap_create("/dev/full", 65535, err);

	assert_non_null(w);
	assert_int_equal(wf_cap_finish(w), -ENOSPC);
	wf_err_free(err);
}

static void
a_full_disk_is_reported_once_and_for_all(void **state)
{
	struct wf_err *err = wf_err_new();
	struct wf_cap_writer *w = wf_cap_create("/dev/full", 65535, err);
	struct wf_cap_packet p = fixture_packet(1000);
	int rc = 0;

	assert_non_null(w);
	for (uint32_t i = 0; i < 4096 && rc == 0; i++)
		rc = wf_cap_write(w, &p);
	assert_int_equal(rc, -ENOSPC);
	for (uint32_t i = 0; i < 10; i++)
		assert_int_equal(wf_cap_write(w, &p), -ENOSPC);
	assert_int_equal(wf_cap_finish(w), -ENOSPC);
	wf_err_free(err);
}

static void
a_folder_that_is_not_there_is_named(void **state)
{
	struct wf_err *err = wf_err_new();
	char text[512];

	assert_null(wf_cap_create(fixture_path("no/such/out.pcap"), 65535, err));
	assert_int_equal(wf_err_count(err), 1);
	wf_err_format(wf_err_item(err, 0), text, sizeof(text));
	assert_non_null(strstr(text, "no/such/out.pcap"));
	assert_non_null(strstr(text, "No such file"));
	wf_err_free(err);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pcap_to_the_byte),
		cmocka_unit_test(pcapng_to_the_byte),
		cmocka_unit_test(pcapng_blocks_are_padded_and_say_their_length_twice),
		cmocka_unit_test(pcap_reads_back),
		cmocka_unit_test(pcapng_reads_back),
		cmocka_unit_test(the_name_alone_chooses_the_format),
		cmocka_unit_test(wireshark_opens_our_pcap),
		cmocka_unit_test(wireshark_opens_our_pcapng),
		cmocka_unit_test(a_dash_is_standard_output),
		cmocka_unit_test(a_full_disk_is_reported_at_the_end_at_the_latest),
		cmocka_unit_test(a_full_disk_is_reported_once_and_for_all),
		cmocka_unit_test(a_folder_that_is_not_there_is_named),
	};

	return cmocka_run_group_tests(tests, fixture_make_dir, fixture_remove_dir);
}
