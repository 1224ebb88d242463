/* SPDX-License-Identifier: BSD-3-Clause
 * A timeline of changes has the same fates offline and live: packet for packet, byte for byte, to
 * the nanosecond. Live is a worker as it is: plans come through lib/swap, offered a few
 * milliseconds ahead and taken over whenever a turn of its loop happens to look, in bursts that
 * cross the instants at which they come into force.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "eal.h"
#include "fit.h"
#include "random_change.h"
#include "traffic.h"
#include "wf_pipe_plans.h"
#include "wf_swap.h"
#include "wf_timeline.h"
#include "wf_twin_drive.h"
#include "wf_twin_packet.h"

#define MS          WF_NS_PER_MS
#define START       WF_NS_PER_S
#define PACKETS     20000
#define GAP_NS      50000 /* so they take a second */
#define RUN_PACKETS 4000  /* of them, for runs */
#define CHANGES     50
#define EVERY       (20 * MS)

/* The next change, which replaces what there is; half of them end by themselves. What makes no
 * sense with what stands is left out. */
static struct wf_setup *
next_setup(struct fit_random *r, const struct wf_setup *before, wf_ns_t from_ns)
{
	struct wf_err *err = wf_err_new();
	struct wf_setup *next = NULL;

	while (next == NULL) {
		struct wf_overrides list = { 0 };
		struct wf_change *c = random_change(r);
		struct wf_override o = { .from_ns = from_ns,
			.until_ns = fit_under(r, 2) ? from_ns + (1 + fit_under(r, 5)) * EVERY
						    : UINT64_MAX,
			.change = c };

		assert_int_equal(wf_overrides_copy(&list, &before->overrides, from_ns), 0);
		assert_int_equal(wf_overrides_add(&list, &o), 0);
		wf_setup_next(before, NULL, &list, from_ns, &next, err);
		wf_overrides_fini(&list);
		wf_change_free(c);
	}
	wf_err_free(err);
	return next;
}

/* Changes at instants that are no round numbers. Some begin a run, or a phase. */
static struct wf_timeline
make_timeline(uint64_t seed)
{
	struct wf_timeline t = { 0 };
	struct wf_err *err = wf_err_new();
	struct wf_setup *s, *next;
	struct fit_random r;

	fit_seed(&r, seed);
	assert_int_equal(wf_setup_next(NULL, random_base(), NULL, 0, &s, err), 0);
	assert_int_equal(wf_plan_arm(s->plan, err), 0);
	assert_int_equal(wf_timeline_add(&t, s->plan), 0);
	for (uint32_t i = 1; i <= CHANGES; i++) {
		next = next_setup(&r, s, START + i * EVERY - fit_under(&r, 19 * MS));
		if (i % 16 == 0)
			wf_plan_begin_run(next->plan, 7);
		for (uint32_t d = 0; i % 8 == 0 && d < 2; d++)
			wf_plan_set_origin(next->plan, d, next->plan->from_ns);
		assert_int_equal(wf_plan_arm(next->plan, err), 0);
		assert_int_equal(wf_timeline_add(&t, next->plan), 0);
		wf_setup_free(s);
		s = next;
	}
	wf_setup_free(s);
	wf_err_free(err);
	return t;
}

/* ---- What becomes of packets ---- */

struct fate {
	wf_ns_t due_ns;
	uint64_t bytes; /* hash */
	uint32_t tag, dir, len_bytes;
};

struct fates {
	uint32_t n;
	struct fate fate[8 * PACKETS];
};

static void
note(struct fates *f, const struct wf_held *h)
{
	const struct wf_twin_packet *p = h->pkt;
	uint64_t hash = 14695981039346656037ull;

	for (uint32_t i = 0; i < p->cap_bytes; i++)
		hash = (hash ^ p->data[i]) * 1099511628211ull;
	assert_true(f->n < WF_ARRAY_SIZE(f->fate));
	f->fate[f->n++] = (struct fate){ .due_ns = h->due_ns,
		.bytes = hash,
		.tag = p->tag,
		.dir = h->dir,
		.len_bytes = p->len_bytes };
}

