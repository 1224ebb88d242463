/* SPDX-License-Identifier: BSD-3-Clause
 * Commands of DPDK's own telemetry: /wirefault/info, /wirefault/links, /wirefault/ports and
 * /wirefault/workers, which dpdk-telemetry.py asks. They only look. Control thread, but for the
 * answers, which DPDK's thread gives from the last copy.
 */
#ifndef WF_TELEMETRY_H
#define WF_TELEMETRY_H

#include "wf_snapshot.h"

/* Registers the commands. 0 or -errno. */
int wf_telemetry_start(void);
/* From now on this is answered. */
void wf_telemetry_update(const struct wf_snapshot *snap);

#endif
