/* SPDX-License-Identifier: BSD-3-Clause
 * Any bytes as a DNS message: no read past the end, and whatever is taken for a query gets a
 * well-formed answer of bounded length. libFuzzer.
 */
#include <string.h>

#include "fuzz.h"
#include "wf_dns.h"

/* Each kind of answer, into memory of just its length. */
static void
answer(const uint8_t *query, uint32_t n, const struct wf_dns_query *q)
{
	static const uint8_t address[16] = { 198, 18 };
	static const struct wf_dns_answer kinds[] = { { .rcode = WF_DNS_NXDOMAIN },
		{ .rcode = WF_DNS_NOERROR, .truncated = true },
		{ .rcode = WF_DNS_NOERROR, .address = address, .ttl_s = 60 } };
	uint32_t asked = q->name_bytes + 4u;

	for (size_t i = 0; i < WF_ARRAY_SIZE(kinds); i++) {
		uint8_t *out = malloc(WF_DNS_REPLY);
		struct wf_dns_query again;
		uint32_t len;

		if (out == NULL)
			return;
		len = wf_dns_reply(query, q, &kinds[i], out);
		require(len <= WF_DNS_REPLY && len >= WF_DNS_HEADER + asked);
		require(out[0] == query[0] && out[1] == query[1] && (out[2] & 0x80));
		require(memcmp(out + WF_DNS_HEADER, query + WF_DNS_HEADER, asked) == 0);
		require(!wf_dns_parse(out, len, &again)); /* no loop: an answer is no query */
		free(out);
	}
	require(WF_DNS_HEADER + asked <= n);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t suffix[] = "\7example\3com";
	const uint8_t *name = data + WF_DNS_HEADER;
	struct wf_dns_query q;

	if (size > UINT16_MAX || !wf_dns_parse(data, (uint32_t)size, &q))
		return 0;
	require(q.name_bytes > 0 && q.name_bytes <= WF_DNS_NAME);
	require(wf_dns_below(name, q.name_bytes, name, q.name_bytes));
	wf_dns_below(name, q.name_bytes, suffix, sizeof(suffix));
	answer(data, (uint32_t)size, &q);
	return 0;
}
