/* SPDX-License-Identifier: BSD-3-Clause
 * Packet sockets: packet(7), Documentation/networking/packet_mmap.rst. Control thread.
 */
#include "wf_packet_socket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/ethtool.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/sockios.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef PACKET_IGNORE_OUTGOING /* Linux 4.20 */
#define PACKET_IGNORE_OUTGOING 23
#endif

/* Slots lie one behind the other only if a block is a whole number of them; blocks as large as the
 * kernel finds without pains. */
#define BLOCK_BYTES 65536u

static int
set_option(int fd, int option, int value)
{
	return setsockopt(fd, SOL_PACKET, option, &value, sizeof(value)) < 0 ? -errno : 0;
}

static int
set_ring(int fd, int option, uint32_t slot_bytes, uint32_t slots)
{
	uint64_t bytes = (uint64_t)slot_bytes * slots;
	struct tpacket_req req = { .tp_frame_size = slot_bytes, .tp_frame_nr = slots };

	req.tp_block_size = slot_bytes > BLOCK_BYTES ? slot_bytes : BLOCK_BYTES;
	if (req.tp_block_size > bytes)
		req.tp_block_size = (unsigned)bytes;
	req.tp_block_nr = (unsigned)(bytes / req.tp_block_size);
	return setsockopt(fd, SOL_PACKET, option, &req, sizeof(req)) < 0 ? -errno : 0;
}

/* Frames in the transmit ring count against the socket's send buffer, with the kernel's own
 * overhead: it must not be the smaller of the two. */
static void
raise_send_buffer(int fd, const struct wf_packet_args *args)
{
	uint64_t bytes = (uint64_t)args->tx_slots * (args->slot_bytes + 1024);
	int value = bytes > INT32_MAX / 2 ? INT32_MAX / 2 : (int)bytes;

	if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &value, sizeof(value)) < 0)
		setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &value, sizeof(value));
}

static int
set_options(int fd, const struct wf_packet_args *args, const char **step)
{
	int on = 1, ret;

	*step = "told the version of its rings";
	ret = set_option(fd, PACKET_VERSION, TPACKET_V2);
	/* What the host itself sends through the interface is no arrival. (Before Linux 4.20 it
	 * comes, and is passed over.) */
	set_option(fd, PACKET_IGNORE_OUTGOING, 1);
	if (ret == 0 && !args->qdisc) {
		*step = "made to bypass the queueing discipline";
		ret = set_option(fd, PACKET_QDISC_BYPASS, 1);
	}
	/* Stamps at the first touch, before the backlog of the receiving core. */
	setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on));
	raise_send_buffer(fd, args);
	return ret;
}

/* Both rings lie one behind the other. */
static uint64_t
map_bytes(const struct wf_packet_args *args)
{
	return (uint64_t)args->slot_bytes * (args->rx_slots + args->tx_slots);
}

int
wf_packet_socket_open(
	struct wf_packet_rings *r, const struct wf_packet_args *args, const char **step)
{
	uint8_t *map;
	int ret;

	*r = (struct wf_packet_rings){ .fd = -1 };
	*step = "opened";
	r->fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0); /* receives nothing yet */
	if (r->fd < 0)
		return -errno;
	ret = set_options(r->fd, args, step);
	if (ret == 0) {
		*step = "given its rings";
		ret = set_ring(r->fd, PACKET_RX_RING, args->slot_bytes, args->rx_slots);
	}
	if (ret == 0)
		ret = set_ring(r->fd, PACKET_TX_RING, args->slot_bytes, args->tx_slots);
	if (ret < 0)
		return ret;
	map = mmap(
		NULL, map_bytes(args), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, r->fd, 0);
	if (map == MAP_FAILED)
		return -errno;
	r->rx = map;
	r->tx = map + (uint64_t)args->slot_bytes * args->rx_slots;
	return 0;
}

void
wf_packet_socket_close(struct wf_packet_rings *r, const struct wf_packet_args *args)
{
	if (r->rx)
		munmap(r->rx, map_bytes(args));
	if (r->fd >= 0)
		close(r->fd);
	*r = (struct wf_packet_rings){ .fd = -1 };
}

int
wf_packet_socket_bind(int fd, unsigned ifindex, const char **step)
{
	struct sockaddr_ll to = { .sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = (int)ifindex };
	/* What is not for our own address is the very point. */
	struct packet_mreq all = { .mr_ifindex = (int)ifindex, .mr_type = PACKET_MR_PROMISC };
	int pending;
	socklen_t size = sizeof(pending);

	*step = "made promiscuous";
	if (setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &all, sizeof(all)) < 0)
		return -errno;
	*step = "bound";
	if (bind(fd, (struct sockaddr *)&to, sizeof(to)) < 0)
		return -errno;
	/* That the one before went down. */
	getsockopt(fd, SOL_SOCKET, SO_ERROR, &pending, &size);
	return 0;
}

int
wf_packet_socket_join(int fd, int *group, const char **step)
{
	/* By a hash of addresses and ports, the same for both directions; without DEFRAG, so that
	 * fragments pass one by one, by the hash of their addresses. */
	int mode = PACKET_FANOUT_HASH, ret;
	socklen_t size = sizeof(*group);

	*step = "joined to those of the other queues";
	if (*group >= 0)
		return set_option(fd, PACKET_FANOUT, *group | mode << 16);
	mode |= PACKET_FANOUT_FLAG_UNIQUEID;
	ret = set_option(fd, PACKET_FANOUT, mode << 16);
	if (ret < 0)
		return ret;
	if (getsockopt(fd, SOL_PACKET, PACKET_FANOUT, group, &size) < 0)
		return -errno;
	*group &= 0xffff; /* the first since the machine started is 0 */
	return 0;
}

uint32_t
wf_packet_socket_flush(const struct wf_packet_rings *r, const struct wf_packet_args *args)
{
	uint32_t at = 0;

	for (;;) {
		struct tpacket2_hdr *slot =
			(struct tpacket2_hdr *)(r->rx + (uint64_t)at * args->slot_bytes);

		/* Acquire and release: partner is the kernel. */
		if (!(__atomic_load_n(&slot->tp_status, __ATOMIC_ACQUIRE) & TP_STATUS_USER))
			break;
		__atomic_store_n(&slot->tp_status, TP_STATUS_KERNEL, __ATOMIC_RELEASE);
		at = (at + 1) % args->rx_slots;
	}
	wf_packet_drops(r->fd);
	return at;
}

uint64_t
wf_packet_drops(int fd)
{
	struct tpacket_stats s = { 0 };
	socklen_t size = sizeof(s);

	return getsockopt(fd, SOL_PACKET, PACKET_STATISTICS, &s, &size) < 0 ? 0 : s.tp_drops;
}

bool
wf_packet_carrier(int fd)
{
	struct ethtool_value link = { .cmd = ETHTOOL_GLINK };
	struct sockaddr_ll at = { 0 };
	socklen_t size = sizeof(at);
	struct ifreq ifr = { 0 };

	if (getsockname(fd, (struct sockaddr *)&at, &size) < 0 || at.sll_ifindex <= 0)
		return false;
	ifr.ifr_ifindex = at.sll_ifindex;
	if (ioctl(fd, SIOCGIFNAME, &ifr) < 0)
		return false;
	ifr.ifr_data = (void *)&link;
	/* IFF_RUNNING is the link watch's, which may be a second behind. */
	if (ioctl(fd, SIOCETHTOOL, &ifr) < 0 || !link.data)
		return false;
	return ioctl(fd, SIOCGIFFLAGS, &ifr) == 0 && (ifr.ifr_flags & IFF_UP);
}
