/* SPDX-License-Identifier: BSD-3-Clause
 * Sockets, as the kernel tells in sysfs. Control thread.
 */
#include "wf_numa.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wf_devargs.h"

#define NODES 64

int
wf_numa_of_core(const char *sysfs, unsigned core)
{
	char path[256];
	struct dirent *e;
	int node = WF_NUMA_UNKNOWN;
	DIR *dir;

	snprintf(path, sizeof(path), "%s/devices/system/cpu/cpu%u", sysfs, core);
	dir = opendir(path);
	while (dir != NULL && node < 0 && (e = readdir(dir)) != NULL) {
		char *end;
		long n;

		if (strncmp(e->d_name, "node", 4) != 0)
			continue;
		n = strtol(e->d_name + 4, &end, 10);
		if (end != e->d_name + 4 && *end == 0 && n >= 0 && n < NODES)
			node = (int)n;
	}
	if (dir != NULL)
		closedir(dir);
	return node;
}

/* The kernel writes -1 where firmware does not say. */
static int
node_in(const char *path)
{
	FILE *f = fopen(path, "re");
	int node = WF_NUMA_UNKNOWN;

	if (f != NULL) {
		if (fscanf(f, "%d", &node) != 1 || node < 0 || node >= NODES)
			node = WF_NUMA_UNKNOWN;
		fclose(f);
	}
	return node;
}

int
wf_numa_of_interface(const char *sysfs, const char *ifname)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/class/net/%.64s/device/numa_node", sysfs, ifname);
	return node_in(path);
}

int
wf_numa_of_pci(const char *sysfs, const char *address)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/bus/pci/devices/%s%.64s/numa_node", sysfs,
		strlen(address) < strlen("0000:00:00.0") ? "0000:" : "", address);
	return node_in(path);
}

/* Appends to a text of limited size. */
static void
append(char *out, size_t size, const char *text)
{
	size_t n = strlen(out);

	snprintf(out + n, size - n, "%s", text);
}

/* Interfaces of the host that are on the socket. */
static void
append_interfaces(const char *sysfs, int node, char *out, size_t size)
{
	char path[512];
	struct dirent **names;
	int n;

	snprintf(path, sizeof(path), "%s/class/net", sysfs);
	n = scandir(path, &names, NULL, alphasort);
	for (int i = 0; i < n; i++) {
		if (names[i]->d_name[0] != '.' &&
			wf_numa_of_interface(sysfs, names[i]->d_name) == node) {
			append(out, size, ", ");
			append(out, size, names[i]->d_name);
		}
		free(names[i]);
	}
	if (n >= 0)
		free(names);
}

uint32_t
wf_numa_text(const char *sysfs, char *out, size_t size)
{
	uint32_t n = 0;

	out[0] = 0;
	for (int node = 0; node < NODES; node++) {
		char path[512], cores[64] = "", head[96];
		FILE *f;

		snprintf(path, sizeof(path), "%s/devices/system/node/node%d/cpulist", sysfs, node);
		f = fopen(path, "re");
		if (f == NULL)
			continue;
		if (fscanf(f, "%63s", cores) != 1)
			cores[0] = 0; /* memory without cores */
		fclose(f);
		snprintf(head, sizeof(head), "%s%d: %s%s", n > 0 ? "; " : "", node,
			cores[0] != 0 ? "cores " : "no cores", cores);
		append(out, size, head);
		append_interfaces(sysfs, node, out, size);
		n++;
	}
	if (n == 0)
		snprintf(out, size, "one, as far as the kernel says");
	return n > 0 ? n : 1;
}

int
wf_numa_most(const int *socket, uint32_t n)
{
	uint32_t count[NODES] = { 0 };
	int best = WF_NUMA_UNKNOWN;

	for (uint32_t i = 0; i < n; i++)
		if (socket[i] >= 0 && socket[i] < NODES)
			count[socket[i]]++;
	for (int s = 0; s < NODES; s++)
		if (count[s] > 0 && (best < 0 || count[s] > count[best]))
			best = s;
	return best;
}

static int
of_port(const char *sysfs, const struct wf_conf_port *p)
{
	char name[128];

	if (wf_devargs_is_pci(p->device)) {
		wf_devargs_name(p->device, name);
		return wf_numa_of_pci(sysfs, name);
	}
	if (wf_devargs_hostif(p->device, name, sizeof(name)))
		return wf_numa_of_interface(sysfs, name);
	return WF_NUMA_UNKNOWN;
}

void
wf_numa_warn(const char *sysfs, const struct wf_conf *conf, unsigned default_core,
	struct wf_err *warnings)
{
	uint32_t n_workers = conf->n_workers ? conf->n_workers : 1;

	for (uint32_t i = 0; i < conf->n_ports; i++) {
		const struct wf_conf_port *p = &conf->ports[i];
		int port = of_port(sysfs, p);
		char path[96];
		struct wf_where where = { p->where.file ? p->where.file : conf->file, p->where.line,
			path };

		snprintf(path, sizeof(path), "ports.%s", p->name);
		for (uint32_t w = 0; w < n_workers && port >= 0; w++) {
			unsigned core = conf->n_workers ? conf->workers[w] : default_core;
			int own = wf_numa_of_core(sysfs, core);

			if (own < 0 || own == port)
				continue;
			wf_err_add(warnings, &where,
				"Name cores of that socket in `workers`: `lscpu -e=CPU,NODE` "
				"lists them",
				"it is on socket %d, the worker on core %u on socket %d: every "
				"packet crosses between them",
				port, core, own);
			break;
		}
	}
}
