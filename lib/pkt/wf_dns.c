/* SPDX-License-Identifier: BSD-3-Clause
 * DNS queries and answers. Pure; worker threads.
 */
#include "wf_dns.h"

#include <string.h>

enum { LABEL = 63, IN = 1, OPT = 41, OPT_BYTES = 11, UDP_BYTES = 1232 };
/* Of the second 16-bit word of the header. */
enum { QR = 0x8000, OPCODE = 0x7800, TC = 0x0200, RD = 0x0100, RA = 0x0080, CD = 0x0010 };
enum { DNSSEC_OK = 0x8000 };

static uint16_t
get16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static uint8_t *
put16(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
	return p + 2;
}

static uint8_t *
put32(uint8_t *p, uint32_t v)
{
	return put16(put16(p, v >> 16), v);
}

/* The length of the name at the start of n bytes, 0 if there is none (a pointer is none). */
static uint32_t
name_of(const uint8_t *p, uint32_t n)
{
	uint32_t at = 0;

	if (n > WF_DNS_NAME)
		n = WF_DNS_NAME;
	while (at < n && p[at] != 0) {
		if (p[at] > LABEL)
			return 0;
		at += 1u + p[at];
	}
	return at < n ? at + 1 : 0;
}

/* EDNS and nothing else. */
static bool
parse_opt(const uint8_t *p, uint32_t n, struct wf_dns_query *q)
{
	/* Root name, type, our size, extended code, version, flags, length. */
	if (n < OPT_BYTES || p[0] != 0 || get16(p + 1) != OPT || p[5] != 0 || p[6] != 0 ||
		n != OPT_BYTES + (uint32_t)get16(p + 9))
		return false;
	q->edns = true;
	q->dnssec_ok = (get16(p + 7) & DNSSEC_OK) != 0;
	return true;
}

bool
wf_dns_parse(const uint8_t *message, uint32_t n, struct wf_dns_query *q)
{
	const uint8_t *question = message + WF_DNS_HEADER;
	uint32_t name, used;

	if (n < WF_DNS_HEADER || (get16(message + 2) & (QR | OPCODE | TC)) != 0 ||
		get16(message + 4) != 1 || get16(message + 6) != 0 || get16(message + 8) != 0 ||
		get16(message + 10) > 1)
		return false;
	n -= WF_DNS_HEADER;
	name = name_of(question, n);
	used = name + 4;
	if (name == 0 || n < used || get16(question + name + 2) != IN)
		return false;
	*q = (struct wf_dns_query){ .name_bytes = (uint16_t)name, .type = get16(question + name) };
	return get16(message + 10) == 0 ? n == used : parse_opt(question + used, n - used, q);
}

/* Lengths of labels are below 'A', so that they can be folded with the rest. */
static uint8_t
lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c | 0x20) : c;
}

bool
wf_dns_below(const uint8_t *name, uint32_t name_bytes, const uint8_t *suffix, uint32_t suffix_bytes)
{
	uint32_t at = 0;

	while (name_bytes - at > suffix_bytes && name[at] != 0)
		at += 1u + name[at];
	if (name_bytes - at != suffix_bytes)
		return false;
	for (uint32_t i = 0; i < suffix_bytes; i++)
		if (lower(name[at + i]) != lower(suffix[i]))
			return false;
	return true;
}

uint32_t
wf_dns_reply(const uint8_t *query, const struct wf_dns_query *q, const struct wf_dns_answer *a,
	uint8_t *out)
{
	uint32_t question = q->name_bytes + 4u, address = q->type == WF_DNS_AAAA ? 16 : 4;
	uint32_t flags = QR | RA | (get16(query + 2) & (RD | CD)) | (uint32_t)a->rcode;
	uint8_t *p = out;

	memcpy(p, query, 2);
	p = put16(p + 2, flags | (a->truncated ? TC : 0));
	p = put32(p, 1u << 16 | (a->address != NULL ? 1 : 0));
	p = put32(p, q->edns ? 1 : 0);
	memcpy(p, query + WF_DNS_HEADER, question);
	p += question;
	if (a->address != NULL) {
		p = put16(p, 0xc000 | WF_DNS_HEADER); /* the question's name */
		p = put32(p, (address == 16 ? WF_DNS_AAAA : WF_DNS_A) << 16 | IN);
		p = put16(put32(p, a->ttl_s), address);
		memcpy(p, a->address, address);
		p += address;
	}
	if (q->edns) {
		*p++ = 0;
		p = put16(put16(p, OPT), UDP_BYTES);
		p = put16(put32(p, q->dnssec_ok ? DNSSEC_OK : 0), 0);
	}
	return (uint32_t)(p - out);
}

uint32_t
wf_dns_name(const char *text, uint8_t out[WF_DNS_NAME])
{
	uint32_t at = 0;

	for (;;) {
		size_t label = strcspn(text, ".");

		if (label == 0 || label > LABEL || at + 1 + label + 1 > WF_DNS_NAME)
			return 0;
		for (size_t i = 0; i < label; i++)
			if (text[i] <= ' ' || text[i] > '~' || text[i] == '\\')
				return 0;
		out[at] = (uint8_t)label;
		memcpy(out + at + 1, text, label);
		at += 1 + (uint32_t)label;
		text += label;
		if (*text == '.')
			text++;
		if (*text == '\0')
			break;
	}
	out[at] = 0;
	return at + 1;
}
