/* SPDX-License-Identifier: BSD-3-Clause
 * Corruption: flips bits, or cuts frames short. A packet is chosen with probability p, and then has
 * `bits` different bits of its range flipped; or every bit of the range is flipped with probability
 * `ber`, so a packet of n bits in range is hit with
 *
 *	F(n) = 1 - (1 - ber)^n
 *
 * and the first flipped bit is the largest g with F(g) <= u, of the draw u that chose the packet;
 * the gaps to further ones are drawn alike. F(n) is put together from F(2^j), as
 * F(a + b) = F(a) + F(b) - F(a) F(b), which keeps its precision however small ber is.
 *
 * The range lies in a layer of the frame as it was received; a packet without that layer, or that
 * ends before the range, is left alone. checksum = "repair" then makes the checksums right again,
 * as the headers, which may be damaged, read now.
 */
#include <errno.h>

#include "wf_checksum.h"
#include "wf_choose.h"
#include "wf_stages.h"

#define BITS_MAX 64
#define POWERS   20 /* bits of a frame < 2^20 */

enum corrupt_layer { FRAME, NETWORK, TRANSPORT, PAYLOAD };
static const char *const layer_names[] = { "frame", "network", "transport", "payload", NULL };
enum corrupt_checksum { KEEP, REPAIR };
static const char *const checksum_names[] = { "keep", "repair", NULL };

struct corrupt_params {
	uint64_t given;
	double p, correlation, ber;
	uint64_t bits, offset, length, truncate;
	int layer, checksum;
};

enum { P, CORRELATION, BER, BITS, LAYER, OFFSET, LENGTH, CHECKSUM, TRUNCATE };

static const struct wf_param params[] = {
	[P] = { .name = "p",
		.type = WF_PARAM_PROB,
		.offset = offsetof(struct corrupt_params, p),
		.fallback = "0%",
		.help = "probability that a packet is corrupted" },
	[CORRELATION] = { .name = "correlation",
		.type = WF_PARAM_PROB,
		.offset = offsetof(struct corrupt_params, correlation),
		.fallback = "0%",
		.max = "99.99%",
		.help = "correlation of this choice with that of the packet before" },
	[BER] = { .name = "ber",
		.type = WF_PARAM_PROB,
		.offset = offsetof(struct corrupt_params, ber),
		.fallback = "0",
		.help = "bit error rate: probability that a bit is flipped, instead of p and "
			"bits" },
	[BITS] = { .name = "bits",
		.type = WF_PARAM_COUNT,
		.offset = offsetof(struct corrupt_params, bits),
		.fallback = "1",
		.min = "1",
		.max = "64",
		.help = "bits flipped in a corrupted packet, all different; none by default with "
			"truncate" },
	[LAYER] = { .name = "layer",
		.type = WF_PARAM_CHOICE,
		.offset = offsetof(struct corrupt_params, layer),
		.fallback = "frame",
		.choices = layer_names,
		.help = "where bits are flipped: from the frame's first byte, the IP header's, the "
			"header's behind it, or what TCP, UDP or ICMP carry; to the frame's end" },
	[OFFSET] = { .name = "offset",
		.type = WF_PARAM_COUNT,
		.offset = offsetof(struct corrupt_params, offset),
		.fallback = "0",
		.max = "16777216",
		.help = "bytes of the layer that are spared" },
	[LENGTH] = { .name = "length",
		.type = WF_PARAM_COUNT,
		.offset = offsetof(struct corrupt_params, length),
		.min = "1",
		.max = "16777216",
		.help = "bytes behind offset that may be hit; by default all" },
	[CHECKSUM] = { .name = "checksum",
		.type = WF_PARAM_CHOICE,
		.offset = offsetof(struct corrupt_params, checksum),
		.fallback = "keep",
		.choices = checksum_names,
		.help = "checksums of IPv4, TCP, UDP, ICMP and ICMPv6 stay as they were, so that "
			"the "
			"damage shows, or are made right again" },
	[TRUNCATE] = { .name = "truncate",
		.type = WF_PARAM_COUNT,
		.offset = offsetof(struct corrupt_params, truncate),
		.min = "14",
		.max = "4294967295",
		.help = "length in bytes to which a corrupted frame is cut" },
	{ 0 },
};

struct corrupt_cfg {
	struct wf_choice choice;
	uint32_t bits, offset, length, truncate;
	uint8_t layer, checksum;
	double hit[POWERS]; /* F(2^j), with ber */
	double ber;
};

/* Where bits may be flipped. */
struct range {
	uint32_t first_bit, n_bits;
};

