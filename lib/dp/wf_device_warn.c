/* SPDX-License-Identifier: BSD-3-Clause
 * What `run` would stumble over on this machine, found without taking anything. Control thread.
 */
#include <net/if.h>
#include <string.h>
#include <unistd.h>

#include "wf_cores.h"
#include "wf_devargs.h"
#include "wf_device.h"
#include "wf_hostguard.h"
#include "wf_hostif.h"
#include "wf_numa.h"

#define LONGEST (IFNAMSIZ - 1)

/* The interface that a port takes, or makes (net_tap's iface). false: none. */
static bool
interface_of(const struct wf_conf_port *p, char *out, size_t size, bool *makes)
{
	*makes = false;
	if (wf_devargs_hostif(p->device, out, size))
		return true;
	*makes = wf_devargs_driver(p->device, "net_tap") &&
		 wf_devargs_get(p->device, "iface", out, size);
	return *makes;
}

static struct wf_where
where_of(const struct wf_conf *conf, const struct wf_conf_port *p, char path[96])
{
	snprintf(path, 96, "ports.%s", p->name);
	return (struct wf_where){ p->where.file != NULL ? p->where.file : conf->file, p->where.line,
		path };
}

static void
warn_interface(const struct wf_conf *conf, const struct wf_conf_port *p, struct wf_err *warnings)
{
	char ifname[128], path[96];
	struct wf_where where = where_of(conf, p, path);
	const char *why;
	bool makes;

	if (!interface_of(p, ifname, sizeof(ifname), &makes))
		return;
	if (strlen(ifname) > LONGEST) {
		wf_err_add(warnings, &where, "Rename it: `ip link set dev OLD name NEW`",
			"\"%s\" is longer than the %d characters that Linux allows an interface",
			ifname, LONGEST);
		return;
	}
	if (makes)
		return;
	why = wf_hostguard_why_not(ifname);
	if (if_nametoindex(ifname) == 0)
		wf_err_add(warnings, &where,
			"Fine if `run` is for another machine; `ip link` lists the interfaces",
			"this machine has no network interface %s", ifname);
	else if (why != NULL)
		wf_err_add(
			warnings, &where, "`run` takes it only with --force", "%s %s", ifname, why);
}

static void
warn_pci(const struct wf_conf *conf, const struct wf_conf_port *p, struct wf_err *warnings)
{
	char name[WF_DEV_NAME], path[96], sys[128];
	struct wf_where where = where_of(conf, p, path);

	if (!wf_devargs_is_pci(p->device))
		return;
	wf_devargs_name(p->device, name);
	snprintf(sys, sizeof(sys), "/sys/bus/pci/devices/%s%s",
		strlen(name) < strlen("0000:00:00.0") ? "0000:" : "", name);
	if (access(sys, F_OK) != 0)
		wf_err_add(warnings, &where,
			"Fine if `run` is for another machine; `lspci -D` lists the devices",
			"this machine has no PCI device %s", name);
}

static void
warn_twice(const struct wf_conf *conf, const struct wf_conf_port *p, struct wf_err *warnings)
{
	char own[128], other[128], path[96];
	struct wf_where where = where_of(conf, p, path);
	bool makes;

	if (!interface_of(p, own, sizeof(own), &makes))
		return;
	for (const struct wf_conf_port *q = conf->ports; q < p; q++)
		if (interface_of(q, other, sizeof(other), &makes) && strcmp(own, other) == 0)
			wf_err_add(warnings, &where, "Give each port an interface of its own",
				"port \"%s\" takes the interface %s, too", q->name, own);
}

/* 0: not known here. */
static uint32_t
mtu_of(const struct wf_conf_port *p)
{
	char ifname[128];

	if (p->mtu != 0)
		return p->mtu;
	if (wf_devargs_shares_hostif(p->device) &&
		wf_devargs_hostif(p->device, ifname, sizeof(ifname)))
		return wf_hostif_mtu(ifname);
	return 0;
}

static void
warn_mtus(const struct wf_conf *conf, const struct wf_conf_link *l, struct wf_err *warnings)
{
	const struct wf_conf_port *a = &conf->ports[l->port[0]], *b = &conf->ports[l->port[1]];
	uint32_t mtu_a = mtu_of(a), mtu_b = mtu_of(b);
	struct wf_where where = l->where;
	char path[96];

	snprintf(path, sizeof(path), "links.%s", l->name);
	where.path = path;
	if (mtu_a != 0 && mtu_b != 0 && mtu_a != mtu_b)
		wf_err_add(warnings, &where,
			"Longer frames can't leave through the smaller one: give both ports the "
			"same `mtu`",
			"port \"%s\" has an MTU of %u, port \"%s\" of %u", a->name, mtu_a, b->name,
			mtu_b);
}

const char *
wf_device_blind(const char *device)
{
	static const struct {
		const char *driver, *what;
	} blind[] = {
		{ "net_af_packet",
			"how long a packet waited in its ring is known as an upper bound only, "
			"fragments of IPv4 are put together, every VLAN tag becomes 0x8100; packet "
			"ports have none of that" },
		{ "net_af_xdp",
			"how long a packet waited in its ring is known as an upper bound only, and "
			"what a card drops in zero-copy mode is not counted; packet ports see "
			"both" },
		{ "net_tap", "how long a packet waited in its queue is known as an upper bound "
			     "only" },
		{ "net_pcap", "what the kernel drops of a live interface is not counted" },
	};

	for (size_t i = 0; i < WF_ARRAY_SIZE(blind); i++)
		if (wf_devargs_driver(device, blind[i].driver))
			return blind[i].what;
	return NULL;
}

void
wf_device_warn(const struct wf_conf *conf, struct wf_err *warnings)
{
	for (uint32_t i = 0; i < conf->n_ports; i++) {
		warn_interface(conf, &conf->ports[i], warnings);
		warn_pci(conf, &conf->ports[i], warnings);
		warn_twice(conf, &conf->ports[i], warnings);
	}
	wf_numa_warn("/sys", conf, wf_cores_default(), warnings);
	for (uint32_t i = 0; i < conf->n_links; i++)
		warn_mtus(conf, &conf->links[i], warnings);
}
