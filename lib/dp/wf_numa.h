/* SPDX-License-Identifier: BSD-3-Clause
 * Which socket (NUMA node) memory, cores and devices are on. Control thread.
 *
 * What `sysfs` names is "/sys" but in tests. -1: not known, or all are one.
 */
#ifndef WF_NUMA_H
#define WF_NUMA_H

#include <stddef.h>

#include "wf_conf.h"

#define WF_NUMA_UNKNOWN (-1)

int wf_numa_of_core(const char *sysfs, unsigned core);
int wf_numa_of_interface(const char *sysfs, const char *ifname);
int wf_numa_of_pci(const char *sysfs, const char *address);

/* Which cores and interfaces are on which socket, as text: "1: cores 0-7". Returns how many sockets
 * there are, 1 where the kernel does not say. */
uint32_t wf_numa_text(const char *sysfs, char *out, size_t size);

/* Where buffers that all ports share belong: where most of the ports are, the lowest of several.
 * Those that are not known have no say. */
int wf_numa_most(const int *socket, uint32_t n);

/* Adds what crosses from socket to socket with every packet: workers' cores (0 of them: the one
 * given) and ports that are not on one. */
void wf_numa_warn(const char *sysfs, const struct wf_conf *conf, unsigned default_core,
	struct wf_err *warnings);

#endif
