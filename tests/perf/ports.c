/* SPDX-License-Identifier: BSD-3-Clause
 * What a port of the kernel's costs a packet, DPDK's driver against ours, in turns within one run:
 * processor time of this thread in the bursts, so that a busy machine matters little. A report, run
 * by hand as root in a network namespace of its own, where it makes a veth pair:
 *
 *	unshare --net build/release/tests/perf/ports [FRAME-BYTES [ROUNDS]]
 */
#include <inttypes.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <rte_dev.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "wf_eal.h"
#include "wf_port.h"

#define FRAMES 1024 /* at once: less than any ring */
#define BURST  32

static struct wf_clock wf_clock;
static struct rte_mempool *pool;

static uint64_t
cpu_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * WF_NS_PER_S + (uint64_t)t.tv_nsec;
}

static void
die(const char *what, struct wf_err *err)
{
	fprintf(stderr, "%s\n", what);
	if (err)
		wf_err_print(err, stderr);
	exit(1);
}

static void
make_frame(uint8_t *data, uint32_t len_bytes)
{
	static const uint8_t head[] = { 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x88, 0xb5 };

	memset(data, 0, len_bytes);
	memcpy(data, head, sizeof(head));
}

/* Time to send `frames`, until all of them have ended. */
static uint64_t
time_tx(struct wf_port *p, uint32_t len_bytes)
{
	void *q = p->ops->queue(p, 0);
	uint64_t sum = 0, before;
	struct wf_tx_end end[64];
	uint32_t out = 0;

	for (uint32_t i = 0; i < FRAMES; i += BURST) {
		struct rte_mbuf *m[BURST];
		uint16_t n;

		if (rte_pktmbuf_alloc_bulk(pool, m, BURST) != 0)
			die("no buffers", NULL);
		for (uint32_t j = 0; j < BURST; j++)
			make_frame((uint8_t *)rte_pktmbuf_append(m[j], (uint16_t)len_bytes),
				len_bytes);
		before = cpu_ns();
		n = p->ops->tx_burst(q, m, BURST);
		out += n;
		while (p->ops->tx_done && (n = p->ops->tx_done(q, end, 64)) > 0)
			out -= n;
		sum += cpu_ns() - before;
	}
	while (p->ops->tx_done && out > 0)
		out -= p->ops->tx_done(q, end, 64);
	return sum;
}

/* Time to receive as many, which were sent into the other end before. */
static uint64_t
time_rx(struct wf_port *p, int peer, uint32_t len_bytes)
{
	void *q = p->ops->queue(p, 0);
	uint64_t sum = 0, before;
	uint8_t frame[9018];
	uint32_t got = 0;

	make_frame(frame, len_bytes);
	for (uint32_t i = 0; i < FRAMES; i++)
		if (send(peer, frame, len_bytes, 0) < 0)
			die("send", NULL);
	while (got < FRAMES) {
		struct rte_mbuf *m[BURST];
		wf_ns_t rx_ns[BURST];
		uint16_t n;

		before = cpu_ns();
		n = p->ops->rx_burst(q, m, rx_ns, BURST);
		sum += cpu_ns() - before;
		got += n;
		rte_pktmbuf_free_bulk(m, n);
	}
	return sum;
}

static void
start(struct wf_port *p, const char *device, struct wf_err *err)
{
	struct wf_conf_port port = { .name = "p", .device = (char *)(uintptr_t)device };
	struct wf_conf conf = { .n_ports = 1, .ports = &port };
	char name[64];

	if (wf_port_init(p, &conf, 0, 1, err) < 0)
		die(device, err);
	wf_devargs_name(device, name);
	if (p->ops == &wf_port_ethdev &&
		rte_eal_hotplug_add("vdev", name, strchr(p->devargs, ',') + 1) < 0)
		die(device, NULL);
	if (wf_port_find(p, err) < 0 || wf_port_start(p, 1, pool, &wf_clock, err) < 0)
		die(device, err);
}

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static int
peer_socket(const char *ifname)
{
	int fd = socket(AF_PACKET, SOCK_RAW, 0), on = 1;
	struct sockaddr_ll to = { .sll_family = AF_PACKET,
		.sll_ifindex = (int)if_nametoindex(ifname) };

	setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &on, sizeof(on));
	if (fd < 0 || bind(fd, (struct sockaddr *)&to, sizeof(to)) < 0)
		die("socket", NULL);
	return fd;
}

int
main(int argc, char **argv)
{
	static const char *const device[] = { "net_af_packet0,iface=wfp0", "packet,iface=wfp1",
		"packet,iface=wfp2,qdisc=on" };
	uint32_t len_bytes = argc > 1 ? (uint32_t)atoi(argv[1]) : 64;
	uint32_t rounds = argc > 2 ? (uint32_t)atoi(argv[2]) : 200;
	struct wf_err *err = wf_err_new();
	double *ns[3][2];
	struct wf_port port[3];
	int peer[3];

	for (int i = 0; i < 3; i++) {
		char command[160];

		snprintf(command, sizeof(command),
			"ip link add wfp%d type veth peer name wfq%d && ip link set wfp%d up && "
			"ip link set wfq%d up",
			i, i, i, i);
		if (system(command) != 0)
			die("ip link", NULL);
	}
	if (wf_eal_offline(err) < 0 || wf_clock_init(&wf_clock) < 0)
		die("EAL", err);
	pool = rte_pktmbuf_pool_create("pool", 8191, 256, 0, 2176, SOCKET_ID_ANY);
	for (int i = 0; i < 3; i++) {
		char name[16];

		start(&port[i], device[i], err);
		snprintf(name, sizeof(name), "wfq%d", i);
		peer[i] = peer_socket(name);
		ns[i][0] = calloc(rounds, sizeof(double));
		ns[i][1] = calloc(rounds, sizeof(double));
	}
	for (uint32_t r = 0; r < rounds; r++) {
		for (int i = 0; i < 3; i++) {
			ns[i][0][r] = (double)time_rx(&port[i], peer[i], len_bytes) / FRAMES;
			ns[i][1][r] = (double)time_tx(&port[i], len_bytes) / FRAMES;
		}
	}
	printf("%u bytes, ns a packet, median (lowest) of %u\n", len_bytes, rounds);
	for (int i = 0; i < 3; i++) {
		qsort(ns[i][0], rounds, sizeof(double), compare);
		qsort(ns[i][1], rounds, sizeof(double), compare);
		printf("%-28s receive %6.0f (%.0f)   send %6.0f (%.0f)\n", device[i],
			ns[i][0][rounds / 2], ns[i][0][0], ns[i][1][rounds / 2], ns[i][1][0]);
		wf_port_stop(&port[i]);
		wf_port_fini(&port[i]);
	}
	wf_err_free(err);
	return 0;
}
