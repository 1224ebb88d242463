/* SPDX-License-Identifier: BSD-3-Clause
 * A timeline of changes has the same fates live and offline. Live is the data path as it is, a
 * worker between net_ring ports, to which plans are offered a little ahead of their time while
 * packets come; their times of arrival are recorded. Offline are the same packets at these times.
 * Each one's end, bytes and due time are the same, to the nanosecond.
 *
 * A net_ring port gives back what is sent on it. So what has crossed comes in at b, in direction
 * ba, which is a blackhole; there its bytes can be seen.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <rte_mbuf.h>
#include <rte_ring.h>
#include <sched.h>

#include "fit.h"
#include "random_change.h"
#include "traffic.h"
#include "wf_dp_private.h"
#include "wf_timeline.h"
#include "wf_twin_drive.h"
#include "wf_twin_packet.h"

#define MS      WF_NS_PER_MS
#define PACKETS 12000
#define GAP_NS  90000 /* so they take a second */
#define CHANGES 50
#define EVERY   (20 * MS)
#define SETTLE  (500 * MS) /* before the first */
#define AHEAD   (400 * MS) /* for longer than a busy machine lets a thread stand */
#define IDLE_NS (3600 * WF_NS_PER_S)
#define FLOWS   4096

/* ---- The timeline ---- */

/* Direction ba is a blackhole, whatever the class. */
static struct wf_node *
make_base(void)
{
	struct wf_node *tree = random_base(), *patch = wf_node_new(WF_NODE_GROUP, NULL);
	struct wf_err *err = wf_err_new();

	assert_int_equal(wf_conf_patch_set(patch, "blackhole.on=true", err), 0);
	for (int i = 0; i < 3; i++) {
		static const char *const class[] = { NULL, "dns", "tcp" };
		struct wf_node *owner = wf_conf_owner_node(tree, "wan", class[i]);

		assert_int_equal(
			wf_conf_merge_dir(wf_conf_dir_node(owner, WF_BA, true), patch, err), 0);
	}
	wf_node_free(patch);
	wf_err_free(err);
	return tree;
}

/* The next change, of ab. What makes no sense with what stands is left out. */
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

		c->item[0].side[WF_AB] = true;
		c->item[0].side[WF_BA] = false;
		assert_int_equal(wf_overrides_copy(&list, &before->overrides, from_ns), 0);
		assert_int_equal(wf_overrides_add(&list, &o), 0);
		wf_setup_next(before, NULL, &list, from_ns, &next, err);
		wf_overrides_fini(&list);
		wf_change_free(c);
	}
	wf_err_free(err);
	return next;
}

/* `first` is in force from the beginning; the others at instants that are no round numbers. Some
 * begin a run, or a phase. */
static struct wf_timeline
make_timeline(uint64_t seed, struct wf_setup *first, wf_ns_t start_ns)
{
	struct wf_setup *s = first, *next;
	struct wf_err *err = wf_err_new();
	struct wf_timeline t = { 0 };
	struct fit_random r;

	fit_seed(&r, seed);
	assert_int_equal(wf_timeline_add(&t, s->plan), 0);
	for (uint32_t i = 1; i <= CHANGES; i++) {
		next = next_setup(&r, s, start_ns + i * EVERY - fit_under(&r, 19 * MS));
		if (i % 16 == 0)
			wf_plan_begin_run(next->plan, 7);
		if (i % 8 == 0)
			wf_plan_set_origin(next->plan, WF_AB, next->plan->from_ns);
		assert_int_equal(wf_plan_arm(next->plan, err), 0);
		assert_int_equal(wf_timeline_add(&t, next->plan), 0);
		if (s != first)
			wf_setup_free(s);
		s = next;
	}
	wf_setup_free(s);
	wf_err_free(err);
	return t;
}

static struct wf_setup *
make_first(void)
{
	struct wf_err *err = wf_err_new();
	struct wf_setup *s;

	assert_int_equal(wf_setup_next(NULL, make_base(), NULL, 0, &s, err), 0);
	assert_int_equal(wf_plan_arm(s->plan, err), 0);
	wf_err_free(err);
	return s;
}

