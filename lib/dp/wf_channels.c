/* SPDX-License-Identifier: BSD-3-Clause
 * AF_XDP sees the queues that it is bound to; what comes on others goes to the host, and nobody
 * counts it. So each worker has one of its own, and each queue has a worker. Control thread.
 */
#include "wf_channels.h"

#include <stdio.h>

int
wf_channels_fit(const char *ifname, const struct wf_device_facts *f, uint32_t n_workers,
	const struct wf_where *where, struct wf_err *err)
{
	char hint[2 * WF_DEV_NAME + 160];

	if (n_workers > f->xdp_queues) {
		snprintf(hint, sizeof(hint),
			"`ethtool -L %s combined %u` may give it as many (a veth has none that are "
			"combined, so one); or use fewer workers, or a packet port, which takes "
			"any number",
			ifname, n_workers);
		return wf_err_add(err, where, hint,
			"%s has %u queue%s for AF_XDP, too few for %u workers", ifname,
			f->xdp_queues, f->xdp_queues == 1 ? "" : "s", n_workers);
	}
	if (f->queues <= n_workers)
		return 0;
	snprintf(hint, sizeof(hint),
		"`ethtool -L %s rx %u` (or combined %u) gives it as many as there are workers; a "
		"packet port takes any number",
		ifname, n_workers, n_workers);
	return wf_err_add(err, where, hint,
		"%s receives on %u queues, of which %u worker%s would poll %u only", ifname,
		f->queues, n_workers, n_workers == 1 ? "" : "s", n_workers);
}

int
wf_channels_check(const struct wf_port *p, uint32_t n_workers, struct wf_err *err)
{
	struct wf_where where = wf_port_where(p);
	struct wf_device_facts f = { 0 };

	if (!wf_devargs_driver(p->device, "net_af_xdp"))
		return 0;
	wf_device_look(p->hostif, &f);
	return f.exists ? wf_channels_fit(p->hostif, &f, n_workers, &where, err) : 0;
}
