/* SPDX-License-Identifier: BSD-3-Clause
 * The loops that a stage chooses for just one configuration do what its general `run` does: row by
 * row, state by state, on random batches.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fit.h"
#include "rig.h"

#define BATCHES 2000
#define FLOWS   4

/* The same rows, once for the general loop, once for the chosen one. */
struct side {
	struct rig *rig;
	wf_stage_run *run;
	uint8_t state[FLOWS][WF_STATE_MAX] WF_CACHE_ALIGNED; /* the first is the class's */
	struct wf_flow flow[FLOWS];
};

struct pair {
	struct side general, chosen;
	struct fit_random random;
	bool flow_scope;
	wf_ns_t now_ns;
	uint64_t dropped, delayed;
};

static void
side_open(struct side *s, enum wf_block_id id, const char *keys, bool flow_scope)
{
	s->rig = flow_scope ? rig_new_flow_scope(id, keys) : rig_new(id, keys);
	if (s->rig->variant <= 0)
		fail_msg("%s: %s", keys, rig_error(s->rig));
	for (uint32_t i = 0; i < FLOWS; i++)
		if (s->rig->ops->start != NULL)
			s->rig->ops->start(s->rig->cfg, s->state[i], i, WF_NS_PER_S);
}

static void
side_row(struct side *s, const struct wf_batch *from, uint16_t row, uint32_t flow, bool flow_scope)
{
	struct wf_batch *b = &s->rig->batch;

	b->rx_ns[row] = from->rx_ns[row];
	b->due_ns[row] = from->due_ns[row];
	b->rng[row] = from->rng[row];
	b->len_bytes[row] = from->len_bytes[row];
	b->drop[row] = from->drop[row];
	b->flags[row] = from->flags[row];
	b->flow[row] = &s->flow[flow];
	b->state[row] = s->state[flow_scope ? flow : 0];
}

/* Any rows that stages before this one may have left. */
static void
fill(struct pair *p, uint16_t n)
{
	static const uint8_t flags[] = { 0, 0, 0, 0, 0, WF_ROW_NEIGHBOUR, WF_ROW_LATE, WF_ROW_EARLY,
		WF_ROW_CLAMPED, WF_ROW_CLAMPED | WF_ROW_COPY };
	struct wf_batch b;

	/* What another worker has handed over is older. */
	p->now_ns -= fit_under(&p->random, 16) == 0 ? fit_under(&p->random, 20000) : 0;
	for (uint16_t i = 0; i < n; i++) {
		uint32_t flow = (uint32_t)fit_under(&p->random, FLOWS);

		p->now_ns += fit_under(&p->random, 2) ? fit_under(&p->random, 10000) : 0;
		b.rx_ns[i] = p->now_ns;
		b.due_ns[i] =
			p->now_ns + (fit_under(&p->random, 4) ? 0 : fit_under(&p->random, 30000));
		b.rng[i] = fit_next(&p->random);
		b.len_bytes[i] = 1 + (uint32_t)fit_under(&p->random, 1600);
		b.drop[i] = fit_under(&p->random, 8) ? WF_DROP_NONE : WF_DROP_outage;
		b.flags[i] = flags[fit_under(&p->random, WF_ARRAY_SIZE(flags))];
		side_row(&p->general, &b, i, flow, p->flow_scope);
		side_row(&p->chosen, &b, i, flow, p->flow_scope);
	}
}

static void
compare(struct pair *p, uint16_t n)
{
	const struct wf_batch *a = &p->general.rig->batch, *b = &p->chosen.rig->batch;

	for (uint16_t i = 0; i < n; i++) {
		assert_int_equal(a->due_ns[i], b->due_ns[i]);
		assert_int_equal(a->drop[i], b->drop[i]);
		assert_int_equal(a->flags[i], b->flags[i]);
		p->dropped += b->drop[i] != WF_DROP_NONE && b->drop[i] != WF_DROP_outage;
		p->delayed += b->due_ns[i] > b->rx_ns[i];
	}
	assert_memory_equal(p->general.state, p->chosen.state, sizeof(p->chosen.state));
	assert_memory_equal(p->general.flow, p->chosen.flow, sizeof(p->chosen.flow));
	assert_int_equal(p->general.rig->env.clamped, p->chosen.rig->env.clamped);
	assert_int_equal(p->general.rig->env.clamped_ns, p->chosen.rig->env.clamped_ns);
}

