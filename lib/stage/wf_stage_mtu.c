/* SPDX-License-Identifier: BSD-3-Clause
 * MTU clamp: IP packets longer than the MTU end here, and their sender is told ("fragmentation
 * needed", RFC 1191; "packet too big", RFC 8201), or is not: a path MTU blackhole (RFC 2923).
 *
 * IPv4 packets without DF, which a router would cut into fragments, pass whole or are dropped,
 * silently as no error would help. Of IPv6 1280 bytes always pass (RFC 8200, section 5).
 */
#include <errno.h>

#include "wf_icmp.h"
#include "wf_reply.h"
#include "wf_router.h"
#include "wf_stages.h"

enum mtu_mode { TELL, BLACKHOLE };
static const char *const mode_names[] = { "icmp", "blackhole", NULL };
enum mtu_without_df { PASS, DROP };
static const char *const without_df_names[] = { "pass", "drop", NULL };

struct mtu_params {
	uint64_t given, mtu;
	int mode, without_df;
	char *from, *from6;
};

enum { MTU, MODE, WITHOUT_DF, FROM, FROM6 };

static const struct wf_param params[] = {
	[MTU] = { .name = "mtu",
		.type = WF_PARAM_COUNT,
		.offset = offsetof(struct mtu_params, mtu),
		.min = "68",
		.max = "65535",
		.help = "longest IP packet that passes, in bytes; of IPv6 never less than 1280" },
	[MODE] = { .name = "mode",
		.type = WF_PARAM_CHOICE,
		.offset = offsetof(struct mtu_params, mode),
		.fallback = "icmp",
		.choices = mode_names,
		.help = "icmp: senders are told; blackhole: they are not" },
	[WITHOUT_DF] = { .name = "without_df",
		.type = WF_PARAM_CHOICE,
		.offset = offsetof(struct mtu_params, without_df),
		.fallback = "pass",
		.choices = without_df_names,
		.help = "longer IPv4 packets that may be fragmented: pass whole, or are dropped" },
	[FROM] = { .name = "from",
		.type = WF_PARAM_STRING,
		.offset = offsetof(struct mtu_params, from),
		.help = "IPv4 address of the router that tells; default: the packet's "
			"destination" },
	[FROM6] = { .name = "from6",
		.type = WF_PARAM_STRING,
		.offset = offsetof(struct mtu_params, from6),
		.help = "the same for IPv6" },
	{ 0 },
};

enum { IPV6_MIN = 1280 };

struct mtu_cfg {
	uint32_t mtu4, mtu6;
	bool tell, drop_without_df;
	struct wf_router router;
};

static int
mtu_compile(const void *block, struct wf_block_compile *c, void *cfg)
{
	const struct mtu_params *q = block;
	struct mtu_cfg *m = cfg;

	if (!wf_param_given(q, MTU))
		return wf_err_add(c->err, c->where, "Write mtu = 1400", "\"mtu\" is missing");
	if (q->mode == BLACKHOLE && (q->from != NULL || q->from6 != NULL))
		return wf_err_add(c->err, c->where, "Leave one of them out",
			"\"from\" with mode = \"blackhole\", which tells nobody");
	if (wf_router_compile(&m->router, q->from, q->from6, c) < 0)
		return -EINVAL;
	m->mtu4 = (uint32_t)q->mtu;
	m->mtu6 = q->mtu < IPV6_MIN ? IPV6_MIN : (uint32_t)q->mtu;
	m->tell = q->mode == TELL;
	m->drop_without_df = q->without_df == DROP;
	wf_stage_note(c, WF_BLOCK_MTU,
		"IPv4 packets of more than %u bytes and IPv6 packets of more than %u end here, and "
		"%s; "
		"IPv4 packets without DF %s",
		m->mtu4, m->mtu6, m->tell ? "their senders are told by ICMP" : "nobody is told",
		m->drop_without_df ? "end untold" : "pass whole");
	c->needs |= WF_NEED_BYTES;
	return 1;
}

static void
mtu_run(const void *cfg, uint32_t state_offset, struct wf_batch *b, uint16_t first, uint16_t end,
	struct wf_stage_env *env)
{
	const struct mtu_cfg *m = cfg;

	for (uint16_t i = first; i < end; i++) {
		const struct wf_parsed *parsed = b->parsed[i];
		bool v4 = parsed->key.family == 4, may_cut;

		if (b->drop[i] != WF_DROP_NONE || !(parsed->flags & WF_PARSE_IP) ||
			wf_reply_ip_bytes(b->data[i], b->len_bytes[i], parsed) <=
				(v4 ? m->mtu4 : m->mtu6))
			continue;
		may_cut = v4 && !(b->data[i][parsed->l3_offset + 6] & 0x40);
		if (may_cut && !m->drop_without_df)
			continue;
		b->drop[i] = WF_DROP_too_big;
		if (m->tell && !may_cut &&
			wf_icmp_may_answer(b->data[i], b->readable_bytes[i], parsed))
			b->forges[i] |= 1u << WF_BLOCK_MTU;
	}
}

static uint32_t
mtu_forge(const void *cfg, const struct wf_frame *cause, struct wf_forged *out)
{
	const struct mtu_cfg *m = cfg;
	uint8_t family = cause->parsed->key.family;
	const uint8_t *from = wf_router_address(&m->router, family);

	if (family == 4)
		wf_icmp_error(cause, 3, 4, m->mtu4, from, out);
	else
		wf_icmp_error(cause, 2, 0, m->mtu6, from, out);
	return 1;
}

const struct wf_block wf_block_mtu = {
	.stage = &(const struct wf_stage_ops){ .run = mtu_run, .forge = mtu_forge },
	.name = "mtu",
	.summary = "Lets no packet pass that is longer than the MTU",
	.main_key = "mtu",
	.params = params,
	.params_size = sizeof(struct mtu_params),
	.cfg_size = sizeof(struct mtu_cfg),
	.compile = mtu_compile,
};
