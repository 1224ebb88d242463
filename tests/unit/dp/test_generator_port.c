/* SPDX-License-Identifier: BSD-3-Clause
 * Generator and sink, driven by the test in the place of a worker: schedule, what is missed,
 * buffers and where they go.
 */
#include <rte_mbuf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "one_port.h"
#include "wf_parse.h"

static struct one_port one;

static int
start(void **state)
{
	return one_port_start(&one);
}

static int
end(void **state)
{
	one_port_end(&one);
	return 0;
}

static void
stall(uint32_t ms)
{
	struct timespec t = { .tv_nsec = ms * 1000000l };

	nanosleep(&t, NULL);
}

static void
test_frames(void **state)
{
	struct rte_mbuf *m[WF_BURST];
	wf_ns_t rx_ns[WF_BURST], before_ns;
	void *q;

	one_port_open(&one, "generator,flows=10,size=64+1514+200", 0, 1);
	assert_string_equal(one_port_counted(&one).kind, "generator");
	assert_int_equal(one.port.mtu, 1500);
	q = one.port.ops->queue(&one.port, 0);
	for (uint32_t i = 0, n; i < 3000; i += n) {
		before_ns = wf_clock_ns(&one.clock);
		n = one.port.ops->rx_burst(q, m, rx_ns, WF_BURST);
		assert_int_equal(n, WF_BURST);
		for (uint32_t k = 0; k < n; k++) {
			struct wf_parsed parsed;

			assert_in_range(rx_ns[k], before_ns, wf_clock_ns(&one.clock));
			assert_int_equal(m[k]->pkt_len, m[k]->data_len);
			wf_parse(rte_pktmbuf_mtod(m[k], uint8_t *), m[k]->data_len, &parsed);
			assert_int_equal(parsed.flags, WF_PARSE_IP | WF_PARSE_PORTS);
			assert_int_equal(parsed.key.src[15], 1 + (i + k) % 10);
		}
		/* It takes what it gives. */
		assert_int_equal(one.port.ops->tx_burst(q, m, (uint16_t)n), n);
		assert_int_equal(one_port_counted(&one).sunk.packets, i + n);
	}
	assert_int_equal(one_port_counted(&one).rx_missed + one_port_counted(&one).rx_nombuf, 0);
}

/* Several streams of a port: in the order of their times, each as if it were alone. */
static void
test_streams(void **state)
{
	struct rte_mbuf *m[WF_BURST];
	wf_ns_t rx_ns[WF_BURST], start_ns = 0, last_ns = 0;
	uint64_t seen[3] = { 0 };
	void *q;

	one_port_open(&one,
		"generator,pps=30000,size=60,packets=300;pps=70000,size=61,packets=700;"
		"pps=1000,size=62,on=1ms,off=4ms,packets=10",
		0, 1);
	q = one.port.ops->queue(&one.port, 0);
	while (seen[0] + seen[1] + seen[2] < 1010 && one_port_counted(&one).rx_missed == 0) {
		uint16_t n = one.port.ops->rx_burst(q, m, rx_ns, WF_BURST);

		for (uint16_t i = 0; i < n; i++) {
			static const uint64_t pps[] = { 30000, 70000, 200 };
			uint32_t s = m[i]->pkt_len - 60;

			start_ns = start_ns == 0 ? rx_ns[i] : start_ns;
			assert_true(rx_ns[i] >= last_ns);
			last_ns = rx_ns[i];
			assert_in_range(s, 0, 2);
			if (one_port_counted(&one).rx_missed == 0)
				assert_int_equal(
					rx_ns[i] - start_ns, seen[s]++ * WF_NS_PER_S / pps[s]);
		}
		one.port.ops->tx_burst(q, m, n);
	}
	assert_true(seen[0] > 0 && seen[1] > 0 && seen[2] > 0);
}

/* Packets have the times at which they were due. */
static void
test_schedule(void **state)
{
	struct rte_mbuf *m[WF_BURST];
	wf_ns_t rx_ns[WF_BURST], first_ns = 0;
	uint64_t done = 0;
	void *q;

	one_port_open(&one, "generator,pps=300000", 0, 1);
	q = one.port.ops->queue(&one.port, 0);
	while (done < 3000 && one_port_counted(&one).rx_missed == 0) {
		uint16_t n = one.port.ops->rx_burst(q, m, rx_ns, WF_BURST);
		wf_ns_t now_ns = wf_clock_ns(&one.clock);

		for (uint16_t i = 0; i < n; i++, done++) {
			first_ns = done == 0 ? rx_ns[0] : first_ns;
			assert_true(rx_ns[i] <= now_ns);
			/* Where the machine stood still for too long, some were left out. */
			if (one_port_counted(&one).rx_missed == 0)
				assert_int_equal(rx_ns[i], first_ns + done * WF_NS_PER_S / 300000);
		}
		one.port.ops->tx_burst(q, m, n);
	}
	assert_true(done > 0);
}

/* Those that lay there for more than 10 ms are missed, the rest is late and comes. */
static void
test_stall(void **state)
{
	struct rte_mbuf *m[WF_BURST];
	wf_ns_t rx_ns[WF_BURST], first_ns, last_ns = 0, now_ns;
	uint64_t got = 0;
	uint16_t n;
	void *q;

	one_port_open(&one, "generator,pps=100000", 0, 1);
	q = one.port.ops->queue(&one.port, 0);
	n = one.port.ops->rx_burst(q, m, rx_ns, WF_BURST);
	assert_true(n > 0);
	first_ns = rx_ns[0];
	got += n;
	one.port.ops->tx_burst(q, m, n);
	stall(50);
	while (last_ns < first_ns + 60 * WF_NS_PER_MS) {
		now_ns = wf_clock_ns(&one.clock);
		n = one.port.ops->rx_burst(q, m, rx_ns, WF_BURST);
		got += n;
		if (n > 0) {
			assert_true(rx_ns[0] + 10 * WF_NS_PER_MS >= now_ns);
			assert_true(rx_ns[0] > last_ns);
			last_ns = rx_ns[n - 1];
		}
		one.port.ops->tx_burst(q, m, n);
	}
	assert_true(one_port_counted(&one).rx_missed >= 3900);
	/* One every 10 us, and none unaccounted for. */
	assert_int_equal(got + one_port_counted(&one).rx_missed, (last_ns - first_ns) / 10000 + 1);
}

