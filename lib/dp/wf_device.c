/* SPDX-License-Identifier: BSD-3-Clause
 * Which driver takes a network interface that is given by its name: the first of a table that can.
 * Control thread.
 */
#include "wf_device.h"

#include <errno.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <rte_build_config.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "wf_devargs.h"
#include "wf_hostif.h"

/* A frame of net_af_xdp has to fit into a page beside its buffer's header. */
#define AF_XDP_MTU 3000

/* Each returns NULL if its driver can take the interface, else why it can't. */
static const char *
mlx_why_not(const struct wf_device_facts *f, const char *kernel_driver, bool installed)
{
	if (f->pci[0] == 0 || strcmp(f->kernel_driver, kernel_driver) != 0)
		return "";
	return installed ? NULL : "DPDK's own driver of this NIC is not installed";
}

static const char *
mlx5_why_not(const struct wf_device_facts *f)
{
	return mlx_why_not(f, "mlx5_core", f->mlx5);
}

static const char *
mlx4_why_not(const struct wf_device_facts *f)
{
	return mlx_why_not(f, "mlx4_core", f->mlx4);
}

static const char *
af_xdp_why_not(const struct wf_device_facts *f)
{
	if (!f->exists)
		return "";
	if (!f->af_xdp)
		return "AF_XDP is missing in DPDK or the kernel, or not permitted";
	if (f->most_mtu > AF_XDP_MTU)
		return "AF_XDP carries no MTU over 3000";
	if (f->n_workers > 1)
		return "AF_XDP has one queue here, hence one worker";
	if (f->queues != 1)
		return "AF_XDP would see one of the interface's queues only; `ethtool -L NAME "
		       "combined 1` leaves one";
	return NULL;
}

static const char *
packet_why_not(const struct wf_device_facts *f)
{
	return NULL; /* takes whatever has a name, and says itself what it lacks */
}

/* Best first. A NIC whose kernel driver shares it with DPDK goes by its address, and keeps its
 * name; one that is bound to vfio-pci has none any more. An empty reason is not worth a word. */
static const struct {
	const char *driver; /* NULL: the PCI address */
	const char *(*why_not)(const struct wf_device_facts *f);
} drivers[] = {
	{ NULL, mlx5_why_not },
	{ NULL, mlx4_why_not },
	{ "net_af_xdp", af_xdp_why_not },
	{ "packet", packet_why_not },
};

bool
wf_device_is_interface(const char *device)
{
	return device != NULL && *device != 0 && !wf_devargs_is_pci(device) &&
	       !wf_devargs_driver(device, "generator") && !wf_devargs_driver(device, "sink") &&
	       !wf_devargs_driver(device, "tester") && !wf_devargs_driver(device, "pcap") &&
	       strpbrk(device, ",/=: \t") == NULL && strncmp(device, "net_", 4) != 0 &&
	       strncmp(device, "eth_", 4) != 0;
}

char *
wf_device_choose(
	const char *ifname, const struct wf_device_facts *f, unsigned number, const char **why)
{
	char *out = NULL;
	size_t i = 0;
	int n;

	*why = NULL;
	for (;; i++) { /* the last one always can */
		const char *reason = drivers[i].why_not(f);

		if (reason == NULL)
			break;
		if (*reason != 0)
			*why = reason;
	}
	if (drivers[i].driver == NULL)
		n = asprintf(&out, "%s", f->pci);
	else
		n = asprintf(&out, "%s%u,iface=%s", drivers[i].driver, number, ifname);
	return n < 0 ? NULL : out;
}

/* Asks the interface's driver: 0 or -1. Not sysfs: that shows the namespace it was mounted in. */
static int
ask(int fd, const char *ifname, void *what)
{
	struct ifreq ifr = { .ifr_data = what };

	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", ifname);
	return ioctl(fd, SIOCETHTOOL, &ifr);
}