static int
check(const struct corrupt_params *p, struct wf_block_compile *c)
{
	int rc = 0;

	for (int i = 0; wf_param_given(p, BER) && i <= TRUNCATE; i++)
		if (wf_param_given(p, i) &&
			(i == P || i == CORRELATION || i == BITS || i == TRUNCATE))
			rc = wf_err_add(c->err, c->where, "Leave out ber, or this key",
				"\"%s\" does not go with \"ber\"", params[i].name);
	if (!wf_param_given(p, BER) && !wf_param_given(p, P))
		rc = wf_err_add(c->err, c->where, "Write p = \"1%\" or ber = \"0.000001\"",
			"neither \"p\" nor \"ber\" is given");
	if (wf_param_given(p, TRUNCATE) && p->checksum == REPAIR)
		rc = wf_err_add(c->err, c->where, "Leave one of them out",
			"a truncated packet has no checksum to repair");
	if (wf_param_given(p, TRUNCATE) && !wf_param_given(p, BITS) &&
		(wf_param_given(p, LAYER) || wf_param_given(p, OFFSET) ||
			wf_param_given(p, LENGTH)))
		rc = wf_err_add(c->err, c->where, "Add bits = 1, or leave the range out",
			"a range, but \"truncate\" without \"bits\" flips no bits");
	return rc;
}

/* F(n). */
static double
hit_within(const struct corrupt_cfg *d, uint32_t n)
{
	double f = 0;

	for (int j = POWERS - 1; j >= 0; j--)
		if (n & 1u << j)
			f = f + d->hit[j] - f * d->hit[j];
	return f;
}

/* Of frames that carry UDP over IPv4. */
static double
forecast(const struct corrupt_cfg *d, double p)
{
	static const uint32_t header[] = {
		[FRAME] = 0, [NETWORK] = 14, [TRANSPORT] = 34, [PAYLOAD] = 42
	};
	uint32_t first = header[d->layer] + d->offset;
	uint32_t bytes = first < WF_FORECAST_FRAME ? WF_FORECAST_FRAME - first : 0;

	bytes = bytes < d->length ? bytes : d->length;
	if (d->ber > 0)
		return hit_within(d, bytes * 8);
	return (d->bits > 0 && bytes > 0) || d->truncate < WF_FORECAST_FRAME ? p : 0;
}

static int
corrupt_compile(const void *block, struct wf_block_compile *c, void *cfg)
{
	const struct corrupt_params *p = block;
	struct corrupt_cfg *out = cfg;
	double hit = p->ber;

	if (check(p, c) < 0)
		return -EINVAL;
	if (!(p->p > 0) && !(p->ber > 0))
		return 0;
	out->choice = wf_choice(p->p, p->correlation);
	out->bits = (uint32_t)p->bits;
	out->truncate = UINT32_MAX;
	if (wf_param_given(p, TRUNCATE)) {
		out->truncate = (uint32_t)p->truncate;
		if (!wf_param_given(p, BITS))
			out->bits = 0;
	}
	out->offset = (uint32_t)p->offset;
	out->length = wf_param_given(p, LENGTH) ? (uint32_t)p->length : UINT32_MAX;
	out->layer = (uint8_t)p->layer;
	out->checksum = (uint8_t)p->checksum;
	out->ber = p->ber;
	for (int j = 0; j < POWERS; j++) {
		out->hit[j] = hit;
		hit = hit + hit - hit * hit;
	}
	c->forecast->corrupted = forecast(out, p->p);
	if (p->p == 1)
		wf_stage_note_certain(c, WF_BLOCK_CORRUPT, "every packet is corrupted");
	c->needs |= WF_NEED_BYTES;
	if (p->correlation > 0 && !c->flow_scope)
		c->needs |= WF_NEED_OWNER;
	return 1;
}

/* Offset of what TCP, UDP or ICMP carry; 0: there is none of them. */
static uint32_t
payload_of(const uint8_t *data, uint32_t readable_bytes, const struct wf_parsed *parsed)
{
	enum { ICMP = 1, TCP = 6, UDP = 17, ICMPV6 = 58 };
	uint32_t l4 = parsed->l4_offset;

	switch (parsed->key.proto) {
	case TCP:
		return l4 + 12 < readable_bytes ? l4 + (data[l4 + 12] >> 4) * 4u : 0;
	case UDP:
	case ICMP:
	case ICMPV6:
		return l4 + 8;
	default:
		return 0;
	}
}

static struct range
range_of(const struct corrupt_cfg *d, const uint8_t *data, uint32_t readable_bytes,
	uint32_t len_bytes, const struct wf_parsed *parsed)
{
	const struct range none = { 0, 0 };
	uint32_t first = 0, n;

	if (d->layer == NETWORK)
		first = parsed->l3_offset;
	else if (d->layer == TRANSPORT)
		first = parsed->l4_offset;
	else if (d->layer == PAYLOAD && parsed->l4_offset != 0)
		first = payload_of(data, readable_bytes, parsed);
	if (d->layer != FRAME && first == 0)
		return none;
	first += d->offset;
	if (first >= len_bytes)
		return none;
	n = len_bytes - first;
	return (struct range){ first * 8, (n < d->length ? n : d->length) * 8 };
}

