/* SPDX-License-Identifier: BSD-3-Clause
 * One wirefault an interface: two that share one would each get part of its packets, or all of them
 * twice, and neither would notice. A claim is an abstract Unix socket: it belongs to the network
 * namespace, as the interface does, and the kernel takes it back however its holder ends. Control
 * thread.
 */
#ifndef WF_CLAIM_H
#define WF_CLAIM_H

#include <sys/types.h>

/* Claims `ifname` of our namespace. Returns a descriptor to be closed when the claim ends, or
 * -EADDRINUSE with `holder` set to the process that has it (0 if unknown), or -errno. */
int wf_claim_interface(const char *ifname, pid_t *holder);

#endif
