/* SPDX-License-Identifier: BSD-3-Clause
 * Counter-based randomness: a draw is a function of (seed, direction, flow, ordinal, purpose) and
 * of nothing else, so it is the same whatever the worker, the batch or the other traffic. Pure.
 *
 * One step is SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators",
 * OOPSLA 2014): a Weyl sequence through the mix13 finaliser. A flow's key is a point of the
 * sequence, the ordinal counts steps from it, and each purpose jumps to a far part of it.
 */
#ifndef WF_RNG_H
#define WF_RNG_H

#include "wf_types.h"

/* One named purpose a draw: adding a stage never shifts another's stream. Append only: a number
 * is part of what "same seed, same fate" means. */
enum wf_rng_purpose {
	WF_RNG_LOSS = 1,       /* lost in this state? */
	WF_RNG_LOSS_STEP = 2,  /* next state of the loss chain */
	WF_RNG_LOSS_START = 3, /* first state of the loss chain */
	WF_RNG_DUPLICATE = 4,
	WF_RNG_DELAY = 5,
	WF_RNG_COPY = 6,        /* randomness of a duplicate */
	WF_RNG_CORRUPT = 7,     /* corrupted? With ber also the first bit */
	WF_RNG_CORRUPT_BIT = 8, /* which bits: a stream of its own */
	WF_RNG_DELAY_FLOW = 10, /* the delay of all packets of a flow */
	WF_RNG_SPIKE = 11,      /* a spike on top of the delay? */
	WF_RNG_SPIKE_SIZE = 12,
	WF_RNG_REORDER = 20, /* out of order? */
	WF_RNG_REORDER_TIME = 21,
	WF_RNG_REWRITE = 25, /* headers rewritten? */
	WF_RNG_AQM = 30,     /* dropped or marked by the queue's active management? */
	WF_RNG_RESET = 40,
	WF_RNG_UNREACHABLE = 41,
	WF_RNG_TARGET = 50,      /* segment meant? */
	WF_RNG_ARQ = 51,         /* lost on the link when it is first sent? */
	WF_RNG_ARQ_RETRY = 52,   /* how often again */
	WF_RNG_DNS = 60,         /* query meant? */
	WF_RNG_DNS_ADDRESS = 61, /* the address of a random answer */
	WF_RNG_SLOT = 70,        /* how long until the window opens */
	WF_RNG_GENERATOR = 80,   /* order of a generator's flows */
	WF_RNG_PACE = 81,        /* time to its next packet */
};

#define WF_RNG_STEP 0x9e3779b97f4a7c15ull

static inline uint64_t
wf_rng_mix(uint64_t z)
{
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return z ^ (z >> 31);
}

/* Seed of a run within the program's life; the first is 0. */
static inline uint64_t
wf_rng_run(uint64_t seed, uint64_t run_key)
{
	return run_key == 0 ? seed : wf_rng_mix(seed + wf_rng_mix(run_key));
}

/* Key of a direction, then of a flow in it. */
static inline uint64_t
wf_rng_dir(uint64_t seed, uint32_t dir)
{
	return wf_rng_mix(
		wf_rng_mix(seed + WF_RNG_STEP) ^ ((uint64_t)dir + 1) * 0xd1342543de82ef95ull);
}

static inline uint64_t
wf_rng_flow(uint64_t dir_key, uint64_t flow_hash)
{
	return wf_rng_mix(dir_key ^ wf_rng_mix(flow_hash + WF_RNG_STEP));
}

/* Randomness of the flow's packet number `ordinal`. */
static inline uint64_t
wf_rng_packet(uint64_t flow_key, uint64_t ordinal)
{
	return flow_key + ordinal * WF_RNG_STEP;
}

/* 64 uniform bits. */
static inline uint64_t
wf_rng_draw(uint64_t packet, enum wf_rng_purpose purpose)
{
	return wf_rng_mix(packet + (uint64_t)purpose * 0xa0761d6478bd642full);
}

/* Randomness of copy number `copy` (1, 2, ...) of a packet. */
static inline uint64_t
wf_rng_copy(uint64_t packet, uint32_t copy)
{
	return wf_rng_draw(packet, WF_RNG_COPY) + copy * WF_RNG_STEP;
}

/* Threshold t such that P(draw < t) = p. p = 1 gives UINT64_MAX, for which wf_rng_below is always
 * true. */
static inline uint64_t
wf_rng_threshold(double p)
{
	if (!(p > 0))
		return 0;
	return p >= 1 ? UINT64_MAX : (uint64_t)(p * 0x1p64);
}

static inline bool
wf_rng_below(uint64_t draw, uint64_t threshold)
{
	return draw < threshold || threshold == UINT64_MAX;
}

#endif
