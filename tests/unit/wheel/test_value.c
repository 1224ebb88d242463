/* SPDX-License-Identifier: BSD-3-Clause
 * Packets by value: their bytes come back, whatever their lengths and whenever they leave; buffers
 * are used again, none is lost, and one that is not to be had is said. And, against the model of a
 * store, both kinds of packet side by side in lanes and wheel.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "fit.h"
#include "model.h"
#include "wf_store_value.h"

#define BUFFER_BYTES ((WF_VALUE_LINES + 2) * WF_CACHE_LINE)
#define PER_BUFFER   (WF_VALUE_LINES + 1) /* packets of a line */
#define CUT          200
#define MAX_HELD     4000
#define MAX_TAKE     64
#define MAX_ROWS     32
#define OPS          200000

struct buffers {
	int64_t out;  /* not given back */
	int64_t left; /* then there are none; negative: always */
	void *last;   /* given back */
};

static void *
get(void *ctx, uint8_t **memory, uint32_t *bytes)
{
	struct buffers *b = ctx;

	if (b->left == 0)
		return NULL;
	b->left--;
	b->out++;
	*memory = aligned_alloc(WF_CACHE_LINE, BUFFER_BYTES);
	assert_non_null(*memory);
	*bytes = BUFFER_BYTES;
	return *memory;
}

static void
put(void *ctx, void *const *buffers, uint32_t n)
{
	struct buffers *b = ctx;

	for (uint32_t i = 0; i < n; i++)
		free(b->last = buffers[i]);
	b->out -= n;
}

static struct wf_values
values(struct buffers *b)
{
	*b = (struct buffers){ .left = -1 };
	return (struct wf_values){ .cut_bytes = CUT, .source = { get, put, b } };
}

/* The bytes of packet `id`. */
static void
fill(uint8_t data[WF_VALUE_MAX_BYTES], uint64_t id)
{
	for (uint32_t i = 0; i < WF_VALUE_MAX_BYTES; i++)
		data[i] = (uint8_t)(id * 131 + i * 7);
}

/* What stands for one packet. */
struct place {
	uint8_t *bytes;
	uint32_t where;
};

/* bytes NULL: no buffer. */
static struct place
try_one(struct wf_values *v, const uint8_t *data, uint32_t len)
{
	struct place at = { 0 };
	void *pkt;

	if (wf_values_put(v, &data, &len, 1, &pkt, &at.where) == 1)
		at.bytes = pkt;
	return at;
}

static struct place
put_one(struct wf_values *v, uint64_t id, uint32_t len)
{
	uint8_t data[WF_VALUE_MAX_BYTES];
	struct place at;

	fill(data, id);
	at = try_one(v, data, len);
	assert_non_null(at.bytes);
	return at;
}

static void
take_one(struct wf_values *v, const struct place *at, uint64_t id, uint32_t len)
{
	uint8_t data[WF_VALUE_MAX_BYTES];

	fill(data, id);
	assert_int_equal(wf_value_len(at->where), len);
	assert_int_equal((uintptr_t)at->bytes % WF_CACHE_LINE, 0);
	assert_memory_equal(at->bytes, data, len);
	wf_value_free(v, at->bytes, at->where);
}

static void
every_length_comes_back(void **state)
{
	struct place at[WF_VALUE_MAX_BYTES + 1];
	struct buffers b;
	struct wf_values v = values(&b);

	for (uint32_t len = 1; len <= WF_VALUE_MAX_BYTES; len++)
		at[len] = put_one(&v, len, len);
	assert_int_equal(v.held, WF_VALUE_MAX_BYTES);
	for (uint32_t len = 1; len <= WF_VALUE_MAX_BYTES; len++)
		take_one(&v, &at[len], len, len);
	assert_int_equal(v.held, 0);
	wf_values_fini(&v);
	assert_int_equal(b.out, 0);
}

static void
a_line_is_enough_for_64_bytes_and_not_for_65(void **state)
{
	struct buffers b;
	struct wf_values v = values(&b);
	struct place one = put_one(&v, 1, 64), two = put_one(&v, 2, 65), next = put_one(&v, 3, 1);

	assert_int_equal(two.bytes - one.bytes, 64);
	assert_int_equal(next.bytes - two.bytes, 128);
	take_one(&v, &two, 2, 65);
	take_one(&v, &next, 3, 1);
	take_one(&v, &one, 1, 64);
	wf_values_fini(&v);
}