void
wf_device_look(const char *ifname, struct wf_device_facts *f)
{
	struct ethtool_channels channels = { .cmd = ETHTOOL_GCHANNELS };
	struct ethtool_drvinfo info = { .cmd = ETHTOOL_GDRVINFO };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	f->exists = strlen(ifname) < IFNAMSIZ && if_nametoindex(ifname) != 0;
	f->mtu = f->exists ? wf_hostif_mtu(ifname) : 0;
	f->queues = f->xdp_queues = 1;
	f->pci[0] = f->kernel_driver[0] = 0;
	if (fd >= 0 && f->exists && ask(fd, ifname, &channels) == 0) {
		f->queues = channels.rx_count + channels.combined_count;
		/* The driver (22.11) knows channels that receive and send; else it sees one. */
		if (channels.max_combined > 0)
			f->xdp_queues = channels.combined_count;
	}
	if (f->queues == 0) /* a driver without the notion has one */
		f->queues = 1;
	if (fd >= 0 && f->exists && ask(fd, ifname, &info) == 0) {
		snprintf(f->kernel_driver, sizeof(f->kernel_driver), "%.31s", info.driver);
		if (wf_devargs_is_pci(info.bus_info))
			snprintf(f->pci, sizeof(f->pci), "%.15s", info.bus_info);
	}
	if (fd >= 0)
		close(fd);
}

static bool
has_driver(const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), RTE_EAL_PMD_PATH "/librte_%s.so", name);
	return access(path, R_OK) == 0;
}

static bool
kernel_has_af_xdp(void)
{
	int fd = socket(AF_XDP, SOCK_RAW | SOCK_CLOEXEC, 0);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static uint32_t
port_mtu(const struct wf_conf_port *p)
{
	char ifname[64];

	if (p->mtu != 0)
		return p->mtu;
	if (wf_device_is_interface(p->device))
		return wf_hostif_mtu(p->device);
	if (wf_devargs_shares_hostif(p->device) &&
		wf_devargs_hostif(p->device, ifname, sizeof(ifname)))
		return wf_hostif_mtu(ifname);
	return 0;
}

/* "packet0": does another port have it? */
static bool
is_taken(const struct wf_conf *conf, const struct wf_conf_port *own, const char *device)
{
	size_t n = strcspn(device, ",");

	for (uint32_t i = 0; i < conf->n_ports; i++) {
		const char *d = conf->ports[i].device;

		if (&conf->ports[i] != own && strcspn(d, ",") == n && strncmp(d, device, n) == 0)
			return true;
	}
	return false;
}

static int
resolve(struct wf_conf *conf, struct wf_conf_port *p, struct wf_device_facts *f,
	struct wf_event_log *events)
{
	const char *why = NULL;
	char *device = NULL;

	wf_device_look(p->device, f);
	/* A PCI address that another port has stays, and is refused. */
	for (unsigned number = 0; number <= conf->n_ports; number++) {
		free(device);
		device = wf_device_choose(p->device, f, number, &why);
		if (device == NULL)
			return -ENOMEM;
		if (!is_taken(conf, p, device))
			break;
	}
	wf_event_say(events, WF_EVENT_port_device, p->name, "port %s: %s is taken by %s%s%s",
		p->name, p->device, device, why != NULL ? "; " : "", why != NULL ? why : "");
	free(p->device);
	p->device = device;
	return 0;
}

int
wf_device_resolve(struct wf_conf *conf, struct wf_event_log *events)
{
	struct wf_device_facts f = {
		.af_xdp = has_driver("net_af_xdp") && kernel_has_af_xdp(),
		.mlx4 = has_driver("net_mlx4"),
		.mlx5 = has_driver("net_mlx5"),
		.n_workers = conf->n_workers != 0 ? conf->n_workers : 1,
	};
	int rc = 0;

	for (uint32_t i = 0; i < conf->n_ports; i++) {
		uint32_t mtu = port_mtu(&conf->ports[i]);

		f.most_mtu = f.most_mtu > mtu ? f.most_mtu : mtu;
	}
	for (uint32_t i = 0; i < conf->n_ports && rc == 0; i++)
		if (wf_device_is_interface(conf->ports[i].device))
			rc = resolve(conf, &conf->ports[i], &f, events);
	return rc;
}
