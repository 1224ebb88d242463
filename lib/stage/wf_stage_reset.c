/* SPDX-License-Identifier: BSD-3-Clause
 * TCP reset, as a middlebox or a dying host does it. A segment that is chosen becomes a reset in
 * its own place, so that it reaches the receiver in order, with the sequence number that is
 * expected next there; its sender is answered with another. RFC 9293, section 3.10.7.1:
 *	to the receiver   <SEQ=SEG.SEQ><CTL=RST>, the acknowledgement as it was
 *	to the sender     <SEQ=SEG.ACK><CTL=RST>, or <SEQ=0><ACK=SEG.SEQ+SEG.LEN><CTL=RST,ACK> when
 *	                  the segment acknowledges nothing
 * Linux takes a reset only for exactly the next number (RFC 5961). With scope = "flow" a connection
 * that was reset stays so: what follows of it is treated alike, until a SYN begins another.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "wf_checksum.h"
#include "wf_rng.h"
#include "wf_stages.h"
#include "wf_tcp.h"
#include "wf_units.h"

enum reset_on { ON_DATA, ON_SYN, ON_ANY };
static const char *const on_names[] = { "data", "syn", "any", NULL };
enum reset_to { TO_BOTH, TO_SENDER, TO_RECEIVER };
static const char *const to_names[] = { "both", "sender", "receiver", NULL };

struct reset_params {
	uint64_t given;
	double p;
	int on, to;
	uint64_t after_packets, after_bytes;
	wf_ns_t after;
};

enum { P, ON, TO, AFTER_PACKETS, AFTER_BYTES, AFTER };

static const struct wf_param params[] = {
	[P] = { .name = "p",
		.type = WF_PARAM_PROB,
		.offset = offsetof(struct reset_params, p),
		.fallback = "100%",
		.help = "probability, for each segment that qualifies, that it resets its "
			"connection" },
	[ON] = { .name = "on",
		.type = WF_PARAM_CHOICE,
		.offset = offsetof(struct reset_params, on),
		.fallback = "data",
		.choices = on_names,
		.help = "segments that qualify: with data, with SYN (connections are refused), or "
			"any" },
	[TO] = { .name = "to",
		.type = WF_PARAM_CHOICE,
		.offset = offsetof(struct reset_params, to),
		.fallback = "both",
		.choices = to_names,
		.help = "the end of the connection that is told, seen from the segment" },
	[AFTER_PACKETS] = { .name = "after_packets",
		.type = WF_PARAM_COUNT,
		.offset = offsetof(struct reset_params, after_packets),
		.fallback = "0",
		.max = "1000000000000",
		.help = "scope = \"flow\": not before this many segments of the connection" },
	[AFTER_BYTES] = { .name = "after_bytes",
		.type = WF_PARAM_SIZE,
		.offset = offsetof(struct reset_params, after_bytes),
		.fallback = "0B",
		.max = "1000GB",
		.help = "scope = \"flow\": not before this much data of the connection" },
	[AFTER] = { .name = "after",
		.type = WF_PARAM_DURATION,
		.offset = offsetof(struct reset_params, after),
		.fallback = "0ms",
		.max = "24h",
		.help = "scope = \"flow\": not before this long since its first segment" },
	{ 0 },
};

struct reset_cfg {
	uint64_t threshold;
	uint64_t after_packets, after_bytes;
	wf_ns_t after_ns;
	uint8_t on, to;
	bool per_flow;
};

struct reset_state {
	uint64_t packets, bytes; /* of the connection, before this segment */
	wf_ns_t first_ns;
	uint64_t seen, done;
};

