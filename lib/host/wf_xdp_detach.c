/* SPDX-License-Identifier: BSD-3-Clause
 * XDP programs of an interface, by rtnetlink. Control thread.
 */
#include "wf_xdp_detach.h"

#include <errno.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct question {
	struct nlmsghdr head;
	struct ifinfomsg link;
	/* To detach: IFLA_XDP { IFLA_XDP_FD: -1 }. */
	struct rtattr xdp;
	struct rtattr fd;
	int32_t none;
};

/* The kernel's answer, of at most `room` bytes. Its length, or -errno. */
static int
ask(const struct question *q, void *answer, size_t room)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	ssize_t n = -1;

	if (fd >= 0 && send(fd, q, q->head.nlmsg_len, 0) >= 0)
		n = recv(fd, answer, room, 0);
	n = n < 0 ? -errno : n;
	if (fd >= 0)
		close(fd);
	return (int)n;
}

bool
wf_xdp_attached(unsigned ifindex)
{
	struct question q = { .head = { .nlmsg_len = NLMSG_LENGTH(sizeof(struct ifinfomsg)),
				      .nlmsg_type = RTM_GETLINK,
				      .nlmsg_flags = NLM_F_REQUEST },
		.link = { .ifi_index = (int)ifindex } };
	uint8_t answer[8192] __attribute__((aligned(8)));
	int n = ask(&q, answer, sizeof(answer));
	struct nlmsghdr *head = (struct nlmsghdr *)answer;

	if (n < 0 || !NLMSG_OK(head, (unsigned)n) || head->nlmsg_type != RTM_NEWLINK)
		return false;
	n = (int)IFLA_PAYLOAD(head);
	for (struct rtattr *a = IFLA_RTA(NLMSG_DATA(head)); RTA_OK(a, n); a = RTA_NEXT(a, n)) {
		int left = (int)RTA_PAYLOAD(a);

		if ((a->rta_type & NLA_TYPE_MASK) != IFLA_XDP)
			continue;
		for (struct rtattr *x = RTA_DATA(a); RTA_OK(x, left); x = RTA_NEXT(x, left))
			if (x->rta_type == IFLA_XDP_ATTACHED)
				return *(uint8_t *)RTA_DATA(x) != XDP_ATTACHED_NONE;
	}
	return false;
}

int
wf_xdp_detach(unsigned ifindex)
{
	struct question q = { .head = { .nlmsg_len = sizeof(q),
				      .nlmsg_type = RTM_SETLINK,
				      .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK },
		.link = { .ifi_index = (int)ifindex },
		.xdp = { .rta_len = sizeof(q.xdp) + sizeof(q.fd) + sizeof(q.none),
			.rta_type = IFLA_XDP | NLA_F_NESTED },
		.fd = { .rta_len = sizeof(q.fd) + sizeof(q.none), .rta_type = IFLA_XDP_FD },
		.none = -1 };
	struct {
		struct nlmsghdr head;
		struct nlmsgerr error;
	} answer;
	int n = ask(&q, &answer, sizeof(answer));

	if (n < (int)sizeof(answer) || answer.head.nlmsg_type != NLMSG_ERROR)
		return n < 0 ? n : -EIO;
	return answer.error.error;
}
