/* SPDX-License-Identifier: BSD-3-Clause
 * What we know of EAL's device strings and of the arguments that each driver takes. Control thread.
 */
#include "wf_devargs.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* net_af_packet: a ring frame holds the packet behind a header and sockaddr_ll, aligned (kernel,
 * Documentation/networking/packet_mmap.rst); 128 covers it and the reserve for a VLAN tag. */
#define AFP_FRAME_DEFAULT  2048
#define AFP_FRAME_OVERHEAD 128
#define AFP_FRAME_COUNT    2048 /* the driver's 512 are 3 ms of a gigabit: less than a stall */
#define PAGE               4096
/* Frames that can wait: in a tap (txqueuelen's default); in the driver's buffers for an AF_XDP
 * queue and between the ends of a veth; in libpcap's 2 MiB, of short frames. */
#define TAP_SLOTS  1000
#define XDP_SLOTS  (4096 + 256)
#define PCAP_SLOTS 32768
/* packet: a frame may become as long as a slot of the ring while it runs. */
#define PACKET_SLOT_DEFAULT 2048

void
wf_devargs_name(const char *device, char out[WF_DEV_NAME])
{
	snprintf(out, WF_DEV_NAME, "%.*s", (int)strcspn(device, ","), device);
}

bool
wf_devargs_is_pci(const char *device)
{
	unsigned domain, bus, dev, fn;
	char name[WF_DEV_NAME];
	int end = 0;

	wf_devargs_name(device, name);
	if (sscanf(name, "%4x:%2x:%2x.%1x%n", &domain, &bus, &dev, &fn, &end) == 4)
		return name[end] == '\0';
	end = 0;
	return sscanf(name, "%2x:%2x.%1x%n", &bus, &dev, &fn, &end) == 3 && name[end] == '\0';
}

bool
wf_devargs_driver(const char *device, const char *driver)
{
	size_t n = strlen(driver);

	if (strncmp(device, driver, n) != 0)
		return false;
	while (isdigit((unsigned char)device[n]))
		n++;
	return device[n] == '\0' || device[n] == ',';
}

bool
wf_devargs_get(const char *device, const char *key, char *out, size_t size)
{
	size_t n = strlen(key);

	for (const char *p = strchr(device, ','); p; p = strchr(p, ',')) {
		p++;
		if (strncmp(p, key, n) != 0 || p[n] != '=')
			continue;
		snprintf(out, size, "%.*s", (int)strcspn(p + n + 1, ","), p + n + 1);
		return true;
	}
	return false;
}

char *
wf_devargs_default(char *device, const char *key, uint64_t value)
{
	char old[32], *out = NULL;

	if (!device || wf_devargs_get(device, key, old, sizeof(old)))
		return device;
	if (asprintf(&out, "%s,%s=%" PRIu64, device, key, value) < 0)
		out = NULL;
	free(device);
	return out;
}

static const struct {
	const char *driver, *key;
	bool shares;
} hostif_keys[] = {
	{ "packet", "iface", true },
	{ "net_af_packet", "iface", true },
	{ "net_af_xdp", "iface", true },
	{ "net_pcap", "iface", false },
	{ "net_pcap", "rx_iface", false },
	{ "net_pcap", "tx_iface", false },
	{ "net_tap", "remote", false },
};

bool
wf_devargs_hostif(const char *device, char *out, size_t size)
{
	for (size_t i = 0; i < WF_ARRAY_SIZE(hostif_keys); i++)
		if (wf_devargs_driver(device, hostif_keys[i].driver) &&
			wf_devargs_get(device, hostif_keys[i].key, out, size))
			return true;
	return false;
}

bool
wf_devargs_shares_hostif(const char *device)
{
	for (size_t i = 0; i < WF_ARRAY_SIZE(hostif_keys); i++)
		if (wf_devargs_driver(device, hostif_keys[i].driver) && hostif_keys[i].shares)
			return true;
	return false;
}

/* The driver addresses ring frames as one array, so a block must be a whole number of frames, and
 * the kernel wants whole pages a block: a frame of whole pages, one a block, is always right. */