static void
note(const struct reset_params *q, const struct wf_block_compile *c)
{
	static const char *const which[] = {
		[ON_DATA] = " with data", [ON_SYN] = " with SYN", [ON_ANY] = ""
	};
	static const char *const whom[] = { [TO_BOTH] = "both ends are",
		[TO_SENDER] = "the sender is",
		[TO_RECEIVER] = "the receiver is" };
	char packets[96] = "", bytes[96] = "", ns[96] = "", text[WF_UNITS_TEXT];

	if (q->after_packets != 0)
		snprintf(
			packets, sizeof(packets), ", after %" PRIu64 " segments", q->after_packets);
	if (q->after_bytes != 0)
		snprintf(bytes, sizeof(bytes), ", after %s of data",
			wf_units_format_size(q->after_bytes, text));
	if (q->after != 0)
		snprintf(ns, sizeof(ns), ", after %s", wf_units_format_duration(q->after, text));
	if (q->on != ON_SYN && q->after_packets == 0 && q->after_bytes == 0 && q->after == 0)
		c->forecast->acts[WF_BLOCK_RESET] = q->p;
	wf_stage_note(c, WF_BLOCK_RESET,
		"%.4g %% of TCP segments%s reset their connection%s%s%s; %s told", 100 * q->p,
		which[q->on], packets, bytes, ns, whom[q->to]);
}

static int
reset_compile(const void *block, struct wf_block_compile *c, void *cfg)
{
	const struct reset_params *q = block;
	struct reset_cfg *r = cfg;
	static const int of_flow[] = { AFTER_PACKETS, AFTER_BYTES, AFTER };

	for (size_t i = 0; i < WF_ARRAY_SIZE(of_flow); i++) {
		const char *key = params[of_flow[i]].name;

		if (!wf_param_given(q, (size_t)of_flow[i]))
			continue;
		if (!c->flow_scope)
			return wf_err_add(c->err, c->where, "Write scope = \"flow\" beside it",
				"\"%s\" counts what one connection carries", key);
		if (q->on == ON_SYN)
			return wf_err_add(c->err, c->where, "Write on = \"data\", or leave it out",
				"\"%s\" with on = \"syn\": a connection begins with its SYN", key);
	}
	if (!(q->p > 0))
		return 0;
	r->threshold = wf_rng_threshold(q->p);
	r->after_packets = q->after_packets;
	r->after_bytes = q->after_bytes;
	r->after_ns = q->after;
	r->on = (uint8_t)q->on;
	r->to = (uint8_t)q->to;
	r->per_flow = c->flow_scope;
	note(q, c);
	c->needs |= WF_NEED_FLOW | WF_NEED_BYTES;
	return 1;
}

/* Counts the segment. Is its connection to be reset by it? */
static bool
chosen(const struct reset_cfg *r, struct reset_state *s, const struct wf_tcp *g, uint64_t rng,
	wf_ns_t now_ns)
{
	struct reset_state before;

	if (r->per_flow) {
		if ((g->flags & WF_TCP_SYN) || !s->seen)
			*s = (struct reset_state){ .first_ns = now_ns, .seen = 1 };
		before = *s;
		s->packets++;
		s->bytes += g->data_bytes;
		if (before.done)
			return true;
		if (before.packets < r->after_packets || before.bytes < r->after_bytes ||
			now_ns < before.first_ns + r->after_ns)
			return false;
	}
	if ((r->on == ON_DATA && g->data_bytes == 0) ||
		(r->on == ON_SYN && !(g->flags & WF_TCP_SYN)))
		return false;
	if (!wf_rng_below(wf_rng_draw(rng, WF_RNG_RESET), r->threshold))
		return false;
	if (r->per_flow)
		s->done = 1;
	return true;
}

static void
reset_run(const void *cfg, uint32_t state_offset, struct wf_batch *b, uint16_t first, uint16_t end,
	struct wf_stage_env *env)
{
	const struct reset_cfg *r = cfg;

	for (uint16_t i = first; i < end; i++) {
		struct reset_state *s = (struct reset_state *)(b->state[i] + state_offset);
		struct wf_tcp g;

		if (b->drop[i] != WF_DROP_NONE ||
			!wf_tcp_read(b->data[i], b->readable_bytes[i], b->len_bytes[i],
				b->parsed[i], &g) ||
			(g.flags & WF_TCP_RST) || !chosen(r, s, &g, b->rng[i], b->rx_ns[i]))
			continue;
		if (r->to != TO_RECEIVER)
			b->forges[i] |= 1u << WF_BLOCK_RESET;
		/* Whom a SYN calls has no connection yet. */
		if (r->to == TO_SENDER || (g.flags & (WF_TCP_SYN | WF_TCP_ACK)) == WF_TCP_SYN)
			b->drop[i] = WF_DROP_reset;
		else
			b->edits[i] |= 1u << WF_BLOCK_RESET;
	}
}

