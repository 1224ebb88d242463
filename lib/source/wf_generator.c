/* SPDX-License-Identifier: BSD-3-Clause
 * What a generator makes once: its flows in the order of sending, and the headers of each size with
 * their sums (RFC 1071: the order of the words does not matter, so a sum is that of the constant
 * part and that of the flow). Control thread.
 */
#include "wf_generator.h"

#include <endian.h>
#include <errno.h>
#include <stdlib.h>

#include "wf_checksum.h"

enum { ETHERNET = 14, UDP = 17, UDP_BYTES = 8, TTL = 64 };

static void
put16(uint8_t *to, uint32_t v)
{
	to[0] = (uint8_t)(v >> 8);
	to[1] = (uint8_t)v;
}

static uint32_t
get32(const uint8_t *from)
{
	return (uint32_t)from[0] << 24 | (uint32_t)from[1] << 16 | (uint32_t)from[2] << 8 | from[3];
}

/* Number i of a range of addresses: the four bytes in which they differ. */
static void
put_address(uint8_t to[4], const struct wf_generator_range *r, uint8_t version, uint64_t i)
{
	uint32_t v = htobe32(get32(r->first + (version == 4 ? 0 : 12)) + (uint32_t)i);

	memcpy(to, &v, 4);
}

/* A sum folded to 16 bits, not complemented. */
static uint16_t
folded(uint64_t sum)
{
	uint16_t v;

	wf_checksum_store(sum, (uint8_t *)&v);
	return (uint16_t)~v;
}

/* Flow number i: sources differ first, then their ports, then destinations and theirs. */
static void
make_flow(const struct wf_generator_spec *q, uint64_t i, struct wf_generator_flow *f)
{
	uint64_t addresses;

	put_address(f->own, &q->src, q->version, i % q->src.n);
	i /= q->src.n;
	put16(f->own + 8, (uint32_t)(q->sport.first[0] << 8 | q->sport.first[1]) +
				  (uint32_t)(i % q->sport.n));
	i /= q->sport.n;
	put_address(f->own + 4, &q->dst, q->version, i % q->dst.n);
	i /= q->dst.n;
	put16(f->own + 10, (uint32_t)(q->dport.first[0] << 8 | q->dport.first[1]) +
				   (uint32_t)(i % q->dport.n));
	addresses = wf_checksum_add(0, f->own, 8);
	f->ip_sum = folded(addresses);
	f->udp_sum = folded(wf_checksum_add(addresses, f->own + 8, 4));
}

/* Fisher and Yates. */
static void
shuffle(struct wf_generator_flow *flow, uint32_t n, uint64_t key)
{
	for (uint32_t i = n; i > 1; i--) {
		uint64_t draw = wf_rng_draw(wf_rng_packet(key, i), WF_RNG_GENERATOR);
		uint32_t j = (uint32_t)(((draw >> 32) * i) >> 32);
		struct wf_generator_flow other = flow[j];

		flow[j] = flow[i - 1];
		flow[i - 1] = other;
	}
}

/* Headers of one size with all that is the flow's at 0, and the sums of the rest. */
static void
make_head(const struct wf_generator *g, const struct wf_generator_spec *q,
	struct wf_generator_size *s)
{
	static const uint8_t macs[12] = { 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1 };
	uint8_t *ip = s->head + ETHERNET, *udp = s->head + g->payload_at - UDP_BYTES;
	uint32_t ip_bytes = s->len_bytes - ETHERNET;
	uint32_t udp_bytes = s->len_bytes - (g->payload_at - UDP_BYTES);
	uint32_t payload = s->len_bytes - g->payload_at;
	uint32_t summed = payload - (q->probe != WF_GENERATOR_NO_PROBE ? WF_PROBE_BYTES : 0);