/* In order, the buffer that has just become empty is the next to be filled. */
static void
a_stream_needs_the_same_few_buffers_for_ever(void **state)
{
	enum { HELD = 100 };
	struct place at[HELD];
	struct buffers b;
	struct wf_values v = values(&b);

	for (uint64_t id = 0; id < 100000; id++) {
		if (id >= HELD)
			take_one(&v, &at[id % HELD], id - HELD, 60);
		at[id % HELD] = put_one(&v, id, 60);
		assert_in_range(b.out, 1, HELD / PER_BUFFER + 2);
	}
	for (uint64_t id = 100000; id < 100000 + HELD; id++)
		take_one(&v, &at[id % HELD], id - HELD, 60);
	wf_values_fini(&v);
	assert_int_equal(b.out, 0);
}

static void
one_packet_at_a_time_stays_in_one_line(void **state)
{
	struct buffers b;
	struct wf_values v = values(&b);
	struct place first = put_one(&v, 0, 64);

	take_one(&v, &first, 0, 64);
	for (uint64_t id = 1; id < 1000; id++) {
		struct place at = put_one(&v, id, 64);

		assert_ptr_equal(at.bytes, first.bytes);
		take_one(&v, &at, id, 64);
	}
	assert_int_equal(b.out, 1);
	wf_values_fini(&v);
}

/* A packet that stays keeps its own buffer, and no other. */
static void
what_is_empty_is_given_back(void **state)
{
	enum { HELD = 40 * PER_BUFFER };
	static struct place at[HELD];
	struct buffers b;
	struct wf_values v = values(&b);

	for (uint32_t id = 0; id < HELD; id++)
		at[id] = put_one(&v, id, 64);
	assert_int_equal(b.out, 40);
	for (uint32_t id = 0; id < HELD; id++)
		if (id != 3 * PER_BUFFER)
			take_one(&v, &at[id], id, 64);
	assert_int_equal(v.held, 1);
	assert_int_equal(b.out, 2 + WF_VALUE_SPARE);
	assert_int_equal(v.chunks, b.out);
	take_one(&v, &at[3 * PER_BUFFER], 3 * PER_BUFFER, 64);
	assert_int_equal(b.out, 1 + WF_VALUE_SPARE);
	wf_values_fini(&v);
	assert_int_equal(b.out, 0);
}

/* For each n: the n-th buffer is not to be had. What there was room for is as it was. */
static void
without_a_buffer_nothing_is_taken_in(void **state)
{
	enum { HELD = 8 * PER_BUFFER };
	static struct place at[HELD];

	for (int64_t n = 0; n <= 8; n++) {
		struct buffers b;
		struct wf_values v = values(&b);
		uint8_t data[WF_VALUE_MAX_BYTES];
		uint32_t id = 0;

		b.left = n;
		for (; id < n * PER_BUFFER; id++)
			at[id] = put_one(&v, id, 64);
		fill(data, id);
		if (n < 8) {
			assert_null(try_one(&v, data, 64).bytes);
			assert_int_equal(v.held, id);
			b.left = 1; /* a moment later there is one */
			at[id] = put_one(&v, id, 64);
			id++;
		}
		while (id-- > 0)
			take_one(&v, &at[id], id, 64);
		wf_values_fini(&v);
		assert_int_equal(b.out, 0);
	}
}

/* ---- Beside packets by reference, in lanes and wheel ---- */

#define DIRS 2 /* the first in order, the second not */

struct run {
	struct wf_store *store;
	struct wf_values values;
	struct buffers buffers;
	struct model model[DIRS];
	struct fit_random random;
	wf_ns_t now_ns, last_due_ns;
	uint64_t by_value, by_reference, refused;
	uint32_t *len[DIRS]; /* [id] */
};

static uint32_t
held(const struct run *r)
{
	return r->model[0].n + r->model[1].n;
}

/* Rows of one kind, of direction d. */
static void
put_rows(struct run *r, uint16_t d, unsigned bits)
{
	wf_ns_t due_ns[MAX_ROWS], rx_ns[MAX_ROWS];
	uint32_t len[MAX_ROWS], n = 1 + (uint32_t)fit_under(&r->random, MAX_ROWS), k = 0, taken;
	void *pkt[MAX_ROWS] = { NULL };
	static uint8_t bytes[MAX_ROWS][WF_VALUE_MAX_BYTES];
	const uint8_t *data[MAX_ROWS];
	uint32_t given[MAX_ROWS];
	bool small = fit_under(&r->random, 3) > 0;
	struct wf_store_rows rows = { due_ns, rx_ns, pkt, len, 0, wf_held_tag(d, 0) };

	for (; k < n; k++) {
		uint64_t id = r->model[d].next_id + k;

		due_ns[k] =
			r->now_ns + (fit_next(&r->random) >> (63 - fit_under(&r->random, bits)));
		if (d == 0 && due_ns[k] < r->last_due_ns)
			due_ns[k] = r->last_due_ns;
		rx_ns[k] = id;
		len[k] = 1 + (uint32_t)fit_under(&r->random, small ? CUT : 9000);
		r->len[d][id] = given[k] = len[k];
		fill(bytes[k], id);
		data[k] = bytes[k];
	}
	if (small && fit_under(&r->random, 8) == 0) /* one that must not be */
		data[fit_under(&r->random, n)] = NULL;
	if (small)
		k = wf_values_put(&r->values, data, given, n, pkt, len);
	rows.n = k;
	if (small)
		rows.tag = wf_held_tag_kind(rows.tag, WF_HELD_VALUE);
	taken = d == 0 ? wf_store_put_rows_in_order(r->store, &rows)
		       : wf_store_put_rows(r->store, &rows);
	for (uint32_t i = 0; i < taken; i++) {
		model_put(&r->model[d], due_ns[i]);
		if (d == 0)
			r->last_due_ns = due_ns[i];
	}
	for (uint32_t i = taken; i < k && small; i++)
		wf_value_free(&r->values, pkt[i], len[i]);
	r->refused += n - taken;
	*(small ? &r->by_value : &r->by_reference) += taken;
}

