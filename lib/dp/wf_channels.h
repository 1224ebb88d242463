/* SPDX-License-Identifier: BSD-3-Clause
 * Queues of an interface of the host that a port's driver would leave to others. Control thread.
 */
#ifndef WF_CHANNELS_H
#define WF_CHANNELS_H

#include "wf_device.h"
#include "wf_port.h"

/* Can n_workers poll all queues on which the interface receives, one each, by AF_XDP? 0, or -EINVAL
 * with the reason. Pure. */
int wf_channels_fit(const char *ifname, const struct wf_device_facts *f, uint32_t n_workers,
	const struct wf_where *where, struct wf_err *err);
/* The same of a port, as its interface is now; 0 for other drivers. */
int wf_channels_check(const struct wf_port *p, uint32_t n_workers, struct wf_err *err);

#endif