/* The loop that these keys choose. It must be one of their own. */
static wf_stage_run *
chosen(enum wf_block_id id, const char *keys, bool flow_scope)
{
	struct pair *p = aligned_alloc(WF_CACHE_LINE, sizeof(*p));
	wf_stage_run *run;

	assert_non_null(p);
	memset(p, 0, sizeof(*p));
	p->flow_scope = flow_scope;
	p->now_ns = WF_NS_PER_S;
	fit_seed(&p->random, 1);
	side_open(&p->general, id, keys, flow_scope);
	side_open(&p->chosen, id, keys, flow_scope);
	run = p->chosen.rig->compile.run;
	if (run == NULL || run == p->chosen.rig->ops->stage->run)
		fail_msg("%s: no loop is chosen", keys);
	for (uint32_t k = 0; k < BATCHES; k++) {
		uint16_t n = (uint16_t)(1 + fit_under(&p->random, WF_BURST));
		uint16_t first =
			(uint16_t)(fit_under(&p->random, 2) ? 0 : fit_under(&p->random, n));
		uint16_t end = (uint16_t)(first + 1 + fit_under(&p->random, n - first));

		fill(p, n);
		p->general.rig->ops->stage->run(p->general.rig->cfg, 0, &p->general.rig->batch,
			first, end, &p->general.rig->env);
		run(p->chosen.rig->cfg, 0, &p->chosen.rig->batch, first, end, &p->chosen.rig->env);
		compare(p, n);
	}
	assert_true(id == WF_BLOCK_DELAY ? p->delayed > BATCHES : p->dropped > BATCHES / 2);
	if (strstr(keys, "order=free") == NULL && id == WF_BLOCK_DELAY)
		assert_true(p->chosen.rig->env.clamped > BATCHES / 10);
	rig_free(p->general.rig);
	rig_free(p->chosen.rig);
	free(p);
	return run;
}

/* Loops of n configurations, of which no two are the same. */
static void
all_differ(wf_stage_run **run, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		for (uint32_t k = 0; k < i; k++)
			assert_true(run[i] != run[k]);
}

static void
delay_for_each_law_and_order(void **state)
{
	static const char *const law[] = { "mean=10us ", "distribution=uniform min=1us max=40us ",
		"mean=20us stddev=15us ", "distribution=gamma mean=20us stddev=15us " };
	wf_stage_run *run[WF_ARRAY_SIZE(law) * 4];
	uint32_t n = 0;

	for (uint32_t i = 0; i < WF_ARRAY_SIZE(law); i++) {
		char keys[100];

		run[n++] = chosen(WF_BLOCK_DELAY, law[i], false);
		run[n++] = chosen(WF_BLOCK_DELAY, law[i], true);
		for (int k = 0; k < 2; k++) {
			strcpy(keys, law[i]);
			strcat(keys, k == 0 ? "order=flow" : "order=free");
			run[n] = chosen(WF_BLOCK_DELAY, keys, false);
			assert_true(chosen(WF_BLOCK_DELAY, keys, true) == run[n++]);
		}
	}
	all_differ(run, n);
}

/* Limits of negative draws and of a cap. */
static void
delay_within_its_bounds(void **state)
{
	chosen(WF_BLOCK_DELAY, "mean=5us stddev=20us cap=12us", false);
	chosen(WF_BLOCK_DELAY, "mean=5us stddev=20us cap=12us order=free", false);
	chosen(WF_BLOCK_DELAY, "distribution=gamma mean=5us stddev=20us cap=12us", true);
}

static void
rate_for_each_limit(void **state)
{
	static const char *const limit[] = { "rate=50Mbit queue.limit=400us ",
		"rate=50Mbit queue.limit=4kB burst=5us ", "rate=200Mbit queue.limit=5pkt ",
		"rate=50Mbit mode=police burst=3kB " };
	wf_stage_run *run[WF_ARRAY_SIZE(limit) * 4];
	uint32_t n = 0;

	for (uint32_t i = 0; i < WF_ARRAY_SIZE(limit); i++) {
		char cells[100];

		strcpy(cells, limit[i]);
		strcat(cells, "cell=48 cell_overhead=5 overhead=14");
		for (int scope = 0; scope < 2; scope++) {
			run[n++] = chosen(WF_BLOCK_RATE, limit[i], scope == 1);
			run[n++] = chosen(WF_BLOCK_RATE, cells, scope == 1);
		}
	}
	for (uint32_t i = 0; i < 4; i++) /* a limit in bytes is one in time */
		assert_true(run[i] == run[i + 4]);
	all_differ(run + 4, n - 4);
}

static void
loss_for_each_model(void **state)
{
	static const char simple[] = "model=gilbert-elliott plr=20% mean_burst=3",
			  full[] = "model=gilbert-elliott p=20% r=30% h=20% k=90%",
			  certain[] = "model=gilbert-elliott p=100% r=30% h=0% k=90% "
				      "exempt_neighbour=true";
	wf_stage_run *run[] = {
		chosen(WF_BLOCK_LOSS, "p=20% exempt_neighbour=true", false),
		chosen(WF_BLOCK_LOSS, simple, false),
		chosen(WF_BLOCK_LOSS, simple, true),
		chosen(WF_BLOCK_LOSS, full, false),
		chosen(WF_BLOCK_LOSS, full, true),
		chosen(WF_BLOCK_LOSS, "p=20% correlation=50%", false),
		chosen(WF_BLOCK_LOSS, "model=ber ber=1e-4", false),
		chosen(WF_BLOCK_LOSS, "model=every every=7", false),
		chosen(WF_BLOCK_LOSS, "model=4-state p13=20%", true),
	};

	all_differ(run, WF_ARRAY_SIZE(run));
	chosen(WF_BLOCK_LOSS, certain, false);
	chosen(WF_BLOCK_LOSS, certain, true);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(delay_for_each_law_and_order),
		cmocka_unit_test(delay_within_its_bounds),
		cmocka_unit_test(rate_for_each_limit),
		cmocka_unit_test(loss_for_each_model),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
