/* SPDX-License-Identifier: BSD-3-Clause
 * DNS faults: queries to UDP port 53 end here and are answered in the server's name, or never. It
 * keeps nothing of a query, and only answers what it can read to the last byte (see wf_dns.h):
 * updates, transfers, signed, malformed and fragmented messages pass, as does DNS over TCP.
 *
 * Random addresses are of the networks for benchmarks, where nobody lives: 198.18.0.0/15 (RFC 2544)
 * and 2001:2::/48 (RFC 5180).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "wf_dns.h"
#include "wf_icmp.h"
#include "wf_reply.h"
#include "wf_rng.h"
#include "wf_stages.h"

enum dns_answer { NXDOMAIN, SERVFAIL, REFUSED, TRUNCATED, EMPTY, RANDOM_A, TIMEOUT };
static const char *const answer_names[] = { "nxdomain", "servfail", "refused", "truncated", "empty",
	"random-a", "timeout", NULL };
static const enum wf_dns_rcode rcode[] = { [NXDOMAIN] = WF_DNS_NXDOMAIN,
	[SERVFAIL] = WF_DNS_SERVFAIL,
	[REFUSED] = WF_DNS_REFUSED,
	[TIMEOUT] = WF_DNS_NOERROR };

struct dns_params {
	uint64_t given;
	int answer;
	double p;
	char *name, *qtype;
	uint64_t ttl;
};

enum { ANSWER, P, NAME, QTYPE, TTL };

static const struct wf_param params[] = {
	[ANSWER] = { .name = "answer",
		.type = WF_PARAM_CHOICE,
		.offset = offsetof(struct dns_params, answer),
		.fallback = "nxdomain",
		.choices = answer_names,
		.help = "nxdomain: no such name; empty: a name without such a record; truncated: "
			"to be asked again by TCP; random-a: a random address, for A and AAAA; "
			"timeout: none" },
	[P] = { .name = "p",
		.type = WF_PARAM_PROB,
		.offset = offsetof(struct dns_params, p),
		.fallback = "100%",
		.help = "probability that a query is treated so" },
	[NAME] = { .name = "name",
		.type = WF_PARAM_STRING,
		.offset = offsetof(struct dns_params, name),
		.help = "only queries for this name and all below it" },
	[QTYPE] = { .name = "qtype",
		.type = WF_PARAM_STRING,
		.offset = offsetof(struct dns_params, qtype),
		.help = "only queries for this type of record, as \"AAAA\", \"MX\" or \"TYPE65\"" },
	[TTL] = { .name = "ttl",
		.type = WF_PARAM_COUNT,
		.offset = offsetof(struct dns_params, ttl),
		.fallback = "60",
		.max = "2147483647",
		.help = "seconds for which a random address may be kept" },
	{ 0 },
};

#define ANY_TYPE UINT32_MAX

struct dns_cfg {
	uint64_t threshold;
	const uint8_t *name; /* labels; NULL: all */
	uint32_t name_bytes;
	uint32_t qtype; /* ANY_TYPE: all */
	uint32_t ttl_s;
	uint8_t answer;
};

/* The number of a type of record (RFC 3597 for TYPEn); ANY_TYPE: there is none of this name. */
static uint32_t
type_of(const char *text)
{
	static const struct {
		const char *name;
		uint32_t type;
	} types[] = { { "A", WF_DNS_A }, { "NS", 2 }, { "CNAME", 5 }, { "SOA", 6 }, { "PTR", 12 },
		{ "MX", 15 }, { "TXT", 16 }, { "AAAA", WF_DNS_AAAA }, { "SRV", 33 },
		{ "NAPTR", 35 }, { "DS", 43 }, { "RRSIG", 46 }, { "DNSKEY", 48 }, { "TLSA", 52 },
		{ "SVCB", 64 }, { "HTTPS", 65 }, { "ANY", WF_DNS_ANY }, { "CAA", 257 } };
	unsigned long number;
	char *end;

	for (size_t i = 0; i < WF_ARRAY_SIZE(types); i++)
		if (strcasecmp(text, types[i].name) == 0)
			return types[i].type;
	if (strncasecmp(text, "TYPE", 4) != 0 || text[4] < '0' || text[4] > '9')
		return ANY_TYPE;
	number = strtoul(text + 4, &end, 10);
	return *end == '\0' && number <= UINT16_MAX ? (uint32_t)number : ANY_TYPE;
}

