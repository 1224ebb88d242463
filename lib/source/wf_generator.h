/* SPDX-License-Identifier: BSD-3-Clause
 * UDP over IPv4 or IPv6 made in memory, right to the last checksum: up to a million flows, in turn
 * or shuffled or by chance, of given sizes, at a rate or as fast as they are taken; with a probe at
 * the end of each, if that is wanted. Frames are made once; a packet costs the few bytes that tell
 * it from another. One thread each.
 */
#ifndef WF_GENERATOR_H
#define WF_GENERATOR_H

#include <string.h>

#include "wf_err.h"
#include "wf_pace.h"
#include "wf_probe.h"
#include "wf_rng.h"

#define WF_GENERATOR_FLOWS 1000000
#define WF_GENERATOR_SIZES 64 /* in a row, before they begin again */
#define WF_GENERATOR_AHEAD 8  /* frames, for which memory is fetched */
#define WF_GENERATOR_HEAD  64 /* room that a frame must have; all headers lie in it */

enum wf_generator_order {
	WF_GENERATOR_TURN,    /* one after the other */
	WF_GENERATOR_SHUFFLE, /* in one order drawn by the seed, over and over */
	WF_GENERATOR_RANDOM,  /* each packet's flow is drawn */
};

/* Who has a sequence of probes of its own. */
enum wf_generator_probe { WF_GENERATOR_NO_PROBE, WF_GENERATOR_PROBE_ALL, WF_GENERATOR_PROBE_FLOW };

/* Addresses or ports: `n` of them from the first on. */
struct wf_generator_range {
	uint8_t first[16]; /* an IPv4 address is its first 4 bytes, a port its first 2 */
	uint64_t n;
};

/* As checked by wf_generator_args.h. */
struct wf_generator_spec {
	uint8_t version; /* 4 or 6 */
	bool checksum;   /* of UDP; without it (IPv4 only) the payload is whatever was there */
	uint8_t order;   /* enum wf_generator_order */
	uint32_t flows;
	struct wf_generator_range src, dst, sport, dport;
	uint32_t n_sizes;
	uint32_t size[WF_GENERATOR_SIZES]; /* bytes of a frame, as captures count them */
	uint64_t pps, bps;                 /* at most one of them; neither: unlimited */
	uint32_t extra_bytes;              /* of a frame on its layer, for bps */
	bool poisson;
	wf_ns_t on_ns, off_ns; /* on_ns 0: always */
	wf_ns_t ramp_ns;       /* 0: there is none; else to ramp_to, as pps or bps */
	uint64_t ramp_to;
	uint8_t probe;    /* enum wf_generator_probe */
	uint8_t epoch;    /* of the probes */
	uint16_t stream;  /* number of the first */
	bool stamp_now;   /* probes say when they were made, not when they were due */
	uint64_t packets; /* 0: without end */
	uint64_t seed;
};

/* A flow: the bytes that are its own as they stand in the frame, and what they add to the sums. */
struct wf_generator_flow {
	uint8_t own[12]; /* source, destination (their last four bytes), both ports */
	uint16_t ip_sum, udp_sum;
};
static_assert(sizeof(struct wf_generator_flow) == 16, "four to a line: they are read in a row");

/* One frame size: its headers but for the flow, the sums of what stands in them, and the time that
 * it takes, to the fraction. */
struct wf_generator_size {
	uint8_t head[WF_GENERATOR_HEAD];
	uint32_t len_bytes;
	uint32_t ip_sum, udp_sum;
	uint64_t gap_ns, gap_rest; /* gap_rest / rate of a ns */
	uint32_t gap_part;         /* the same in 2^-32 ns */
	bool odd;                  /* where the probe begins */
} WF_CACHE_ALIGNED;

struct wf_generator {
	struct wf_generator_flow *flow; /* [n_flows], in the order of sending */
	uint32_t n_flows, n_sizes;
	uint8_t version;
	bool checksum, by_chance;
	uint64_t rate; /* 0: unlimited */
	uint64_t key;  /* of what is drawn */
	uint8_t *payload;
	uint32_t payload_at;            /* in a frame */
	uint32_t most_bytes;            /* the longest frame */
	struct wf_generator_size *size; /* [n_sizes] */
	struct wf_pace pace;
	wf_ns_t start_ns;
	uint32_t *sequence; /* of probes: [n_sequences], what comes next; NULL: there are none */
	uint32_t n_sequences;
	uint32_t stream_first, stream_step, part;
	uint8_t epoch;
	bool stamp_now;

	/* What comes next. */
	uint32_t flow_at, size_at;
	uint64_t drawn, paced, left;
	wf_ns_t due_ns;
	uint64_t due_rest; /* / rate of a ns; with a pace in 2^-32 ns, of tau_ns */
	wf_ns_t tau_ns;    /* with a pace: since start_ns, by its own time */
	wf_ns_t now_ns;    /* with stamp_now: what the next probe says, the caller's */
};

/* Part number `part` of `parts` (queues of a port): its share of the flows, and its place in the
 * schedule, which begins at start_ns. NULL: out of memory. */
struct wf_generator *wf_generator_new(
	const struct wf_generator_spec *spec, uint32_t part, uint32_t parts, wf_ns_t start_ns);
