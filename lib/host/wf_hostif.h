/* SPDX-License-Identifier: BSD-3-Clause
 * What wirefault changes on the host's network interfaces, and the list that undoes it. Control
 * thread.
 */
#ifndef WF_HOSTIF_H
#define WF_HOSTIF_H

#include "wf_err.h"

struct wf_hostif;

/* `file` (may be NULL) is where what was found is written before it is changed, behind what stands
 * there; wf_hostif_free takes it out again, and after a process that was killed wf_hostif_restore
 * puts back what it says. */
struct wf_hostif *wf_hostif_new(const char *file);
/* Makes `ifname` fit to be a port: up, MTU as given (0: as it is), offloads off there and, if it is
 * a veth, on its peer. Remembers flags (up, promiscuous, all multicast), MTU and offloads, which a
 * driver may change later. 0, or -errno with reasons. */
int wf_hostif_take(struct wf_hostif *h, const char *ifname, uint32_t mtu,
	const struct wf_where *where, struct wf_err *err);
/* Gives everything back as it was found, the last change first. */
void wf_hostif_free(struct wf_hostif *h);

/* Capabilities (WF_RIGHT_...) that giving it back takes besides CAP_NET_ADMIN: a way into other
 * namespaces, where peers are. */
uint64_t wf_hostif_rights(const struct wf_hostif *h);

/* Who is told of each interface what became of it. */
struct wf_hostif_said {
	void (*of)(void *ctx, const char *interface, const char *what);
	void *ctx;
};

/* Puts back what the file says, the last change first. Left alone are those that are gone or others
 * by now, which the file forgets, and those of another namespace, of another wirefault that runs,
 * or that can't be changed, which it keeps: *left of them. How many were put back; 0 as well where
 * there is no file; -EINVAL with a reason.
 */
int wf_hostif_restore(
	const char *file, const struct wf_hostif_said *say, uint32_t *left, struct wf_err *err);

/* Bytes of payload that an interface carries; 0: no such interface. */
uint32_t wf_hostif_mtu(const char *ifname);

#endif