/* The segment becomes a reset: no options, no data. IP options and extension headers stay. */
static void
reset_edit(const void *cfg, struct wf_frame *f)
{
	uint32_t l3 = f->parsed->l3_offset, l4 = f->parsed->l4_offset, end = l4 + WF_TCP_BYTES;
	uint32_t len = end > WF_FRAME_MIN ? end : WF_FRAME_MIN, total = end - l3;
	uint8_t *ip = f->data + l3, *tcp = f->data + l4;

	if (f->parsed->key.family == 4) {
		ip[2] = (uint8_t)(total >> 8);
		ip[3] = (uint8_t)total;
		ip[10] = ip[11] = 0;
		wf_checksum_store(wf_checksum_add(0, ip, (ip[0] & 0x0fu) * 4), ip + 10);
	} else {
		ip[4] = (uint8_t)((total - 40) >> 8);
		ip[5] = (uint8_t)(total - 40);
	}
	tcp[12] = 5 << 4;
	tcp[13] = WF_TCP_RST | (tcp[13] & WF_TCP_ACK);
	memset(tcp + 14, 0, 6);
	if (!(tcp[13] & WF_TCP_ACK))
		memset(tcp + 8, 0, 4);
	wf_checksum_store(wf_checksum_add(wf_checksum_pseudo(ip, WF_TCP_PROTO, WF_TCP_BYTES), tcp,
				  WF_TCP_BYTES),
		tcp + 16);
	if (f->len_bytes > len)
		f->len_bytes = len;
	if (f->readable_bytes > f->len_bytes)
		f->readable_bytes = f->len_bytes;
	memset(f->data + end, 0, f->readable_bytes - end);
}

static void
put32(uint8_t *p, uint32_t v)
{
	v = htobe32(v);
	memcpy(p, &v, sizeof(v));
}

/* The answer to the segment's sender. */
static uint32_t
reset_forge(const void *cfg, const struct wf_frame *cause, struct wf_forged *out)
{
	const uint8_t *in = cause->data + cause->parsed->l4_offset;
	uint8_t *tcp = wf_reply_begin(cause, NULL, 0, WF_TCP_PROTO, WF_TCP_BYTES, out);
	struct wf_tcp g = { 0 };

	wf_tcp_read(cause->data, cause->readable_bytes, cause->len_bytes, cause->parsed, &g);
	memset(tcp, 0, WF_TCP_BYTES);
	memcpy(tcp, in + 2, 2);
	memcpy(tcp + 2, in, 2);
	tcp[12] = 5 << 4;
	if (g.flags & WF_TCP_ACK) {
		memcpy(tcp + 4, in + 8, 4);
		tcp[13] = WF_TCP_RST;
	} else {
		put32(tcp + 8, g.seq + g.data_bytes + (g.flags & WF_TCP_SYN ? 1u : 0u) +
				       (g.flags & WF_TCP_FIN ? 1u : 0u));
		tcp[13] = WF_TCP_RST | WF_TCP_ACK;
	}
	wf_reply_end(cause, WF_TCP_PROTO, WF_TCP_BYTES, 16, out);
	return 1;
}

const struct wf_block wf_block_reset = {
	.stage =
		&(const struct wf_stage_ops){
			.run = reset_run, .edit = reset_edit, .forge = reset_forge },
	.name = "reset",
	.summary = "Resets TCP connections",
	.main_key = "p",
	.params = params,
	.params_size = sizeof(struct reset_params),
	.cfg_size = sizeof(struct reset_cfg),
	.state_size = sizeof(struct reset_state),
	.compile = reset_compile,
};
