/* SPDX-License-Identifier: BSD-3-Clause
 * What the kernel lets us do with network interfaces, known before anything is tried. Control
 * thread.
 */
#ifndef WF_RIGHTS_H
#define WF_RIGHTS_H

#include <linux/capability.h>

#include "wf_types.h"

/* The first capability of those that are wanted that this process hasn't; NULL: it has them. */
const char *wf_rights_lacking(bool net_admin, bool net_raw);

/* Capabilities that may be kept. */
#define WF_RIGHT_NET_ADMIN (1ull << CAP_NET_ADMIN)
#define WF_RIGHT_NET_RAW   (1ull << CAP_NET_RAW)
#define WF_RIGHT_IPC_LOCK  (1ull << CAP_IPC_LOCK)
#define WF_RIGHT_PTRACE    (1ull << CAP_SYS_PTRACE)
#define WF_RIGHT_ADMIN     (1ull << CAP_SYS_ADMIN)
#define WF_RIGHT_BPF       (1ull << CAP_BPF)

/* From here on the calling thread has no capability but these (of those it had), nor can it get one
 * by running a program. 0 or -errno. */
int wf_rights_keep(uint64_t rights);

#endif
