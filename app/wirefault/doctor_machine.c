/* SPDX-License-Identifier: BSD-3-Clause
 * What of this machine matters to wirefault.
 */
#include "doctor_machine.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "wf_cardstamps.h"
#include "wf_clock.h"
#include "wf_numa.h"

/* The first line of a file of the kernel; "" without one. */
static const char *
first_line(const char *path, char out[256])
{
	FILE *f = fopen(path, "r");

	out[0] = '\0';
	if (f != NULL) {
		if (fgets(out, 256, f) == NULL)
			out[0] = '\0';
		fclose(f);
	}
	out[strcspn(out, "\n")] = '\0';
	return out;
}

bool
wf_doctor_isolated(unsigned core)
{
	char text[256], *at = text;

	first_line("/sys/devices/system/cpu/isolated", text);
	while (*at != '\0') {
		unsigned long low = strtoul(at, &at, 10);
		unsigned long high = *at == '-' ? strtoul(at + 1, &at, 10) : low;

		if (core >= low && core <= high)
			return true;
		at += strcspn(at, ",");
		at += *at == ',';
	}
	return false;
}

static void
say_rights(struct wf_doctor_line *l)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = { 0 };
	const uint32_t want = 1u << CAP_NET_ADMIN | 1u << CAP_NET_RAW;
	bool has = syscall(SYS_capget, &head, data) == 0 && (data[0].effective & want) == want;

	l->what = "rights";
	snprintf(l->found, sizeof(l->found), "%s",
		has ? "may open network interfaces" : "may not open network interfaces");
	if (has)
		return;
	l->level = WF_DOCTOR_BAD;
	l->remedy = "Run it as root, or with CAP_NET_ADMIN and CAP_NET_RAW. check and offline need "
		    "neither.";
}

static void
say_clock(struct wf_doctor_line *l)
{
	struct wf_clock clock;

	l->what = "clock";
	if (wf_clock_init(&clock) == 0) {
		snprintf(l->found, sizeof(l->found), "constant TSC, %.0f MHz", clock.hz / 1e6);
		return;
	}
	snprintf(l->found, sizeof(l->found), "the TSC is not constant, or stops");
	l->level = WF_DOCTOR_BAD;
	l->remedy = "Use another machine, or let the hypervisor show an invariant TSC.";
}

static unsigned long
meminfo(const char *key)
{
	FILE *f = fopen("/proc/meminfo", "r");
	char line[128];
	unsigned long value = 0;

	while (f != NULL && fgets(line, sizeof(line), f) != NULL)
		if (strncmp(line, key, strlen(key)) == 0 && line[strlen(key)] == ':')
			value = strtoul(line + strlen(key) + 1, NULL, 10);
	if (f != NULL)
		fclose(f);
	return value;
}

static void
say_hugepages(struct wf_doctor_line *l)
{
	unsigned long pages = meminfo("HugePages_Free"), kb = meminfo("Hugepagesize");

	l->what = "hugepages";
	snprintf(l->found, sizeof(l->found), "%lu free, %lu MiB", pages, pages * kb / 1024);
	if (pages * kb >= 512 * 1024)
		return;
	l->level = WF_DOCTOR_FAIR;
	l->remedy = "echo 512 > /proc/sys/vm/nr_hugepages: without them a packet costs up to twice "
		    "as much.";
}

static void
say_isolation(struct wf_doctor_line *l)
{
	char isolated[256], ticks[256];

	first_line("/sys/devices/system/cpu/isolated", isolated);
	first_line("/sys/devices/system/cpu/nohz_full", ticks);
	if (strchr(ticks, '(') != NULL)
		ticks[0] = '\0'; /* "(null)": some kernels */
	l->what = "isolated_cores";
	snprintf(l->found, sizeof(l->found), "%.60s, without ticks: %.60s",
		isolated[0] != '\0' ? isolated : "none", ticks[0] != '\0' ? ticks : "none");
	if (isolated[0] != '\0')
		return;
	l->level = WF_DOCTOR_FAIR;
	l->remedy = "isolcpus=N nohz_full=N rcu_nocbs=N on the kernel's command line, and workers "
		    "= [ N ].";
}

