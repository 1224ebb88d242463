/* SPDX-License-Identifier: BSD-3-Clause
 * The flow table: packets of flows that it knows, in turn or by chance, and of new ones.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "perf.h"
#include "wf_flow_table.h"
#include "wf_rng.h"

struct flows {
	struct wf_flow_table *table;
	uint64_t n_flows;
	uint64_t seen;
	wf_ns_t now_ns;
	char kind; /* 't': in turn, 'c': by chance, 'n': always new */
	struct wf_flow_key key[32];
};

static uint64_t
flows_run(void *state, uint64_t n)
{
	struct flows *s = state;
	const struct wf_flow_key *key[32];
	uint64_t hash[32], done = 0;
	wf_ns_t now[32];
	struct wf_flow *out[32];

	for (; done < n; done += 32) {
		for (uint32_t i = 0; i < 32; i++) {
			uint64_t flow = s->kind == 't'   ? s->seen % s->n_flows
					: s->kind == 'c' ? wf_rng_mix(s->seen) % s->n_flows
							 : s->seen;

			memcpy(s->key[i].src + 8, &flow, sizeof(flow));
			key[i] = &s->key[i];
			hash[i] = wf_flow_hash(key[i]);
			wf_flow_table_expect(s->table, hash[i]);
			now[i] = s->now_ns;
			s->seen++;
		}
		wf_flow_table_lookup(s->table, key, hash, now, 32, 1, 0, 0, out);
		perf_sink = out[31] != NULL ? out[31]->ordinal : 0;
		if (s->kind == 'n')
			wf_flow_table_age(s->table, s->now_ns, 64);
		s->now_ns += 3200;
	}
	return done;
}

static void
flows_close(void *state)
{
	struct flows *s = state;

	wf_flow_table_free(s->table);
	free(s);
}

static void
ended(void *ctx, struct wf_flow *flow)
{
	perf_sink = flow->hash;
}

static void *
flows_open(const struct perf_case *c)
{
	struct flows *s = perf_memory(sizeof(*s));

	s->kind = c->text[0];
	s->n_flows = c->number;
	s->now_ns = WF_NS_PER_S;
	/* New ones stay for as many packets as the table has room. */
	s->table = wf_flow_table_new(
		(uint32_t)c->number, s->kind == 'n' ? c->number * 50 : UINT64_MAX / 2, ended, NULL);
	if (s->table == NULL) {
		fprintf(stderr, "perf: no memory for %s\n", c->name);
		return NULL;
	}
	flows_run(s, 2 * c->number);
	return s;
}

const struct perf_case perf_flows[] = {
	{ "flow/hit-100", flows_open, flows_run, flows_close, "turn", 100 },
	{ "flow/hit-1M-in-turn", flows_open, flows_run, flows_close, "turn", 1000000 },
	{ "flow/hit-1M-by-chance", flows_open, flows_run, flows_close, "chance", 1000000 },
	{ "flow/new", flows_open, flows_run, flows_close, "new", 65536 },
	{ NULL },
};
