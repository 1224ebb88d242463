/* SPDX-License-Identifier: BSD-3-Clause
 * Finding a veth's peer by rtnetlink: IFLA_LINK is its index, IFLA_LINK_NETNSID names its namespace
 * by a number, and RTM_GETNSID tells the number of each namespace that we can open. (Index numbers
 * alone repeat from namespace to namespace and could point at somebody else's interface.)
 */
#include "wf_veth.h"
#include "wf_rights.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/net_namespace.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define REPLY_BYTES 32768

struct request {
	struct nlmsghdr head;
	union {
		struct ifinfomsg link;
		struct rtgenmsg gen;
	};
	uint8_t attr[64];
};

/* Sends one request and receives its one answer into `reply`. 0 or -errno. */
static int
ask(struct request *q, uint8_t *reply)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	const struct nlmsghdr *answer = (const struct nlmsghdr *)reply;
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE), ret = 0;
	ssize_t n = 0;

	if (fd < 0)
		return -errno;
	q->head.nlmsg_flags = NLM_F_REQUEST;
	if (sendto(fd, q, q->head.nlmsg_len, 0, (struct sockaddr *)&kernel, sizeof(kernel)) < 0)
		ret = -errno;
	n = ret == 0 ? recv(fd, reply, REPLY_BYTES, 0) : -1;
	if (ret == 0 && n < 0)
		ret = -errno;
	close(fd);
	if (ret < 0)
		return ret;
	if (!NLMSG_OK(answer, (size_t)n))
		return -EPROTO;
	if (answer->nlmsg_type == NLMSG_ERROR)
		return ((struct nlmsgerr *)NLMSG_DATA(answer))->error;
	return 0;
}

static void
add_attr(struct request *q, uint16_t type, const void *data, uint16_t len)
{
	struct rtattr *a = (struct rtattr *)((uint8_t *)q + NLMSG_ALIGN(q->head.nlmsg_len));

	a->rta_type = type;
	a->rta_len = (uint16_t)RTA_LENGTH(len);
	memcpy(RTA_DATA(a), data, len);
	q->head.nlmsg_len = NLMSG_ALIGN(q->head.nlmsg_len) + (uint32_t)RTA_ALIGN(a->rta_len);
}

struct link_info {
	bool veth;
	int peer_ifindex;
	bool other_netns;
	int netnsid;
};

static bool
is_veth(const struct rtattr *info)
{
	int len = (int)RTA_PAYLOAD(info);

	for (const struct rtattr *a = RTA_DATA(info); RTA_OK(a, len); a = RTA_NEXT(a, len))
		if (a->rta_type == IFLA_INFO_KIND)
			return strncmp(RTA_DATA(a), "veth", RTA_PAYLOAD(a)) == 0;
	return false;
}

static int
get_link(unsigned ifindex, struct link_info *out)
{
	struct request q = { .head = { .nlmsg_len = NLMSG_LENGTH(sizeof(struct ifinfomsg)),
				     .nlmsg_type = RTM_GETLINK },
		.link = { .ifi_index = (int)ifindex } };
	uint8_t reply[REPLY_BYTES] __attribute__((aligned(8))) = { 0 };
	struct nlmsghdr *answer = (struct nlmsghdr *)reply;
	int ret = ask(&q, reply), len;

	*out = (struct link_info){ 0 };
	if (ret < 0)
		return ret;
	len = (int)answer->nlmsg_len - (int)NLMSG_LENGTH(sizeof(struct ifinfomsg));
	for (struct rtattr *a = IFLA_RTA(NLMSG_DATA(answer)); RTA_OK(a, len);
		a = RTA_NEXT(a, len)) {
		if (a->rta_type == IFLA_LINK) {
			memcpy(&out->peer_ifindex, RTA_DATA(a), sizeof(int));
		} else if (a->rta_type == IFLA_LINK_NETNSID) {
			out->other_netns = true;
			memcpy(&out->netnsid, RTA_DATA(a), sizeof(int));
		} else if (a->rta_type == IFLA_LINKINFO) {
			out->veth = is_veth(a);
		}
	}
	return 0;
}

