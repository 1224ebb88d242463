/* SPDX-License-Identifier: BSD-3-Clause
 * What a live run makes of its snapshots: a phase has what lies wholly in it, whenever somebody
 * looked, and is known to have recovered no earlier than it has.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "wf_seen.h"

#define MS    WF_NS_PER_MS
#define START (5 * WF_NS_PER_S)

struct rig {
	struct wf_scenarios s;
	struct wf_conf *conf;
	struct wf_plan *plan;
	struct wf_seen *seen;
	struct wf_snapshot *last;
	wf_ns_t last_ns;
};

static void
make(struct rig *r)
{
	struct wf_err *err = wf_err_new();
	struct wf_node *tree = wf_conf_read_text(
		"ports = ( { name = \"a\"; device = \"net_null0\"; }, { name = \"b\"; device = "
		"\"net_null1\"; } ); links = ( { name = \"wan\"; ports = [ \"a\", \"b\" ]; } );",
		"base.conf", false, err);

	*r = (struct rig){ .conf = wf_conf_bind(tree, err) };
	assert_int_equal(
		wf_scenarios_read_text("schema_version = 1; name = \"x\"; phases = ("
				       " { name = \"a\"; duration = \"1s\"; }, { name = \"b\"; "
				       "duration = \"1s\"; }, { name = \"c\"; } );",
			"s.conf", &r->s, err),
		0);
	r->plan = wf_plan_compile(r->conf, 1, NULL, err);
	r->seen = wf_seen_new(&r->s.at[0], r->plan, START);
	assert_non_null(r->seen);
	assert_int_equal(wf_seen_live(r->seen), 0);
	wf_node_free(tree);
	wf_err_free(err);
}

static void
put(struct rig *r)
{
	wf_seen_free(r->seen);
	wf_snapshot_free(r->last);
	wf_plan_free(r->plan);
	wf_conf_free(r->conf);
	wf_scenarios_free(&r->s);
}

/* A snapshot, so long after the start, that was asked for 1 ms before: so many came, left after
 * 3 ms, and were lost since the one before. */
static void
look(struct rig *r, wf_ns_t at_ms, uint64_t came, uint64_t left, uint64_t lost)
{
	struct wf_snapshot *s = wf_snapshot_new(1, 2, 1);
	struct wf_snap_dir *d = &s->links[0].dir[0];

	assert_non_null(s);
	wf_hist_init(&d->s.delay);
	wf_hist_init(&d->s.error);
	wf_hist_init(&s->links[0].dir[1].s.delay);
	wf_hist_init(&s->links[0].dir[1].s.error);
	if (r->last != NULL)
		d->s = r->last->links[0].dir[0].s;
	d->s.c.rx.packets += came;
	d->s.c.tx.packets += left;
	d->s.c.tx.bytes += 1000 * left;
	d->s.c.dropped[WF_DROP_loss].packets += lost;
	wf_hist_add_times(&d->s.delay, 3 * MS, left);
	if (r->last != NULL)
		wf_seen_stretch(r->seen, r->last, r->last_ns, s, START + at_ms * MS);
	wf_snapshot_free(r->last);
	r->last = s;
	r->last_ns = START + (at_ms - 1) * MS;
}

static void
a_phase_has_what_lies_wholly_in_it(void **state)
{
	const struct wf_measure *m;
	struct rig r;

	make(&r);
	look(&r, 1, 0, 0, 0);
	assert_true(wf_seen_settles(r.seen, START));
	look(&r, 10, 1, 1, 0); /* the first: of packets that came before, too */
	assert_false(wf_seen_settles(r.seen, START));
	look(&r, 500, 100, 90, 10);
	look(&r, 999, 100, 95, 5);
	look(&r, 1010, 7, 7, 0); /* on both sides */
	look(&r, 1020, 5, 5, 0); /* the first of b */
	look(&r, 1900, 50, 0, 50);
	look(&r, 2500, 60, 60, 0); /* somebody was late */
	look(&r, 2600, 9, 9, 0);
	look(&r, 2700, 11, 11, 0);
	wf_seen_end(r.seen, START + 2700 * MS);
	m = wf_seen_find(r.seen, 0, "", "a");
	assert_int_equal(m->came, 200);
	assert_int_equal(m->lost, 15);
	assert_int_equal(m->lost_for[WF_DROP_loss], 15);
	assert_int_equal(m->left, 185);
	assert_int_equal(m->out_bytes, 185000);
	assert_int_equal(m->time_ns, 991 * MS);
	assert_int_equal(m->delay.count, 185);
	assert_int_equal(wf_hist_mean(&m->delay), 3 * MS);
	m = wf_seen_find(r.seen, 0, "", "b");
	assert_int_equal(m->came, 50);
	assert_int_equal(m->lost, 50);
	m = wf_seen_find(r.seen, 0, "", "c");
	assert_int_equal(m->came, 11);
	m = wf_seen_find(r.seen, 0, "", "");
	assert_int_equal(m->came, 343);
	assert_int_equal(m->lost, 65);
	assert_null(wf_seen_find(r.seen, 0, "", "d"));
	put(&r);
}

static void
recovery_is_when_it_has_been_seen(void **state)
{
	struct rig r;

	make(&r);
	look(&r, 1001, 0, 0, 0);
	look(&r, 1010, 3, 3, 0); /* of before */
	look(&r, 1100, 9, 0, 9);
	assert_true(wf_seen_waits(r.seen, START + 1100 * MS));
	look(&r, 1200, 9, 1, 8);
	look(&r, 1300, 9, 9, 0);
	look(&r, 1999, 9, 9, 0);
	wf_seen_end(r.seen, START + 2000 * MS);
	assert_int_equal(wf_seen_find(r.seen, 0, "", "b")->recovery_ns, 200 * MS);
	put(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_phase_has_what_lies_wholly_in_it),
		cmocka_unit_test(recovery_is_when_it_has_been_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
