/* SPDX-License-Identifier: BSD-3-Clause
 * Same seed, same fate, for every stage there is: packet for packet equal on 1 and 2 workers, in
 * bursts of 1, 7 and 32, by the path that its plan chooses and by the general one, held by
 * reference and by value, with and without other flows (where the state is the flow's), with and
 * without stages of another purpose. Whoever adds a stage adds a row to `cases`.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fates.h"
#include "fit.h"
#include "wf_stages.h"

#define N        3000 /* at most */
#define EVERY    3    /* of the flows: these are sent alone, too */
#define BY_VALUE 512

/* What must not change. */
enum { LOSS = 1, TIME = 2, BYTES = 4, COPIES = 8, MADE = 16, ALL = 31 };

/* Another purpose: changes when packets leave, not which and how; or the other way round. */
#define WHEN "delay = { min = \"1ms\"; max = \"9ms\"; order = \"free\"; }; "
#define WHAT "loss = \"20%\"; corrupt = \"20%\"; "
#define EDIT "corrupt = \"20%\"; rewrite = { p = \"50%\"; dscp = 1; }; " /* loses none */

enum { CLASS = 1, FLOW = 2, BOTH = 3 };

struct stage_case {
	enum wf_block_id id;
	const char *dir; /* keys of the direction */
	unsigned scopes;
	const char *other;
	unsigned same; /* of a packet that leaves with the other stages, too; LOSS: of all */
	const char *classes;
};

/* Too little for all flows together, and for each. */
#define RATED(id, keys)                                                                            \
	{ id, "rate = \"20Mbit\"; " keys, CLASS, WHAT, TIME, "" },                                 \
	{                                                                                          \
		id, "rate = \"2Mbit\"; " keys, FLOW, WHAT, TIME, ""                                \
	}

