/* SPDX-License-Identifier: BSD-3-Clause
 * The carrier that the host behind a port sees: a cable that is pulled, and plugged in again.
 * Control thread.
 *
 * rte_eth_dev_set_link_down() is not it: in DPDK 22.11 net_af_packet has none, and net_tap takes
 * the host's own interface down, which loses its IPv6 addresses, and only while it is in our
 * namespace. So a tap's carrier is set on its descriptor, and of an interface that we share with
 * the host our end goes down, which is what the other end of a cable, or of a veth, sees.
 */
#ifndef WF_CARRIER_H
#define WF_CARRIER_H

#include "wf_port.h"

/* Do we know how, for this device and its arguments? 0, or -EINVAL with the reason; `where` is the
 * port's. */
int wf_carrier_check(const char *device, const struct wf_where *where, struct wf_err *err);
/* 0 or -errno. */
int wf_carrier_set(const struct wf_port *p, bool up);

#endif
