/* SPDX-License-Identifier: BSD-3-Clause
 * How much one take does: however many packets wait for the same moment, and however far time
 * jumps, it moves no more than it was told to, and what leaves leaves in the same order as
 * otherwise.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "fit.h"
#include "wf_lane.h"
#include "wf_wheel.h"

#define N        100000
#define MOST     500
#define TAKE     64
#define US       WF_NS_PER_US
#define MS       WF_NS_PER_MS
#define START_NS (3 * WF_NS_PER_S)

struct work {
	struct wf_wheel wheel;
	struct wf_chunks chunks;
	struct fit_random random;
	uint32_t n, out, takes, stood;
	uint64_t most_moved;
	wf_ns_t due_ns[N]; /* in order of put */
	struct wf_held last;
};

/* n packets between `from` and so much later. */
static struct work *
begin(uint32_t n, wf_ns_t from_ns, wf_ns_t spread_ns)
{
	struct work *k = calloc(1, sizeof(*k));

	assert_non_null(k);
	fit_seed(&k->random, from_ns);
	k->n = n;
	assert_int_equal(wf_chunks_init(&k->chunks, n / WF_CHUNK_ENTRIES + WF_WHEEL_CHUNKS), 0);
	assert_int_equal(wf_wheel_init(&k->wheel, &k->chunks, n, START_NS), 0);
	k->wheel.most = MOST;
	for (uint32_t i = 0; i < n; i++) {
		struct wf_held *h;

		k->due_ns[i] = START_NS + from_ns + fit_under(&k->random, spread_ns);
		h = wf_wheel_put(&k->wheel, k->due_ns[i]);
		assert_non_null(h);
		*h = (struct wf_held){ .due_ns = k->due_ns[i], .len_bytes = i };
	}
	return k;
}

static void
end(struct work *k)
{
	assert_int_equal(k->out, k->n);
	assert_int_equal(k->wheel.held, 0);
	assert_int_equal(k->chunks.in_use, 0);
	wf_wheel_fini(&k->wheel);
	wf_chunks_fini(&k->chunks);
	free(k);
}

/* One take, as a worker has it. */
static uint32_t
take(struct work *k, wf_ns_t now_ns)
{
	struct wf_held out[TAKE];
	uint32_t n = wf_wheel_take(&k->wheel, now_ns, out, TAKE);

	for (uint32_t i = 0; i < n; i++) {
		uint64_t tick = wf_tick_of(out[i].due_ns), before = wf_tick_of(k->last.due_ns);

		assert_int_equal(out[i].due_ns, k->due_ns[out[i].len_bytes]);
		assert_true(out[i].due_ns <= now_ns);
		if (k->out > 0)
			assert_true(tick > before ||
				    (tick == before && out[i].len_bytes > k->last.len_bytes));
		k->last = out[i];
		k->out++;
	}
	k->takes++;
	k->stood += wf_wheel_stands(&k->wheel);
	if (k->wheel.moved > k->most_moved)
		k->most_moved = k->wheel.moved;
	/* What is sorted comes on top of what was moved ahead; a chunk is moved as a whole, and a
	 * slot that is nearly empty is. */
	assert_true(k->wheel.moved <= MOST + WF_WHEEL_FEED + 7 * WF_CHUNK_ENTRIES);
	if (wf_wheel_stands(&k->wheel))
		assert_true(wf_wheel_next(&k->wheel) <= now_ns);
	return n;
}