static const struct stage_case cases[] = {
	{ WF_BLOCK_BLACKHOLE, "blackhole = true; ", BOTH, WHEN, LOSS, "" },
	{ WF_BLOCK_OUTAGE, "outage = \"20ms+30ms, 90ms+1ms\"; ", BOTH, WHEN, LOSS, "" },
	{ WF_BLOCK_OUTAGE, "outage = { period = \"30ms\"; down = \"7ms\"; offset = \"3ms\"; }; ",
		BOTH, WHEN, LOSS, "" },
	{ WF_BLOCK_RESET, "reset = \"20%\"; ", BOTH, WHEN, LOSS | MADE, "" },
	{ WF_BLOCK_RESET, "reset = { after_packets = 5; to = \"sender\"; }; ", FLOW, WHEN,
		LOSS | MADE, "" },
	{ WF_BLOCK_UNREACHABLE, "unreachable = { p = \"20%\"; proto = \"any\"; }; ", BOTH, WHEN,
		LOSS | MADE, "" },
	{ WF_BLOCK_DNS, "dns = { answer = \"random-a\"; p = \"50%\"; }; ", BOTH, WHEN, LOSS | MADE,
		"" },
	{ WF_BLOCK_MTU, "mtu = { mtu = 900; without_df = \"drop\"; }; ", BOTH, WHEN, LOSS | MADE,
		"" },
	{ WF_BLOCK_REWRITE, "rewrite = { p = \"30%\"; dscp = 46; ttl_decrement = 3; }; ", BOTH,
		WHEN, LOSS | BYTES, "" },
	{ WF_BLOCK_REWRITE, "rewrite = { p = \"30%\"; correlation = \"60%\"; ecn = \"ce\"; }; ",
		BOTH, WHEN, LOSS | BYTES, "" },
	RATED(WF_BLOCK_RATE, "queue = \"20pkt\"; "),
	RATED(WF_BLOCK_RATE, "queue = \"30ms\"; "),
	{ WF_BLOCK_RATE, "rate = { rate = \"2Mbit\"; mode = \"police\"; burst = \"5kB\"; }; ", BOTH,
		WHEN, LOSS, "" },
	RATED(WF_BLOCK_QUEUE, "queue = { limit = \"30ms\"; drop = \"head\"; }; "),
	RATED(WF_BLOCK_QUEUE,
		"queue = { aqm = \"codel\"; target = \"1ms\"; interval = \"5ms\"; }; "),
	RATED(WF_BLOCK_QUEUE, "queue = { aqm = \"pie\"; target = \"2ms\"; update = \"2ms\"; "
			      "burst = \"0\"; ecn = true; }; "),
	RATED(WF_BLOCK_QUEUE, "queue = { aqm = \"red\"; min = \"4kB\"; max = \"12kB\"; "
			      "weight = 0.1; ecn = true; }; "),
	RATED(WF_BLOCK_QUEUE, "queue = { aqm = \"dualpi2\"; target = \"2ms\"; interval = \"9ms\"; "
			      "limit = \"40ms\"; }; "),
	/* Packets of a burst find room where others of it have departed meanwhile. */
	{ WF_BLOCK_QUEUE, "rate = \"60Mbit\"; queue = { limit = \"2pkt\"; drop = \"head\"; }; ",
		BOTH, WHAT, TIME, "" },
	{ WF_BLOCK_QUEUE,
		"rate = { rate = \"60Mbit\"; burst = \"3kB\"; }; "
		"queue = { limit = \"2pkt\"; drop = \"head\"; }; ",
		CLASS, WHAT, TIME, "" },
	{ WF_BLOCK_QUEUE,
		"rate = \"20Mbit\"; queue = { aqm = \"fq-codel\"; limit = \"50pkt\"; "
		"target = \"1ms\"; interval = \"5ms\"; ecn = true; }; ",
		CLASS, WHAT, TIME, "" },
	{ WF_BLOCK_SHARE, "rate = \"20Mbit\"; queue = \"50pkt\"; ", CLASS, WHAT, TIME,
		"{ name = \"u\"; match = { dport = \"53\"; }; ab = { share = { priority = 1; }; }; "
		"},"
		"{ name = \"t\"; match = { proto = \"tcp\"; }; ab = { share = 3; loss = \"5%\"; "
		"delay = { mean = \"3ms\"; stddev = \"1ms\"; }; }; }" },
	{ WF_BLOCK_SHARE, "rate = \"20Mbit\"; queue = \"50pkt\"; share = { rate = \"9Mbit\"; }; ",
		CLASS, WHAT, TIME,
		"{ name = \"t\"; match = { proto = \"tcp\"; }; ab = { share = { rate = \"2Mbit\"; "
		"priority = 1; }; queue = { aqm = \"codel\"; target = \"1ms\"; interval = \"9ms\"; "
		"}; "
		"}; }" },
	{ WF_BLOCK_SLOT, "slot = { min = \"1ms\"; max = \"4ms\"; packets = 9; }; ", BOTH, WHAT,
		TIME, "" },
	{ WF_BLOCK_SLOT,
		"slot = { distribution = \"exponential\"; mean = \"3ms\"; packets = 9; }; ", BOTH,
		WHAT, TIME, "" },
	{ WF_BLOCK_TARGET, "target = { p = \"30%\"; min_bytes = 200; }; ", BOTH, WHEN, LOSS, "" },
	{ WF_BLOCK_TARGET, "target = { segment = 3; retransmissions = 1; }; ", FLOW, WHEN, LOSS,
		"" },
	{ WF_BLOCK_TARGET, "target = { on = \"any\"; p = \"50%\"; min_bytes = 70; times = 20; }; ",
		BOTH, WHEN, LOSS, "" },
	{ WF_BLOCK_LOSS, "loss = \"10%\"; ", BOTH, WHEN, LOSS, "" },
	{ WF_BLOCK_LOSS, "loss = { p = \"10%\"; correlation = \"50%\"; }; ", BOTH, WHEN, LOSS, "" },
	{ WF_BLOCK_LOSS,
		"loss = { model = \"gilbert-elliott\"; plr = \"10%\"; mean_burst = 4.0; }; ", BOTH,
		WHEN, LOSS, "" },
	{ WF_BLOCK_LOSS,
		"loss = { model = \"4-state\"; p13 = \"9%\"; p31 = \"30%\"; p32 = \"30%\"; "
		"p23 = \"60%\"; p14 = \"2%\"; }; ",
		BOTH, WHEN, LOSS, "" },
	{ WF_BLOCK_LOSS,
		"loss = { model = \"fault-5state\"; clock = \"time\"; step = \"500us\"; }; ", BOTH,
		WHEN, LOSS, "" },
	{ WF_BLOCK_LOSS, "loss = { model = \"ber\"; ber = 0.00002; }; ", BOTH, WHEN, LOSS, "" },
	{ WF_BLOCK_LOSS, "loss = { model = \"every\"; every = 7; }; ", BOTH, WHEN, LOSS, "" },
	{ WF_BLOCK_LOSS, "loss = { model = \"burst\"; burst = 5; period = \"9ms\"; }; ", BOTH, WHEN,
		LOSS, "" },
	{ WF_BLOCK_LOSS, "loss = { p = \"30%\"; action = \"mark\"; not_capable = \"pass\"; }; ",
		BOTH, WHEN, LOSS | BYTES, "" },
	{ WF_BLOCK_LOSS, "rate = \"9Mbit\"; loss = { p = \"10%\"; at = \"ingress\"; }; ", BOTH,
		WHEN, LOSS, "" },
	{ WF_BLOCK_LOSS,
		"rate = \"9Mbit\"; queue = { drop = \"head\"; }; loss = { model = \"every\"; every "
		"= 3; "
		"action = \"mark\"; at = \"ingress\"; }; ",
		BOTH, WHEN, LOSS | BYTES, "" },
	{ WF_BLOCK_ARQ, "arq = { p = \"30%\"; rtt = \"3ms\"; max_retries = 2; }; ", BOTH, EDIT,
		LOSS | TIME, "" },
	{ WF_BLOCK_ARQ, "arq = { p = \"30%\"; rtt = \"3ms\"; in_order = false; }; ", BOTH, WHAT,
		TIME, "" },
	{ WF_BLOCK_ARQ,
		"arq = { p = \"30%\"; p_retry = \"10%\"; correlation = \"40%\"; rtt = \"2ms\"; }; ",
		BOTH, EDIT, LOSS | TIME, "" },
	{ WF_BLOCK_CORRUPT, "corrupt = { p = \"20%\"; bits = 3; checksum = \"repair\"; }; ", BOTH,
		WHEN, LOSS | BYTES, "" },
	{ WF_BLOCK_CORRUPT, "corrupt = { p = \"20%\"; correlation = \"70%\"; truncate = 60; }; ",
		BOTH, WHEN, LOSS | BYTES, "" },
	{ WF_BLOCK_CORRUPT, "corrupt = { ber = 0.00005; }; ", BOTH, WHEN, LOSS | BYTES, "" },
	{ WF_BLOCK_DUPLICATE, "duplicate = { p = \"20%\"; correlation = \"70%\"; }; ", BOTH, WHEN,
		COPIES, "" },
	{ WF_BLOCK_DUPLICATE, "duplicate = { p = \"20%\"; copies = 2; spacing = \"1ms\"; }; ", BOTH,
		WHEN WHAT, COPIES, "" },
	{ WF_BLOCK_REORDER, "reorder = { p = \"20%\"; }; delay = \"9ms\"; ", BOTH, EDIT, TIME, "" },
	{ WF_BLOCK_REORDER,
		"reorder = { p = \"30%\"; correlation = \"50%\"; gap = 3; }; delay = { mean = "
		"\"9ms\"; stddev = \"1ms\"; }; ",
		BOTH, EDIT, TIME, "" },
	{ WF_BLOCK_REORDER,
		"reorder = { model = \"hold\"; p = \"20%\"; min = \"1ms\"; max = \"20ms\"; }; ",
		BOTH, EDIT, TIME, "" },
	{ WF_BLOCK_REORDER,
		"reorder = { model = \"swap\"; p = \"30%\"; distance = 3; max_wait = \"5ms\"; }; "
		"delay = { mean = \"9ms\"; stddev = \"1ms\"; }; ",
		BOTH, EDIT, TIME, "" },
	{ WF_BLOCK_REORDER,
		"rate = \"9Mbit\"; queue = { drop = \"head\"; }; "
		"reorder = { model = \"swap\"; p = \"50%\"; max_wait = \"20ms\"; }; ",
		BOTH, EDIT, TIME, "" },
	{ WF_BLOCK_DELAY,
		"delay = { mean = \"9ms\"; stddev = \"3ms\"; rho = 0.9; order = \"free\"; "
		"spike_p = \"5%\"; spike_max = \"20ms\"; }; ",
		BOTH, EDIT, TIME, "" },
	{ WF_BLOCK_DELAY,
		"delay = { mean = \"9ms\"; stddev = \"3ms\"; half_life = \"2ms\"; cancel_bias = "
		"true; "
		"amplitude = \"1ms\"; frequency = 70.0; }; ",
		BOTH, EDIT, TIME, "" },
	{ WF_BLOCK_DELAY, "delay = { mean = \"9ms\"; stddev = \"3ms\"; order = \"free\"; }; ", BOTH,
		WHAT "duplicate = \"20%\"; ", TIME, "" },
	{ WF_BLOCK_DELAY, "delay = { mean = \"9ms\"; stddev = \"3ms\"; order = \"flow\"; }; ", BOTH,
		EDIT, TIME, "" },
	{ WF_BLOCK_DELAY, "delay = { mean = \"9ms\"; stddev = \"3ms\"; }; ", BOTH, EDIT, TIME, "" },
	{ WF_BLOCK_DELAY,
		"delay = { distribution = \"gamma\"; mean = \"9ms\"; stddev = \"9ms\"; "
		"draw = \"flow\"; order = \"flow\"; }; ",
		BOTH, EDIT, TIME, "" },
	{ WF_BLOCK_DELAY,
		"delay = { min = \"1ms\"; max = \"9ms\"; draw = \"burst\"; gap = \"200us\"; }; ",
		BOTH, EDIT, TIME, "" },
};

