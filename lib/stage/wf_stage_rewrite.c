/* SPDX-License-Identifier: BSD-3-Clause
 * Headers as other networks rewrite them: TTL or hop limit, DSCP, ECN and the outermost VLAN tag.
 * The IPv4 header's checksum follows by what has changed (RFC 1624), so what was wrong stays as
 * wrong; no checksum above it covers any of these fields.
 *
 * A packet whose TTL would reach 0 ends here, and its sender is told (RFC 792, 4443), so that
 * traceroute sees a hop. What no router forwards keeps its hop limit: Neighbour Discovery, which
 * insists on 255 (RFC 4861), and what is sent to groups of the link (224.0.0.0/24, ff02::/16).
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "wf_checksum.h"
#include "wf_choose.h"
#include "wf_ecn.h"
#include "wf_icmp.h"
#include "wf_router.h"
#include "wf_stages.h"

enum rewrite_ecn { ECN_KEEP, ECN_CLEAR, ECN_ECT0, ECN_ECT1, ECN_CE, ECN_MARK };
static const char *const ecn_names[] = { "keep", "clear", "ect0", "ect1", "ce", "mark", NULL };
static const uint8_t ecn_bits[] = {
	[ECN_CLEAR] = 0, [ECN_ECT0] = 2, [ECN_ECT1] = 1, [ECN_CE] = WF_ECN_CE, [ECN_MARK] = 0
};
enum rewrite_vlan { VLAN_KEEP, VLAN_PUSH, VLAN_POP, VLAN_SET };
static const char *const vlan_names[] = { "keep", "push", "pop", "set", NULL };
enum rewrite_tag { TAG_Q, TAG_AD };
static const char *const tag_names[] = { "802.1Q", "802.1ad", NULL };
static const uint16_t tag_type[] = { 0x8100, 0x88a8 };

struct rewrite_params {
	uint64_t given;
	double p, correlation;
	uint64_t ttl, ttl_decrement, dscp, vlan_id, vlan_priority;
	bool time_exceeded;
	int ecn, vlan, vlan_type;
	char *from, *from6;
};

enum {
	P,
	CORRELATION,
	TTL,
	TTL_DECREMENT,
	TIME_EXCEEDED,
	FROM,
	FROM6,
	DSCP,
	ECN,
	VLAN,
	VLAN_ID,
	VLAN_PRIORITY,
	VLAN_TYPE
};

static const struct wf_param params[] = {
	[P] = { .name = "p",
		.type = WF_PARAM_PROB,
		.offset = offsetof(struct rewrite_params, p),
		.fallback = "100%",
		.help = "probability that a packet is rewritten" },
	[CORRELATION] = { .name = "correlation",
		.type = WF_PARAM_PROB,
		.offset = offsetof(struct rewrite_params, correlation),
		.fallback = "0%",
		.max = "99.99%",
		.help = "correlation of this choice with that of the packet before" },
	[TTL] = { .name = "ttl",
		.type = WF_PARAM_COUNT,
		.offset = offsetof(struct rewrite_params, ttl),
		.min = "1",
		.max = "255",
		.help = "TTL or hop limit that packets get" },
	[TTL_DECREMENT] = { .name = "ttl_decrement",
		.type = WF_PARAM_COUNT,
		.offset = offsetof(struct rewrite_params, ttl_decrement),
		.min = "1",
		.max = "255",
		.help = "routers on the way: so much is taken off the TTL or hop limit" },
	[TIME_EXCEEDED] = { .name = "time_exceeded",
		.type = WF_PARAM_BOOL,
		.offset = offsetof(struct rewrite_params, time_exceeded),
		.fallback = "true",
		.help = "tell senders whose packets end because their TTL would reach 0" },
	[FROM] = { .name = "from",
		.type = WF_PARAM_STRING,
		.offset = offsetof(struct rewrite_params, from),
		.help = "IPv4 address of the router that tells; default: the packet's "
			"destination" },
	[FROM6] = { .name = "from6",
		.type = WF_PARAM_STRING,
		.offset = offsetof(struct rewrite_params, from6),
		.help = "the same for IPv6" },
	[DSCP] = { .name = "dscp",
		.type = WF_PARAM_COUNT,
		.offset = offsetof(struct rewrite_params, dscp),
		.max = "63",
		.help = "DSCP that packets get" },
	[ECN] = { .name = "ecn",
		.type = WF_PARAM_CHOICE,
		.offset = offsetof(struct rewrite_params, ecn),
		.fallback = "keep",
		.choices = ecn_names,
		.help = "clear: bleached to Not-ECT; ect0, ect1, ce: set, whatever it was; mark: "
			"CE where the packet is ECN-capable" },
	[VLAN] = { .name = "vlan",
		.type = WF_PARAM_CHOICE,
		.offset = offsetof(struct rewrite_params, vlan),
		.fallback = "keep",
		.choices = vlan_names,
		.help = "push a tag, pop the outermost one, or set what stands in it" },
	[VLAN_ID] = { .name = "vlan_id",
		.type = WF_PARAM_COUNT,
		.offset = offsetof(struct rewrite_params, vlan_id),
		.max = "4094",
		.help = "identifier, for push and set" },
	[VLAN_PRIORITY] = { .name = "vlan_priority",
		.type = WF_PARAM_COUNT,
		.offset = offsetof(struct rewrite_params, vlan_priority),
		.max = "7",
		.help = "priority code point, for push (0 without) and set" },
	[VLAN_TYPE] = { .name = "vlan_type",
		.type = WF_PARAM_CHOICE,
		.offset = offsetof(struct rewrite_params, vlan_type),
		.fallback = "802.1Q",
		.choices = tag_names,
		.help = "Ethernet type of a pushed tag: 0x8100 or 0x88a8" },
	{ 0 },
};

enum { ETHER_BYTES = 14, ADDRESS_BYTES = 12, TAG_BYTES = 4 };

/* Of a field, what is kept of it and the bits that are set in it. */
struct rewrite_cfg {
	struct wf_choice choice;
	uint8_t ttl;       /* 0: not set */
	uint8_t decrement; /* 0: none */
	bool tell;
	bool mark;
	uint8_t tos_keep, tos_set;
	uint8_t vlan;
	uint16_t tci_keep, tci_set;
	uint16_t tag_type;
	struct wf_router router;
};

