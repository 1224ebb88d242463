/* SPDX-License-Identifier: BSD-3-Clause
 * What a packet carries for others: the packet inside VXLAN, GRE, GTP-U or PPPoE. Pure; worker
 * threads.
 *
 * VXLAN (RFC 7348; UDP ports 4789 and 8472), GRE version 0 (RFC 2784, 2890) with IP, MPLS or
 * Ethernet in it, GTP-U version 1 (3GPP TS 29.281; UDP port 2152) with extension headers,
 * PPPoE sessions (RFC 2516; 0x8864, behind VLAN tags too) with IP or MPLS in them. Up to
 * WF_TUNNEL_DEPTH of them inside each other.
 */
#ifndef WF_TUNNEL_H
#define WF_TUNNEL_H

#include "wf_parse.h"

#define WF_TUNNEL_DEPTH 4

/* Parses the innermost packet of the frame that was parsed to `outer`. False: it is no tunnel, or
 * its headers are cut short; *inner is then undefined. Of *inner, key (its tag made of the tunnels'
 * identifiers), dscp, ecn and flags count; the offsets do not. Without a VLAN of its own it has the
 * frame's. */
bool wf_tunnel_parse(
	const uint8_t *frame, uint32_t len, const struct wf_parsed *outer, struct wf_parsed *inner);

#endif
