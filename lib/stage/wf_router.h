/* SPDX-License-Identifier: BSD-3-Clause
 * The address that errors come from. A bump in the wire has none: it speaks for the packet's
 * destination, or for a router that the configuration names.
 */
#ifndef WF_ROUTER_H
#define WF_ROUTER_H

#include "wf_stage.h"

struct wf_router {
	uint8_t ipv4[16], ipv6[16]; /* IPv4 in its last four bytes */
	bool has_ipv4, has_ipv6;
};

/* From the keys `from` and `from6`; NULL: not given. 0 or -EINVAL with the reason in c->err. */
int wf_router_compile(
	struct wf_router *r, const char *from, const char *from6, const struct wf_block_compile *c);

/* As wf_reply_begin wants it. */
static inline const uint8_t *
wf_router_address(const struct wf_router *r, uint8_t family)
{
	if (family == 4)
		return r->has_ipv4 ? r->ipv4 : NULL;
	return r->has_ipv6 ? r->ipv6 : NULL;
}

#endif