static int
check_vlan(const struct rewrite_params *q, struct wf_block_compile *c)
{
	bool id = wf_param_given(q, VLAN_ID), priority = wf_param_given(q, VLAN_PRIORITY);

	if ((id || priority) && (q->vlan == VLAN_KEEP || q->vlan == VLAN_POP))
		return wf_err_add(c->err, c->where, "Write vlan = \"set\" or vlan = \"push\"",
			"\"%s\" with vlan = \"%s\"", id ? "vlan_id" : "vlan_priority",
			vlan_names[q->vlan]);
	if (q->vlan == VLAN_PUSH && !id)
		return wf_err_add(c->err, c->where, "Add vlan_id = 100",
			"vlan = \"push\" without \"vlan_id\"");
	if (q->vlan == VLAN_SET && !id && !priority)
		return wf_err_add(c->err, c->where, "Add vlan_id = 100 or vlan_priority = 5",
			"vlan = \"set\" without \"vlan_id\" or \"vlan_priority\"");
	if (wf_param_given(q, VLAN_TYPE) && q->vlan != VLAN_PUSH)
		return wf_err_add(c->err, c->where, "Write vlan = \"push\", or leave it out",
			"\"vlan_type\" is of a pushed tag");
	return 0;
}

static int
check(const struct rewrite_params *q, struct wf_block_compile *c)
{
	static const int of_expiry[] = { TIME_EXCEEDED, FROM, FROM6 };
	bool decrement = wf_param_given(q, TTL_DECREMENT);
	int rc = check_vlan(q, c);

	if (wf_param_given(q, TTL) && decrement)
		rc = wf_err_add(c->err, c->where, "Leave one of them out",
			"\"ttl\" does not go with \"ttl_decrement\"");
	for (size_t i = 0; i < WF_ARRAY_SIZE(of_expiry); i++)
		if (wf_param_given(q, (size_t)of_expiry[i]) && !decrement)
			rc = wf_err_add(c->err, c->where, "Add ttl_decrement = 1, or leave it out",
				"\"%s\" without \"ttl_decrement\": no TTL runs out",
				params[of_expiry[i]].name);
	if (!q->time_exceeded && (q->from != NULL || q->from6 != NULL))
		rc = wf_err_add(c->err, c->where, "Leave one of them out",
			"\"from\" with time_exceeded = false, which tells nobody");
	if (!wf_param_given(q, TTL) && !decrement && !wf_param_given(q, DSCP) &&
		q->ecn == ECN_KEEP && q->vlan == VLAN_KEEP)
		rc = wf_err_add(c->err, c->where,
			"Write ttl_decrement = 1, dscp = 0, ecn = \"clear\" or vlan = \"pop\"",
			"it says nothing of what is to be rewritten");
	return rc;
}

#define LIST 160

/* Adds a change to the list of them. */
static void
list(char text[LIST], const char *change)
{
	size_t n = strlen(text);

	snprintf(text + n, LIST - n, "%s%s", n != 0 ? ", " : "", change);
}

