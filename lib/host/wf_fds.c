/* SPDX-License-Identifier: BSD-3-Clause
 * Descriptors by /proc/self/fd: sockets answer for their family, taps for their name and network
 * namespace.
 */
#include "wf_fds.h"

#include <dirent.h>
#include <errno.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef TUNGETDEVNETNS /* Linux 5.2 */
#define TUNGETDEVNETNS _IO('T', 227)
#endif

/* The next descriptor of the directory; -1: no more. */
static int
next_fd(DIR *fds)
{
	const struct dirent *entry;

	while ((entry = readdir(fds)) != NULL)
		if (entry->d_name[0] != '.')
			return atoi(entry->d_name);
	return -1;
}

int
wf_fds_sockets(int family, int *fd, uint32_t n)
{
	DIR *fds = opendir("/proc/self/fd");
	int found = 0, of, at;

	if (!fds)
		return -errno;
	while ((at = next_fd(fds)) >= 0) {
		socklen_t size = sizeof(of);

		if (getsockopt(at, SOL_SOCKET, SO_DOMAIN, &of, &size) < 0 || of != family)
			continue;
		if ((uint32_t)found < n)
			fd[found] = at;
		found++;
	}
	closedir(fds);
	return found;
}

static bool
tap_name(int fd, char ifname[IFNAMSIZ])
{
	char path[64], target[32];
	struct ifreq ifr = { 0 };
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	n = readlink(path, target, sizeof(target) - 1);
	if (n < 0)
		return false;
	target[n] = '\0';
	if (strcmp(target, "/dev/net/tun") != 0 || ioctl(fd, TUNGETIFF, &ifr) < 0)
		return false;
	snprintf(ifname, IFNAMSIZ, "%.*s", IFNAMSIZ - 1, ifr.ifr_name);
	return true;
}

int
wf_fds_tap(const char *ifname)
{
	DIR *fds = opendir("/proc/self/fd");
	char name[IFNAMSIZ];
	int ret = -ENODEV, fd;

	if (!fds)
		return -errno;
	while (ret == -ENODEV && (fd = next_fd(fds)) >= 0)
		if (tap_name(fd, name) && strcmp(name, ifname) == 0)
			ret = fd;
	closedir(fds);
	return ret;
}

int
wf_fds_tap_place(int fd, char ifname[IFNAMSIZ], struct wf_netns *netns, int *netns_fd)
{
	struct stat own, its;

	if (!tap_name(fd, ifname))
		return -ENODEV;
	*netns_fd = ioctl(fd, TUNGETDEVNETNS);
	if (*netns_fd < 0)
		return -errno;
	if (fstat(*netns_fd, &its) < 0 || stat("/proc/thread-self/ns/net", &own) < 0) {
		int ret = -errno;

		close(*netns_fd);
		return ret;
	}
	*netns = (struct wf_netns){ .dev = its.st_dev, .ino = its.st_ino };
	if (own.st_dev != its.st_dev || own.st_ino != its.st_ino)
		snprintf(netns->path, sizeof(netns->path), "/proc/self/fd/%d", *netns_fd);
	return 0;
}
