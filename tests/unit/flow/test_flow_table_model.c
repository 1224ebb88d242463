/* SPDX-License-Identifier: BSD-3-Clause
 * A million packets against a model of the table: an array with a place for every flow there is.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "wf_flow_table.h"
#include "wf_rng.h"

enum { UNIVERSE = 6000, MAX_FLOWS = 2048, PACKETS = 1000000 };
#define IDLE_NS 150000ull
#define DIR_KEY 0x1234567890abcdefull
#define ALIKE   0x300000003full

struct model_flow {
	struct wf_flow_key key;
	uint64_t hash;
	struct wf_flow *flow; /* NULL: not in the table */
	uint64_t ordinal;     /* packets counted since it began, across ageing */
	uint64_t saved;       /* ordinal when it ended last ... */
	wf_ns_t saved_due_ns; /* ... and last_due_ns */
	wf_ns_t last_seen_ns;
};

struct model {
	struct model_flow of[UNIVERSE];
	uint32_t count;
	wf_ns_t now_ns;
	bool ageing;
	bool alike; /* hashes are, so that flows may find no room in a table that has some */
	uint64_t created, came_back, counted_on, refused, aged, swept;
};

static uint64_t seed = 42;

static uint32_t
rnd(uint32_t n)
{
	seed = seed * 6364136223846793005ull + 1442695040888963407ull;
	return (uint32_t)((seed >> 33) * n >> 31);
}

/* Half of all packets belong to a sixteenth of the flows. */
static uint32_t
random_flow(void)
{
	return rnd(2) ? rnd(UNIVERSE / 16) : rnd(UNIVERSE);
}

/* A flow's state is full of its number, as a caller's would be of its own. */
static void
check_state(const struct wf_flow *flow, uint32_t number)
{
	for (size_t i = 0; i < sizeof(flow->state); i += sizeof(number))
		assert_memory_equal(flow->state + i, &number, sizeof(number));
}

static void
flow_ends(void *ctx, struct wf_flow *flow)
{
	uint32_t number = flow->held.state_uid - 1;
	struct model *m = ctx;
	struct model_flow *f;

	assert_in_range(number, 0, UNIVERSE - 1);
	check_state(flow, number);
	f = &m->of[number];
	assert_ptr_equal(f->flow, flow);
	assert_int_equal(flow->ordinal, f->ordinal);
	if (m->ageing)
		assert_true(m->now_ns - f->last_seen_ns >= IDLE_NS);
	f->flow = NULL;
	f->saved = f->ordinal;
	f->saved_due_ns = flow->last_due_ns;
	m->count--;
	m->aged++;
}

static void
check_new(struct model *m, struct model_flow *f, struct wf_flow *flow)
{
	uint32_t number = (uint32_t)(f - m->of);

	assert_int_equal(flow->hash, f->hash);
	assert_memory_equal(&flow->key, &f->key, sizeof(f->key));
	assert_int_equal(flow->held.state_uid, 0);
	assert_true(flow->last_due_ns == 0 || flow->last_due_ns == f->saved_due_ns);
	assert_int_equal(flow->rng_key, wf_rng_flow(DIR_KEY, f->hash));
	/* Its past may have been taken over by another's. */
	assert_true(flow->ordinal == 0 || flow->ordinal == f->saved);
	m->created++;
	m->came_back += f->saved != 0;
	m->counted_on += f->saved != 0 && flow->ordinal == f->saved;
	f->ordinal = flow->ordinal;
	f->flow = flow;
	flow->held.state_uid = number + 1;
	for (size_t i = 0; i < sizeof(flow->state); i += sizeof(number))
		memcpy(flow->state + i, &number, sizeof(number));
	flow->last_due_ns = m->now_ns;
	m->count++;
}

