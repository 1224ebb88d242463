/* SPDX-License-Identifier: BSD-3-Clause
 * What needs no table: reading headers, hashing keys, random draws, the histogram.
 */
#include <stdlib.h>

#include "perf.h"
#include "wf_hist.h"
#include "wf_parse_plain.h"
#include "wf_rng.h"

#define FRAMES 256 /* a power of two */

struct parts {
	uint8_t frame[FRAMES][64];
	struct wf_parsed parsed[FRAMES];
	struct wf_hist hist;
	uint64_t seen;
};

static void *
parts_open(const struct perf_case *c)
{
	struct parts *s = perf_memory(sizeof(*s));

	for (uint32_t i = 0; i < FRAMES; i++) {
		perf_frame(s->frame[i], i);
		wf_parse(s->frame[i], 64, &s->parsed[i]);
	}
	wf_hist_init(&s->hist);
	return s;
}

static uint64_t
parse_run(void *state, uint64_t n)
{
	struct parts *s = state;

	for (uint64_t i = 0; i < n; i++)
		wf_parse(s->frame[i % FRAMES], 64, &s->parsed[i % FRAMES]);
	return n;
}

static uint64_t
plain_run(void *state, uint64_t n)
{
	struct parts *s = state;
	uint64_t hash;

	for (uint64_t i = 0; i < n; i++)
		if (wf_parse_plain(s->frame[i % FRAMES], 64, 0, &s->parsed[i % FRAMES], &hash))
			perf_sink = hash;
	return n;
}

static uint64_t
hash_run(void *state, uint64_t n)
{
	struct parts *s = state;
	uint64_t x = 0;

	for (uint64_t i = 0; i < n; i++)
		x ^= wf_flow_hash(&s->parsed[i % FRAMES].key);
	perf_sink = x;
	return n;
}

static uint64_t
rng_run(void *state, uint64_t n)
{
	struct parts *s = state;
	uint64_t x = 0;

	for (uint64_t i = 0; i < n; i++)
		x ^= wf_rng_draw(wf_rng_packet(1, s->seen++), WF_RNG_LOSS);
	perf_sink = x;
	return n;
}

/* Values as of jitter around 10 ms, a burst at a time, as the pipeline adds them. */
static uint64_t
hist_run(void *state, uint64_t n)
{
	struct parts *s = state;

	for (uint64_t done = 0; done < n; done += 32) {
		struct wf_hist_sums sums = wf_hist_sums(&s->hist, NULL, 9000000);
		uint64_t instant[32];

		for (uint32_t i = 0; i < 32; i++)
			instant[i] = 1000000 - (wf_rng_mix(s->seen++) >> 44);
		wf_hist_since(&s->hist, NULL, &sums, instant, sizeof(instant[0]), 32, 10000000);
		wf_hist_flush(&s->hist, &sums);
	}
	return (n + 31) / 32 * 32;
}

const struct perf_case perf_parts[] = {
	{ "part/parse", parts_open, parse_run, free, NULL, 0 },
	{ "part/parse-and-hash-plain", parts_open, plain_run, free, NULL, 0 },
	{ "part/flow-hash", parts_open, hash_run, free, NULL, 0 },
	{ "part/rng-draw", parts_open, rng_run, free, NULL, 0 },
	{ "part/histogram", parts_open, hist_run, free, NULL, 0 },
	{ NULL },
};
