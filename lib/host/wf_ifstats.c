/* SPDX-License-Identifier: BSD-3-Clause
 * Counters of an interface by rtnetlink, and those of the cores' backlogs, which lie between the
 * two ends of a veth.
 */
#include "wf_ifstats.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

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

int
wf_ifstats_parse(const void *answer, size_t n, struct wf_ifstats *out)
{
	const size_t head_bytes = NLMSG_SPACE(sizeof(struct if_stats_msg));
	const struct nlmsghdr *head = answer;
	int left;

	if (n < sizeof(*head) || !NLMSG_OK(head, n))
		return -EPROTO;
	if (head->nlmsg_type == NLMSG_ERROR)
		return -ENODEV;
	if (head->nlmsg_type != RTM_NEWSTATS || head->nlmsg_len < head_bytes)
		return -EPROTO;
	left = (int)(head->nlmsg_len - head_bytes);
	for (const struct rtattr *a = (const struct rtattr *)((const uint8_t *)answer + head_bytes);
		RTA_OK(a, left); a = RTA_NEXT(a, left)) {
		struct rtnl_link_stats64 s = { 0 };

		if (a->rta_type != IFLA_STATS_LINK_64)
			continue;
		memcpy(&s, RTA_DATA(a), RTA_PAYLOAD(a) < sizeof(s) ? RTA_PAYLOAD(a) : sizeof(s));
		out->rx_dropped = s.rx_dropped;
		out->tx_dropped = s.tx_dropped;
		return 0;
	}
	return -EPROTO;
}

int
wf_ifstats_ask(unsigned ifindex, struct wf_ifstats *out)
{
	struct {
		struct nlmsghdr head;
		struct if_stats_msg stats;
	} ask = { .head = { .nlmsg_len = sizeof(ask),
			  .nlmsg_type = RTM_GETSTATS,
			  .nlmsg_flags = NLM_F_REQUEST },
		.stats = { .ifindex = ifindex,
			.filter_mask = IFLA_STATS_FILTER_BIT(IFLA_STATS_LINK_64) } };
	uint8_t answer[1024] __attribute__((aligned(8))) = { 0 };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	ssize_t n;

	out->backlog_dropped = backlog_dropped();
	if (fd < 0)
		return -errno;
	n = send(fd, &ask, sizeof(ask), 0) < 0 ? -1 : recv(fd, answer, sizeof(answer), 0);
	close(fd);
	return n < 0 ? -EIO : wf_ifstats_parse(answer, (size_t)n, out);
}

uint64_t
wf_ifstats_lost(const struct wf_ifstats *before, const struct wf_ifstats *now)
{
	uint64_t dropped = wf_ifstats_grown(now->rx_dropped, before->rx_dropped);
	uint64_t backlog = wf_ifstats_grown(now->backlog_dropped, before->backlog_dropped);

	return dropped < backlog ? dropped : backlog;
}
