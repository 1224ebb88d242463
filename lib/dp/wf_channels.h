/* SPDX-License-Identifier: BSD-3-Clause
 * Queues of an interface of the host that a port's driver would leave to others. Control thread.
 */
#ifndef WF_CHANNELS_H
#define WF_CHANNELS_H

#include "wf_port.h"

/* Does n_queues reach all on which the port's interface receives? 0 or -EINVAL with a reason. */
int wf_channels_check(const struct wf_port *p, uint32_t n_queues, struct wf_err *err);

#endif