static int
by_packet(const void *a, const void *b)
{
	const struct fate *p = a, *q = b;

	if (p->tag != q->tag)
		return p->tag < q->tag ? -1 : 1;
	if (p->due_ns != q->due_ns)
		return p->due_ns < q->due_ns ? -1 : 1;
	return p->bytes < q->bytes ? -1 : p->bytes > q->bytes;
}

static void
assert_same(struct fates *a, struct fates *b)
{
	qsort(a->fate, a->n, sizeof(a->fate[0]), by_packet);
	qsort(b->fate, b->n, sizeof(b->fate[0]), by_packet);
	for (uint32_t i = 0; i < a->n && i < b->n; i++)
		if (memcmp(&a->fate[i], &b->fate[i], sizeof(a->fate[i])) != 0)
			fail_msg("packet %u or %u: due %llu or %llu", a->fate[i].tag,
				b->fate[i].tag, (unsigned long long)a->fate[i].due_ns,
				(unsigned long long)b->fate[i].due_ns);
	assert_int_equal(a->n, b->n);
}

/* ---- Packets come ---- */

static uint32_t
dir_of(uint32_t i)
{
	/* A quarter of them comes from b, in no pattern. */
	return i % RUN_PACKETS * 2654435761u >> 30 == 0;
}

/* Packets from `first` on, of one direction, up to `most`. Returns how many. */
static uint32_t
burst(const struct traffic *t, uint32_t first, uint32_t most, struct wf_rx *rx)
{
	uint32_t n = 0;

	while (n < most && first + n < t->n && dir_of(first + n) == dir_of(first)) {
		const struct bench_packet *p = &t->packet[first + n];
		struct wf_twin_packet *packet = wf_twin_packet_new(&(struct wf_cap_packet){
			.cap_bytes = p->n_bytes, .len_bytes = p->len, .data = p->bytes });

		packet->tag = first + n;
		rx[n++] = (struct wf_rx){ .pkt = packet,
			.data = packet->data,
			.readable_bytes = packet->cap_bytes,
			.len_bytes = packet->len_bytes,
			.rx_ns = p->ns };
	}
	return n;
}

static struct wf_pipe_params
params_of(void)
{
	return (struct wf_pipe_params){ .n_dirs = 2,
		.n_slots = WF_PLAN_MAX_SLOTS,
		.max_held = 4 * PACKETS,
		.max_flows = 4096,
		.flow_idle_ns = 3600 * WF_NS_PER_S,
		.start_ns = START,
		.ops = wf_twin_packet_ops };
}

static void
leave(void *ctx, const struct wf_held *h)
{
	note(ctx, h);
}

static void
offline(const struct wf_timeline *line, const struct traffic *t, uint32_t most, struct fates *f)
{
	struct wf_pipe_params params = params_of();
	struct wf_twin_drive v;
	struct wf_rx rx[WF_BURST];
	uint32_t n;

	f->n = 0;
	assert_int_equal(wf_twin_drive_init(&v, line->plan[0], line, &params, leave, f), 0);
	for (uint32_t i = 0; i < t->n; i += n) {
		n = burst(t, i, most, rx);
		wf_twin_drive_to(&v, rx[0].rx_ns);
		wf_twin_drive_in(&v, dir_of(i), rx, n);
	}
	wf_twin_drive_to(&v, WF_TWIN_END);
	assert_false(v.out_of_memory);
	wf_twin_drive_fini(&v);
}

/* A worker and the control thread beside it. */
struct live {
	struct wf_pipe *pipe;
	struct wf_stats *stats;
	struct wf_swap *swap;
	struct fates *f;
	struct wf_timeline *line;
	uint32_t next; /* of the timeline, to be offered */
};

static void
take(struct live *l, const struct wf_plan *newest, wf_ns_t now_ns)
{
	struct wf_held h[64];
	wf_ns_t until_ns;
	uint32_t n;

	do {
		until_ns = wf_pipe_changes(newest) ? wf_pipe_advance_plans(l->pipe, newest, now_ns)
						   : wf_pipe_advance(l->pipe, newest, now_ns);
		do {
			n = wf_pipe_take(l->pipe, until_ns, h, 64);
			for (uint32_t i = 0; i < n; i++) {
				note(l->f, &h[i]);
				wf_pipe_sent(l->pipe, &h[i], 1, h[i].due_ns);
				wf_twin_packet_put(h[i].pkt);
			}
		} while (n == 64);
	} while (until_ns < now_ns);
}

