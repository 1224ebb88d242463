/* SPDX-License-Identifier: BSD-3-Clause
 * The address that errors come from. Control threads.
 */
#include "wf_router.h"

#include <arpa/inet.h>

int
wf_router_compile(
	struct wf_router *r, const char *from, const char *from6, const struct wf_block_compile *c)
{
	r->has_ipv4 = from != NULL;
	r->has_ipv6 = from6 != NULL;
	if (from != NULL && inet_pton(AF_INET, from, r->ipv4 + 12) != 1)
		return wf_err_add(c->err, c->where, "Write from = \"192.0.2.1\"",
			"\"from\": \"%s\" is no IPv4 address", from);
	if (from6 != NULL && inet_pton(AF_INET6, from6, r->ipv6) != 1)
		return wf_err_add(c->err, c->where, "Write from6 = \"2001:db8::1\"",
			"\"from6\": \"%s\" is no IPv6 address", from6);
	return 0;
}
