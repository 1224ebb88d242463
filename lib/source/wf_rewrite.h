/* SPDX-License-Identifier: BSD-3-Clause
 * Frames of a capture made fit for another network: MAC addresses, prefixes, ports, VLAN tags and
 * TTL, with their checksums, each changed by the words that changed (RFC 1624), so that what was
 * right stays right and what was wrong stays wrong. Pure.
 *
 * What an ICMP error quotes is left as it is. In ARP, IPv4 addresses are mapped too.
 */
#ifndef WF_REWRITE_H
#define WF_REWRITE_H

#include "wf_err.h"

#define WF_REWRITE_MAPS 16
/* A frame may become longer by so many bytes. */
#define WF_REWRITE_GROWS 4

/* Addresses within from/bits go to to/bits: the rest stays. */
struct wf_rewrite_map {
	uint8_t from[16], to[16]; /* IPv4 as the first 4 bytes */
	uint8_t version;          /* 4 or 6; 0: none */
	uint8_t bits;
};

enum wf_rewrite_vlan { WF_VLAN_KEEP, WF_VLAN_PUSH, WF_VLAN_POP, WF_VLAN_SET };

struct wf_rewrite {
	bool any; /* is there anything to do when a frame is read? */
	bool sets_src, sets_dst;
	uint8_t src[6], dst[6];
	uint8_t vlan; /* enum wf_rewrite_vlan */
	uint16_t vlan_id;
	int16_t ttl; /* from 1: set; below 0: lower it by so much, but not below 1; 0: keep */
	uint32_t n_maps, n_ports;
	struct wf_rewrite_map map[WF_REWRITE_MAPS]; /* the first that fits */
	struct {
		uint16_t from, to;
	} port[WF_REWRITE_MAPS];
	/* Loop number k moves addresses of this prefix to the k-th prefix of its length on, within
	 * the first pool_bits of `to`: no two loops have an address in common. */
	struct wf_rewrite_map unique;
	uint8_t pool_bits;
};

/* The texts of the arguments, NULL: not given. */
struct wf_rewrite_text {
	const char *smac, *dmac; /* 02:00:00:00:00:01 */
	const char *map;         /* 10.1.0.0/16-10.2.0.0/16+..., prefixes of one length */
	const char *ports;       /* 80-8080+443-8443 */
	const char *vlan;        /* push-100, pop, set-100 */
	const char *ttl;         /* 64, or -1 */
	const char *unique;      /* 10.1.0.0/16-10.0.0.0/8: a prefix, and the pool of more */
};
/* 0, or -EINVAL with all reasons at `where`. */
int wf_rewrite_parse(const struct wf_rewrite_text *text, struct wf_rewrite *out,
	const struct wf_where *where, struct wf_err *err);
/* For how many loops `unique` has addresses; UINT64_MAX: there is no `unique`. */
uint64_t wf_rewrite_loops(const struct wf_rewrite *r);

/* All but `unique`, on a frame with room for WF_REWRITE_GROWS more bytes. Returns its bytes. */
uint32_t wf_rewrite_apply(const struct wf_rewrite *r, uint8_t *frame, uint32_t n);
/* `unique` for loop number `loop`. */
void wf_rewrite_unique(const struct wf_rewrite *r, uint8_t *frame, uint32_t n, uint64_t loop);

#endif