static void
note(const struct rewrite_params *q, const struct wf_block_compile *c)
{
	char text[LIST] = "", change[64];

	if (wf_param_given(q, TTL)) {
		snprintf(change, sizeof(change), "TTL %" PRIu64, q->ttl);
		list(text, change);
	}
	if (wf_param_given(q, TTL_DECREMENT)) {
		snprintf(change, sizeof(change), "TTL less %" PRIu64 "%s", q->ttl_decrement,
			q->time_exceeded ? " (ICMP tells where it ends)" : "");
		list(text, change);
	}
	if (wf_param_given(q, DSCP)) {
		snprintf(change, sizeof(change), "DSCP %" PRIu64, q->dscp);
		list(text, change);
	}
	if (q->ecn != ECN_KEEP) {
		snprintf(change, sizeof(change), "ECN %s", ecn_names[q->ecn]);
		list(text, change);
	}
	if (q->vlan != VLAN_KEEP) {
		snprintf(change, sizeof(change), "VLAN tag %s", vlan_names[q->vlan]);
		list(text, change);
	}
	c->forecast->acts[WF_BLOCK_REWRITE] = q->p;
	wf_stage_note(c, WF_BLOCK_REWRITE, "%.4g %% of packets get: %s", 100 * q->p, text);
}

static int
rewrite_compile(const void *block, struct wf_block_compile *c, void *cfg)
{
	const struct rewrite_params *q = block;
	struct rewrite_cfg *w = cfg;

	if (wf_router_compile(&w->router, q->from, q->from6, c) < 0 || check(q, c) < 0)
		return -EINVAL;
	if (!(q->p > 0))
		return 0;
	w->choice = wf_choice(q->p, q->correlation);
	w->ttl = (uint8_t)q->ttl;
	w->decrement = (uint8_t)q->ttl_decrement;
	w->tell = q->time_exceeded;
	w->tos_keep = 0xff;
	if (wf_param_given(q, DSCP)) {
		w->tos_keep = 0x03;
		w->tos_set = (uint8_t)(q->dscp << 2);
	}
	if (q->ecn != ECN_KEEP && q->ecn != ECN_MARK) {
		w->tos_keep &= 0xfc;
		w->tos_set |= ecn_bits[q->ecn];
	}
	w->mark = q->ecn == ECN_MARK;
	w->vlan = (uint8_t)q->vlan;
	w->tag_type = tag_type[q->vlan_type];
	w->tci_keep = 0xffff;
	if (wf_param_given(q, VLAN_ID)) {
		w->tci_keep = 0xf000;
		w->tci_set = (uint16_t)q->vlan_id;
	}
	if (wf_param_given(q, VLAN_PRIORITY)) {
		w->tci_keep &= 0x1fff;
		w->tci_set |= (uint16_t)(q->vlan_priority << 13);
	}
	note(q, c);
	c->needs |= WF_NEED_FLOW | WF_NEED_BYTES;
	if (q->correlation > 0 && !c->flow_scope)
		c->needs |= WF_NEED_OWNER;
	return 1;
}

/* Is it something that routers do not forward? */
static bool
of_the_link(const uint8_t *ip, const struct wf_parsed *parsed)
{
	if (parsed->flags & WF_PARSE_NEIGHBOUR)
		return true;
	if (parsed->key.family == 4)
		return ip[16] == 224 && ip[17] == 0 && ip[18] == 0;
	return ip[24] == 0xff && (ip[25] & 0x0f) == 2;
}

static bool
expires(const struct rewrite_cfg *w, const uint8_t *data, const struct wf_parsed *parsed)
{
	const uint8_t *ip = data + parsed->l3_offset;

	return w->decrement != 0 && (parsed->flags & WF_PARSE_IP) &&
	       ip[parsed->key.family == 4 ? 8 : 7] <= w->decrement && !of_the_link(ip, parsed);
}

static void
rewrite_run(const void *cfg, uint32_t state_offset, struct wf_batch *b, uint16_t first,
	uint16_t end, struct wf_stage_env *env)
{
	const struct rewrite_cfg *w = cfg;

	for (uint16_t i = first; i < end; i++) {
		uint64_t draw = wf_rng_draw(b->rng[i], WF_RNG_REWRITE);

		if (b->drop[i] != WF_DROP_NONE ||
			!wf_choose(&w->choice, (uint64_t *)(b->state[i] + state_offset), draw))
			continue;
		if (!expires(w, b->data[i], b->parsed[i])) {
			b->edits[i] |= 1u << WF_BLOCK_REWRITE;
			continue;
		}
		b->drop[i] = WF_DROP_ttl_exceeded;
		if (w->tell && wf_icmp_may_answer(b->data[i], b->readable_bytes[i], b->parsed[i]))
			b->forges[i] |= 1u << WF_BLOCK_REWRITE;
	}
}