static void
look_at(struct run *r, const struct wf_held *h)
{
	if (h->kind == WF_HELD_VALUE) {
		struct place at = { h->pkt, h->len_bytes };

		take_one(&r->values, &at, h->rx_ns, r->len[h->dir][h->rx_ns]);
	} else {
		assert_null(h->pkt);
		assert_int_equal(h->len_bytes, r->len[h->dir][h->rx_ns]);
	}
}

static void
take(struct run *r)
{
	uint32_t max = 1 + (uint32_t)fit_under(&r->random, MAX_TAKE), n;
	struct wf_held out[MAX_TAKE];
	struct model_entry e;

	n = wf_store_take(r->store, r->now_ns, out, max);
	for (uint32_t i = 0; i < n; i++) {
		assert_true(model_take(&r->model[out[i].dir], r->now_ns, &e));
		assert_int_equal(out[i].rx_ns, e.id);
		assert_int_equal(out[i].due_ns, e.due_ns);
		look_at(r, &out[i]);
	}
	for (int d = 0; d < DIRS && n < max; d++)
		assert_false(model_take(&r->model[d], r->now_ns, &e));
}

static void
compare(uint64_t seed, unsigned bits, int64_t buffers)
{
	struct run r = { .now_ns = 1000000 };
	struct wf_held h;

	fit_seed(&r.random, seed);
	r.values = values(&r.buffers);
	r.store = wf_store_new(MAX_HELD, DIRS, r.now_ns);
	assert_non_null(r.store);
	for (int d = 0; d < DIRS; d++) {
		model_init(&r.model[d], MAX_HELD, r.now_ns);
		r.len[d] = calloc((size_t)OPS * MAX_ROWS, sizeof(*r.len[d]));
		assert_non_null(r.len[d]);
	}
	for (uint32_t i = 0; i < OPS; i++) {
		r.buffers.left = buffers < 0 ? -1 : buffers - r.buffers.out;
		switch (fit_under(&r.random, 8)) {
		case 0:
			put_rows(&r, (uint16_t)fit_under(&r.random, DIRS), bits);
			break;
		case 1:
			r.now_ns += fit_next(&r.random) >> (63 - fit_under(&r.random, bits));
			break;
		default:
			take(&r);
		}
		assert_int_equal(wf_store_held(r.store), held(&r));
	}
	assert_true(r.by_value > OPS / 8 && r.by_reference > OPS / 16);
	assert_true(buffers < 0 || r.refused > 1000);
	while (wf_store_pop_any(r.store, &h))
		look_at(&r, &h);
	wf_values_fini(&r.values);
	assert_int_equal(r.buffers.out, 0);
	wf_store_free(r.store);
	for (int d = 0; d < DIRS; d++) {
		model_fini(&r.model[d]);
		free(r.len[d]);
	}
}

static void
beside_packets_by_reference(void **state)
{
	compare(1, 15, -1);
	compare(2, 26, -1);
	compare(3, 40, -1);
}

static void
beside_packets_by_reference_with_few_buffers(void **state)
{
	compare(4, 22, 12);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_length_comes_back),
		cmocka_unit_test(a_line_is_enough_for_64_bytes_and_not_for_65),
		cmocka_unit_test(a_stream_needs_the_same_few_buffers_for_ever),
		cmocka_unit_test(one_packet_at_a_time_stays_in_one_line),
		cmocka_unit_test(what_is_empty_is_given_back),
		cmocka_unit_test(without_a_buffer_nothing_is_taken_in),
		cmocka_unit_test(beside_packets_by_reference),
		cmocka_unit_test(beside_packets_by_reference_with_few_buffers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
