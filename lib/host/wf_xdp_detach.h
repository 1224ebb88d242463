/* SPDX-License-Identifier: BSD-3-Clause
 * XDP programs that a driver attached to an interface, and that a process which was killed left
 * there. In the interface's network namespace; control thread.
 */
#ifndef WF_XDP_DETACH_H
#define WF_XDP_DETACH_H

#include <stdbool.h>

/* Has the interface an XDP program? */
bool wf_xdp_attached(unsigned ifindex);
/* Takes it off. 0 or -errno. */
int wf_xdp_detach(unsigned ifindex);

#endif
