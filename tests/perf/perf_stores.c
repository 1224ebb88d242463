/* SPDX-License-Identifier: BSD-3-Clause
 * The store: a packet put and one taken, with so many held. What is measured is the store's own
 * memory; the packets themselves are not touched.
 */
#include <stdio.h>
#include <stdlib.h>

#include "perf.h"
#include "wf_rng.h"
#include "wf_store.h"

#define GAP_NS     100  /* between packets */
#define MANY_LANES 2048 /* of which one is used */

struct stores {
	struct wf_store *store;
	wf_ns_t now_ns, delay_ns;
	uint64_t spread_ns; /* a power of two; 0: in order */
	uint64_t seen;
	bool in_order;
};

static uint64_t
stores_run(void *state, uint64_t n)
{
	struct stores *s = state;
	struct wf_held out[64];
	uint64_t done = 0;

	for (; done < n; done += 32) {
		uint32_t k;

		for (uint32_t i = 0; i < 32; i++) {
			wf_ns_t due = s->now_ns + s->delay_ns;
			bool room;

			if (s->spread_ns > 0)
				due += wf_rng_mix(s->seen) & (s->spread_ns - 1);
			room = s->in_order ? wf_store_put_in_order_members(s->store, due, s->now_ns,
						     (void *)(s->seen + 1), 64, 0)
					   : wf_store_put_members(s->store, due, s->now_ns,
						     (void *)(s->seen + 1), 64, 0);
			if (!room)
				abort();
			s->seen++;
		}
		s->now_ns += 32 * GAP_NS;
		while ((k = wf_store_take(s->store, s->now_ns, out, 64)) == 64)
			perf_sink = out[k - 1].due_ns;
	}
	return done;
}

static void
stores_close(void *state)
{
	struct stores *s = state;

	wf_store_free(s->store);
	free(s);
}

/* number: packets held. */
static void *
stores_open(const struct perf_case *c)
{
	struct stores *s = perf_memory(sizeof(*s));

	s->in_order = c->text[0] != 'w';
	s->delay_ns = c->number * GAP_NS;
	if (!s->in_order) { /* half of it at least, the rest by chance */
		for (s->spread_ns = 1; s->spread_ns * 2 <= s->delay_ns;)
			s->spread_ns *= 2;
		s->delay_ns -= s->spread_ns / 2;
	}
	s->store = wf_store_new(
		(uint32_t)(c->number * 3 + 4096), c->text[0] == 'l' ? MANY_LANES : 1, 0);
	if (s->store == NULL) {
		fprintf(stderr, "perf: no memory for %s\n", c->name);
		return NULL;
	}
	stores_run(s, 2 * c->number); /* fills it */
	return s;
}

const struct perf_case perf_stores[] = {
	{ "store/in-order-1k", stores_open, stores_run, stores_close, "o", 1000 },
	{ "store/in-order-10k", stores_open, stores_run, stores_close, "o", 10000 },
	{ "store/in-order-100k", stores_open, stores_run, stores_close, "o", 100000 },
	{ "store/in-order-10M", stores_open, stores_run, stores_close, "o", 10000000 },
	{ "store/one-of-many-lanes-1k", stores_open, stores_run, stores_close, "l", 1000 },
	{ "store/wheel-1k", stores_open, stores_run, stores_close, "w", 1000 },
	{ "store/wheel-10k", stores_open, stores_run, stores_close, "w", 10000 },
	{ "store/wheel-100k", stores_open, stores_run, stores_close, "w", 100000 },
	{ "store/wheel-10M", stores_open, stores_run, stores_close, "w", 10000000 },
	{ NULL },
};
