/* SPDX-License-Identifier: BSD-3-Clause
 * What the kernel counts of frames that it lost before a packet socket could see them: in the
 * backlog of the receiving core, which is between the two ends of a veth. Control thread.
 */
#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "wf_packet_socket.h"

/* The second column of each core's line, in hexadecimal. */
static uint64_t
backlog_dropped(void)
{
	FILE *f = fopen("/proc/net/softnet_stat", "re");
	unsigned long long n, sum = 0;
	char line[512];

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "%*x %llx", &n) == 1)
			sum += n;
	if (f)
		fclose(f);
	return sum;
}

/* RTM_GETSTATS of one interface: rx_dropped. 0 or -errno. */
static int
ask_rx_dropped(unsigned ifindex, uint64_t *rx_dropped)
{
	struct {
		struct nlmsghdr head;
		struct if_stats_msg stats;
	} ask = { .head = { .nlmsg_len = sizeof(ask),
			  .nlmsg_type = RTM_GETSTATS,
			  .nlmsg_flags = NLM_F_REQUEST },
		.stats = { .ifindex = ifindex,
			.filter_mask = IFLA_STATS_FILTER_BIT(IFLA_STATS_LINK_64) } };
	uint8_t reply[1024] __attribute__((aligned(8))) = { 0 };
	const struct nlmsghdr *head = (const struct nlmsghdr *)reply;
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE), len, ret = -ENODATA;

	if (fd < 0)
		return -errno;
	len = send(fd, &ask, sizeof(ask), 0) < 0 ? -1 : (int)recv(fd, reply, sizeof(reply), 0);
	close(fd);
	if (len < 0 || !NLMSG_OK(head, (unsigned)len))
		return -EIO;
	if (head->nlmsg_type != RTM_NEWSTATS)
		return -ENODEV;
	len = (int)head->nlmsg_len - (int)NLMSG_SPACE(sizeof(struct if_stats_msg));
	for (const struct rtattr *a =
			(const struct rtattr *)(reply + NLMSG_SPACE(sizeof(struct if_stats_msg)));
		RTA_OK(a, len); a = RTA_NEXT(a, len)) {
		struct rtnl_link_stats64 s = { 0 };

		if (a->rta_type != IFLA_STATS_LINK_64)
			continue;
		memcpy(&s, RTA_DATA(a), RTA_PAYLOAD(a) < sizeof(s) ? RTA_PAYLOAD(a) : sizeof(s));
		*rx_dropped = s.rx_dropped;
		ret = 0;
	}
	return ret;
}

int
wf_packet_ask_interface(unsigned ifindex, struct wf_packet_interface *out)
{
	out->backlog_dropped = backlog_dropped();
	return ask_rx_dropped(ifindex, &out->rx_dropped);
}
