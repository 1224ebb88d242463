/* SPDX-License-Identifier: BSD-3-Clause
 * Who needs this interface? Default routes from /proc/net/route and ipv6_route, the SSH session
 * from SSH_CONNECTION and from established connections to port 22. A bridge, bond or VLAN on top of
 * the interface counts as the interface. Control thread.
 */
#include "wf_hostguard.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <ifaddrs.h>
#include <inttypes.h>
#include <net/if.h>
#include <net/route.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SSH_PORT        22
#define TCP_ESTABLISHED 1
#define MAX_DEPTH       8 /* of interfaces on top of each other */

/* Does `top` stand on `ifname`, or is it itself? */
static bool
stands_on(const char *top, const char *ifname, int depth)
{
	char path[64 + IF_NAMESIZE];
	bool found = strcmp(top, ifname) == 0;
	DIR *d;

	if (found || depth == MAX_DEPTH)
		return found;
	snprintf(path, sizeof(path), "/sys/class/net/%s", top);
	d = opendir(path);
	for (struct dirent *e; d && !found && (e = readdir(d));)
		if (strncmp(e->d_name, "lower_", 6) == 0)
			found = stands_on(e->d_name + 6, ifname, depth + 1);
	if (d)
		closedir(d);
	return found;
}

static bool
default_route4(const char *ifname)
{
	FILE *f = fopen("/proc/net/route", "re");
	char line[512], name[IF_NAMESIZE];
	unsigned dst, flags, mask;
	bool found = false;

	while (f && !found && fgets(line, sizeof(line), f))
		found = sscanf(line, "%15s %x %*x %x %*d %*d %*d %x", name, &dst, &flags, &mask) ==
				4 &&
			dst == 0 && mask == 0 && (flags & RTF_UP) && !(flags & RTF_REJECT) &&
			stands_on(name, ifname, 0);
	if (f)
		fclose(f);
	return found;
}

static bool
default_route6(const char *ifname)
{
	FILE *f = fopen("/proc/net/ipv6_route", "re");
	char line[512], dst[33], name[IF_NAMESIZE];
	unsigned len, flags;
	bool found = false;

	while (f && !found && fgets(line, sizeof(line), f))
		found = sscanf(line, "%32s %x %*s %*x %*s %*x %*x %*x %x %15s", dst, &len, &flags,
				name) == 4 &&
			len == 0 && strspn(dst, "0") == 32 && (flags & RTF_UP) &&
			!(flags & RTF_REJECT) && stands_on(name, ifname, 0);
	if (f)
		fclose(f);
	return found;
}

/* An address as IPv6, IPv4 mapped. */
static bool
read_address(const char *text, struct in6_addr *out)
{
	char mapped[INET6_ADDRSTRLEN + 8];

	if (inet_pton(AF_INET6, text, out) == 1)
		return true;
	snprintf(mapped, sizeof(mapped), "::ffff:%.*s", INET_ADDRSTRLEN, text);
	return inet_pton(AF_INET6, mapped, out) == 1;
}

static bool
same_address(const struct sockaddr *sa, const struct in6_addr *a)
{
	if (!sa)
		return false;
	if (sa->sa_family == AF_INET6)
		return memcmp(&((const struct sockaddr_in6 *)(const void *)sa)->sin6_addr, a,
			       sizeof(*a)) == 0;
	return sa->sa_family == AF_INET && IN6_IS_ADDR_V4MAPPED(a) &&
	       memcmp(&((const struct sockaddr_in *)(const void *)sa)->sin_addr, &a->s6_addr[12],
		       4) == 0;
}

/* Is `a` an address of an interface that stands on `ifname`? */
static bool
address_on(const struct in6_addr *a, const char *ifname)
{
	struct ifaddrs *list;
	bool found = false;

	if (getifaddrs(&list) < 0)
		return false;
	for (struct ifaddrs *i = list; i && !found; i = i->ifa_next)
		found = same_address(i->ifa_addr, a) && stands_on(i->ifa_name, ifname, 0);
	freeifaddrs(list);
	return found;
}

static bool
our_ssh_session(const char *ifname)
{
	const char *env = getenv("SSH_CONNECTION");
	char local[INET6_ADDRSTRLEN];
	struct in6_addr a;

	/* client address, client port, server address, server port */
	return env && sscanf(env, "%*s %*s %45s", local) == 1 && read_address(local, &a) &&
	       address_on(&a, ifname);
}

/* An address as /proc/net/tcp writes it: 32-bit words in the CPU's order. */
static bool
read_proc_address(const char *hex, struct in6_addr *out)
{
	uint32_t word[4] = { 0, 0, htonl(0xffff), 0 };
	int n = (int)strlen(hex) / 8, first = n == 1 ? 3 : 0;

	if (n != 1 && n != 4)
		return false;
	for (int i = 0; i < n; i++)
		if (sscanf(hex + 8 * i, "%8" SCNx32, &word[first + i]) != 1)
			return false;
	memcpy(out, word, sizeof(*out));
	return true;
}

/* Somebody's established connection to port 22 of this machine. */
static bool
any_ssh_session(const char *proc_file, const char *ifname)
{
	FILE *f = fopen(proc_file, "re");
	char line[512], hex[33];
	unsigned port, state;
	struct in6_addr a;
	bool found = false;

	while (f && !found && fgets(line, sizeof(line), f))
		found = sscanf(line, " %*d: %32[0-9A-Fa-f]:%x %*[0-9A-Fa-f]:%*x %x", hex, &port,
				&state) == 3 &&
			port == SSH_PORT && state == TCP_ESTABLISHED &&
			read_proc_address(hex, &a) && address_on(&a, ifname);
	if (f)
		fclose(f);
	return found;
}

const char *
wf_hostguard_why_not(const char *ifname)
{
	if (default_route4(ifname) || default_route6(ifname))
		return "carries the default route";
	if (our_ssh_session(ifname) || any_ssh_session("/proc/net/tcp", ifname) ||
		any_ssh_session("/proc/net/tcp6", ifname))
		return "carries an SSH session";
	return NULL;
}

/* The first objection to any interface listed in a "net" directory. */
static const char *
why_not_in(const char *dir)
{
	DIR *d = opendir(dir);
	const char *why = NULL;

	for (struct dirent *e; d && !why && (e = readdir(d));)
		if (e->d_name[0] != '.')
			why = wf_hostguard_why_not(e->d_name);
	if (d)
		closedir(d);
	return why;
}

const char *
wf_hostguard_pci_why_not(const char *pci)
{
	char path[300], net[600];
	const char *why;
	DIR *d;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s%s", strlen(pci) <= 8 ? "0000:" : "",
		pci);
	snprintf(net, sizeof(net), "%s/net", path);
	why = why_not_in(net);
	/* virtio: one level further down. */
	d = opendir(path);
	for (struct dirent *e; d && !why && (e = readdir(d));) {
		if (strncmp(e->d_name, "virtio", 6) != 0)
			continue;
		snprintf(net, sizeof(net), "%s/%s/net", path, e->d_name);
		why = why_not_in(net);
	}
	if (d)
		closedir(d);
	return why;
}
