/* SPDX-License-Identifier: BSD-3-Clause
 * Link types of captures: their names, and which of them can become Ethernet. One thread.
 */
#ifndef WF_CAP_LINK_H
#define WF_CAP_LINK_H

#include "wf_cap.h"
#include "wf_cap_format.h"

#define WF_CAP_ETHERNET 1u
/* Room before a frame for the header it gets. */
#define WF_CAP_ETHERNET_BYTES 14u

/* Can wf_cap_link_convert do it? */
bool wf_cap_link_converts(uint32_t link_type);
/* The Ethernet header for the record, whose own header goes. Returns the bytes of that, or -1: it
 * is too short. */
int wf_cap_link_convert(const struct wf_cap_options *o, const struct wf_cap_record *r,
	uint8_t header[WF_CAP_ETHERNET_BYTES]);
/* What to do about a file of this link type. */
const char *wf_cap_link_hint(uint32_t link_type);

#endif