/* Number by which our namespace knows the one behind `fd`; negative: none. */
static int
get_netnsid(int fd)
{
	struct request q = { .head = { .nlmsg_len = NLMSG_LENGTH(sizeof(struct rtgenmsg)),
				     .nlmsg_type = RTM_GETNSID },
		.gen = { .rtgen_family = AF_UNSPEC } };
	uint8_t reply[REPLY_BYTES] __attribute__((aligned(8))) = { 0 };
	struct nlmsghdr *answer = (struct nlmsghdr *)reply;
	int id = -1, len;

	add_attr(&q, NETNSA_FD, &fd, sizeof(fd));
	if (ask(&q, reply) < 0)
		return -1;
	len = (int)answer->nlmsg_len - (int)NLMSG_SPACE(sizeof(struct rtgenmsg));
	for (struct rtattr *a = (struct rtattr *)((uint8_t *)NLMSG_DATA(answer) +
						  NLMSG_ALIGN(sizeof(struct rtgenmsg)));
		len > 0 && RTA_OK(a, len); a = RTA_NEXT(a, len))
		if (a->rta_type == NETNSA_NSID)
			memcpy(&id, RTA_DATA(a), sizeof(id));
	return id;
}

/* Is `path` the namespace of this number? Then fills *out. */
static bool
try_netns(const char *path, int netnsid, struct wf_netns *out)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	bool found;

	if (fd < 0)
		return false;
	found = get_netnsid(fd) == netnsid && fstat(fd, &st) == 0;
	close(fd);
	if (!found)
		return false;
	snprintf(out->path, sizeof(out->path), "%s", path);
	out->dev = st.st_dev;
	out->ino = st.st_ino;
	return true;
}

/* Every entry of `dir`, as path "dir/entry/rest". */
static bool
search_netns(const char *dir, const char *rest, int netnsid, struct wf_netns *out)
{
	DIR *d = opendir(dir);
	bool found = false;
	char path[300];

	for (struct dirent *e; d && !found && (e = readdir(d));) {
		if (e->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%.255s%s", dir, e->d_name, rest);
		found = try_netns(path, netnsid, out);
	}
	if (d)
		closedir(d);
	return found;
}

int
wf_veth_find_peer(const char *ifname, struct wf_veth_peer *out)
{
	struct link_info info;
	unsigned ifindex = if_nametoindex(ifname);
	int ret;

	if (ifindex == 0)
		return -errno;
	ret = get_link(ifindex, &info);
	if (ret < 0)
		return ret;
	memset(out, 0, sizeof(*out));
	if (!info.veth || info.peer_ifindex == 0)
		return 0;
	out->ifindex = info.peer_ifindex;
	if (!info.other_netns)
		return 1;
	/* Named namespaces first, then those of processes (containers, and the machine's own). */
	if (search_netns("/run/netns", "", info.netnsid, &out->netns) ||
		search_netns("/proc", "/ns/net", info.netnsid, &out->netns))
		return 1;
	return -ENOENT;
}

struct errand {
	int fd;
	int (*fn)(void *arg);
	void *arg;
	int ret;
};

static void *
run_errand(void *arg)
{
	struct errand *e = arg;

	/* Of this thread only, which ends right after. */
	e->ret = setns(e->fd, CLONE_NEWNET) < 0 ? -errno : e->fn(e->arg);
	return NULL;
}

void
wf_netns_own(struct wf_netns *out)
{
	struct stat st;

	memset(out, 0, sizeof(*out));
	if (stat("/proc/self/ns/net", &st) == 0) {
		out->dev = st.st_dev;
		out->ino = st.st_ino;
	}
}

uint64_t
wf_netns_rights(const struct wf_netns *netns)
{
	if (netns->path[0] == '\0')
		return 0;
	/* A namespace without a name is that of a process. */
	return WF_RIGHT_ADMIN | (strncmp(netns->path, "/proc/", 6) == 0 ? WF_RIGHT_PTRACE : 0);
}

int
wf_netns_run(const struct wf_netns *netns, int (*fn)(void *arg), void *arg)
{
	struct errand e = { .fn = fn, .arg = arg };
	struct stat st;
	pthread_t id;
	int ret;

	if (netns->path[0] == '\0')
		return fn(arg);
	e.fd = open(netns->path, O_RDONLY | O_CLOEXEC);
	if (e.fd < 0)
		return -ENOENT;
	if (fstat(e.fd, &st) < 0 || st.st_dev != netns->dev || st.st_ino != netns->ino) {
		close(e.fd);
		return -ENOENT;
	}
	ret = -pthread_create(&id, NULL, run_errand, &e);
	if (ret == 0) {
		pthread_join(id, NULL);
		ret = e.ret;
	}
	close(e.fd);
	return ret;
}