	s->odd = summed % 2 != 0;
	memcpy(s->head, macs, sizeof(macs));
	if (q->version == 4) {
		put16(s->head + 12, 0x0800);
		ip[0] = 0x45;
		put16(ip + 2, ip_bytes);
		ip[6] = 0x40; /* don't fragment: then no identification is needed, RFC 6864 */
		ip[8] = TTL;
		ip[9] = UDP;
		s->ip_sum = folded(wf_checksum_add(0, ip, 20));
	} else {
		put16(s->head + 12, 0x86dd);
		ip[0] = 0x60;
		put16(ip + 4, udp_bytes);
		ip[6] = UDP;
		ip[7] = TTL;
		memcpy(ip + 8, q->src.first, 12);
		memcpy(ip + 24, q->dst.first, 12);
	}
	put16(udp + 4, udp_bytes);
	memcpy(s->head + g->payload_at, g->payload,
		payload < WF_GENERATOR_HEAD - g->payload_at ? payload
							    : WF_GENERATOR_HEAD - g->payload_at);
	s->udp_sum = folded(wf_checksum_add(
		wf_checksum_add(wf_checksum_pseudo(ip, UDP, udp_bytes), udp, UDP_BYTES), g->payload,
		summed));
}

/* How long a packet of this size keeps the schedule busy, of all parts. */
static void
set_gap(struct wf_generator *g, const struct wf_generator_spec *q, struct wf_generator_size *s,
	uint32_t parts)
{
	unsigned __int128 ns = (unsigned __int128)WF_NS_PER_S * parts;

	if (g->rate == 0)
		return;
	ns *= q->bps > 0 ? 8 * (uint64_t)(s->len_bytes + q->extra_bytes) : 1;
	s->gap_ns = (uint64_t)(ns / g->rate);
	s->gap_rest = (uint64_t)(ns % g->rate);
	s->gap_part = (uint32_t)(((unsigned __int128)s->gap_rest << 32) / g->rate);
}

static void *
aligned(size_t n, size_t bytes)
{
	size_t size = (n * bytes + WF_CACHE_LINE - 1) / WF_CACHE_LINE * WF_CACHE_LINE;
	void *p = aligned_alloc(WF_CACHE_LINE, size);

	if (p != NULL)
		memset(p, 0, size);
	return p;
}

/* Part number `part` has every flow of which the number gives it as a rest. */
static void
make_flows(struct wf_generator *g, const struct wf_generator_spec *q, uint32_t part, uint32_t parts)
{
	for (uint32_t i = 0; i < g->n_flows; i++)
		make_flow(q, (uint64_t)i * parts + part, &g->flow[i]);
	if (q->order == WF_GENERATOR_SHUFFLE)
		shuffle(g->flow, g->n_flows, g->key);
}

/* Its first packet is number `part` of all. */
static void
set_start(struct wf_generator *g, const struct wf_generator_spec *q, uint32_t part, uint32_t parts,
	wf_ns_t start_ns)
{
	unsigned __int128 ns = (unsigned __int128)g->size[0].gap_ns * g->rate + g->size[0].gap_rest;

	g->due_ns = g->start_ns = start_ns;
	g->left = q->packets == 0 ? UINT64_MAX : q->packets / parts + (part < q->packets % parts);
	if (g->rate == 0)
		return;
	ns = ns / parts * part;
	if (wf_pace_any(&g->pace)) {
		g->tau_ns = (wf_ns_t)(ns / g->rate);
		g->due_ns += wf_pace_bend(&g->pace, g->tau_ns);
		return;
	}
	g->due_ns += (wf_ns_t)(ns / g->rate);
	g->due_rest = (uint64_t)(ns % g->rate);
}

/* Numbers of streams: each part has every flow of which the number gives it as a rest. */
static int
make_probes(
	struct wf_generator *g, const struct wf_generator_spec *q, uint32_t part, uint32_t parts)
{
	if (q->probe == WF_GENERATOR_NO_PROBE)
		return 0;
	g->n_sequences = q->probe == WF_GENERATOR_PROBE_FLOW ? g->n_flows : 1;
	g->stream_first = q->stream + part;
	g->stream_step = parts;
	g->part = part;
	g->epoch = q->epoch;
	g->stamp_now = q->stamp_now;
	g->sequence = calloc(g->n_sequences, sizeof(*g->sequence));
	return g->sequence != NULL ? 0 : -ENOMEM;
}