static int
check(const struct dns_params *q, const struct dns_cfg *d, struct wf_block_compile *c)
{
	if (q->qtype != NULL && d->qtype == ANY_TYPE)
		return wf_err_add(c->err, c->where, "Write qtype = \"AAAA\" or qtype = \"TYPE65\"",
			"\"qtype\": \"%s\" is no type of record", q->qtype);
	if (wf_param_given(q, TTL) && q->answer != RANDOM_A)
		return wf_err_add(c->err, c->where, "Leave it out",
			"\"ttl\" does not belong to answer \"%s\", which has no record",
			answer_names[q->answer]);
	if (q->answer == RANDOM_A && q->qtype != NULL && d->qtype != WF_DNS_A &&
		d->qtype != WF_DNS_AAAA)
		return wf_err_add(c->err, c->where, "Write qtype = \"A\" or qtype = \"AAAA\"",
			"a random address is no record of type \"%s\"", q->qtype);
	return 0;
}

static int
dns_compile(const void *block, struct wf_block_compile *c, void *cfg)
{
	const struct dns_params *q = block;
	struct dns_cfg *d = cfg;

	d->threshold = wf_rng_threshold(q->p);
	d->qtype = q->qtype != NULL ? type_of(q->qtype) : ANY_TYPE;
	d->ttl_s = (uint32_t)q->ttl;
	d->answer = (uint8_t)q->answer;
	if (check(q, d, c) < 0)
		return -EINVAL;
	if (q->name != NULL) {
		uint8_t name[WF_DNS_NAME], *keep;

		d->name_bytes = wf_dns_name(q->name, name);
		if (d->name_bytes == 0)
			return wf_err_add(c->err, c->where,
				"Write name = \"example.com\"; other scripts as \"xn--...\"",
				"\"name\": \"%s\" is no domain name", q->name);
		keep = wf_stage_reserve(c, d->name_bytes);
		if (keep == NULL)
			return -EINVAL;
		memcpy(keep, name, d->name_bytes);
		d->name = keep;
	}
	if (!(q->p > 0))
		return 0;
	if (q->name == NULL && q->qtype == NULL)
		c->forecast->acts[WF_BLOCK_DNS] = q->p;
	wf_stage_note(c, WF_BLOCK_DNS, "%.4g %% of DNS queries%s%.100s%s%.20s %s%s", 100 * q->p,
		q->name != NULL ? " for " : "", q->name != NULL ? q->name : "",
		q->qtype != NULL ? " of type " : "", q->qtype != NULL ? q->qtype : "",
		q->answer == TIMEOUT ? "time out" : "are answered with ",
		q->answer == TIMEOUT ? "" : answer_names[q->answer]);
	c->needs |= WF_NEED_FLOW | WF_NEED_BYTES;
	return 1;
}

enum { PROTO_UDP = 17, UDP_BYTES = 8, DNS_PORT = 53 };

/* The message that a packet to a DNS server carries; NULL: it is no query that we can read. */
static const uint8_t *
query_of(const uint8_t *data, uint32_t readable_bytes, uint32_t len_bytes,
	const struct wf_parsed *parsed, struct wf_dns_query *q)
{
	const uint8_t *udp = data + parsed->l4_offset;
	uint32_t n, before;

	if (parsed->key.proto != PROTO_UDP || !(parsed->flags & WF_PARSE_PORTS) ||
		(parsed->flags & WF_PARSE_FRAGMENT) || parsed->key.dport[0] != 0 ||
		parsed->key.dport[1] != DNS_PORT ||
		parsed->l4_offset + UDP_BYTES > readable_bytes || (udp[0] == 0 && udp[1] == 0) ||
		!wf_icmp_may_answer(data, readable_bytes, parsed))
		return NULL;
	n = (uint32_t)(udp[4] << 8 | udp[5]);
	before = (uint32_t)parsed->l4_offset - parsed->l3_offset;
	if (n < UDP_BYTES || parsed->l4_offset + n > readable_bytes ||
		before + n > wf_reply_ip_bytes(data, len_bytes, parsed))
		return NULL;
	return wf_dns_parse(udp + UDP_BYTES, n - UDP_BYTES, q) ? udp + UDP_BYTES : NULL;
}

