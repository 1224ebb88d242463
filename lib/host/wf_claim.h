/* SPDX-License-Identifier: BSD-3-Clause
 * One wirefault an interface and a core: two that share one would each get part of its packets, or
 * all of them twice, and neither would notice; two pollers on a core take turns of milliseconds. A
 * claim is an abstract Unix socket: it belongs to the network namespace, as the interface does, and
 * the kernel takes it back however its holder ends. Control thread.
 */
#ifndef WF_CLAIM_H
#define WF_CLAIM_H

#include <sys/types.h>

/* Claims `ifname` of our namespace. Returns a descriptor to be closed when the claim ends, or
 * -EADDRINUSE with `holder` set to the process that has it (0 if unknown), or -errno. */
int wf_claim_interface(const char *ifname, pid_t *holder);
/* The same for a core to poll on, among those who start in our network namespace. */
int wf_claim_core(unsigned core, pid_t *holder);

#endif
