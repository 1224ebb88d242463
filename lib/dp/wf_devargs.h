/* SPDX-License-Identifier: BSD-3-Clause
 * EAL's device strings ("net_af_packet0,iface=lab-a", "0000:03:00.1") taken apart and added to.
 * Pure functions; control thread.
 */
#ifndef WF_DEVARGS_H
#define WF_DEVARGS_H

#include "wf_types.h"

#define WF_DEV_NAME 64

/* The part before the first comma, by which DPDK knows the port. */
void wf_devargs_name(const char *device, char out[WF_DEV_NAME]);
/* "[dddd:]bb:dd.f"? */
bool wf_devargs_is_pci(const char *device);
/* A virtual device of this driver ("net_tap"), with or without a number behind it? */
bool wf_devargs_driver(const char *device, const char *driver);
/* Value of an argument. false: not there. */
bool wf_devargs_get(const char *device, const char *key, char *out, size_t size);
/* The string with "key=value" added, unless `key` is there. Takes and returns heap; NULL: out of
 * memory (and `device` is freed). */
char *wf_devargs_default(char *device, const char *key, uint64_t value);

/* Network interface of the host that the device takes hold of, through whatever key its driver
 * has for it. false: it touches none. */
bool wf_devargs_hostif(const char *device, char *out, size_t size);
/* Does its driver share the interface with the host's stack (net_af_packet, net_af_xdp), so that
 * the host's flags, offloads and MTU matter? */
bool wf_devargs_shares_hostif(const char *device);

/* The device string for n_queues queue pairs and frames of `mtu` bytes of payload: what the user
 * did not give and the driver needs. Heap; NULL: out of memory. */
char *wf_devargs_complete(const char *device, uint32_t n_queues, uint32_t mtu);
/* Data bytes that an mbuf must offer for this (completed) device, beside its MTU. */
uint32_t wf_devargs_frame_room(const char *device);
/* Most frames that can wait in one of its receive queues, which has so many descriptors; 0: none
 * ever does, as they are made when asked for. */
uint32_t wf_devargs_rx_slots(const char *device, uint32_t descriptors);
/* Does its driver spread flows over all queues that it was given, polled or not? */
bool wf_devargs_spreads(const char *device);
/* What to do about a device with too few queues; one sentence without a full stop. */
const char *wf_devargs_queue_hint(const char *device);
/* The same about a device that does not start. */
const char *wf_devargs_start_hint(const char *device);

#endif
