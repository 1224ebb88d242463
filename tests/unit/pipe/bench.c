/* SPDX-License-Identifier: BSD-3-Clause
 * The bench of a pipeline.
 */
#include "bench_packet.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "eal.h"
#include "wf_snapshot.h"

int
bench_eal(void **state)
{
	return eal_start(state);
}

const char *
bench_text(const char *ab, const char *ba, const char *classes)
{
	static char text[8192];

	snprintf(text, sizeof(text),
		"ports = ( { name = \"a\"; device = \"net_null0\"; },"
		" { name = \"b\"; device = \"net_null1\"; } );"
		"links = ( { name = \"wan\"; ports = [ \"a\", \"b\" ];"
		" ab = { %s }; ba = { %s }; classes = ( %s ); } );",
		ab, ba, classes);
	return text;
}

struct wf_plan *
bench_plan(const char *text, uint64_t seed, const struct wf_plan *before)
{
	struct wf_err *err = wf_err_new();
	struct wf_node *tree = wf_conf_read_text(text, "bench", false, err);
	struct wf_conf *conf = tree != NULL ? wf_conf_bind(tree, err) : NULL;
	struct wf_plan *plan = conf != NULL ? wf_plan_compile(conf, seed, before, err) : NULL;

	if (plan == NULL || wf_plan_arm(plan, err) < 0) {
		wf_err_print(err, stderr);
		fail_msg("refused: %s", text);
	}
	wf_node_free(tree);
	wf_conf_free(conf);
	wf_err_free(err);
	return plan;
}

void
bench_put(struct bench *b, struct fake *f)
{
	assert_true(f->refs > 0);
	if (--f->refs > 0)
		return;
	if (f->original != NULL)
		bench_put(b, f->original);
	if (f->who.id == BENCH_BUFFER)
		bench_buffer_end(b, f);
	free(f);
	b->alive--;
}

static void
free_packets(void *ctx, void *const *pkts, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		bench_put(ctx, pkts[i]);
}

void *
bench_hold(void *pkt)
{
	((struct fake *)pkt)->refs++;
	return pkt;
}

void
bench_release(struct bench *b, void *pkt)
{
	bench_put(b, pkt);
}

/* A clone keeps its original alive, as an indirect mbuf does. */
static void *
clone_packet(void *ctx, void *pkt)
{
	struct bench *b = ctx;
	struct fake *f;

	if (b->clones_left == 0)
		return NULL;
	b->clones_left--;
	f = malloc(sizeof(*f));
	assert_non_null(f);
	*f = *(struct fake *)pkt;
	f->who.copy = true;
	f->refs = 1;
	f->original = pkt;
	f->original->refs++;
	b->alive++;
	return f;
}

/* Nobody is told of its bytes: it is known by its number. */
static void *
make_packet(void *ctx, const uint8_t *data, uint32_t len_bytes)
{
	struct bench *b = ctx;
	struct fake *f;

	assert_true(len_bytes >= 60);
	if (b->makes_left == 0)
		return NULL;
	b->makes_left--;
	f = calloc(1, sizeof(*f));
	assert_non_null(f);
	f->who.id = BENCH_MADE;
	f->refs = 1;
	memcpy(f->frame, data, 60);
	b->alive++;
	return f;
}

static void *
writable(void *ctx, void *pkt, struct wf_frame *f)
{
	struct bench *b = ctx;
	struct fake *p = pkt;

	if (b->writable_left == 0)
		return NULL;
	b->writable_left--;
	if (p->refs > 1) { /* somebody else looks at these bytes */
		p = malloc(sizeof(*p));
		assert_non_null(p);
		*p = *(struct fake *)pkt;
		p->refs = 1;
		b->alive++;
		bench_put(b, pkt);
	}
	f->data = p->frame;
	f->readable_bytes = p->readable;
	f->room_bytes = b->room_bytes ? b->room_bytes : sizeof(p->frame);
	return p;
}

static void
resize(void *ctx, void *pkt, uint32_t n, uint32_t len_bytes)
{
	struct fake *f = pkt;

	assert_true(n <= sizeof(f->frame));
	f->readable = n;
	f->len = len_bytes;
}