struct wf_generator *
wf_generator_new(const struct wf_generator_spec *q, uint32_t part, uint32_t parts, wf_ns_t start_ns)
{
	struct wf_generator *g = calloc(1, sizeof(*g));
	uint32_t number = part;

	if (g == NULL)
		return NULL;
	g->version = q->version;
	g->checksum = q->checksum;
	g->by_chance = q->order == WF_GENERATOR_RANDOM;
	g->n_sizes = q->n_sizes;
	g->rate = q->bps > 0 ? q->bps : q->pps;
	g->key = wf_rng_dir(q->seed, part);
	g->payload_at = ETHERNET + (q->version == 4 ? 20 : 40) + UDP_BYTES;
	/* With fewer flows than parts some have the same. */
	g->n_flows = q->flows / parts + (part < q->flows % parts);
	if (g->n_flows == 0) {
		g->n_flows = 1;
		part = part % q->flows;
	}
	for (uint32_t i = 0; i < q->n_sizes; i++)
		g->most_bytes = g->most_bytes > q->size[i] ? g->most_bytes : q->size[i];
	g->flow = aligned(g->n_flows, sizeof(*g->flow));
	g->size = aligned(g->n_sizes, sizeof(*g->size));
	g->payload = aligned(1, g->most_bytes + WF_GENERATOR_HEAD);
	if (g->flow == NULL || g->size == NULL || g->payload == NULL ||
		make_probes(g, q, number, parts) < 0 ||
		wf_pace_init(&g->pace, q->poisson, q->on_ns, q->off_ns, g->rate, q->ramp_to,
			q->ramp_ns) < 0) {
		wf_generator_free(g);
		return NULL;
	}
	for (uint32_t i = 0; i < g->most_bytes; i++)
		g->payload[i] = (uint8_t)i;
	for (uint32_t i = 0; i < q->n_sizes; i++) {
		g->size[i].len_bytes = q->size[i];
		make_head(g, q, &g->size[i]);
		set_gap(g, q, &g->size[i], parts);
	}
	make_flows(g, q, part, parts);
	set_start(g, q, part, parts, start_ns);
	return g;
}

void
wf_generator_free(struct wf_generator *g)
{
	if (g == NULL)
		return;
	free(g->flow);
	free(g->size);
	free(g->payload);
	free(g->sequence);
	wf_pace_fini(&g->pace);
	free(g);
}

void
wf_generator_shift(struct wf_generator *g, wf_ns_t by_ns)
{
	g->start_ns += by_ns;
	g->due_ns += by_ns;
}

void
wf_generator_sent(const struct wf_generator *g, uint64_t *sent)
{
	for (uint32_t i = 0; i < g->n_sequences; i++)
		sent[g->part + i * g->stream_step] += g->sequence[i];
}

uint32_t
wf_generator_streams(const struct wf_generator_spec *q, uint32_t parts)
{
	return q->probe == WF_GENERATOR_NO_PROBE                         ? 0
	       : q->probe == WF_GENERATOR_PROBE_FLOW && q->flows > parts ? q->flows
									 : parts;
}

void
wf_generator_pace(struct wf_generator *g, const struct wf_generator_size *s)
{
	unsigned __int128 gap = (unsigned __int128)s->gap_ns << 32 | s->gap_part;

	if (g->pace.ln != NULL) {
		uint64_t draw = wf_rng_draw(wf_rng_packet(g->key, g->paced++), WF_RNG_PACE);

		gap = gap * wf_pace_exponential(&g->pace, draw) >> 32;
	}
	gap += g->due_rest;
	g->tau_ns += (wf_ns_t)(gap >> 32);
	g->due_rest = (uint32_t)gap;
	g->due_ns = g->start_ns + wf_pace_bend(&g->pace, g->tau_ns);
}