void wf_generator_free(struct wf_generator *g);
/* Its schedule begins so much later. */
void wf_generator_shift(struct wf_generator *g, wf_ns_t by_ns);
/* Adds up how many probes of each stream were written: sent[0] is of the spec's first one. */
void wf_generator_sent(const struct wf_generator *g, uint64_t *sent);
/* How many streams a generator of this spec has, in so many parts. */
uint32_t wf_generator_streams(const struct wf_generator_spec *spec, uint32_t parts);
/* On to when the next packet is due, by a pace; this one was of size s. */
void wf_generator_pace(struct wf_generator *g, const struct wf_generator_size *s);

/* Does it want to send at this time? An unlimited one always does. */
static inline bool
wf_generator_due(const struct wf_generator *g, wf_ns_t now_ns)
{
	return g->left > 0 && g->due_ns <= now_ns;
}

/* Bytes of the next frame. */
static inline uint32_t
wf_generator_bytes(const struct wf_generator *g)
{
	return g->size[g->size_at].len_bytes;
}

/* The flow that is drawn for frame number i. */
static inline const struct wf_generator_flow *
wf_generator_draw(const struct wf_generator *g, uint64_t i)
{
	uint64_t draw = wf_rng_draw(wf_rng_packet(g->key, i), WF_RNG_GENERATOR);

	return &g->flow[((draw >> 32) * g->n_flows) >> 32];
}

/* The flow of the next frame. */
static inline const struct wf_generator_flow *
wf_generator_flow(const struct wf_generator *g)
{
	return g->by_chance ? wf_generator_draw(g, g->drawn) : &g->flow[g->flow_at];
}

static inline void
wf_generator_fold(uint8_t *field, uint32_t sum, bool udp)
{
	uint16_t v;

	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	v = (uint16_t)~sum;
	if (udp && v == 0)
		v = 0xffff; /* RFC 768: 0 means that there is none */
	memcpy(field, &v, sizeof(v));
}

/* The probe into a frame, and what it adds to the sum of UDP. */
static inline uint32_t
wf_generator_probe(struct wf_generator *g, const struct wf_generator_size *s,
	const struct wf_generator_flow *f, uint8_t *frame)
{
	uint8_t *to = frame + s->len_bytes - WF_PROBE_BYTES;
	uint32_t i = g->n_sequences > 1 ? (uint32_t)(f - g->flow) : 0, word[4];
	uint64_t sum;

	wf_probe_write(to, &(struct wf_probe){ .epoch = g->epoch,
				   .stream = (uint16_t)(g->stream_first + i * g->stream_step),
				   .sequence = g->sequence[i]++,
				   .sent_ns = g->stamp_now ? g->now_ns : g->due_ns });
	memcpy(word, to, sizeof(word));
	sum = (uint64_t)word[0] + word[1] + word[2] + word[3];
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	/* RFC 1071, 2 (B): sums of bytes at odd places have theirs swapped. */
	return s->odd ? __builtin_bswap16((uint16_t)sum) : (uint32_t)sum;
}

/* What is the flow's own, over headers of this size that are there already. */
static inline void
wf_generator_stamp(struct wf_generator *g, const struct wf_generator_size *s,
	const struct wf_generator_flow *f, uint8_t *frame)
{
	uint32_t more = WF_UNLIKELY(g->sequence != NULL) ? wf_generator_probe(g, s, f, frame) : 0;

	if (WF_LIKELY(g->version == 4)) {
		memcpy(frame + 26, f->own, 12);
		wf_generator_fold(frame + 24, s->ip_sum + f->ip_sum, false);
		if (g->checksum)
			wf_generator_fold(frame + 40, s->udp_sum + f->udp_sum + more, true);
		return;
	}
	memcpy(frame + 34, f->own, 4);
	memcpy(frame + 50, f->own + 4, 4);
	memcpy(frame + 54, f->own + 8, 4);
	wf_generator_fold(frame + 60, s->udp_sum + f->udp_sum + more, true);
}

/* On to the next packet. */
static inline void
wf_generator_step(struct wf_generator *g)
{
	uint32_t size_at = g->size_at + 1;

	g->left--;
	if (WF_UNLIKELY(wf_pace_any(&g->pace))) {
		wf_generator_pace(g, &g->size[g->size_at]);
	} else if (g->rate > 0) {
		const struct wf_generator_size *s = &g->size[g->size_at];
		uint64_t rest = g->due_rest + s->gap_rest;
		bool over = rest >= g->rate;

		g->due_ns += s->gap_ns + over;
		g->due_rest = over ? rest - g->rate : rest;
	}
	if (g->by_chance) {
		/* A million flows don't fit into the caches: one that is drawn soon is on its way.
		 */
		__builtin_prefetch(wf_generator_draw(g, ++g->drawn + WF_GENERATOR_AHEAD));
	} else if (WF_UNLIKELY(++g->flow_at == g->n_flows)) {
		g->flow_at = 0;
		size_at++; /* a flow does not have the same size each time */
	}
	while (size_at >= g->n_sizes)
		size_at -= g->n_sizes;
	g->size_at = size_at;
}

/* The next frame into wf_generator_bytes() bytes, WF_GENERATOR_HEAD at least; then on to the one
 * after it. */
static inline void
wf_generator_write(struct wf_generator *g, uint8_t *frame)
{
	const struct wf_generator_size *s = &g->size[g->size_at];

	memcpy(frame, s->head, WF_GENERATOR_HEAD);
	if (g->checksum && s->len_bytes > WF_GENERATOR_HEAD)
		memcpy(frame + WF_GENERATOR_HEAD, g->payload + (WF_GENERATOR_HEAD - g->payload_at),
			s->len_bytes - WF_GENERATOR_HEAD);
	wf_generator_stamp(g, s, wf_generator_flow(g), frame);
	wf_generator_step(g);
}

#endif