static char *
complete_af_packet(char *device, uint32_t n_queues, uint32_t mtu)
{
	uint32_t need = mtu + 22 + AFP_FRAME_OVERHEAD;
	char given[32];

	if (n_queues > 1)
		device = wf_devargs_default(device, "qpairs", n_queues);
	if (device && need > AFP_FRAME_DEFAULT &&
		!wf_devargs_get(device, "framesz", given, sizeof(given)) &&
		!wf_devargs_get(device, "blocksz", given, sizeof(given))) {
		need = (need + PAGE - 1) / PAGE * PAGE;
		device = wf_devargs_default(device, "blocksz", need);
		device = wf_devargs_default(device, "framesz", need);
	}
	return wf_devargs_default(device, "framecnt", AFP_FRAME_COUNT);
}

char *
wf_devargs_complete(const char *device, uint32_t n_queues, uint32_t mtu)
{
	char *out = strdup(device);

	if (out && wf_devargs_driver(device, "net_af_packet"))
		out = complete_af_packet(out, n_queues, mtu);
	else if (out && n_queues > 1 && wf_devargs_driver(device, "net_af_xdp"))
		out = wf_devargs_default(out, "queue_count", n_queues);
	return out;
}

uint32_t
wf_devargs_frame_room(const char *device)
{
	char text[32];

	if (wf_devargs_driver(device, "packet"))
		return wf_devargs_get(device, "slot", text, sizeof(text))
			       ? (uint32_t)strtoul(text, NULL, 10)
			       : PACKET_SLOT_DEFAULT;
	if (!wf_devargs_driver(device, "net_af_packet"))
		return 0;
	if (!wf_devargs_get(device, "framesz", text, sizeof(text)))
		return AFP_FRAME_DEFAULT;
	return (uint32_t)strtoul(text, NULL, 0);
}

uint32_t
wf_devargs_rx_slots(const char *device, uint32_t descriptors)
{
	char text[WF_DEV_NAME];

	if (wf_devargs_driver(device, "net_null"))
		return 0;
	if (wf_devargs_driver(device, "net_pcap"))
		return wf_devargs_get(device, "rx_pcap", text, sizeof(text)) ? 0 : PCAP_SLOTS;
	if (wf_devargs_driver(device, "net_tap"))
		return TAP_SLOTS;
	if (wf_devargs_driver(device, "net_af_xdp"))
		return XDP_SLOTS;
	if (wf_devargs_driver(device, "net_af_packet"))
		return wf_devargs_get(device, "framecnt", text, sizeof(text))
			       ? (uint32_t)strtoul(text, NULL, 0)
			       : AFP_FRAME_COUNT;
	return descriptors;
}

bool
wf_devargs_spreads(const char *device)
{
	static const char *const drivers[] = { "net_af_packet", "net_af_xdp", "net_pcap" };

	for (size_t i = 0; i < WF_ARRAY_SIZE(drivers); i++)
		if (wf_devargs_driver(device, drivers[i]))
			return true;
	return false;
}

const char *
wf_devargs_queue_hint(const char *device)
{
	if (wf_devargs_driver(device, "net_af_packet"))
		return "Give it qpairs=N with N workers, or leave qpairs out";
	if (wf_devargs_driver(device, "net_af_xdp"))
		return "An AF_XDP socket takes as many queues as the interface has channels "
		       "(queue_count=N after ethtool -L), a veth here one: use one worker";
	if (wf_devargs_driver(device, "net_pcap"))
		return "Give it one rx_pcap= and tx_pcap= for each worker, or use one worker";
	if (wf_devargs_driver(device, "net_ring"))
		return "A net_ring has one queue pair for each ring it is given: use one worker";
	return "Use fewer workers, or a device with more queues";
}

const char *
wf_devargs_start_hint(const char *device)
{
	if (wf_devargs_driver(device, "net_af_xdp"))
		return "Its frames must fit into a page with their buffer's header: no port may "
		       "have an `mtu` over 3000 beside it. The driver's own message stands before "
		       "this";
	return "The driver's own message, if any, stands before this";
}
