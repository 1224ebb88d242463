/* SPDX-License-Identifier: BSD-3-Clause
 * Lanes beside the wheel, against a model of each direction: directions that are in order for a
 * while and then are not, and both kinds held at once.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "fit.h"
#include "model.h"

#define DIRS     3
#define MAX_HELD 5000
#define MAX_TAKE 64
#define MAX_ROWS 32

struct run {
	struct wf_store *store;
	struct model model[DIRS];
	struct fit_random random;
	wf_ns_t now_ns, last_due_ns[DIRS];
	bool in_order[DIRS];
	uint64_t taken, refused, in_lanes;
};

static uint32_t
held(const struct run *r)
{
	uint32_t n = 0;

	for (int d = 0; d < DIRS; d++)
		n += r->model[d].n;
	return n;
}

/* When the next packet of a direction is due. */
static wf_ns_t
draw_due(struct run *r, uint16_t d, unsigned bits)
{
	wf_ns_t due_ns = r->now_ns + (fit_next(&r->random) >> (63 - fit_under(&r->random, bits)));

	if (fit_under(&r->random, 8) == 0 && (due_ns & ~0xfffull) >= r->now_ns)
		due_ns &= ~0xfffull; /* some fall on the same tick as others */
	if (r->in_order[d] && due_ns < r->last_due_ns[d] && fit_under(&r->random, 50) != 0)
		due_ns = r->last_due_ns[d];
	r->last_due_ns[d] = due_ns;
	return due_ns;
}

static void
put(struct run *r, unsigned bits)
{
	uint16_t d = (uint16_t)fit_under(&r->random, DIRS);
	struct model *m = &r->model[d];
	struct wf_held h = { .dir = d, .rx_ns = m->next_id, .due_ns = draw_due(r, d, bits) };
	bool ok = r->in_order[d] ? wf_store_put_in_order(r->store, &h) : wf_store_put(r->store, &h);

	r->in_lanes += r->in_order[d];
	assert_int_equal(ok, held(r) < MAX_HELD);
	if (ok)
		model_put(m, h.due_ns);
	r->refused += !ok;
}

/* The same for several at once, of a direction that is in order. */
static void
put_rows(struct run *r, unsigned bits)
{
	uint16_t d = (uint16_t)fit_under(&r->random, DIRS);
	struct model *m = &r->model[d];
	uint32_t n = (uint32_t)fit_under(&r->random, MAX_ROWS + 1), room = MAX_HELD - held(r), k;
	wf_ns_t due_ns[MAX_ROWS], rx_ns[MAX_ROWS];
	void *pkt[MAX_ROWS] = { NULL };
	uint32_t len_bytes[MAX_ROWS] = { 0 };
	struct wf_store_rows rows = { due_ns, rx_ns, pkt, len_bytes, n, d };

	if (!r->in_order[d])
		return;
	for (uint32_t i = 0; i < n; i++) {
		due_ns[i] = draw_due(r, d, bits);
		rx_ns[i] = m->next_id + i;
	}
	k = wf_store_put_rows_in_order(r->store, &rows);
	assert_int_equal(k, n < room ? n : room);
	for (uint32_t i = 0; i < k; i++)
		model_put(m, due_ns[i]);
	r->in_lanes += k;
	r->refused += n - k;
}

static void
take(struct run *r)
{
	struct wf_held out[MAX_TAKE];
	uint32_t max = 1 + (uint32_t)fit_under(&r->random, MAX_TAKE);
	uint32_t n = wf_store_take(r->store, r->now_ns, out, max);
	struct model_entry e;

	for (uint32_t i = 0; i < n; i++) {
		assert_true(model_take(&r->model[out[i].dir], r->now_ns, &e));
		assert_int_equal(out[i].rx_ns, e.id);
		assert_int_equal(out[i].due_ns, e.due_ns);
	}
	for (int d = 0; d < DIRS && n < max; d++) /* then nothing more was due */
		assert_false(model_take(&r->model[d], r->now_ns, &e));
	r->taken += n;
}

static wf_ns_t
first_due(const struct run *r)
{
	wf_ns_t first = UINT64_MAX;

	for (int d = 0; d < DIRS; d++)
		if (model_next(&r->model[d]) < first)
			first = model_next(&r->model[d]);
	return first;
}