/* ---- What becomes of packets ---- */

struct fate {
	wf_ns_t due_ns;
	uint64_t bytes; /* hash; 0: it did not leave */
	uint32_t packet, len_bytes;
	enum wf_drop cause;
};

struct fates {
	uint32_t n;
	struct fate fate[4 * PACKETS];
};

static struct fates a, b;
static wf_ns_t arrival_ns[PACKETS]; /* recorded */
static wf_ns_t waited_ns[PACKETS];

#define ON_ITS_WAY UINT32_MAX /* a buffer that has no fate yet */

static uint64_t
hash(const uint8_t *data, uint32_t n)
{
	uint64_t h = 14695981039346656037ull;

	for (uint32_t i = 0; i < n; i++)
		h = (h ^ data[i]) * 1099511628211ull;
	return h | 1;
}

static struct fate *
note(struct fates *f, uint32_t packet, const struct wf_held *h, enum wf_drop cause)
{
	struct fate *to = &f->fate[f->n++];

	assert_true(f->n < WF_ARRAY_SIZE(f->fate) && packet < PACKETS);
	*to = (struct fate){ .due_ns = cause == WF_DROP_NONE ? h->due_ns : 0,
		.packet = packet,
		.len_bytes = h->len_bytes,
		.cause = cause };
	return to;
}

static int
by_packet(const void *p, const void *q)
{
	const struct fate *x = p, *y = q;

	if (x->packet != y->packet)
		return x->packet < y->packet ? -1 : 1;
	if (x->due_ns != y->due_ns)
		return x->due_ns < y->due_ns ? -1 : 1;
	return x->bytes < y->bytes ? -1 : x->bytes > y->bytes;
}

static void
assert_same(void)
{
	qsort(a.fate, a.n, sizeof(a.fate[0]), by_packet);
	qsort(b.fate, b.n, sizeof(b.fate[0]), by_packet);
	for (uint32_t i = 0; i < a.n && i < b.n; i++) {
		const struct fate *x = &a.fate[i], *y = &b.fate[i];

		if (memcmp(x, y, sizeof(*x)) != 0)
			fail_msg("live, packet %u: %s, due %llu, %u bytes; offline, packet %u: %s, "
				 "due %llu, %u bytes",
				x->packet, wf_drop_info[x->cause].name,
				(unsigned long long)x->due_ns, x->len_bytes, y->packet,
				wf_drop_info[y->cause].name, (unsigned long long)y->due_ns,
				y->len_bytes);
	}
	assert_int_equal(a.n, b.n);
}

/* ---- Live ---- */

/* Packets that have waited in the ring leave as if they had been received, and due, so much
 * earlier: that is their lateness, and not how they were treated. */
void __real_wf_waited_mark(
	const struct wf_waited *d, const struct wf_rx *rx, uint32_t n, wf_ns_t ns);
void __wrap_wf_waited_mark(
	const struct wf_waited *d, const struct wf_rx *rx, uint32_t n, wf_ns_t ns);

void
__wrap_wf_waited_mark(const struct wf_waited *d, const struct wf_rx *rx, uint32_t n, wf_ns_t ns)
{
	for (uint32_t i = 0; i < n; i++) {
		const struct rte_mbuf *m = rx[i].pkt;

		if (m->hash.fdir.hi == ON_ITS_WAY)
			waited_ns[m->hash.fdir.lo] = ns;
	}
	__real_wf_waited_mark(d, rx, n, ns);
}

/* In the worker's thread. The buffer carries the number of its packet, copies too, and once it has
 * left that of its fate. It is in b's ring then, and this thread is who takes it out. */
static void
told_live(void *ctx, const struct wf_held *h, enum wf_drop cause, wf_ns_t ns)
{
	struct rte_mbuf *m = h->pkt;
	wf_ns_t earlier_ns;
	struct fate *f;

	if (h->dir == WF_BA) {
		f = &a.fate[m->hash.fdir.hi];
		f->bytes = hash(rte_pktmbuf_mtod(m, const uint8_t *), m->pkt_len);
		return;
	}
	earlier_ns = cause == WF_DROP_NONE ? waited_ns[m->hash.fdir.lo] : 0;
	arrival_ns[m->hash.fdir.lo] = h->rx_ns + earlier_ns;
	f = note(&a, m->hash.fdir.lo, h, cause);
	f->due_ns += earlier_ns;
	m->hash.fdir.hi = a.n - 1;
}