/* The draw as a number in [0, 1). */
static double
unit(uint64_t draw)
{
	return (double)(draw >> 11) * 0x1p-53;
}

/* The largest g < 2^POWERS with F(g) <= u. */
static uint32_t
gap_of(const struct corrupt_cfg *d, double u)
{
	uint32_t g = 0;
	double f = 0;

	for (int j = POWERS - 1; j >= 0; j--) {
		double more = f + d->hit[j] - f * d->hit[j];

		if (more <= u) {
			f = more;
			g |= 1u << j;
		}
	}
	return g;
}

static void
corrupt_run(const void *cfg, uint32_t state_offset, struct wf_batch *b, uint16_t first,
	uint16_t end, struct wf_stage_env *env)
{
	const struct corrupt_cfg *d = cfg;
	bool flips = d->bits > 0;

	for (uint16_t i = first; i < end; i++) {
		uint64_t draw = wf_rng_draw(b->rng[i], WF_RNG_CORRUPT);
		struct range r;
		bool hit;

		if (b->drop[i] != WF_DROP_NONE)
			continue;
		if (d->ber > 0)
			hit = unit(draw) < d->hit[POWERS - 1];
		else
			hit = wf_choose(&d->choice, (uint64_t *)(b->state[i] + state_offset), draw);
		if (!hit)
			continue;
		r = range_of(d, b->data[i], b->readable_bytes[i], b->len_bytes[i], b->parsed[i]);
		if (d->ber > 0)
			hit = unit(draw) < hit_within(d, r.n_bits);
		else
			hit = (flips && r.n_bits > 0) || b->len_bytes[i] > d->truncate;
		if (hit)
			b->edits[i] |= 1u << WF_BLOCK_CORRUPT;
	}
}

/* What a capture has cut off is flipped unseen. */
static void
flip(struct wf_frame *f, uint32_t bit)
{
	if (bit / 8 < f->readable_bytes)
		f->data[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
}

/* As many different bits of the range, each set of them as likely as any other (Floyd; Bentley,
 * "Programming pearls: a sample of brilliance", CACM 1987). */
static void
flip_some(const struct corrupt_cfg *d, struct wf_frame *f, const struct range *r, uint64_t key)
{
	uint32_t chosen[BITS_MAX], n = d->bits < r->n_bits ? d->bits : r->n_bits;

	for (uint32_t i = 0; i < n; i++) {
		uint32_t top = r->n_bits - n + i;
		uint64_t draw = wf_rng_mix(wf_rng_packet(key, i));

		chosen[i] = (uint32_t)(((unsigned __int128)draw * (top + 1)) >> 64);
		for (uint32_t k = 0; k < i; k++)
			if (chosen[k] == chosen[i]) {
				chosen[i] = top;
				break;
			}
		flip(f, r->first_bit + chosen[i]);
	}
}

static void
flip_at_rate(const struct corrupt_cfg *d, struct wf_frame *f, const struct range *r, uint64_t key)
{
	uint32_t at = gap_of(d, unit(wf_rng_draw(f->rng, WF_RNG_CORRUPT)));

	if (at >= r->n_bits) /* F rounds in run() by less than it does here */
		at = r->n_bits - 1;
	for (uint32_t i = 0; at < r->n_bits; i++) {
		flip(f, r->first_bit + at);
		at += 1 + gap_of(d, unit(wf_rng_mix(wf_rng_packet(key, i))));
	}
}

static void
corrupt_edit(const void *cfg, struct wf_frame *f)
{
	const struct corrupt_cfg *d = cfg;
	struct wf_parsed now;
	struct range r;

	/* An edit before this one may have moved the layers. */
	wf_parse(f->data, f->readable_bytes, &now);
	f->corrupted = true;
	r = range_of(d, f->data, f->readable_bytes, f->len_bytes, &now);
	if (r.n_bits > 0 && d->ber > 0)
		flip_at_rate(d, f, &r, wf_rng_draw(f->rng, WF_RNG_CORRUPT_BIT));
	else if (r.n_bits > 0)
		flip_some(d, f, &r, wf_rng_draw(f->rng, WF_RNG_CORRUPT_BIT));
	if (d->checksum == REPAIR) {
		wf_parse(f->data, f->readable_bytes, &now);
		wf_checksum_repair(f->data, f->readable_bytes, &now);
	}
	if (f->len_bytes > d->truncate) {
		f->len_bytes = d->truncate;
		if (f->readable_bytes > d->truncate)
			f->readable_bytes = d->truncate;
	}
}

const struct wf_block wf_block_corrupt = {
	.stage = &(const struct wf_stage_ops){ .run = corrupt_run, .edit = corrupt_edit },
	.name = "corrupt",
	.summary = "Flips bits of some packets, or cuts them short",
	.main_key = "p",
	.params = params,
	.params_size = sizeof(struct corrupt_params),
	.cfg_size = sizeof(struct corrupt_cfg),
	.state_size = sizeof(uint64_t),
	.compile = corrupt_compile,
};
