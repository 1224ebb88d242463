/* SPDX-License-Identifier: BSD-3-Clause
 * What an interface's card can say of when frames came, as its driver tells the kernel. Control
 * thread.
 */
#ifndef WF_CARDSTAMPS_H
#define WF_CARDSTAMPS_H

#include "wf_types.h"

struct ethtool_ts_info;

enum wf_cardstamps {
	WF_CARDSTAMPS_UNKNOWN, /* there is no such interface here, or nobody says */
	WF_CARDSTAMPS_NONE,
	WF_CARDSTAMPS_SOME, /* frames of PTP and no others */
	WF_CARDSTAMPS_ALL,  /* each frame that it receives */
};

/* What the answer to ETHTOOL_GET_TS_INFO means. */
enum wf_cardstamps wf_cardstamps_of(const struct ethtool_ts_info *info);
/* Asks. */
enum wf_cardstamps wf_cardstamps_look(const char *ifname);
/* Asks by the card's PCI address, with or without its domain. */
enum wf_cardstamps wf_cardstamps_look_pci(const char *address);

#endif
