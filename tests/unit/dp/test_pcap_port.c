/* SPDX-License-Identifier: BSD-3-Clause
 * A pcap port that writes what is sent to it, driven by the test in the place of a worker: each
 * byte, each packet accounted for, also where the file can't grow any more.
 */
#include <errno.h>
#include <rte_mbuf.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#include "folder.h"
#include "one_port.h"
#include "wf_cap.h"

static struct one_port one;

static int
start(void **state)
{
	return one_port_start(&one) < 0 ? -1 : folder_make(state);
}

static int
end(void **state)
{
	one_port_end(&one);
	return 0;
}

static void
open_port(const char *format, const char *path)
{
	char device[256];

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	snprintf(device, sizeof(device), format, path);
#pragma GCC diagnostic pop
	one_port_open(&one, device, 0, 2);
}

/* Packet i, in two pieces where it is long. */
static uint32_t
length_of(uint32_t i)
{
	return 60 + i * 37 % 3000;
}

static uint8_t
byte_of(uint32_t i, uint32_t k)
{
	return (uint8_t)(i * 131 + k * 7 + (k >> 8));
}

static void
put(struct rte_mbuf *m, uint32_t i, uint32_t from, uint32_t n)
{
	uint8_t *to = (uint8_t *)rte_pktmbuf_append(m, (uint16_t)n);

	for (uint32_t k = 0; k < n; k++)
		to[k] = byte_of(i, from + k);
}

static struct rte_mbuf *
packet(uint32_t i)
{
	uint32_t n = length_of(i), first = n < 2000 ? n : 2000;
	struct rte_mbuf *m = rte_pktmbuf_alloc(one.pool);

	put(m, i, 0, first);
	if (first < n) {
		struct rte_mbuf *rest = rte_pktmbuf_alloc(one.pool);

		put(rest, i, first, n - first);
		assert_int_equal(rte_pktmbuf_chain(m, rest), 0);
	}
	return m;
}

static void
send_packets(uint32_t queue, uint32_t first, uint32_t n)
{
	for (uint32_t i = 0; i < n; i += WF_BURST) {
		struct rte_mbuf *m[WF_BURST];
		uint16_t k;

		for (k = 0; k < WF_BURST && i + k < n; k++)
			m[k] = packet(first + i + k);
		assert_int_equal(
			one.port.ops->tx_burst(one.port.ops->queue(&one.port, queue), m, k), k);
	}
}

/* Reads packets from the first on. Returns how many there are. */
static uint32_t
read_back(const char *path, uint32_t first)
{
	struct wf_err *err = wf_err_new();
	struct wf_cap_reader *r = wf_cap_open(path, NULL, err);
	struct wf_cap_packet p;
	uint32_t n = 0;

	assert_non_null(r);
	for (; wf_cap_read(r, &p, err) == 1; n++) {
		assert_int_equal(p.len_bytes, length_of(first + n));
		assert_int_equal(p.cap_bytes, p.len_bytes);
		for (uint32_t k = 0; k < p.cap_bytes; k++)
			if (p.data[k] != byte_of(first + n, k))
				fail_msg("packet %u, byte %u", first + n, k);
	}
	assert_int_equal(wf_err_count(err), 0);
	wf_cap_close(r);
	wf_err_free(err);
	return n;
}

static void
writes_each_byte(void **state)
{
	const char *path = folder_path("out.pcapng");
	struct wf_snap_port s;

	open_port("pcap,to=%s", path);
	send_packets(0, 0, 500);
	send_packets(1, 500, 200);
	wf_port_end(&one.port);
	s = one_port_counted(&one);
	assert_int_equal(s.sunk.packets, 700);
	assert_true(s.writes);
	assert_int_equal(s.written.packets, 700);
	assert_int_equal(s.written.missed, 0);
	assert_false(s.written.failed);
	assert_int_equal(read_back(path, 0), 700);
}

/* The disk is full: packets go on, and each is in the file or missed. */
static void
full_disk(void **state)
{
	const char *path = folder_path("full.pcapng");
	struct rlimit before, small;
	struct wf_snap_port s;

	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	small = before;
	small.rlim_cur = 300000;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	open_port("pcap,to=%s,buffer=1MiB", path);
	send_packets(0, 0, 5000);
	wf_port_end(&one.port);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	s = one_port_counted(&one);
	assert_int_equal(s.sunk.packets, 5000);
	assert_true(s.written.failed);
	assert_true(s.written.missed > 0);
	assert_int_equal(s.written.packets + s.written.missed, 5000);
	if (s.written.packets > 0)
		assert_int_equal(read_back(path, 0), s.written.packets);
}

/* Since a reset. */
static void
reset(void **state)
{
	open_port("pcap,to=%s", folder_path("reset.pcapng"));
	send_packets(0, 0, 64);
	wf_port_end(&one.port);
	wf_port_reset(&one.port);
	assert_int_equal(
		one_port_counted(&one).written.packets + one_port_counted(&one).written.missed, 0);
	assert_true(one_port_counted(&one).written.file_bytes > 64);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(writes_each_byte, end),
		cmocka_unit_test_teardown(full_disk, end),
		cmocka_unit_test_teardown(reset, end),
	};

	return cmocka_run_group_tests(tests, start, folder_remove);
}