/* Every packet's fate, counted apart from the statistics. */
static void
told(void *ctx, const struct wf_held *h, enum wf_drop cause, wf_ns_t ns)
{
	struct bench *b = ctx;

	assert_true(h->dir < 2 && cause < WF_DROP_COUNT);
	assert_true(h->rx_ns <= ns);
	assert_true(cause != WF_DROP_NONE || h->due_ns <= ns);
	wf_count_add(&b->told[h->dir][cause], h->len_bytes);
}

static void
choose_path(const struct bench *b)
{
	for (uint32_t i = 0; b->options.general && i < b->plan->n_dirs; i++)
		b->plan->dir[i].path = WF_PATH_GENERAL;
}

struct bench *
bench_new(const char *text, const struct bench_options *options)
{
	static const struct bench_options plenty;
	struct bench *b = calloc(1, sizeof(*b));
	struct wf_pipe_params q = { .n_dirs = 2, .n_slots = WF_PLAN_MAX_SLOTS };

	assert_non_null(b);
	b->options = options != NULL ? *options : plenty;
	b->clones_left = b->makes_left = b->writable_left = b->buffers_left = b->again_left = -1;
	b->now_ns = 1000 * WF_NS_PER_S;
	b->plan = bench_plan(text, b->options.seed, NULL);
	choose_path(b);
	b->tap = (struct wf_tap){ .told = told, .ctx = b };
	q.tap = &b->tap;
	b->stats = wf_stats_new(q.n_dirs, q.n_slots);
	assert_non_null(b->stats);
	for (int i = 0; i < 4; i++)
		wf_dir_stats_init(&b->total[i]);
	q.max_held = b->options.max_held ? b->options.max_held : 200000;
	q.max_flows = b->options.max_flows ? b->options.max_flows : 1000;
	q.flow_idle_ns = b->options.idle_ns ? b->options.idle_ns : UINT64_MAX / 2;
	q.start_ns = b->now_ns;
	q.stats = b->stats;
	q.ops = (struct wf_pkt_ops){ .free = free_packets,
		.clone = clone_packet,
		.make = make_packet,
		.writable = writable,
		.resize = resize,
		.bytes = bench_bytes,
		.buffer = bench_buffer,
		.make_bulk = bench_make_again,
		.ctx = b };
	assert_true(b->options.by_value_bytes <= BENCH_LONGEST_VALUE);
	q.by_value_bytes = b->options.by_value_bytes;
	b->pipe = wf_pipe_new(&q);
	assert_non_null(b->pipe);
	assert_int_equal(wf_pipe_prepare(b->pipe, b->plan), 0);
	return b;
}

void
bench_free(struct bench *b)
{
	wf_pipe_free(b->pipe);
	assert_int_equal(b->alive, 0);
	bench_shadows_end(b);
	wf_stats_free(b->stats);
	wf_plan_free(b->plan);
	free(b->out);
	free(b);
}

void
bench_change(struct bench *b, const char *text)
{
	struct wf_plan *plan = bench_plan(text, b->options.seed, b->plan);

	/* What departs before goes by the plan before. */
	while (wf_pipe_advance(b->pipe, b->plan, b->now_ns - 1) < b->now_ns - 1)
		;
	plan->from_ns = b->now_ns;
	wf_plan_free(b->plan);
	b->plan = plan;
	choose_path(b);
	wf_pipe_adopt(b->pipe, plan);
}

static void
fill_frame(uint8_t *f, const struct bench_packet *p)
{
	static const uint8_t udp[] = { 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0, 0x45, 0, 0, 50, 0,
		0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 0, 10, 1, 0, 1, 0, 0, 0, 80, 0, 30, 0, 0 };

	memset(f, 0, 64);
	memcpy(f, udp, sizeof(udp));
	if (p->arp) {
		f[12] = 8;
		f[13] = 6;
		f[14] = 0;
		return;
	}
	f[28] = (uint8_t)(p->flow >> 24);
	f[29] = (uint8_t)(p->flow >> 16);
	f[34] = (uint8_t)(p->flow >> 8);
	f[35] = (uint8_t)p->flow;
}

