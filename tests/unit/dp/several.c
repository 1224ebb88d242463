/* SPDX-License-Identifier: BSD-3-Clause
 * Several workers without threads: see several.h.
 */
#include "several.h"

#include <rte_mbuf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "wf_conf.h"
#include "wf_pipe_plans.h"
#include "wf_snapshot.h"

#define START_NS (1000 * WF_NS_PER_S)

/* As much of a buffer as rings and pipelines look at. */
struct packet {
	struct rte_mbuf m;
	uint8_t frame[64];
	uint32_t id;
};

static struct wf_plan *
compile(const char *dir, const char *classes)
{
	struct wf_err *err = wf_err_new();
	struct wf_node *tree;
	struct wf_conf *conf;
	struct wf_plan *plan;
	char text[4096];

	snprintf(text, sizeof(text),
		"ports = ( { name = \"a\"; device = \"net_null0\"; },"
		" { name = \"b\"; device = \"net_null1\"; } );"
		"links = ( { name = \"wan\"; ports = [ \"a\", \"b\" ];"
		" ab = { %s }; ba = { %s }; classes = ( %s ); } );",
		dir, dir, classes);
	tree = wf_conf_read_text(text, "several", false, err);
	conf = tree != NULL ? wf_conf_bind(tree, err) : NULL;
	plan = conf != NULL ? wf_plan_compile(conf, 7, NULL, err) : NULL;
	if (plan == NULL || wf_plan_arm(plan, err) < 0) {
		wf_err_print(err, stderr);
		fail();
	}
	wf_node_free(tree);
	wf_conf_free(conf);
	wf_err_free(err);
	return plan;
}

static void
free_packets(void *ctx, void *const *pkts, uint32_t n)
{
	struct several *s = ctx;

	for (uint32_t i = 0; i < n; i++)
		free(pkts[i]);
	s->n_there -= n;
}

static void *
none(void *ctx, void *pkt)
{
	return NULL;
}

static void
told(void *ctx, const struct wf_held *h, enum wf_drop cause, wf_ns_t ns)
{
	const struct several_worker *w = ctx;
	const struct packet *p = h->pkt;
	struct several_fate *f = &w->of->fate[p->id];

	assert_false(f->ended);
	*f = (struct several_fate){ true, cause, cause == WF_DROP_NONE ? h->due_ns : 0, w->index };
}

static void
worker_start(struct several *s, struct several_worker *w, uint32_t index)
{
	struct wf_pipe_params q = { .n_dirs = 2,
		.n_slots = WF_PLAN_MAX_SLOTS,
		.max_held = 20000,
		.max_flows = 1000,
		.flow_idle_ns = UINT64_MAX / 2,
		.start_ns = START_NS,
		.ops = { .free = free_packets, .clone = none, .ctx = s },
		.tap = &w->tap };

	*w = (struct several_worker){ .of = s, .index = index };
	w->tap = (struct wf_tap){ told, w };
	q.stats = w->stats = wf_stats_new(2, WF_PLAN_MAX_SLOTS);
	assert_non_null(w->stats);
	w->pipe = wf_pipe_new(&q);
	assert_non_null(w->pipe);
	assert_int_equal(wf_pipe_prepare(w->pipe, s->plan), 0);
	for (int dir = 0; dir < 2; dir++)
		wf_dir_stats_init(&w->total[dir]);
	w->share = (struct wf_share){ w->pipe, w->stats, w->out, index, s->n };
}

void
several_start(struct several *s, uint32_t n, const char *dir, const char *classes,
	const struct several_packet *p, uint32_t n_packets)
{
	assert_in_range(n, 1, SEVERAL_MOST);
	*s = (struct several){ .n = n, .packets = p, .n_packets = n_packets, .now_ns = START_NS };
	s->plan = compile(dir, classes);
	s->fate = calloc(n_packets, sizeof(*s->fate));
	assert_non_null(s->fate);
	for (uint32_t i = 0; i < n; i++)
		worker_start(s, &s->worker[i], i);
	for (uint32_t from = 0; from < n; from++) {
		for (uint32_t to = 0; to < n; to++) {
			struct wf_handoff *r = from == to ? NULL : wf_handoff_new();

			assert_true(from == to || r != NULL);
			s->worker[from].out[to] = s->worker[to].in[from] = r;
		}
	}
}

void
several_end(struct several *s)
{
	for (uint32_t i = 0; i < s->n; i++) {
		struct several_worker *w = &s->worker[i];

		wf_pipe_free(w->pipe);
		wf_stats_free(w->stats);
		for (uint32_t from = 0; from < s->n; from++)
			wf_handoff_free(w->in[from]);
	}
	assert_int_equal(s->n_there, 0);
	wf_plan_free(s->plan);
	free(s->fate);
}

/* The next one that arrives. */
static struct wf_rx
make_rx(struct several *s)
{
	static const uint8_t udp[] = { 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0, 0x45, 0, 0, 50, 0,
		0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 0, 10, 1, 0, 1, 0, 0, 0, 80, 0, 30, 0, 0 };
	const struct several_packet *p = &s->packets[s->n_in];
	struct packet *made = calloc(1, sizeof(*made));

	assert_non_null(made);
	made->id = s->n_in++;
	s->n_there++;
	memcpy(made->frame, udp, sizeof(udp));
	made->frame[34] = (uint8_t)(p->flow >> 8);
	made->frame[35] = (uint8_t)p->flow;
	made->m.buf_addr = made->frame;
	made->m.data_len = sizeof(made->frame);
	made->m.pkt_len = p->len;
	return (struct wf_rx){ .pkt = made,
		.data = made->frame,
		.readable_bytes = sizeof(made->frame),
		.len_bytes = p->len,
		.rx_ns = p->ns };
}