static uint16_t
get16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static void
put16(uint8_t *p, uint16_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

/* A new value for the first or second byte of a 16-bit word of an IPv4 header. */
static void
change_ipv4(uint8_t *ip, uint32_t at, uint8_t value)
{
	uint8_t *word = ip + (at & ~1u);
	uint16_t before = get16(word);

	ip[at] = value;
	wf_checksum_change(ip + 10, before, get16(word));
}

static uint8_t
new_ttl(const struct rewrite_cfg *w, uint8_t ttl)
{
	return w->ttl != 0 ? w->ttl : (uint8_t)(ttl - w->decrement);
}

static uint8_t
new_tos(const struct rewrite_cfg *w, uint8_t tos)
{
	if (w->mark && (tos & 3) != 0)
		tos |= WF_ECN_CE;
	return (uint8_t)((tos & w->tos_keep) | w->tos_set);
}

static void
edit_ip(const struct rewrite_cfg *w, uint8_t *ip, const struct wf_parsed *parsed)
{
	bool ttl = (w->ttl | w->decrement) != 0 && !of_the_link(ip, parsed);
	uint8_t tos;

	if (parsed->key.family == 4) {
		change_ipv4(ip, 1, new_tos(w, ip[1]));
		if (ttl)
			change_ipv4(ip, 8, new_ttl(w, ip[8]));
		return;
	}
	/* Version, traffic class, flow label: 4, 8 and 20 bits. */
	tos = new_tos(w, (uint8_t)(get16(ip) >> 4));
	put16(ip, (uint16_t)((get16(ip) & 0xf00f) | tos << 4));
	if (ttl)
		ip[7] = new_ttl(w, ip[7]);
}

static bool
has_tag(const struct wf_frame *f)
{
	uint16_t type =
		f->readable_bytes < ETHER_BYTES + TAG_BYTES ? 0 : get16(f->data + ADDRESS_BYTES);

	return type == 0x8100 || type == 0x88a8 || type == 0x9100;
}

static void
push(const struct rewrite_cfg *w, struct wf_frame *f)
{
	uint8_t *tag = f->data + ADDRESS_BYTES;

	if (f->readable_bytes < ETHER_BYTES)
		return;
	if (f->readable_bytes + TAG_BYTES > f->room_bytes) {
		f->no_room = true;
		return;
	}
	memmove(tag + TAG_BYTES, tag, f->readable_bytes - ADDRESS_BYTES);
	put16(tag, w->tag_type);
	put16(tag + 2, w->tci_set);
	f->readable_bytes += TAG_BYTES;
	f->len_bytes += TAG_BYTES;
}

static void
rewrite_edit(const void *cfg, struct wf_frame *f)
{
	const struct rewrite_cfg *w = cfg;
	uint8_t *tag = f->data + ADDRESS_BYTES;

	if (f->parsed->flags & WF_PARSE_IP)
		edit_ip(w, f->data + f->parsed->l3_offset, f->parsed);
	if (w->vlan == VLAN_PUSH) {
		push(w, f);
	} else if (w->vlan == VLAN_SET && has_tag(f)) {
		put16(tag + 2, (uint16_t)((get16(tag + 2) & w->tci_keep) | w->tci_set));
	} else if (w->vlan == VLAN_POP && has_tag(f)) {
		f->readable_bytes -= TAG_BYTES;
		f->len_bytes -= TAG_BYTES;
		memmove(tag, tag + TAG_BYTES, f->readable_bytes - ADDRESS_BYTES);
	}
}

static uint32_t
rewrite_forge(const void *cfg, const struct wf_frame *cause, struct wf_forged *out)
{
	const struct rewrite_cfg *w = cfg;
	uint8_t family = cause->parsed->key.family;

	wf_icmp_error(
		cause, family == 4 ? 11 : 3, 0, 0, wf_router_address(&w->router, family), out);
	return 1;
}

const struct wf_block wf_block_rewrite = {
	.stage =
		&(const struct wf_stage_ops){
			.run = rewrite_run, .edit = rewrite_edit, .forge = rewrite_forge },
	.name = "rewrite",
	.summary = "Rewrites TTL, DSCP, ECN and VLAN tags",
	.main_key = "p",
	.params = params,
	.params_size = sizeof(struct rewrite_params),
	.cfg_size = sizeof(struct rewrite_cfg),
	.state_size = sizeof(uint64_t),
	.compile = rewrite_compile,
};