static void
test_no_buffers(void **state)
{
	struct rte_mbuf *m[ONE_PORT_POOL + WF_BURST];
	wf_ns_t rx_ns[WF_BURST];
	uint32_t held = 0;
	uint16_t n;
	void *q;

	one_port_open(&one, "generator", 0, 1);
	q = one.port.ops->queue(&one.port, 0);
	while ((n = one.port.ops->rx_burst(q, m + held, rx_ns, WF_BURST)) > 0)
		held += n;
	assert_int_equal(held, ONE_PORT_POOL / WF_BURST * WF_BURST);
	assert_int_equal(one_port_counted(&one).rx_nombuf, WF_BURST);
	one.port.ops->tx_burst(q, m, WF_BURST);
	assert_int_equal(one.port.ops->rx_burst(q, m, rx_ns, WF_BURST), WF_BURST);
	for (uint32_t i = 0; i < held; i += WF_BURST)
		one.port.ops->tx_burst(q, m + i, WF_BURST);
	assert_int_equal(one_port_counted(&one).sunk.packets, held + WF_BURST);
	assert_int_equal(one_port_counted(&one).sunk.bytes, 64 * (held + WF_BURST));
	/* From here on, and from there on again: of before, nothing is left. */
	for (int again = 0; again < 2; again++) {
		wf_port_reset(&one.port);
		assert_int_equal(
			one_port_counted(&one).sunk.packets + one_port_counted(&one).rx_nombuf, 0);
	}
}

static void
test_end_of_packets(void **state)
{
	struct rte_mbuf *m[WF_BURST];
	wf_ns_t rx_ns[WF_BURST];
	uint32_t got = 0, flows = 0;

	one_port_open(&one, "generator,packets=101,flows=20", 0, 2);
	assert_int_equal(one_port_counted(&one).queues, 2);
	for (uint32_t i = 0; i < 2; i++) {
		void *q = one.port.ops->queue(&one.port, i);
		uint16_t n;

		while ((n = one.port.ops->rx_burst(q, m, rx_ns, WF_BURST)) > 0) {
			got += n;
			for (uint16_t k = 0; k < n; k++)
				flows |= 1u << (rte_pktmbuf_mtod(m[k], uint8_t *)[29] - 1);
			one.port.ops->tx_burst(q, m, n);
		}
	}
	assert_int_equal(got, 101);
	assert_int_equal(flows, (1u << 20) - 1);
}

static void
test_sink(void **state)
{
	struct rte_mbuf *m[WF_BURST];
	wf_ns_t rx_ns[WF_BURST];
	void *q;

	one_port_open(&one, "sink", 0, 1);
	assert_string_equal(one_port_counted(&one).kind, "sink");
	q = one.port.ops->queue(&one.port, 0);
	assert_int_equal(one.port.ops->rx_burst(q, m, rx_ns, WF_BURST), 0);
	assert_int_equal(rte_pktmbuf_alloc_bulk(one.pool, m, WF_BURST), 0);
	for (uint32_t i = 0; i < WF_BURST; i++)
		rte_pktmbuf_append(m[i], 100);
	assert_int_equal(one.port.ops->tx_burst(q, m, WF_BURST), WF_BURST);
	assert_int_equal(one_port_counted(&one).sunk.bytes, 100 * WF_BURST);
}

/* The port is as long as its frames, unless somebody has said how long it is. */
static void
test_mtu(void **state)
{
	one_port_open(&one, "generator,size=9000", 0, 1);
	assert_int_equal(one.port.mtu, 8986);
}

static void
test_refused(void **state)
{
	static const struct {
		const char *device;
		uint32_t mtu;
		const char *says;
	} cases[] = { { "generator,size=1515", 1500, "longer than the 1514" },
		{ "generator3,flow=1", 0, "Did you mean \"flows\"?" },
		{ "sink,size=64", 0, "a sink takes no arguments" } };

	for (size_t i = 0; i < WF_ARRAY_SIZE(cases); i++) {
		struct wf_conf_port c = { .name = "p",
			.device = (char *)(uintptr_t)cases[i].device,
			.mtu = cases[i].mtu };
		struct wf_err *err = wf_err_new();
		char line[512];

		assert_int_equal(wf_port_check(&c, err), -22);
		wf_err_format(wf_err_item(err, 0), line, sizeof(line));
		if (strstr(line, cases[i].says) == NULL)
			fail_msg("%s", line);
		wf_err_free(err);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_frames, end),
		cmocka_unit_test_teardown(test_streams, end),
		cmocka_unit_test_teardown(test_schedule, end),
		cmocka_unit_test_teardown(test_stall, end),
		cmocka_unit_test_teardown(test_no_buffers, end),
		cmocka_unit_test_teardown(test_end_of_packets, end),
		cmocka_unit_test_teardown(test_sink, end),
		cmocka_unit_test_teardown(test_mtu, end),
		cmocka_unit_test_teardown(test_refused, end),
	};

	return cmocka_run_group_tests_name("generator_port", tests, start, NULL);
}