static bool
is_meant(const struct dns_cfg *d, const uint8_t *message, const struct wf_dns_query *q)
{
	if (d->qtype != ANY_TYPE && q->type != d->qtype)
		return false;
	if (d->answer == RANDOM_A && q->type != WF_DNS_A && q->type != WF_DNS_AAAA)
		return false;
	return d->name == NULL ||
	       wf_dns_below(message + WF_DNS_HEADER, q->name_bytes, d->name, d->name_bytes);
}

static void
dns_run(const void *cfg, uint32_t state_offset, struct wf_batch *b, uint16_t first, uint16_t end,
	struct wf_stage_env *env)
{
	const struct dns_cfg *d = cfg;

	for (uint16_t i = first; i < end; i++) {
		struct wf_dns_query q;
		const uint8_t *message;

		if (b->drop[i] != WF_DROP_NONE)
			continue;
		message = query_of(
			b->data[i], b->readable_bytes[i], b->len_bytes[i], b->parsed[i], &q);
		if (message == NULL || !is_meant(d, message, &q) ||
			!wf_rng_below(wf_rng_draw(b->rng[i], WF_RNG_DNS), d->threshold))
			continue;
		b->drop[i] = WF_DROP_dns;
		if (d->answer != TIMEOUT)
			b->forges[i] |= 1u << WF_BLOCK_DNS;
	}
}

static void
random_address(uint64_t draw, uint16_t type, uint8_t out[16])
{
	static const uint8_t net6[8] = { 0x20, 0x01, 0, 2 };

	draw = htobe64(draw);
	if (type == WF_DNS_AAAA) {
		memcpy(out, net6, sizeof(net6));
		memcpy(out + 8, &draw, sizeof(draw));
		return;
	}
	memcpy(out, &draw, 4);
	out[1] = 18 | (out[0] & 1);
	out[0] = 198;
}

static uint32_t
dns_forge(const void *cfg, const struct wf_frame *cause, struct wf_forged *out)
{
	const struct dns_cfg *d = cfg;
	const uint8_t *asked = cause->data + cause->parsed->l4_offset, *message;
	struct wf_dns_answer a = {
		.rcode = rcode[d->answer], .truncated = d->answer == TRUNCATED, .ttl_s = d->ttl_s
	};
	uint8_t reply[WF_DNS_REPLY], address[16], *udp;
	struct wf_dns_query q;
	uint32_t n;

	message = query_of(cause->data, cause->readable_bytes, cause->len_bytes, cause->parsed, &q);
	assert(message != NULL); /* run() has read it */
	if (d->answer == RANDOM_A) {
		random_address(wf_rng_draw(cause->rng, WF_RNG_DNS_ADDRESS), q.type, address);
		a.address = address;
	}
	n = wf_dns_reply(message, &q, &a, reply);
	udp = wf_reply_begin(cause, NULL, 0, PROTO_UDP, UDP_BYTES + n, out);
	memcpy(udp, asked + 2, 2);
	memcpy(udp + 2, asked, 2);
	udp[4] = (uint8_t)((UDP_BYTES + n) >> 8);
	udp[5] = (uint8_t)(UDP_BYTES + n);
	memcpy(udp + UDP_BYTES, reply, n);
	wf_reply_end(cause, PROTO_UDP, UDP_BYTES + n, 6, out);
	return 1;
}

const struct wf_block wf_block_dns = {
	.stage = &(const struct wf_stage_ops){ .run = dns_run, .forge = dns_forge },
	.name = "dns",
	.summary = "Answers DNS queries with faults, or lets them time out",
	.main_key = "answer",
	.params = params,
	.params_size = sizeof(struct dns_params),
	.cfg_size = sizeof(struct dns_cfg),
	.compile = dns_compile,
};