static struct traffic traffic;
static uint32_t n_packets; /* of it */

static int
start(void **state)
{
	n_packets = fit_brief(N);
	traffic = traffic_new(n_packets, 1000 * WF_NS_PER_S, 60000);
	return bench_eal(state);
}

static int
end(void **state)
{
	traffic_free(&traffic);
	return 0;
}

/* ---- A run ---- */

static struct fates *
run_by(const char *dir, const char *classes, uint32_t workers, uint32_t burst, uint32_t every,
	bool general, uint32_t by_value_bytes)
{
	const struct fates_run q = { .text = bench_text(dir, "", classes),
		.seed = 42,
		.packet = traffic.packet,
		.n = n_packets,
		.workers = workers,
		.burst = burst,
		.every = every,
		.general = general,
		.by_value_bytes = by_value_bytes };

	return fates_run(&q);
}

static struct fates *
run(const char *dir, const char *classes, uint32_t workers, uint32_t burst, uint32_t every)
{
	return run_by(dir, classes, workers, burst, every, false, 0);
}

/* ---- Comparisons ---- */

static const char *
difference(const struct fates *a, const struct fates *b, uint32_t i, unsigned same)
{
	bool leaves = a->packet[i].due != LOST && b->packet[i].due != LOST;

	if ((same & LOSS) && (a->packet[i].due == LOST) != (b->packet[i].due == LOST))
		return "is lost in one";
	if (!leaves)
		return NULL;
	if ((same & TIME) && a->packet[i].due != b->packet[i].due)
		return "leaves at different times";
	if ((same & BYTES) && a->packet[i].bytes != b->packet[i].bytes)
		return "has different bytes";
	if ((same & COPIES) && a->packet[i].copies != b->packet[i].copies)
		return "has different copies";
	if (same == ALL && a->packet[i].copies_due != b->packet[i].copies_due)
		return "has copies at different times";
	return NULL;
}

