/* SPDX-License-Identifier: BSD-3-Clause
 * Offloads of one of the host's network interfaces: checksums and segmentation that the kernel
 * leaves to a device which, on a veth or a packet socket, nobody is. Control thread.
 */
#ifndef WF_OFFLOADS_H
#define WF_OFFLOADS_H

#include "wf_types.h"

#define WF_OFFLOAD_WORDS 8

/* What was switched off: bits of ETHTOOL_GFEATURES, and what the user had wanted of them. */
struct wf_offloads {
	uint32_t words;
	uint32_t changed[WF_OFFLOAD_WORDS];
	uint32_t wanted[WF_OFFLOAD_WORDS];
};

/* Which of checksum, segmentation, aggregation and VLAN tag offloads are on. `sock` is any socket
 * of the interface's network namespace. Their number, or -errno. */
int wf_offloads_look(int sock, const char *ifname, struct wf_offloads *found);
/* Switches off what was found on. 0 or -errno. */
int wf_offloads_off(int sock, const char *ifname, const struct wf_offloads *found);
/* Gives back what the user had wanted. 0 or -errno. */
int wf_offloads_restore(int sock, const char *ifname, const struct wf_offloads *saved);

#endif