/* All at once, after time has jumped to when the last of them is due. */
static void
a_jump_is_made_in_pieces(void **state)
{
	static const struct {
		wf_ns_t from_ns, spread_ns;
	} cases[] = {
		{ 10 * MS, 1 },                              /* one tick */
		{ 10 * MS, 100 * US },                       /* a slot or two of level 1 */
		{ 70 * MS, 20 * MS },                        /* of level 2 */
		{ 200 * MS, 60 * MS },                       /* the same, later */
		{ 40 * WF_NS_PER_S, WF_NS_PER_S },           /* of level 3 */
		{ 100 * WF_NS_PER_S, 60 * WF_NS_PER_S },     /* several of them */
		{ 6 * 3600 * WF_NS_PER_S, WF_NS_PER_S },     /* of its next window */
		{ 12ull * 3600 * WF_NS_PER_S, WF_NS_PER_S }, /* later than all levels */
	};

	for (size_t i = 0; i < WF_ARRAY_SIZE(cases); i++) {
		struct work *k = begin(N, cases[i].from_ns, cases[i].spread_ns);
		wf_ns_t now_ns = START_NS + cases[i].from_ns + cases[i].spread_ns + WF_TICK_NS;

		assert_int_equal(take(k, START_NS + cases[i].from_ns / 2), 0);
		while (k->out < k->n)
			take(k, now_ns);
		/* It moves each packet once for each level at most, and never rests. */
		assert_in_range(
			k->takes, N / TAKE, N / TAKE + (WF_WHEEL_LEVELS + 1) * N / MOST + 64);
		end(k);
	}
}

/* Where time goes on, what will be due is moved ahead of it: no window has to wait. */
static void
nobody_waits_for_what_was_moved_ahead(void **state)
{
	static const wf_ns_t from_ns[] = { 70 * MS, 150 * MS, 34 * WF_NS_PER_S };

	for (size_t i = 0; i < WF_ARRAY_SIZE(from_ns); i++) {
		struct work *k = begin(N, from_ns[i], 67 * MS);
		wf_ns_t now_ns = START_NS + (from_ns[i] > WF_NS_PER_S ? 33 * WF_NS_PER_S : 0);

		for (; k->out < k->n; now_ns += 20 * US)
			while (take(k, now_ns) == TAKE)
				;
		assert_int_equal(k->stood, 0);
		/* A slot of level 1 has N / 512 of them. */
		assert_true(k->most_moved <= WF_WHEEL_FEED + 2 * N / 512);
		end(k);
	}
}

/* Who has nothing in the wheel does not wait for it; who has does, or it could overtake itself. */
static void
other_lanes_go_on_meanwhile(void **state)
{
	struct wf_store *s = wf_store_new(20000, 2, 0);
	struct wf_held h = { .due_ns = 10 * MS }, out[TAKE];
	uint32_t n = 0;

	assert_non_null(s);
	wf_store_bound(s, 100);
	for (uint32_t dir = 0; dir < 2; dir++) {
		h.tag = wf_held_tag(dir, 0);
		h.due_ns = 11 * MS;
		assert_true(wf_store_put_in_order(s, &h));
	}
	h.tag = wf_held_tag(0, 0);
	for (uint32_t i = 0; i < 5000; i++) {
		h.due_ns = 10 * MS + i % 100;
		assert_true(wf_store_put(s, &h));
	}
	assert_int_equal(wf_store_take(s, 20 * MS, out, TAKE), 1);
	assert_int_equal(out[0].dir, 1);
	while (wf_store_held(s) > 0) {
		uint32_t k = wf_store_take(s, 20 * MS, out, TAKE);

		for (uint32_t i = 0; i < k; i++, n++) {
			assert_int_equal(out[i].dir, 0);
			assert_int_equal(out[i].due_ns == 11 * MS, n == 5000);
		}
	}
	assert_int_equal(n, 5001);
	wf_store_free(s);
}

/* The same at the end of a run, with some of them on their way. */
static void
what_is_being_moved_can_be_given_back(void **state)
{
	struct work *k = begin(5000, 12ull * 3600 * WF_NS_PER_S, WF_NS_PER_S);
	struct wf_held h;

	take(k, START_NS + 12ull * 3600 * WF_NS_PER_S + WF_NS_PER_S);
	assert_true(wf_wheel_stands(&k->wheel));
	while (wf_wheel_pop_any(&k->wheel, &h))
		k->out++;
	end(k);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_jump_is_made_in_pieces),
		cmocka_unit_test(nobody_waits_for_what_was_moved_ahead),
		cmocka_unit_test(other_lanes_go_on_meanwhile),
		cmocka_unit_test(what_is_being_moved_can_be_given_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