static bool
made_differ(const struct fates *a, const struct fates *b, uint32_t flow, unsigned same)
{
	return a->made[flow].n != b->made[flow].n || a->made[flow].bytes != b->made[flow].bytes ||
	       (same == ALL && a->made[flow].due != b->made[flow].due);
}

/* Frees b. */
static void
assert_same(const struct fates *a, struct fates *b, uint32_t every, unsigned same, const char *dir,
	const char *what)
{
	for (uint32_t i = 0; i < n_packets; i++) {
		const char *how = difference(a, b, i, same);

		if (how != NULL && traffic.packet[i].flow % every == 0)
			fail_msg("%s\n%s: packet %u %s", dir, what, i, how);
	}
	for (uint32_t k = 0; k < TRAFFIC_FLOWS; k += every)
		if ((same & MADE) && made_differ(a, b, k, same))
			fail_msg("%s\n%s: flow %u gets different packets", dir, what, k);
	free(b);
}

static bool
differ(const struct fates *a, const struct fates *b)
{
	for (uint32_t i = 0; i < n_packets; i++)
		if (difference(a, b, i, ALL) != NULL)
			return true;
	return false;
}

/* Some packets are held by value, by either path; what is held at all is the plan's. */
static void
try_by_value(const struct stage_case *c, const struct fates *base, const char *dir)
{
	struct wf_plan *plan = bench_plan(bench_text(dir, "", c->classes), 42, NULL);
	bool holds = plan->dir[0].holds;

	wf_plan_free(plan);
	for (int general = 0; general < 2; general++) {
		struct fates *f = run_by(dir, c->classes, 1, 32, 1, general, BY_VALUE);

		if (holds && f->by_value == 0)
			fail_msg("%s: nothing is held by value", dir);
		assert_same(base, f, 1, ALL, dir, general ? "by value, in general" : "by value");
	}
	assert_same(base, run_by(dir, c->classes, 2, 1, 1, false, BY_VALUE), 1, ALL, dir,
		"by value with 2 workers, packet by packet");
}