static void
check_packet(struct model *m, struct model_flow *f, struct wf_flow *flow, wf_ns_t now_ns)
{
	if (flow == NULL) {
		assert_null(f->flow);
		/* Room is looked for in a stretch of the table, not in all of it. */
		assert_in_range(m->count, m->alike ? 0 : MAX_FLOWS * 9 / 10, MAX_FLOWS);
		m->refused++;
		return;
	}
	if (f->flow == NULL)
		check_new(m, f, flow);
	assert_ptr_equal(flow, f->flow);
	check_state(flow, (uint32_t)(f - m->of));
	assert_true(flow->last_seen_ns >= now_ns);
	f->last_seen_ns = flow->last_seen_ns;
	flow->ordinal++;
	f->ordinal++;
}

static uint32_t
burst(struct model *m, struct wf_flow_table *t)
{
	const struct wf_flow_key *keys[WF_BURST];
	uint64_t hash[WF_BURST];
	struct wf_flow *out[WF_BURST];
	uint32_t who[WF_BURST], n = 1 + rnd(WF_BURST);
	wf_ns_t now_ns[WF_BURST];

	for (uint32_t i = 0; i < n; i++) {
		struct model_flow *f;

		who[i] = i > 0 && rnd(8) == 0 ? who[rnd(i)] : random_flow();
		f = &m->of[who[i]];
		keys[i] = &f->key;
		hash[i] = f->hash;
		now_ns[i] = m->now_ns += rnd(50);
	}
	wf_flow_table_lookup(t, keys, hash, now_ns, n, DIR_KEY, 0, rnd(8), out);
	for (uint32_t i = 0; i < n; i++)
		check_packet(m, &m->of[who[i]], out[i], now_ns[i]);
	assert_int_equal(wf_flow_table_count(t), m->count);
	return n;
}

/* After a sweep over all, no idle flow is left. */
static void
sweep(struct model *m, struct wf_flow_table *t)
{
	wf_flow_table_age(t, m->now_ns, UINT32_MAX);
	for (int i = 0; i < UNIVERSE; i++)
		if (m->of[i].flow != NULL)
			assert_true(m->now_ns - m->of[i].last_seen_ns < IDLE_NS);
	m->swept++;
}

static void
check_each(void *ctx, struct wf_flow *flow)
{
	struct model *m = ctx;

	assert_ptr_equal(m->of[flow->held.state_uid - 1].flow, flow);
	m->swept++;
}

static void
play(bool alike)
{
	struct model *m = calloc(1, sizeof(*m));
	struct wf_flow_table *t = wf_flow_table_new(MAX_FLOWS, IDLE_NS, flow_ends, m);

	assert_non_null(m);
	assert_non_null(t);
	m->ageing = true;
	m->alike = alike;
	for (uint32_t i = 0; i < UNIVERSE; i++) {
		m->of[i].key.src[0] = (uint8_t)i;
		m->of[i].key.dport[1] = (uint8_t)(i >> 8);
		m->of[i].hash = wf_flow_hash(&m->of[i].key);
		if (alike)
			m->of[i].hash &= ALIKE;
	}
	for (uint32_t done = 0; done < PACKETS; done += burst(m, t)) {
		uint32_t budget = rnd(4) * 8;

		assert_true(wf_flow_table_age(t, m->now_ns, budget) <= budget);
		if (rnd(1000) == 0)
			m->now_ns += IDLE_NS * rnd(3) / 2; /* quiet on the line */
		if (rnd(1000) == 0)
			sweep(m, t);
		assert_int_equal(wf_flow_table_count(t), m->count);
	}
	/* All that can happen did, thousands of times. */
	assert_true(m->created > 10000 && m->aged > 10000 && m->came_back > 10000);
	assert_true(m->refused > 1000 && m->swept > 10);
	assert_true(alike || m->counted_on * 4 > m->came_back);
	m->swept = 0;
	wf_flow_table_each(t, check_each, m);
	assert_int_equal(m->swept, m->count);
	m->ageing = false;
	wf_flow_table_free(t);
	assert_int_equal(m->count, 0);
	free(m);
}

static void
a_million_packets_as_in_the_model(void **state)
{
	play(false);
}

/* As many buckets as there are places for in the longest chains, and four tags. */
static void
hashes_that_somebody_made_alike_change_nothing(void **state)
{
	play(true);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_million_packets_as_in_the_model),
		cmocka_unit_test(hashes_that_somebody_made_alike_change_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