static void
control(struct live *l, wf_ns_t now_ns, wf_ns_t ahead_ns)
{
	while (l->next < l->line->n && l->line->plan[l->next]->from_ns <= now_ns + ahead_ns)
		assert_int_equal(wf_swap_offer(l->swap, wf_plan_hold(l->line->plan[l->next++])), 0);
	wf_swap_poll(l->swap, now_ns);
}

static void
live(struct wf_timeline *line, const struct traffic *t, uint64_t seed, struct fates *f)
{
	struct live l = { .line = line, .next = 1, .f = f };
	struct wf_pipe_params params = params_of();
	const struct wf_plan *newest;
	struct wf_rx rx[WF_BURST];
	wf_ns_t now_ns = START;
	struct fit_random r;
	uint32_t n;

	f->n = 0;
	fit_seed(&r, seed);
	l.stats = params.stats = wf_stats_new(2, WF_PLAN_MAX_SLOTS);
	l.pipe = wf_pipe_new(&params);
	l.swap = wf_swap_new(1, wf_plan_hold(line->plan[0]));
	assert_true(l.pipe != NULL && l.swap != NULL);
	for (uint32_t i = 0; i < line->n; i++)
		assert_int_equal(wf_pipe_prepare(l.pipe, line->plan[i]), 0);
	wf_swap_join(l.swap, 0, START);
	for (uint32_t i = 0; i < t->n; i += n) {
		wf_ns_t next_ns;

		n = burst(t, i, 1 + (uint32_t)fit_under(&r, WF_BURST), rx);
		next_ns = i + n < t->n ? t->packet[i + n].ns : rx[n - 1].rx_ns + MS;
		/* A turn begins behind its packets, which have waited for up to 3 ms. */
		if (now_ns < rx[n - 1].rx_ns + 3 * MS)
			now_ns += fit_under(&r, rx[n - 1].rx_ns + 3 * MS - now_ns);
		if (now_ns < rx[n - 1].rx_ns)
			now_ns = rx[n - 1].rx_ns;
		control(&l, now_ns, 3 * MS + fit_under(&r, 5 * MS));
		newest = wf_swap_turn(l.swap, 0, now_ns);
		if (wf_pipe_changes(newest))
			wf_pipe_in_plans(l.pipe, newest, dir_of(i), rx, n, true);
		else
			wf_pipe_in(l.pipe, newest, dir_of(i), rx, n, true);
		take(&l, newest, rx[n - 1].rx_ns + fit_under(&r, next_ns - rx[n - 1].rx_ns + 1));
	}
	control(&l, START + 100 * WF_NS_PER_S, 0);
	take(&l, wf_swap_turn(l.swap, 0, START + 100 * WF_NS_PER_S), WF_TWIN_END);
	wf_swap_leave(l.swap, 0);
	wf_pipe_free(l.pipe);
	wf_swap_free(l.swap);
	wf_stats_free(l.stats);
}

static struct fates a, b;

static void
a_timeline_has_the_same_fates_live_and_offline(void **state)
{
	struct traffic t = traffic_new(PACKETS, START, GAP_NS);

	for (uint64_t seed = 1; seed <= 4; seed++) {
		struct wf_timeline line = make_timeline(seed);

		assert_int_equal(line.n, CHANGES + 1);
		offline(&line, &t, WF_BURST, &a);
		assert_true(a.n > PACKETS / 2);
		offline(&line, &t, 1, &b);
		assert_same(&a, &b);
		for (uint64_t k = 0; k < 3; k++) {
			/* A swap links plans behind each other as it goes, so each has its own. */
			struct wf_timeline again = make_timeline(seed);

			live(&again, &t, seed * 10 + k, &b);
			assert_same(&a, &b);
			wf_timeline_fini(&again);
		}
		wf_timeline_fini(&line);
	}
	traffic_free(&t);
}

/* ---- Runs ---- */

#define LATER (3 * WF_NS_PER_S)

