/* SPDX-License-Identifier: BSD-3-Clause
 * Time stamps of cards by ETHTOOL_GET_TS_INFO. Control thread.
 */
#include "wf_cardstamps.h"

#include <dirent.h>
#include <linux/ethtool.h>
#include <linux/net_tstamp.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum wf_cardstamps
wf_cardstamps_of(const struct ethtool_ts_info *info)
{
	if (!(info->so_timestamping & SOF_TIMESTAMPING_RX_HARDWARE))
		return WF_CARDSTAMPS_NONE;
	if (info->rx_filters & 1u << HWTSTAMP_FILTER_ALL)
		return WF_CARDSTAMPS_ALL;
	return info->rx_filters & ~(1u << HWTSTAMP_FILTER_NONE) ? WF_CARDSTAMPS_SOME
								: WF_CARDSTAMPS_NONE;
}

enum wf_cardstamps
wf_cardstamps_look(const char *ifname)
{
	struct ethtool_ts_info info = { .cmd = ETHTOOL_GET_TS_INFO };
	struct ifreq ifr = { .ifr_data = (char *)&info };
	int fd, ret;

	if (strlen(ifname) >= sizeof(ifr.ifr_name))
		return WF_CARDSTAMPS_UNKNOWN;
	strcpy(ifr.ifr_name, ifname);
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return WF_CARDSTAMPS_UNKNOWN;
	ret = ioctl(fd, SIOCETHTOOL, &ifr);
	close(fd);
	return ret < 0 ? WF_CARDSTAMPS_UNKNOWN : wf_cardstamps_of(&info);
}

enum wf_cardstamps
wf_cardstamps_look_pci(const char *address)
{
	enum wf_cardstamps found = WF_CARDSTAMPS_UNKNOWN;
	const struct dirent *e;
	char path[128];
	DIR *d;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s%.64s/net",
		strlen(address) < strlen("0000:00:00.0") ? "0000:" : "", address);
	d = opendir(path);
	if (d == NULL)
		return WF_CARDSTAMPS_UNKNOWN; /* DPDK has it, or another machine */
	while (found == WF_CARDSTAMPS_UNKNOWN && (e = readdir(d)) != NULL)
		if (e->d_name[0] != '.')
			found = wf_cardstamps_look(e->d_name);
	closedir(d);
	return found;
}
