/* SPDX-License-Identifier: BSD-3-Clause
 * The store against its model over millions of random operations: dues from nanoseconds to beyond
 * the last level, takes of every size, jumps of every length.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "fit.h"
#include "model.h"
#include "wf_wheel.h"

#define OPS      1000000
#define MAX_HELD 20000
#define MAX_TAKE 64
#define MAX_ROWS 32

struct run {
	struct wf_store *store;
	struct model model;
	struct fit_random random;
	wf_ns_t now_ns;
	uint64_t longest_bits; /* dues are up to 2^this ahead */
	uint64_t jump_bits;    /* and steps of time */
	uint64_t taken, refused;
	uint32_t most; /* packets that a take moves; 0: any number */
};

static void
begin(struct run *r, uint64_t seed, uint64_t longest_bits, uint64_t jump_bits)
{
	*r = (struct run){ .longest_bits = longest_bits, .jump_bits = jump_bits };
	fit_seed(&r->random, seed);
	r->now_ns = fit_next(&r->random) >> (8 + fit_under(&r->random, 40));
	r->store = wf_store_new(MAX_HELD, 0, r->now_ns);
	assert_non_null(r->store);
	model_init(&r->model, MAX_HELD, r->now_ns);
}

/* Spread evenly over the orders of magnitude below 2^bits. */
static uint64_t
any_magnitude(struct run *r, uint64_t bits)
{
	return fit_next(&r->random) >> (63 - fit_under(&r->random, bits));
}

static void
put(struct run *r)
{
	uint64_t ahead = any_magnitude(r, r->longest_bits);
	struct wf_held h = { .due_ns = r->now_ns + ahead, .len_bytes = 64 };

	/* Some are overdue, some fall on the same tick as others. */
	switch (fit_under(&r->random, 8)) {
	case 0:
		h.due_ns = r->now_ns - (ahead < r->now_ns ? ahead : 0);
		break;
	case 1:
		h.due_ns &= ~0xfffffull;
		break;
	}
	if (r->most > 0 && h.due_ns < r->now_ns) /* as what it counts depends on what is moved */
		h.due_ns = r->now_ns;
	h.rx_ns = r->model.next_id;
	if (wf_store_put(r->store, &h)) {
		assert_true(r->model.n < MAX_HELD);
		model_put(&r->model, h.due_ns);
	} else {
		assert_int_equal(r->model.n, MAX_HELD);
		r->refused++;
	}
}

/* Many at once, all of them within 2^dense_bits ns: more in a slot than are few. */
static void
put_rows(struct run *r, uint64_t dense_bits)
{
	wf_ns_t due_ns[MAX_ROWS], rx_ns[MAX_ROWS];
	void *pkt[MAX_ROWS] = { NULL };
	uint32_t len_bytes[MAX_ROWS] = { 0 }, n = 1 + (uint32_t)fit_under(&r->random, MAX_ROWS), k;
	struct wf_store_rows rows = { due_ns, rx_ns, pkt, len_bytes, n, 0 };
	uint64_t ahead = any_magnitude(r, r->longest_bits);

	for (uint32_t i = 0; i < n; i++) {
		due_ns[i] = r->now_ns + ahead + (fit_next(&r->random) >> (64 - dense_bits));
		rx_ns[i] = r->model.next_id + i;
	}
	k = wf_store_put_rows(r->store, &rows);
	assert_int_equal(k, n < MAX_HELD - r->model.n ? n : MAX_HELD - r->model.n);
	for (uint32_t i = 0; i < k; i++)
		model_put(&r->model, due_ns[i]);
	r->refused += n - k;
}

static void
take(struct run *r)
{
	struct wf_held out[MAX_TAKE];
	uint32_t max = 1 + (uint32_t)fit_under(&r->random, MAX_TAKE);
	uint32_t n = wf_store_take(r->store, r->now_ns, out, max);
	struct model_entry e;

	assert_true(n <= max);
	for (uint32_t i = 0; i < n; i++) {
		assert_true(model_take(&r->model, r->now_ns, &e));
		assert_int_equal(out[i].rx_ns, e.id);
		assert_int_equal(out[i].due_ns, e.due_ns);
		assert_true(out[i].due_ns <= r->now_ns);
	}
	if (n < max && r->most > 0 && model_next(&r->model) <= r->now_ns)
		assert_true(wf_store_next(r->store) <= r->now_ns);
	else if (n < max) /* then nothing more was due */
		assert_false(model_take(&r->model, r->now_ns, &e));
	r->taken += n;
}

