/* SPDX-License-Identifier: BSD-3-Clause
 * What wirefault changes on the host's network interfaces, and the list that undoes it. Control
 * thread.
 */
#ifndef WF_HOSTIF_H
#define WF_HOSTIF_H

#include "wf_err.h"

struct wf_hostif;

struct wf_hostif *wf_hostif_new(void);
/* Makes `ifname` fit to be a port: up, MTU as given (0: as it is), offloads off there and, if it is
 * a veth, on its peer. Remembers flags (up, promiscuous, all multicast), MTU and offloads, which a
 * driver may change later. 0, or -errno with reasons. */
int wf_hostif_take(struct wf_hostif *h, const char *ifname, uint32_t mtu,
	const struct wf_where *where, struct wf_err *err);
/* Gives everything back as it was found, the last change first. */
void wf_hostif_free(struct wf_hostif *h);

/* Bytes of payload that an interface carries; 0: no such interface. */
uint32_t wf_hostif_mtu(const char *ifname);

#endif
