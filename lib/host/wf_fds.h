/* SPDX-License-Identifier: BSD-3-Clause
 * This process's own descriptors, found by what they are: for libraries that keep those to
 * themselves. None of them is ours to close. Control thread.
 */
#ifndef WF_FDS_H
#define WF_FDS_H

#include "wf_veth.h"

/* Sockets of an address family. Returns how many there are, of which fd[] has the first n, or
 * -errno. */
int wf_fds_sockets(int family, int *fd, uint32_t n);

/* A descriptor of the tap that is called `ifname` now, in whatever namespace; or -ENODEV, or
 * -errno. */
int wf_fds_tap(const char *ifname);
/* What the tap behind a descriptor is called now, and the way to where it is, which holds as long
 * as *netns_fd, the caller's to close, is open. 0 or -errno; then there is nothing to close. */
int wf_fds_tap_place(int fd, char ifname[16], struct wf_netns *netns, int *netns_fd);

#endif
