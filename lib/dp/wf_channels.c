/* SPDX-License-Identifier: BSD-3-Clause
 * AF_XDP sees the queues that it is bound to; what comes on others goes to the host, and nobody
 * counts it. Control thread.
 */
#include "wf_channels.h"

#include <stdio.h>

#include "wf_device.h"

int
wf_channels_check(const struct wf_port *p, uint32_t n_queues, struct wf_err *err)
{
	struct wf_where where = wf_port_where(p);
	struct wf_device_facts f = { 0 };
	char hint[WF_DEV_NAME + 160];

	if (!wf_devargs_driver(p->device, "net_af_xdp"))
		return 0;
	wf_device_look(p->hostif, &f);
	if (f.queues <= n_queues)
		return 0;
	snprintf(hint, sizeof(hint),
		"`ethtool -L %s rx %u` (or combined %u) gives it as many as there are workers; a "
		"packet port takes any number",
		p->hostif, n_queues, n_queues);
	return wf_err_add(err, &where, hint,
		"%s receives on %u queues, of which %u worker%s would poll %u only", p->hostif,
		f.queues, n_queues, n_queues == 1 ? "" : "s", n_queues);
}