void
bench_rx(struct bench *b, const struct bench_packet *p, struct wf_rx *rx)
{
	struct fake *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	f->who.id = b->n_in++;
	f->who.flow = p->flow;
	f->refs = 1;
	f->len = p->len;
	f->readable = p->bytes != NULL ? p->n_bytes : 64;
	b->alive++;
	if (p->bytes != NULL)
		memcpy(f->frame, p->bytes, p->n_bytes);
	else
		fill_frame(f->frame, p);
	*rx = (struct wf_rx){ .pkt = f,
		.data = f->frame,
		.readable_bytes = f->readable,
		.len_bytes = p->len,
		.rx_ns = p->ns };
}

/* As packets go in that another worker has received. */
static void
take_over(struct bench *b, uint32_t dir, const struct wf_rx *rx, uint32_t n)
{
	const struct wf_identity *who[WF_BURST];
	struct wf_identity ring[WF_BURST];
	uint32_t owner[WF_BURST];

	if (wf_pipe_owners(b->pipe, b->plan, dir, rx, n, 2, owner, who) == 0) {
		wf_pipe_in(b->pipe, b->plan, dir, rx, n, true);
		return;
	}
	for (uint32_t i = 0; i < n; i++) {
		ring[i] = *who[i];
		who[i] = &ring[i];
	}
	wf_pipe_know(b->pipe, rx, who);
	wf_pipe_in(b->pipe, b->plan, dir, rx, n, true);
	wf_pipe_know(b->pipe, NULL, NULL);
}

void
bench_in(struct bench *b, uint32_t dir, const struct bench_packet *p, uint32_t n, uint32_t burst)
{
	while (n > 0) {
		uint32_t k = n < burst ? n : burst;
		struct wf_rx rx[WF_BURST];

		for (uint32_t i = 0; i < k; i++)
			bench_rx(b, &p[i], &rx[i]);
		if (b->options.handed)
			take_over(b, dir, rx, k);
		else
			wf_pipe_in(b->pipe, b->plan, dir, rx, k, true);
		if (b->now_ns < p[k - 1].ns)
			b->now_ns = p[k - 1].ns;
		p += k;
		n -= k;
	}
}

uint32_t
bench_one(struct bench *b, uint32_t dir, uint32_t flow, uint32_t len)
{
	struct bench_packet p = { .ns = b->now_ns, .flow = flow, .len = len };

	bench_in(b, dir, &p, 1, 1);
	return b->n_in - 1;
}

static void
record(struct bench *b, const struct wf_held *h)
{
	struct bench_out *o;

	if (b->n_out == b->room_out) {
		b->room_out = b->room_out ? 2 * b->room_out : 1024;
		b->out = realloc(b->out, b->room_out * sizeof(*b->out));
		assert_non_null(b->out);
	}
	o = &b->out[b->n_out++];
	*o = ((struct fake *)h->pkt)->who;
	o->dir = h->dir;
	o->len = ((struct fake *)h->pkt)->len;
	memcpy(o->bytes, ((struct fake *)h->pkt)->frame, sizeof(o->bytes));
	o->rx_ns = h->rx_ns;
	o->due_ns = h->due_ns;
}

static void
leave(struct bench *b)
{
	struct wf_held h[WF_BURST];
	uint32_t n;

	while (wf_pipe_advance(b->pipe, b->plan, b->now_ns) < b->now_ns)
		;
	while ((n = wf_pipe_take(b->pipe, b->now_ns, h, WF_BURST)) > 0) {
		for (uint32_t i = 0; i < n; i++) {
			assert_true(h[i].due_ns <= b->now_ns);
			record(b, &h[i]);
		}
		wf_pipe_sent(b->pipe, h, n, b->now_ns);
		for (uint32_t i = 0; i < n; i++)
			bench_put(b, h[i].pkt);
	}
}

void
bench_until(struct bench *b, wf_ns_t ns)
{
	for (wf_ns_t next; (next = wf_pipe_next(b->pipe)) <= ns;) {
		b->now_ns = next > b->now_ns ? next : b->now_ns;
		leave(b);
	}
	b->now_ns = ns > b->now_ns ? ns : b->now_ns;
	leave(b);
}