/* As worker_take_in_shared. */
static void
share_out(struct several *s, struct several_worker *w, uint32_t dir, struct wf_rx *rx, uint32_t n)
{
	const struct wf_identity *who[WF_BURST];
	bool known;

	n = wf_share_out(&w->share, s->plan, dir, rx, who, n, &known);
	if (known)
		wf_pipe_know(w->pipe, rx, who);
	wf_pipe_in(w->pipe, s->plan, dir, rx, n, true);
	wf_pipe_know(w->pipe, NULL, NULL);
}

uint32_t
several_receive(struct several *s, uint32_t most)
{
	const struct several_packet *first = &s->packets[s->n_in];
	struct several_worker *w = &s->worker[first->worker % s->n];
	struct wf_rx rx[WF_BURST];
	uint32_t n = 0;

	assert_in_range(most, 1, WF_BURST);
	do
		rx[n++] = make_rx(s);
	while (n < most && s->n_in < s->n_packets && s->packets[s->n_in].dir == first->dir &&
		s->packets[s->n_in].worker % s->n == w->index);
	s->now_ns = rx[n - 1].rx_ns;
	if (s->n > 1)
		share_out(s, w, first->dir, rx, n);
	else
		wf_pipe_in(w->pipe, s->plan, first->dir, rx, n, true);
	return w->index;
}

static void
take_over(struct several *s, struct several_worker *w)
{
	for (uint32_t from = 0; from < s->n; from++) {
		const struct wf_identity *who[WF_BURST];
		struct wf_rx rx[WF_BURST];
		uint32_t dir, n;

		while (w->in[from] != NULL && (n = wf_handoff_take(w->in[from], w->pipe, w->stats,
						       s->now_ns, &dir, rx, who)) > 0) {
			wf_pipe_know(w->pipe, rx, who);
			wf_pipe_in(w->pipe, s->plan, dir, rx, n, false);
			wf_pipe_know(w->pipe, NULL, NULL);
		}
	}
}

void
several_turn(struct several *s, uint32_t worker)
{
	struct several_worker *w = &s->worker[worker];
	struct wf_held h[WF_BURST];
	uint32_t n;

	take_over(s, w);
	while (wf_pipe_advance(w->pipe, s->plan, s->now_ns) < s->now_ns)
		;
	while ((n = wf_pipe_take(w->pipe, s->now_ns, h, WF_BURST)) > 0) {
		wf_pipe_sent(w->pipe, h, n, s->now_ns);
		for (uint32_t i = 0; i < n; i++)
			free(h[i].pkt);
		s->n_there -= n;
	}
}

void
several_drain(struct several *s)
{
	for (;;) {
		wf_ns_t next_ns = UINT64_MAX;

		for (uint32_t i = 0; i < s->n; i++) {
			several_turn(s, i);
			if (wf_pipe_next(s->worker[i].pipe) < next_ns)
				next_ns = wf_pipe_next(s->worker[i].pipe);
		}
		if (next_ns == UINT64_MAX)
			break;
		s->now_ns = next_ns > s->now_ns ? next_ns : s->now_ns;
	}
	assert_int_equal(s->n_there, 0);
}

/* Adds the worker's idle bank to its totals. Held is a gauge. */
static void
add_bank(struct several *s, struct several_worker *w)
{
	struct wf_bank *bank;

	wf_stats_ask(w->stats);
	/* A ring may have told it to turn before. */
	if (wf_stats_turn_wanted(w->stats))
		wf_pipe_turn_stats(w->pipe, s->now_ns);
	bank = wf_stats_idle(w->stats);
	for (int dir = 0; dir < 2; dir++) {
		w->total[dir].held = (struct wf_count){ 0, 0 };
		wf_dir_stats_merge(&w->total[dir], &bank->dir[dir]);
		wf_dir_stats_init(&bank->dir[dir]);
	}
}

void
several_sum(struct several *s, struct wf_dir_stats sum[2])
{
	struct wf_snapshot *snap = wf_snapshot_new(1, 0, 0);

	assert_non_null(snap);
	for (int dir = 0; dir < 2; dir++)
		wf_dir_stats_init(&sum[dir]);
	for (uint32_t i = 0; i < s->n; i++) {
		struct several_worker *w = &s->worker[i];

		add_bank(s, w);
		for (int dir = 0; dir < 2; dir++)
			wf_dir_stats_merge(&sum[dir], &w->total[dir]);
	}
	for (int dir = 0; dir < 2; dir++)
		snap->links[0].dir[dir].s = sum[dir];
	wf_snapshot_judge(snap);
	assert_int_equal(wf_snapshot_unaccounted(snap).packets, 0);
	assert_int_equal(wf_snapshot_unaccounted(snap).bytes, 0);
	wf_snapshot_free(snap);
}
