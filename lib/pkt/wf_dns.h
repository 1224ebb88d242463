/* SPDX-License-Identifier: BSD-3-Clause
 * DNS queries: what they ask, and answers to them. Pure; worker threads.
 *
 * RFC 1035, section 4 (form), RFC 6891 (EDNS), RFC 4035, section 3.2.2 (CD), RFC 9267 (what goes
 * wrong in parsers: names without compression here, and bounded by construction).
 */
#ifndef WF_DNS_H
#define WF_DNS_H

#include "wf_types.h"

enum { WF_DNS_HEADER = 12, WF_DNS_NAME = 255, WF_DNS_A = 1, WF_DNS_AAAA = 28, WF_DNS_ANY = 255 };
/* Header, question, a record with an address of 16 bytes, EDNS. */
#define WF_DNS_REPLY (WF_DNS_HEADER + WF_DNS_NAME + 4 + 28 + 11)

struct wf_dns_query {
	uint16_t name_bytes; /* of the name behind the header, as labels with its 0 */
	uint16_t type;
	bool edns, dnssec_ok;
};

/* A standard query with one question of class IN and nothing else but, at most, EDNS version 0 (so
 * no TSIG or SIG(0), which could not be answered), to the last byte. False: it is none. */
bool wf_dns_parse(const uint8_t *message, uint32_t n, struct wf_dns_query *q);
/* Is the name the suffix (labels with their 0), or below it? Upper and lower case are the same. */
bool wf_dns_below(
	const uint8_t *name, uint32_t name_bytes, const uint8_t *suffix, uint32_t suffix_bytes);

enum wf_dns_rcode { WF_DNS_NOERROR, WF_DNS_SERVFAIL = 2, WF_DNS_NXDOMAIN, WF_DNS_REFUSED = 5 };
struct wf_dns_answer {
	enum wf_dns_rcode rcode;
	bool truncated;
	const uint8_t *address; /* a record of type A or AAAA as the query asks; NULL: none */
	uint32_t ttl_s;
};
/* The answer to a query that was parsed: its question as it was, EDNS if it had that. Returns the
 * length, at most WF_DNS_REPLY. */
uint32_t wf_dns_reply(const uint8_t *query, const struct wf_dns_query *q,
	const struct wf_dns_answer *a, uint8_t *out);

/* A name as users write it ("example.com", with or without the last dot) into labels. The length, 0
 * if it is none. */
uint32_t wf_dns_name(const char *text, uint8_t out[WF_DNS_NAME]);

#endif