void
bench_drain(struct bench *b)
{
	while (wf_pipe_next(b->pipe) != UINT64_MAX)
		bench_until(b, wf_pipe_next(b->pipe));
	assert_int_equal(wf_pipe_held(b->pipe), 0);
	/* Some buffers and packets are kept for what comes next. */
	assert_in_range(
		b->alive, b->buffers, b->buffers + (b->options.by_value_bytes > 0 ? 128 : 0));
}

/* Class counters add up to the directions'; a slot doesn't tell its direction once its class is
 * gone, so to those of both. */
static void
check_classes(const struct bench *b)
{
	const struct wf_flow_counts *ab = &b->total[0].c, *ba = &b->total[1].c;
	struct wf_class_stats sum;

	memset(&sum, 0, sizeof(sum));
	for (uint32_t k = 0; k < WF_PLAN_MAX_SLOTS; k++)
		wf_class_stats_merge(&sum, &b->class_total[k]);
	assert_int_equal(sum.c.tx.packets, ab->tx.packets + ba->tx.packets);
	assert_int_equal(sum.c.tx.bytes, ab->tx.bytes + ba->tx.bytes);
	assert_int_equal(sum.c.dup_created.bytes, ab->dup_created.bytes + ba->dup_created.bytes);
	for (int i = 1; i < WF_DROP_COUNT; i++)
		if (i != WF_DROP_handoff_full) /* before there is a class */
			assert_int_equal(sum.c.dropped[i].bytes,
				ab->dropped[i].bytes + ba->dropped[i].bytes);
}

/* What the tap was told is what the counters say. */
static void
check_told(const struct bench *b)
{
	for (uint32_t i = 0; i < 2; i++)
		for (int cause = 0; cause < WF_DROP_COUNT; cause++) {
			const struct wf_count *c = cause == WF_DROP_NONE
							   ? &b->total[i].c.tx
							   : &b->total[i].c.dropped[cause];

			assert_int_equal(b->told[i][cause].packets, c->packets);
			assert_int_equal(b->told[i][cause].bytes, c->bytes);
		}
}

void
bench_check(struct bench *b)
{
	struct wf_snapshot *snap = wf_snapshot_new(1, 0, 0);
	struct wf_bank *bank;
	uint64_t held = 0;

	assert_non_null(snap);
	wf_stats_ask(b->stats);
	wf_pipe_turn_stats(b->pipe, b->now_ns);
	bank = wf_stats_idle(b->stats);
	for (uint32_t i = 0; i < 2; i++) {
		b->total[i].held = (struct wf_count){ 0, 0 };
		wf_dir_stats_merge(&b->total[i], &bank->dir[i]);
		wf_dir_stats_init(&bank->dir[i]);
		snap->links[0].dir[i].s = b->total[i];
		held += b->total[i].held.packets;
	}
	for (uint32_t i = 0; i < WF_PLAN_MAX_SLOTS; i++) {
		b->class_total[i].flows = 0;
		wf_class_stats_merge(&b->class_total[i], &bank->class[i]);
		memset(&bank->class[i], 0, sizeof(bank->class[i]));
	}
	wf_snapshot_judge(snap);
	assert_int_equal(wf_snapshot_unaccounted(snap).packets, 0);
	assert_int_equal(wf_snapshot_unaccounted(snap).bytes, 0);
	assert_int_equal(wf_pipe_held(b->pipe), held);
	check_classes(b);
	check_told(b);
	wf_snapshot_free(snap);
}

const struct wf_class_stats *
bench_class(const struct bench *b, uint32_t dir, const char *name)
{
	const struct wf_plan_dir *d = &b->plan->dir[dir];

	for (uint16_t i = 0; i < d->n_classes; i++)
		if (strcmp(d->classes[i].about->name, name) == 0)
			return &b->class_total[d->classes[i].slot];
	return NULL;
}

const struct bench_out *
bench_find(const struct bench *b, uint32_t id)
{
	for (uint32_t i = 0; i < b->n_out; i++)
		if (b->out[i].id == id && !b->out[i].copy)
			return &b->out[i];
	return NULL;
}

wf_ns_t
bench_due(const struct bench *b, uint32_t id)
{
	const struct bench_out *o = bench_find(b, id);

	assert_non_null(o);
	return o->due_ns;
}