static const struct wf_tap tap_live = { .told = told_live };

static struct wf_conf_port ports[2] = { { .name = "a", .device = (char *)"net_ring0" },
	{ .name = "b", .device = (char *)"net_ring1" } };
static struct wf_conf_link link_wan = { .name = "wan", .port = { 0, 1 } };
static struct wf_conf conf = { .memory_bytes = 64 << 20,
	.max_flows = FLOWS,
	.flow_idle_ns = IDLE_NS,
	.n_ports = 2,
	.n_links = 1,
	.ports = ports,
	.links = &link_wan };

static struct wf_dp *
start(struct wf_setup **first)
{
	struct wf_dp_options opt = { .huge = WF_DP_HUGE_NO, .tap = &tap_live };
	struct wf_err *err = wf_err_new();
	struct wf_dp *dp = wf_dp_new(&conf, &opt, err);

	/* Behind EAL, which classifiers need. */
	*first = dp != NULL ? make_first() : NULL;
	if (dp == NULL || wf_dp_start(dp, wf_plan_hold((*first)->plan), err) < 0) {
		wf_err_print(err, stderr);
		fail();
	}
	wf_err_free(err);
	return dp;
}

/* A frame of its whole length: what the traffic does not give of it is zeros. */
static struct rte_mbuf *
make_frame(struct rte_mempool *pool, const struct bench_packet *p, uint32_t number)
{
	struct rte_mbuf *m = rte_pktmbuf_alloc(pool);
	uint8_t *data;

	assert_non_null(m);
	data = (uint8_t *)rte_pktmbuf_append(m, (uint16_t)p->len);
	assert_non_null(data);
	memset(data, 0, p->len);
	memcpy(data, p->bytes, p->n_bytes < p->len ? p->n_bytes : p->len);
	m->hash.fdir.lo = number;
	m->hash.fdir.hi = ON_ITS_WAY;
	return m;
}

/* Offers what comes next, ahead of its time. False: it came too late to be sure of. */
static bool
offer(struct wf_dp *dp, struct wf_timeline *line, uint32_t *next)
{
	struct wf_plan *plan;

	wf_dp_poll(dp);
	if (*next == line->n || line->plan[*next]->from_ns > wf_dp_now(dp) + AHEAD)
		return true;
	plan = line->plan[(*next)++];
	assert_int_equal(wf_dp_offer(dp, wf_plan_hold(plan)), 0);
	return wf_dp_now(dp) < plan->from_ns;
}

/* Sends the traffic at its times, or a little later. False: as offer. */
static bool
live(struct wf_dp *dp, struct wf_timeline *line, const struct traffic *t)
{
	struct rte_ring *in = rte_ring_lookup("ETH_RXTX0_net_ring0");
	struct rte_mempool *pool = rte_mempool_lookup("wf_pool");
	uint32_t sent = 0, next = 1;
	bool good = true;

	a.n = 0;
	memset(waited_ns, 0, sizeof(waited_ns));
	while (good && (sent < t->n || next < line->n)) {
		good = offer(dp, line, &next);
		if (sent == t->n || t->packet[sent].ns > wf_dp_now(dp) ||
			rte_ring_enqueue(in, make_frame(pool, &t->packet[sent], sent)) != 0)
			sched_yield();
		else
			sent++;
	}
	return good;
}

/* Until all that has left has come round to b. */
static void
settle(struct wf_dp *dp)
{
	wf_ns_t give_up_ns = wf_dp_now(dp) + 20 * WF_NS_PER_S;
	bool all = false;

	while (!all) {
		struct wf_snapshot *s = wf_dp_snapshot(dp);
		const struct wf_snap_dir *dir = s->links[0].dir;

		all = dir[WF_AB].queued.packets == 0 &&
		      dir[WF_BA].s.c.rx.packets == dir[WF_AB].s.c.tx.packets;
		assert_int_equal(wf_snapshot_unaccounted(s).packets, 0);
		wf_snapshot_free(s);
		assert_true(wf_dp_now(dp) < give_up_ns);
	}
}