/* Asking and taking there again and again ends at the exact time: a step for each level, and one
 * for each 4.9 h beyond the last. */
static void
follow_next(struct run *r)
{
	wf_ns_t exact = model_next(&r->model), asked;
	uint64_t steps = exact == UINT64_MAX || exact < r->now_ns
				 ? 0
				 : WF_WHEEL_LEVELS + 1 + ((exact - r->now_ns) >> 44);
	struct wf_held out;

	while ((asked = wf_store_next(r->store)) < exact) {
		if (asked < r->now_ns)
			asked = r->now_ns;
		if (asked >= exact)
			return;
		r->now_ns = asked;
		assert_int_equal(wf_store_take(r->store, asked, &out, 1), 0);
		assert_false(model_take(&r->model, asked, &(struct model_entry){ 0 }));
		assert_true(r->most > 0 || steps-- > 0);
	}
	assert_true(asked == exact);
	if (exact != UINT64_MAX && exact > r->now_ns)
		r->now_ns = exact;
}

static void
drain(struct run *r)
{
	while (wf_store_held(r->store) > 0) {
		follow_next(r);
		take(r);
	}
	assert_int_equal(r->model.n, 0);
	assert_true(wf_store_next(r->store) == UINT64_MAX);
	assert_int_equal(wf_store_bytes(r->store), 0);
}

static void
operate(struct run *r, uint32_t ops)
{
	for (uint32_t i = 0; i < ops; i++) {
		switch (fit_under(&r->random, 16)) {
		default:
			put(r);
			break;
		case 0:
		case 1:
			take(r);
			break;
		case 2:
			follow_next(r);
			take(r);
			break;
		case 3:
			r->now_ns += any_magnitude(r, r->jump_bits);
			break;
		case 4:
			put_rows(r, 1 + fit_under(&r->random, 20));
			break;
		}
		assert_int_equal(wf_store_held(r->store), r->model.n);
	}
}

static void
end(struct run *r)
{
	wf_store_free(r->store);
	model_fini(&r->model);
}

static void
compare(uint64_t seed, uint64_t longest_bits, uint64_t jump_bits, uint32_t ops)
{
	struct run r;

	begin(&r, seed, longest_bits, jump_bits);
	operate(&r, ops);
	drain(&r);
	assert_true(r.taken + r.refused > ops / 2);
	end(&r);
}

static void
microseconds_ahead(void **state)
{
	compare(1, 15, 18, OPS);
}

static void
milliseconds_ahead(void **state)
{
	compare(2, 26, 26, OPS);
}

static void
minutes_ahead(void **state)
{
	compare(3, 38, 36, OPS);
}

static void
beyond_the_last_level(void **state)
{
	compare(4, 46, 45, OPS);
}

static void
weeks_ahead(void **state)
{
	compare(5, 52, 50, OPS / 4);
}

static void
many_starts(void **state)
{
	for (uint64_t seed = 100; seed < 140; seed++)
		compare(seed, 10 + seed % 40, 8 + seed % 37, 5000);
}

static void
full_most_of_the_time(void **state)
{
	struct run r;

	begin(&r, 6, 40, 10);
	operate(&r, OPS);
	assert_true(r.refused > OPS / 4);
	drain(&r);
	end(&r);
}

/* Takes that move a few packets each, and so often give nothing of what is due. */
static void
moved_piece_by_piece(void **state)
{
	static const struct {
		uint64_t longest_bits, jump_bits;
	} runs[] = { { 20, 18 }, { 27, 26 }, { 36, 34 }, { 46, 45 }, { 52, 50 } };

	for (uint32_t i = 0; i < 3 * WF_ARRAY_SIZE(runs); i++) {
		struct run r;

		begin(&r, 200 + i, runs[i / 3].longest_bits, runs[i / 3].jump_bits);
		r.most = 1 + 50 * (i % 3);
		wf_store_bound(r.store, r.most);
		operate(&r, OPS / 50);
		drain(&r);
		end(&r);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(microseconds_ahead),
		cmocka_unit_test(milliseconds_ahead),
		cmocka_unit_test(minutes_ahead),
		cmocka_unit_test(beyond_the_last_level),
		cmocka_unit_test(weeks_ahead),
		cmocka_unit_test(many_starts),
		cmocka_unit_test(full_most_of_the_time),
		cmocka_unit_test(moved_piece_by_piece),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
