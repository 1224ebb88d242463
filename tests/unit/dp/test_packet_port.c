/* SPDX-License-Identifier: BSD-3-Clause
 * A packet port on one end of a veth, in a network namespace of its own, driven by the test in the
 * place of worker and control thread. Needs root.
 */
#include <errno.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <rte_mbuf.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "wf_eal.h"
#include "wf_packet_queue.h"
#include "wf_packet_socket.h"
#include "wf_port.h"
#include "wf_txq.h"

#define PATIENCE_S 20
#define RX_SLOTS   64

static struct wf_clock wf_clock;
static struct rte_mempool *pool;
static struct wf_port port;
static uint32_t n_queues;
static int peer = -1; /* socket on the other end */

static void
run(const char *command)
{
	if (system(command) != 0)
		fail_msg("%s", command);
}

static void
make_veth(void)
{
	struct sockaddr_ll to = { .sll_family = AF_PACKET, .sll_protocol = htons(0x88b5) };
	struct timeval patience = { .tv_sec = PATIENCE_S };

	run("ip link add wft type veth peer name wfp && ip link set wft up && ip link set wfp up");
	peer = socket(AF_PACKET, SOCK_RAW, 0);
	to.sll_ifindex = (int)if_nametoindex("wfp");
	assert_true(peer >= 0 && to.sll_ifindex > 0);
	assert_int_equal(bind(peer, (struct sockaddr *)&to, sizeof(to)), 0);
	setsockopt(peer, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
}

static void
remove_veth(void)
{
	close(peer);
	run("ip link del wft");
}

static int
start(void **state)
{
	struct wf_err *err = wf_err_new();

	run("echo 1 | tee /proc/sys/net/ipv6/conf/*/disable_ipv6 >/dev/null");
	assert_int_equal(wf_eal_offline(err), 0);
	wf_err_free(err);
	assert_int_equal(wf_clock_init(&wf_clock), 0);
	pool = rte_pktmbuf_pool_create("pool", 4095, 0, 0, 2176, SOCKET_ID_ANY);
	return pool ? 0 : -1;
}

static void
open_port(uint32_t queues)
{
	struct wf_conf_port conf_port = { .name = "p",
		.device = (char *)(uintptr_t) "packet,iface=wft,rx_slots=64,tx_slots=64" };
	struct wf_conf conf = { .n_ports = 1, .ports = &conf_port };
	struct wf_err *err = wf_err_new();

	make_veth();
	n_queues = queues;
	if (wf_port_init(&port, &conf, 0, queues, err) < 0 || wf_port_find(&port, err) < 0 ||
		wf_port_start(&port, queues, pool, &wf_clock, err) < 0) {
		wf_err_print(err, stderr);
		fail();
	}
	wf_err_free(err);
}

static int
one_queue(void **state)
{
	open_port(1);
	return 0;
}

static int
two_queues(void **state)
{
	open_port(2);
	return 0;
}

/* Every buffer is back in the end. */
static int
teardown(void **state)
{
	wf_port_stop(&port);
	wf_port_fini(&port);
	remove_veth();
	assert_int_equal(rte_mempool_in_use_count(pool), 0);
	return 0;
}

static void
frame(uint8_t *data, uint32_t len, uint32_t id)
{
	memset(data, 0, len);
	data[0] = data[6] = 2;
	data[5] = 1;
	data[12] = 0x88;
	data[13] = 0xb5;
	memcpy(data + 14, &id, sizeof(id));
}

static void
peer_sends(uint32_t len, uint32_t id)
{
	uint8_t data[2048];

	frame(data, len, id);
	assert_int_equal(send(peer, data, len, 0), len);
}

static uint32_t
peer_gets(void)
{
	uint8_t data[2048];
	uint32_t id;

	assert_true(recv(peer, data, sizeof(data), 0) > 0);
	memcpy(&id, data + 14, sizeof(id));
	return id;
}

/* A poll of each queue, as the workers make it, that finds nothing to take. */
static void
poll_once(void)
{
	for (uint32_t q = 0; q < n_queues; q++) {
		struct rte_mbuf *m[WF_BURST];
		wf_ns_t ns[WF_BURST];

		assert_int_equal(port.ops->rx_burst(port.ops->queue(&port, q), m, ns, WF_BURST), 0);
	}
}

/* n frames, or what came within the time; over all queues. Their numbers to id, if not NULL. */
static uint32_t
receive(uint32_t n, uint32_t *id, wf_ns_t *rx_ns)
{
	time_t give_up = time(NULL) + PATIENCE_S;
	uint32_t got = 0;

	while (got < n && time(NULL) < give_up) {
		for (uint32_t q = 0; q < n_queues; q++) {
			struct rte_mbuf *m[WF_BURST];
			wf_ns_t ns[WF_BURST];
			uint16_t k = port.ops->rx_burst(port.ops->queue(&port, q), m, ns, WF_BURST);

			for (uint16_t i = 0; i < k; i++, got++) {
				if (id)
					memcpy(&id[got],
						rte_pktmbuf_mtod(m[i], const uint8_t *) + 14,
						sizeof(*id));
				if (rx_ns)
					rx_ns[got] = ns[i];
				rte_pktmbuf_free(m[i]);
			}
		}
	}
	return got;
}

/* Sends frames of these lengths in one burst, numbered; waits for the end of each. */
static void
port_sends(const uint32_t *len, uint32_t n, struct wf_tx_end *end)
{
	void *q = port.ops->queue(&port, 0);
	time_t give_up = time(NULL) + PATIENCE_S;
	struct rte_mbuf *m[WF_BURST], *left[WF_BURST];
	uint32_t done = 0;

	for (uint32_t i = 0; i < n; i++) {
		left[i] = m[i] = rte_pktmbuf_alloc(pool);
		frame((uint8_t *)rte_pktmbuf_append(m[i], (uint16_t)len[i]), len[i], i);
	}
	assert_int_equal(port.ops->tx_burst(q, m, (uint16_t)n), n);
	while (done < n && time(NULL) < give_up) {
		uint16_t k = port.ops->tx_done(q, end + done, (uint16_t)(n - done));

		for (uint16_t i = 0; i < k; i++, done++)
			if (end[done].cause != WF_DROP_NONE)
				rte_pktmbuf_free(left[done]);
		port.ops->tx_burst(q, NULL, 0);
	}
	assert_int_equal(done, n);
}

static void
frames_cross(void **state)
{
	const uint32_t len[3] = { 60, 14 + 1500, 100 };
	struct wf_tx_end end[3];
	wf_ns_t rx_ns[3], before = wf_clock_ns(&wf_clock), after;
	uint32_t id[3];

	poll_once();
	for (uint32_t i = 0; i < 3; i++)
		peer_sends(60, i);
	assert_int_equal(receive(3, id, rx_ns), 3);
	after = wf_clock_ns(&wf_clock);
	for (uint32_t i = 0; i < 3; i++) {
		assert_int_equal(id[i], i);
		assert_true(rx_ns[i] >= before && rx_ns[i] <= after);
		assert_true(i == 0 || rx_ns[i] >= rx_ns[i - 1]);
	}
	port_sends(len, 3, end);
	for (uint32_t i = 0; i < 3; i++) {
		assert_int_equal(end[i].cause, WF_DROP_NONE);
		assert_true(end[i].ns >= after && end[i].ns <= wf_clock_ns(&wf_clock));
		assert_int_equal(peer_gets(), i);
	}
}

/* Time in the ring is no secret: it counts from the wire. */
static void
a_frame_that_waited_came_when_it_came(void **state)
{
	wf_ns_t rx_ns, before, sent;

	poll_once();
	before = wf_clock_ns(&wf_clock);
	peer_sends(60, 0);
	sent = wf_clock_ns(&wf_clock);
	while (wf_clock_ns(&wf_clock) < sent + 20 * WF_NS_PER_MS)
		sched_yield();
	assert_int_equal(receive(1, NULL, &rx_ns), 1);
	/* The clocks may tick apart by microseconds. */
	assert_true(rx_ns + WF_NS_PER_MS >= before && rx_ns <= sent + 5 * WF_NS_PER_MS);
}

static void
one_that_is_too_long_does_not_hold_up_the_others(void **state)
{
	const uint32_t len[6] = { 60, 1600, 61, 1600, 1601, 62 };
	struct wf_tx_end end[6];

	port_sends(len, 6, end);
	for (uint32_t i = 0; i < 6; i++)
		assert_int_equal(end[i].cause, len[i] > 1500 ? WF_DROP_too_long : WF_DROP_NONE);
	assert_int_equal(peer_gets(), 0);
	assert_int_equal(peer_gets(), 2);
	assert_int_equal(peer_gets(), 5);
}

static void
one_that_is_no_frame_is_an_error(void **state)
{
	const uint32_t len[3] = { 60, 60, 60 };
	struct wf_tx_end end[3];
	struct rte_mbuf *m = rte_pktmbuf_alloc(pool);
	void *q = port.ops->queue(&port, 0);

	rte_pktmbuf_append(m, 10);
	assert_int_equal(port.ops->tx_burst(q, &m, 1), 1);
	assert_int_equal(port.ops->tx_done(q, end, 3), 1);
	assert_int_equal(end[0].cause, WF_DROP_tx_error);
	rte_pktmbuf_free(m);
	port_sends(len, 3, end);
	for (uint32_t i = 0; i < 3; i++)
		assert_int_equal(peer_gets(), i);
}

static void
what_the_ring_has_no_room_for_is_missed(void **state)
{
	struct wf_snap_port s = { 0 };

	for (uint32_t i = 0; i < RX_SLOTS + 36; i++)
		peer_sends(60, i);
	assert_int_equal(receive(RX_SLOTS, NULL, NULL), RX_SLOTS);
	wf_port_snapshot(&port, &s);
	assert_int_equal(s.rx_missed, 36);
	wf_port_snapshot(&port, &s); /* the kernel forgets what we have read: we don't */
	assert_int_equal(s.rx_missed, 36);
	wf_port_reset(&port);
	memset(&s, 0, sizeof(s));
	wf_port_snapshot(&port, &s);
	assert_int_equal(s.rx_missed, 0);
}

static void
a_frame_longer_than_a_slot_is_missed(void **state)
{
	struct wf_snap_port s = { 0 };
	uint8_t data[3000];

	run("ip link set wft mtu 4000 && ip link set wfp mtu 4000");
	frame(data, sizeof(data), 0);
	assert_int_equal(send(peer, data, sizeof(data), 0), sizeof(data));
	peer_sends(60, 7);
	assert_int_equal(receive(1, NULL, NULL), 1);
	wf_port_snapshot(&port, &s);
	assert_int_equal(s.rx_missed, 1);
}

static void
without_buffers_frames_wait(void **state)
{
	struct rte_mbuf *all[4096]; /* one more than there are */
	uint32_t n = 0;

	while ((all[n] = rte_pktmbuf_alloc(pool)) != NULL)
		n++;
	peer_sends(60, 1);
	poll_once();
	poll_once();
	rte_pktmbuf_free_bulk(all, n);
	assert_int_equal(receive(1, NULL, NULL), 1);
}

static void
sends_nothing(void)
{
	const uint32_t len[3] = { 60, 60, 60 };
	struct wf_tx_end end[3];

	assert_false(port.ops->link(&port));
	port_sends(len, 3, end);
	for (uint32_t i = 0; i < 3; i++)
		assert_int_equal(end[i].cause, WF_DROP_port_down);
	assert_int_equal(port.ops->tx_refusal(port.ops->queue(&port, 0)), WF_DROP_port_down);
}

/* An interface that has just come up may lose what it is given, until the kernel has noticed: then
 * frames of one number more each are sent, until one comes through, and all behind it. */
static void
peer_reaches_port(void)
{
	time_t give_up = time(NULL) + PATIENCE_S;
	uint32_t sent = 0, got = 0;

	while (got != sent || sent == 0) {
		struct rte_mbuf *m[WF_BURST];
		wf_ns_t ns[WF_BURST];

		assert_true(time(NULL) < give_up);
		if (got == 0)
			peer_sends(60, ++sent);
		for (uint32_t q = 0; q < n_queues; q++) {
			uint16_t k = port.ops->rx_burst(port.ops->queue(&port, q), m, ns, WF_BURST);

			for (uint16_t i = 0; i < k; i++) {
				uint32_t id;

				memcpy(&id, rte_pktmbuf_mtod(m[i], const uint8_t *) + 14,
					sizeof(id));
				got = id > got ? id : got;
				rte_pktmbuf_free(m[i]);
			}
		}
	}
}

static void
works(void)
{
	const uint32_t len[3] = { 60, 60, 60 };
	struct wf_tx_end end[3];
	uint32_t id[40] = { 0 }, seen = 0;

	assert_true(port.ops->link(&port));
	port_sends(len, 3, end);
	for (uint32_t i = 0; i < 3; i++) {
		assert_int_equal(end[i].cause, WF_DROP_NONE);
		assert_int_equal(peer_gets(), i);
	}
	peer_reaches_port();
	for (uint32_t i = 0; i < 40; i++)
		peer_sends(60 + i, i);
	assert_int_equal(receive(40, id, NULL), 40);
	for (uint32_t i = 0; i < 40; i++)
		seen += id[i];
	assert_int_equal(seen, 39 * 40 / 2); /* each once */
}

static void
a_port_that_is_down_sends_nothing_and_comes_back(void **state)
{
	int was_down;
	socklen_t size = sizeof(was_down);

	works();
	run("ip link set wfp down");
	sends_nothing();
	run("ip link set wfp up");
	getsockopt(peer, SOL_SOCKET, SO_ERROR, &was_down, &size);
	works();
	run("ip link set wft down");
	sends_nothing();
	run("ip link set wft up");
	works();
}

static void
an_interface_made_again_is_taken_again(void **state)
{
	works();
	for (int i = 0; i < 3; i++) {
		remove_veth();
		peer = -1;
		sends_nothing();
		make_veth();
		sends_nothing(); /* another of that name: nobody has told the port */
		assert_int_equal(port.ops->rebind(&port, if_nametoindex("wft"), NULL), 0);
		poll_once();
		works();
	}
	assert_true(port.ops->rebind(&port, 99999, NULL) < 0);
}

/* The first group since the machine started has it. */
static void
a_group_of_number_0_is_a_group(void **state)
{
	const char *step;
	int fd[2], group = 0;

	for (int i = 0; i < 2; i++) {
		int is = -1;
		socklen_t size = sizeof(is);

		fd[i] = socket(AF_PACKET, SOCK_RAW, 0);
		assert_int_equal(wf_packet_socket_bind(fd[i], if_nametoindex("lo"), &step), 0);
		assert_int_equal(wf_packet_socket_join(fd[i], &group, &step), 0);
		assert_int_equal(getsockopt(fd[i], SOL_PACKET, PACKET_FANOUT, &is, &size), 0);
		assert_int_equal(is & 0xffff, 0);
	}
	close(fd[0]);
	close(fd[1]);
}

int
main(void)
{
#define PORT_TEST(f) cmocka_unit_test_setup_teardown(f, one_queue, teardown)
	const struct CMUnitTest tests[] = {
		PORT_TEST(frames_cross),
		PORT_TEST(a_frame_that_waited_came_when_it_came),
		PORT_TEST(one_that_is_too_long_does_not_hold_up_the_others),
		PORT_TEST(one_that_is_no_frame_is_an_error),
		PORT_TEST(what_the_ring_has_no_room_for_is_missed),
		PORT_TEST(a_frame_longer_than_a_slot_is_missed),
		PORT_TEST(without_buffers_frames_wait),
		PORT_TEST(a_port_that_is_down_sends_nothing_and_comes_back),
		PORT_TEST(an_interface_made_again_is_taken_again),
		cmocka_unit_test(a_group_of_number_0_is_a_group),
		cmocka_unit_test_setup_teardown(
			a_port_that_is_down_sends_nothing_and_comes_back, two_queues, teardown),
		cmocka_unit_test_setup_teardown(
			an_interface_made_again_is_taken_again, two_queues, teardown),
	};

	if (geteuid() != 0 || unshare(CLONE_NEWNET) < 0) {
		printf("1..0 # SKIP needs root and network namespaces\n");
		return 0;
	}
	return cmocka_run_group_tests(tests, start, NULL);
}
