/* SPDX-License-Identifier: BSD-3-Clause
 * Destination unreachable: packets end here and their sender is told so, by ICMP (RFC 792; code 13:
 * RFC 1812) or ICMPv6 (RFC 4443). ARP and Neighbour Discovery pass; what no error may be sent about
 * (see wf_icmp.h) is dropped silently.
 */
#include <errno.h>

#include "wf_icmp.h"
#include "wf_rng.h"
#include "wf_router.h"
#include "wf_stages.h"

static const char *const code_names[] = { "port", "host", "net", "admin", NULL };
static const uint8_t code4[] = { 3, 1, 0, 13 }, code6[] = { 4, 3, 0, 1 };
static const char *const proto_names[] = { "udp", "tcp", "any", NULL };
enum { PROTO_TCP = 6, PROTO_UDP = 17 };
static const uint8_t proto_number[] = { PROTO_UDP, PROTO_TCP, 0 };
static const char *const proto_text[] = { "UDP", "TCP", "IP" };
static const char *const code_text[] = { "port unreachable", "host unreachable",
	"network unreachable", "administratively prohibited" };

struct unreachable_params {
	uint64_t given;
	double p;
	int code, proto;
	char *from, *from6;
};

static const struct wf_param params[] = {
	{ .name = "p",
		.type = WF_PARAM_PROB,
		.offset = offsetof(struct unreachable_params, p),
		.fallback = "100%",
		.help = "probability that a packet ends here" },
	{ .name = "code",
		.type = WF_PARAM_CHOICE,
		.offset = offsetof(struct unreachable_params, code),
		.fallback = "port",
		.choices = code_names,
		.help = "what is unreachable; admin: communication is prohibited" },
	{ .name = "proto",
		.type = WF_PARAM_CHOICE,
		.offset = offsetof(struct unreachable_params, proto),
		.fallback = "udp",
		.choices = proto_names,
		.help = "packets that are meant" },
	{ .name = "from",
		.type = WF_PARAM_STRING,
		.offset = offsetof(struct unreachable_params, from),
		.help = "IPv4 address of the router that tells; default: the packet's "
			"destination" },
	{ .name = "from6",
		.type = WF_PARAM_STRING,
		.offset = offsetof(struct unreachable_params, from6),
		.help = "the same for IPv6" },
	{ 0 },
};

struct unreachable_cfg {
	uint64_t threshold;
	uint8_t code4, code6;
	uint8_t proto; /* 0: any */
	struct wf_router router;
};

static int
unreachable_compile(const void *block, struct wf_block_compile *c, void *cfg)
{
	const struct unreachable_params *q = block;
	struct unreachable_cfg *u = cfg;

	if (wf_router_compile(&u->router, q->from, q->from6, c) < 0)
		return -EINVAL;
	if (!(q->p > 0))
		return 0;
	u->threshold = wf_rng_threshold(q->p);
	u->code4 = code4[q->code];
	u->code6 = code6[q->code];
	u->proto = proto_number[q->proto];
	if (u->proto != PROTO_TCP)
		c->forecast->acts[WF_BLOCK_UNREACHABLE] = q->p;
	wf_stage_note(c, WF_BLOCK_UNREACHABLE,
		"%.4g %% of %s packets end here, and their senders are told \"%s\" by ICMP",
		100 * q->p, proto_text[q->proto], code_text[q->code]);
	c->needs |= WF_NEED_FLOW | WF_NEED_BYTES;
	return 1;
}

static void
unreachable_run(const void *cfg, uint32_t state_offset, struct wf_batch *b, uint16_t first,
	uint16_t end, struct wf_stage_env *env)
{
	const struct unreachable_cfg *u = cfg;

	for (uint16_t i = first; i < end; i++) {
		const struct wf_parsed *parsed = b->parsed[i];

		if (b->drop[i] != WF_DROP_NONE || !(parsed->flags & WF_PARSE_IP) ||
			(parsed->flags & WF_PARSE_NEIGHBOUR) ||
			(u->proto != 0 && parsed->key.proto != u->proto) ||
			!wf_rng_below(wf_rng_draw(b->rng[i], WF_RNG_UNREACHABLE), u->threshold))
			continue;
		b->drop[i] = WF_DROP_unreachable;
		if (wf_icmp_may_answer(b->data[i], b->readable_bytes[i], parsed))
			b->forges[i] |= 1u << WF_BLOCK_UNREACHABLE;
	}
}

static uint32_t
unreachable_forge(const void *cfg, const struct wf_frame *cause, struct wf_forged *out)
{
	const struct unreachable_cfg *u = cfg;
	uint8_t family = cause->parsed->key.family;

	wf_icmp_error(cause, family == 4 ? 3 : 1, family == 4 ? u->code4 : u->code6, 0,
		wf_router_address(&u->router, family), out);
	return 1;
}

const struct wf_block wf_block_unreachable = {
	.stage = &(const struct wf_stage_ops){ .run = unreachable_run, .forge = unreachable_forge },
	.name = "unreachable",
	.summary = "Answers packets with ICMP \"destination unreachable\"",
	.main_key = "p",
	.params = params,
	.params_size = sizeof(struct unreachable_params),
	.cfg_size = sizeof(struct unreachable_cfg),
	.compile = unreachable_compile,
};
