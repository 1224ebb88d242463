/* SPDX-License-Identifier: BSD-3-Clause
 * Keeps wirefault from sawing off the branch that its user sits on: an interface with the default
 * route or the SSH session is not to be taken for a port. Control thread.
 */
#ifndef WF_HOSTGUARD_H
#define WF_HOSTGUARD_H

#include "wf_types.h"

/* Why `ifname` of our namespace must not be taken: "carries the default route", "carries this SSH
 * session". NULL: nothing speaks against it. */
const char *wf_hostguard_why_not(const char *ifname);
/* The same for a PCI address whose device is still a network interface of the host's. */
const char *wf_hostguard_pci_why_not(const char *pci);

#endif