static void
say_governor(struct wf_doctor_line *l)
{
	char governor[256];

	l->what = "frequency";
	first_line("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", governor);
	snprintf(l->found, sizeof(l->found), "%.60s",
		governor[0] != '\0' ? governor : "not the kernel's to choose");
	if (governor[0] == '\0' || strcmp(governor, "performance") == 0)
		return;
	l->level = WF_DOCTOR_FAIR;
	l->remedy = "cpupower frequency-set -g performance: a core that changes its speed is late "
		    "when it wakes.";
}

/* Hyperthreads of the machine share a core's units. */
static void
say_threads(struct wf_doctor_line *l)
{
	char active[256];

	l->what = "hyperthreads";
	first_line("/sys/devices/system/cpu/smt/active", active);
	snprintf(l->found, sizeof(l->found), "%s",
		strcmp(active, "1") == 0 ? "two a core" : "one a core");
	if (strcmp(active, "1") != 0)
		return;
	l->level = WF_DOCTOR_FAIR;
	l->remedy = "Leave the other thread of a worker's core idle: "
		    "/sys/devices/system/cpu/cpuN/topology/"
		    "thread_siblings_list names it.";
}

static bool
opens(int domain, int type, int protocol)
{
	int fd = socket(domain, type, protocol);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static void
say_drivers(struct wf_doctor_line *l)
{
	int tun = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
	bool xdp = opens(AF_XDP, SOCK_RAW, 0), packet = opens(AF_PACKET, SOCK_RAW, 0);

	if (tun >= 0)
		close(tun);
	l->what = "kernel_ports";
	snprintf(l->found, sizeof(l->found), "AF_XDP %s, AF_PACKET %s, TAP %s", xdp ? "yes" : "no",
		packet ? "yes" : "no", tun >= 0 ? "yes" : "no");
	if (xdp && packet && tun >= 0)
		return;
	l->level = WF_DOCTOR_FAIR;
	l->remedy = "What is missing takes rights, or a kernel that has it (CONFIG_XDP_SOCKETS, "
		    "CONFIG_PACKET, "
		    "CONFIG_TUN).";
}

static void
say_sockets(struct wf_doctor_line *l)
{
	l->what = "sockets";
	if (wf_numa_text("/sys", l->found, sizeof(l->found)) < 2)
		return;
	l->level = WF_DOCTOR_FAIR;
	l->remedy =
		"Take workers' cores from the socket of the ports: packets that cross cost more. "
		"`wirefault check` names those of a configuration that do.";
}

/* Which interfaces have cards that say when each frame came. */
static void
say_stamps(struct wf_doctor_line *l)
{
	struct if_nameindex *all = if_nameindex();
	char names[128] = "";

	for (const struct if_nameindex *i = all; i != NULL && i->if_index != 0; i++) {
		size_t n = strlen(names);

		if (wf_cardstamps_look(i->if_name) == WF_CARDSTAMPS_ALL)
			snprintf(names + n, sizeof(names) - n, "%s%s", n > 0 ? ", " : "",
				i->if_name);
	}
	if (all != NULL)
		if_freenameindex(all);
	l->what = "hardware_stamps";
	snprintf(l->found, sizeof(l->found), "%s%s",
		names[0] != '\0' ? "of all that is received: "
				 : "no interface of the kernel has any",
		names);
	if (names[0] != '\0')
		return;
	l->level = WF_DOCTOR_FAIR;
	l->remedy =
		"Packet ports have the kernel's stamps. On others what a frame waited before it "
		"was found is known as an upper bound only.";
}

uint32_t
wf_doctor_machine(struct wf_doctor_line out[WF_DOCTOR_LINES])
{
	static void (*const say[])(struct wf_doctor_line *) = { say_rights, say_clock,
		say_hugepages, say_isolation, say_governor, say_threads, say_sockets, say_drivers,
		say_stamps };

	static_assert(WF_ARRAY_SIZE(say) <= WF_DOCTOR_LINES, "room for each");
	for (size_t i = 0; i < WF_ARRAY_SIZE(say); i++) {
		out[i] = (struct wf_doctor_line){ 0 };
		say[i](&out[i]);
	}
	return WF_ARRAY_SIZE(say);
}