/* ---- Offline ---- */

static void
told_offline(void *ctx, const struct wf_held *h, enum wf_drop cause, wf_ns_t ns)
{
	const struct wf_twin_packet *p = h->pkt;

	assert_int_equal(h->dir, WF_AB);
	if (cause != WF_DROP_NONE)
		note(&b, p->tag, h, cause);
}

static void
leave(void *ctx, const struct wf_held *h)
{
	const struct wf_twin_packet *p = h->pkt;

	note(&b, p->tag, h, WF_DROP_NONE)->bytes = hash(p->data, p->cap_bytes);
}

static void
offline(const struct wf_timeline *line, const struct traffic *t, wf_ns_t start_ns)
{
	static const struct wf_tap tap = { .told = told_offline };
	struct wf_pipe_params params = { .n_dirs = 2,
		.n_slots = WF_PLAN_MAX_SLOTS,
		.max_held = 4 * PACKETS,
		.max_flows = FLOWS,
		.flow_idle_ns = IDLE_NS,
		.start_ns = start_ns,
		.ops = wf_twin_packet_ops,
		.tap = &tap };
	static uint8_t frame[UINT16_MAX];
	struct wf_twin_drive v;

	b.n = 0;
	assert_int_equal(wf_twin_drive_init(&v, line->plan[0], line, &params, leave, NULL), 0);
	for (uint32_t i = 0; i < t->n; i++) {
		const struct bench_packet *p = &t->packet[i];
		struct wf_twin_packet *packet;
		struct wf_rx rx;

		memset(frame, 0, p->len);
		memcpy(frame, p->bytes, p->n_bytes < p->len ? p->n_bytes : p->len);
		packet = wf_twin_packet_new(&(struct wf_cap_packet){
			.cap_bytes = p->len, .len_bytes = p->len, .data = frame });
		packet->tag = i;
		rx = (struct wf_rx){ .pkt = packet,
			.data = packet->data,
			.readable_bytes = packet->cap_bytes,
			.len_bytes = packet->len_bytes,
			.rx_ns = arrival_ns[i] };
		wf_twin_drive_to(&v, rx.rx_ns);
		wf_twin_drive_in(&v, WF_AB, &rx, 1);
	}
	wf_twin_drive_to(&v, WF_TWIN_END);
	assert_false(v.out_of_memory);
	wf_twin_drive_fini(&v);
}

/* ---- */

/* Returns whether the machine let the plans be offered in time. */
static bool
same_fates(struct wf_dp *dp, uint64_t seed, struct wf_setup *first, wf_ns_t since_ns)
{
	wf_ns_t start_ns = wf_dp_now(dp) + SETTLE;
	struct traffic t = traffic_new(PACKETS, start_ns, GAP_NS);
	struct wf_timeline line = make_timeline(seed, first, start_ns), again;
	struct wf_setup *other = make_first();
	bool good = live(dp, &line, &t);

	settle(dp);
	wf_dp_stop(dp, 0);
	/* A swap links plans behind each other as it goes, so the twin has its own. */
	again = make_timeline(seed, other, start_ns);
	if (good) {
		uint64_t left = 0;

		offline(&again, &t, since_ns);
		for (uint32_t i = 0; i < a.n; i++)
			left += a.fate[i].cause == WF_DROP_NONE;
		assert_true(left > PACKETS / 2 && left < a.n);
		assert_same();
	}
	wf_timeline_fini(&line);
	wf_timeline_fini(&again);
	wf_setup_free(other);
	traffic_free(&t);
	return good;
}

static void
a_timeline_has_the_same_fates_live_and_offline(void **state)
{
	struct wf_setup *first;
	struct wf_dp *dp = start(&first);
	bool good = same_fates(dp, 1, first, dp->start_ns);

	wf_setup_free(first); /* before EAL ends */
	wf_dp_free(dp);
	if (!good)
		skip();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_timeline_has_the_same_fates_live_and_offline),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