static void
try_all(const struct stage_case *c, bool flow_scope)
{
	char dir[1000];
	struct fates *base, *wire = run("", "", 1, 32, 1);

	snprintf(dir, sizeof(dir), "%s%s", flow_scope ? "scope = \"flow\"; " : "", c->dir);
	base = run(dir, c->classes, 1, 32, 1);
	if (!differ(base, wire))
		fail_msg("%s does nothing", dir);
	free(wire);
	assert_same(base, run(dir, c->classes, 1, 1, 1), 1, ALL, dir, "packet by packet");
	assert_same(base, run(dir, c->classes, 1, 7, 1), 1, ALL, dir, "in bursts of 7");
	assert_same(base, run_by(dir, c->classes, 1, 32, 1, true, 0), 1, ALL, dir,
		"by the general path");
	try_by_value(c, base, dir);
	assert_same(base, run(dir, c->classes, 2, 32, 1), 1, ALL, dir, "with 2 workers");
	assert_same(base, run(dir, c->classes, 2, 1, 1), 1, ALL, dir,
		"with 2 workers, packet by packet");
	if (flow_scope)
		assert_same(base, run(dir, c->classes, 1, 32, EVERY), EVERY, ALL, dir,
			"without other flows");
	snprintf(dir + strlen(dir), sizeof(dir) - strlen(dir), "%s", c->other);
	assert_same(base, run(dir, c->classes, 1, 32, 1), 1, c->same, dir, "among other stages");
	free(base);
}

static void
in_a_class(void **state)
{
	for (size_t i = 0; i < WF_ARRAY_SIZE(cases); i++)
		if (cases[i].scopes & CLASS)
			try_all(&cases[i], false);
}

static void
in_a_flow(void **state)
{
	for (size_t i = 0; i < WF_ARRAY_SIZE(cases); i++)
		if (cases[i].scopes & FLOW)
			try_all(&cases[i], true);
}

static void
no_stage_is_left_out(void **state)
{
	for (int id = 0; id < WF_BLOCK_COUNT; id++) {
		bool found = false;

		for (size_t i = 0; i < WF_ARRAY_SIZE(cases); i++)
			found |= cases[i].id == (enum wf_block_id)id;
		if (!found)
			fail_msg("stage \"%s\" has no row in cases[]: add one that does something "
				 "to the traffic of traffic.c",
				wf_block_registry[id]->name);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_stage_is_left_out),
		cmocka_unit_test(in_a_class),
		cmocka_unit_test(in_a_flow),
	};

	return cmocka_run_group_tests(tests, start, end);
}
