/* SPDX-License-Identifier: BSD-3-Clause
 * Carrier of taps and of interfaces shared with the host. Control thread.
 */
#include "wf_carrier.h"

#include <errno.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "wf_fds.h"

#ifndef TUNSETCARRIER /* Linux 5.0 */
#define TUNSETCARRIER _IOW('T', 226, int)
#endif

/* A tap is not the host's own interface, so its name is only in the device string. */
static bool
tap_name(const char *device, char out[WF_DEV_NAME])
{
	return wf_devargs_driver(device, "net_tap") &&
	       wf_devargs_get(device, "iface", out, WF_DEV_NAME);
}

int
wf_carrier_check(const char *device, const struct wf_where *where, struct wf_err *err)
{
	char name[WF_DEV_NAME];

	if (wf_devargs_driver(device, "packet") || wf_devargs_driver(device, "net_af_packet") ||
		tap_name(device, name))
		return 0;
	wf_devargs_name(device, name);
	return wf_err_add(err, where,
		"Leave `carrier` out of the outage; it is for packet, net_af_packet, and "
		"net_tap with iface=NAME",
		"%s cannot show its host a pulled cable", name);
}

static int
set_tap(const char *ifname, bool up)
{
	int fd = wf_fds_tap(ifname), carrier = up;

	if (fd < 0)
		return fd;
	return ioctl(fd, TUNSETCARRIER, &carrier) < 0 ? -errno : 0;
}

static int
set_interface(const char *ifname, bool up)
{
	struct ifreq ifr = { 0 };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), ret;

	if (fd < 0)
		return -errno;
	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%.*s", IFNAMSIZ - 1, ifname);
	ret = ioctl(fd, SIOCGIFFLAGS, &ifr);
	ifr.ifr_flags = (short)(up ? ifr.ifr_flags | IFF_UP : ifr.ifr_flags & ~IFF_UP);
	if (ret == 0)
		ret = ioctl(fd, SIOCSIFFLAGS, &ifr);
	ret = ret < 0 ? -errno : 0;
	close(fd);
	return ret;
}

int
wf_carrier_set(const struct wf_port *p, bool up)
{
	char name[WF_DEV_NAME];

	return tap_name(p->devargs, name) ? set_tap(name, up) : set_interface(p->hostif, up);
}