static void
compare(uint64_t seed, unsigned bits, uint32_t ops)
{
	struct run r = { .now_ns = 1000000 };
	struct wf_held h;

	fit_seed(&r.random, seed);
	r.store = wf_store_new(MAX_HELD, DIRS, r.now_ns);
	assert_non_null(r.store);
	for (int d = 0; d < DIRS; d++)
		model_init(&r.model[d], MAX_HELD, r.now_ns);
	for (uint32_t i = 0; i < ops; i++) {
		uint64_t what = fit_under(&r.random, 16);

		if (what < 2) {
			take(&r);
		} else if (what == 2) {
			r.now_ns += fit_next(&r.random) >> (63 - fit_under(&r.random, bits));
			take(&r);
		} else if (what == 3 && fit_under(&r.random, 20) == 0) {
			r.in_order[fit_under(&r.random, DIRS)] ^= true;
		} else if (what == 4) {
			put_rows(&r, bits);
		} else {
			put(&r, bits);
		}
		assert_int_equal(wf_store_held(r.store), held(&r));
		assert_true(wf_store_next(r.store) <= first_due(&r));
	}
	assert_true(r.taken > ops / 8 && r.in_lanes > ops / 8);
	while (held(&r) > MAX_HELD / 4) { /* some leave when they are due, the rest does not */
		if (first_due(&r) > r.now_ns)
			r.now_ns = first_due(&r);
		take(&r);
	}
	for (uint32_t left = held(&r); left > 0; left--)
		assert_true(wf_store_pop_any(r.store, &h));
	assert_false(wf_store_pop_any(r.store, &h));
	assert_int_equal(wf_store_bytes(r.store), 0);
	wf_store_free(r.store);
	for (int d = 0; d < DIRS; d++)
		model_fini(&r.model[d]);
}

static void
microseconds_ahead(void **state)
{
	compare(1, 15, 200000);
}

static void
milliseconds_ahead(void **state)
{
	compare(2, 26, 200000);
}

static void
hours_ahead(void **state)
{
	compare(3, 46, 200000);
}

/* One packet and both kinds of place: every order of two. */
static void
lanes_and_wheel_take_turns(void **state)
{
	struct wf_store *s = wf_store_new(10, 1, 0);
	struct wf_held out[4], h = { .due_ns = 5000 };

	assert_true(wf_store_put_in_order(s, &h));
	h.due_ns = 3000; /* before the lane's last: to the wheel */
	assert_true(wf_store_put_in_order(s, &h));
	h.due_ns = 9000; /* fits, but behind the wheel's */
	assert_true(wf_store_put_in_order(s, &h));
	h.due_ns = 7000;
	assert_true(wf_store_put(s, &h));
	assert_int_equal(wf_store_take(s, 100000, out, 4), 4);
	assert_int_equal(out[0].due_ns, 3000);
	assert_int_equal(out[1].due_ns, 5000);
	assert_int_equal(out[2].due_ns, 7000);
	assert_int_equal(out[3].due_ns, 9000);
	wf_store_free(s);
}

/* A tick is over at its last nanosecond: 4096 is the end of one, 4097 belongs to the next. */
static void
rows_a_tick_too_early(void **state)
{
	static const wf_ns_t due_ns[] = { 4097, 4100, 4096, 4097 }, rx_ns[4];
	static void *const pkt[4];
	static const uint32_t len_bytes[4];
	struct wf_store *s = wf_store_new(10, 1, 0);
	struct wf_store_rows rows = { due_ns, rx_ns, pkt, len_bytes, 4, 0 };
	struct wf_held out[4];

	assert_int_equal(wf_store_put_rows_in_order(s, &rows), 4);
	assert_int_equal(wf_store_take(s, 4096, out, 4), 1);
	assert_int_equal(out[0].due_ns, 4096);
	assert_int_equal(wf_store_take(s, 4352, out, 4), 3);
	assert_int_equal(out[0].due_ns, 4097);
	assert_int_equal(out[1].due_ns, 4100);
	assert_int_equal(out[2].due_ns, 4097);
	wf_store_free(s);
}

/* As many lanes as there can be, few of them busy: each is found, and none twice. */
static void
busy_lanes_among_many(void **state)
{
	static const uint16_t lane[] = { 0, 1, 63, 64, 2000, 4032, 4095 };
	enum { LANES = WF_ARRAY_SIZE(lane) };
	struct wf_store *s = wf_store_new(100, 4096, 0);
	struct wf_held out[LANES], h = { 0 };

	for (wf_ns_t now_ns = 10000; now_ns < 100000; now_ns += 10000) {
		for (uint32_t i = 0; i < LANES; i++) {
			h.dir = lane[i];
			h.due_ns = now_ns + i * 1000;
			assert_true(wf_store_put_in_order(s, &h));
		}
		for (uint32_t i = 0; i < LANES; i++) {
			h.due_ns = now_ns + i * 1000;
			assert_true(wf_store_next(s) - h.due_ns < WF_TICK_NS);
			assert_int_equal(wf_store_take(s, h.due_ns + WF_TICK_NS, out, LANES), 1);
			assert_int_equal(out[0].dir, lane[i]);
			assert_int_equal(out[0].due_ns, h.due_ns);
		}
		assert_true(wf_store_next(s) == UINT64_MAX);
	}
	h.dir = 4095;
	assert_true(wf_store_put_in_order(s, &h));
	assert_true(wf_store_pop_any(s, out));
	assert_int_equal(out[0].dir, 4095);
	assert_false(wf_store_pop_any(s, out));
	wf_store_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(microseconds_ahead),
		cmocka_unit_test(milliseconds_ahead),
		cmocka_unit_test(hours_ahead),
		cmocka_unit_test(lanes_and_wheel_take_turns),
		cmocka_unit_test(rows_a_tick_too_early),
		cmocka_unit_test(busy_lanes_among_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