/* The first packets of t, and again some time later. */
static struct traffic
twice(const struct traffic *t)
{
	struct traffic both = { .n = 2 * RUN_PACKETS };

	both.packet = calloc(both.n, sizeof(*both.packet));
	assert_non_null(both.packet);
	for (uint32_t i = 0; i < both.n; i++) {
		both.packet[i] = t->packet[i % RUN_PACKETS];
		both.packet[i].ns += i < RUN_PACKETS ? 0 : LATER;
	}
	return both;
}

/* All that has a clock, a state or a draw. */
static struct wf_setup *
busy_setup(void)
{
	struct wf_overrides list = { 0 };
	struct wf_err *err = wf_err_new();
	struct wf_setup *s;
	struct fit_random r;

	fit_seed(&r, 1);
	for (uint32_t i = 0; i < 40; i++) {
		struct wf_change *c = random_change(&r);
		struct wf_override o = { .until_ns = UINT64_MAX, .change = c };
		struct wf_overrides more = { 0 };
		struct wf_setup *probe;

		assert_int_equal(wf_overrides_copy(&more, &list, 0), 0);
		assert_int_equal(wf_overrides_add(&more, &o), 0);
		if (wf_setup_next(NULL, random_base(), &more, 0, &probe, err) == 0) {
			wf_overrides_fini(&list);
			list = more;
			wf_setup_free(probe);
		} else {
			wf_overrides_fini(&more);
		}
		wf_change_free(c);
	}
	assert_true(list.n > 20);
	assert_int_equal(wf_setup_next(NULL, random_base(), &list, 0, &s, err), 0);
	wf_overrides_fini(&list);
	wf_err_free(err);
	return s;
}

/* The second time with this seed; as a run of this key, unless it is 0. */
static void
run_twice(const struct wf_setup *s, uint64_t seed, uint64_t key, struct fates *f)
{
	struct traffic t = traffic_new(PACKETS, START, GAP_NS), both = twice(&t);
	struct wf_err *err = wf_err_new();
	struct wf_plan *first = wf_plan_compile(s->conf, 42, NULL, err), *then;
	struct wf_timeline line = { 0 };

	wf_plan_begin_run(first, key);
	then = wf_plan_compile(s->conf, seed, first, err);
	then->from_ns = START + LATER;
	if (key != 0)
		wf_plan_begin_run(then, key);
	for (uint32_t d = 0; d < 2; d++)
		wf_plan_set_origin(then, d, then->from_ns);
	assert_true(wf_plan_arm(first, err) == 0 && wf_plan_arm(then, err) == 0);
	assert_true(wf_timeline_add(&line, first) == 0 && wf_timeline_add(&line, then) == 0);
	wf_plan_free(first);
	wf_plan_free(then);
	offline(&line, &both, WF_BURST, f);
	qsort(f->fate, f->n, sizeof(f->fate[0]), by_packet);
	wf_timeline_fini(&line);
	wf_err_free(err);
	free(both.packet);
	traffic_free(&t);
}

/* Fates of the first time that are those of the second, LATER. */
static uint32_t
repeated(const struct fates *f, uint32_t *first)
{
	uint32_t n = 0;

	for (*first = 0; *first < f->n && f->fate[*first].tag < RUN_PACKETS;)
		++*first;
	for (uint32_t i = 0; i < *first; i++) {
		struct fate want = f->fate[i];

		want.tag += RUN_PACKETS;
		want.due_ns += LATER;
		n += bsearch(&want, f->fate + *first, f->n - *first, sizeof(want), by_packet) !=
		     NULL;
	}
	return n;
}

static void
a_run_is_the_same_however_often_it_is_repeated(void **state)
{
	struct wf_setup *s = busy_setup();
	uint32_t first, same;

	run_twice(s, 42, 7, &a);
	same = repeated(&a, &first);
	assert_true(first > RUN_PACKETS / 2);
	assert_int_equal(a.n, 2 * first);
	assert_int_equal(same, first);
	/* It goes on where it was without a new run, and so does another seed anew. */
	run_twice(s, 42, 0, &a);
	assert_true(repeated(&a, &first) < first / 2);
	run_twice(s, 43, 0, &a);
	assert_true(repeated(&a, &first) < first / 2);
	wf_setup_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_timeline_has_the_same_fates_live_and_offline),
		cmocka_unit_test(a_run_is_the_same_however_often_it_is_repeated),
	};

	return cmocka_run_group_tests(tests, eal_start, eal_stop);
}
