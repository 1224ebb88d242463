/* SPDX-License-Identifier: BSD-3-Clause
 * TCP reset: which segments, and what both ends are told, byte by byte.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "fit.h"
#include "wire.h"

#define MS  1000000ull
#define SEQ 0x11223344
static const uint32_t bit = 1u << WF_BLOCK_RESET;

/* What becomes of one segment: 'p'asses, 'e'dited, 'd'ropped; capital: and is answered. */
static char
fate(struct rig *r, uint8_t flags, uint32_t n, wf_ns_t ns)
{
	struct wire w;
	uint16_t row;
	char c;

	wire_tcp(&w, 4, false, flags, SEQ, n);
	row = wire_pass(r, &w, ns);
	c = r->batch.drop[row] ? 'd' : r->batch.edits[row] & bit ? 'e' : 'p';
	return r->batch.forges[row] & bit ? (char)(c - 'a' + 'A') : c;
}

static void
the_keys_say_which_segments_and_whom_to_tell(void **state)
{
	static const struct {
		const char *keys;
		uint8_t flags;
		uint32_t n;
		char fate;
	} v[] = {
		{ "p=1", WIRE_ACK, 10, 'E' },
		{ "p=1", WIRE_ACK, 0, 'p' },
		{ "p=1", WIRE_SYN, 0, 'p' },
		{ "p=1", WIRE_ACK | WIRE_RST, 10, 'p' },
		{ "to=sender", WIRE_ACK, 10, 'D' },
		{ "to=receiver", WIRE_ACK, 10, 'e' },
		{ "on=any", WIRE_ACK, 0, 'E' },
		{ "on=any", WIRE_ACK | WIRE_FIN, 0, 'E' },
		{ "on=syn", WIRE_SYN, 0, 'D' },
		{ "on=syn to=receiver", WIRE_SYN, 0, 'd' },
		{ "on=syn", WIRE_SYN | WIRE_ACK, 0, 'E' },
		{ "on=syn", WIRE_ACK, 10, 'p' },
	};

	for (size_t i = 0; i < WF_ARRAY_SIZE(v); i++) {
		struct rig *r = rig_new(WF_BLOCK_RESET, v[i].keys);

		assert_int_equal(fate(r, v[i].flags, v[i].n, 0), v[i].fate);
		assert_true(r->compile.needs & WF_NEED_BYTES);
		rig_free(r);
	}
}

static void
p_is_a_probability(void **state)
{
	struct rig *r = rig_new(WF_BLOCK_RESET, "p=5%");
	uint64_t n = 0;

	for (int i = 0; i < 100000; i++)
		n += fate(r, WIRE_ACK, 10, 0) != 'p';
	assert_true(fabs(fit_binomial_z(n, 100000, 0.05)) < 4);
	rig_free(r);
	r = rig_new(WF_BLOCK_RESET, "p=0");
	assert_int_equal(r->variant, 0);
	rig_free(r);
}

static void
a_connection_that_was_reset_stays_so(void **state)
{
	struct rig *r = rig_new_flow_scope(WF_BLOCK_RESET, "after_packets=3");

	assert_int_equal(fate(r, WIRE_SYN, 0, 0), 'p');
	assert_int_equal(fate(r, WIRE_ACK, 0, 0), 'p');
	assert_int_equal(fate(r, WIRE_ACK, 10, 0), 'p');
	assert_int_equal(fate(r, WIRE_ACK, 10, 0), 'E');
	assert_int_equal(fate(r, WIRE_ACK, 0, 0), 'E');
	assert_int_equal(fate(r, WIRE_SYN, 0, 0), 'p');
	assert_int_equal(fate(r, WIRE_ACK, 10, 0), 'p');
	rig_free(r);
}

static void
after_bytes_counts_data_only(void **state)
{
	struct rig *r = rig_new_flow_scope(WF_BLOCK_RESET, "after_bytes=1000B");

	for (int i = 0; i < 50; i++)
		assert_int_equal(fate(r, WIRE_ACK, 0, 0), 'p');
	assert_int_equal(fate(r, WIRE_ACK, 999, 0), 'p');
	assert_int_equal(fate(r, WIRE_ACK, 1, 0), 'p');
	assert_int_equal(fate(r, WIRE_ACK, 1, 0), 'E');
	rig_free(r);
}

static void
after_counts_from_the_first_segment(void **state)
{
	struct rig *r = rig_new_flow_scope(WF_BLOCK_RESET, "after=5ms");

	assert_int_equal(fate(r, WIRE_SYN, 0, 100 * MS), 'p');
	assert_int_equal(fate(r, WIRE_ACK, 1, 105 * MS - 1), 'p');
	assert_int_equal(fate(r, WIRE_ACK, 1, 105 * MS), 'E');
	rig_free(r);
}

/* Reset of both ends, of either family, with and without a tag. */
static void
both_ends_are_told_what_they_expect(void **state)
{
	struct rig *r = rig_new(WF_BLOCK_RESET, "on=any");

	for (int k = 0; k < 4; k++) {
		int family = k & 1 ? 6 : 4;
		bool tag = k & 2;
		struct wf_forged out[WF_FORGED_MAX];
		struct wf_frame f;
		struct wire w, was;
		uint32_t l4;

		wire_tcp(&w, family, tag, WIRE_ACK, SEQ, 100);
		wire_pass(r, &w, 0);
		was = w;
		l4 = w.parsed.l4_offset;
		f = wire_frame(r, &w, 0);
		assert_int_equal(r->ops->stage->forge(r->cfg, &f, out), 1);
		assert_true(out[0].reverse);
		assert_int_equal(out[0].delay_ns, 0);
		assert_true(wire_right(out[0].data, out[0].len_bytes));
		assert_memory_equal(out[0].data, was.data + 6, 6);
		assert_memory_equal(out[0].data + 6, was.data, 6);
		assert_memory_equal(out[0].data + 12, was.data + 12, tag ? 6 : 2);
		assert_int_equal(wire_get(out[0].data + l4, 4), 80 << 16 | 40000);
		assert_int_equal(wire_get(out[0].data + l4 + 4, 4), 0x55667788);
		assert_int_equal(out[0].data[l4 + 13], WIRE_RST);
		r->ops->stage->edit(r->cfg, &f);
		assert_int_equal(f.len_bytes, l4 + 20 > 60 ? l4 + 20 : 60);
		assert_int_equal(f.readable_bytes, f.len_bytes);
		assert_true(wire_right(w.data, f.len_bytes));
		assert_memory_equal(w.data, was.data, w.parsed.l3_offset + 2);
		assert_memory_equal(w.data + l4, was.data + l4, 12);
		assert_int_equal(w.data[l4 + 13], WIRE_RST | WIRE_ACK);
	}
	rig_free(r);
}

/* Who has acknowledged nothing: <SEQ=0><WIRE_ACK=SEG.SEQ+SEG.LEN>, WIRE_SYN and WIRE_FIN count as
 * one each. */
static void
a_syn_is_refused(void **state)
{
	struct rig *r = rig_new(WF_BLOCK_RESET, "on=any");
	struct wf_forged out[WF_FORGED_MAX];

	for (uint8_t flags = WIRE_SYN; flags <= (WIRE_SYN | WIRE_FIN); flags++) {
		struct wf_frame f;
		struct wire w;

		wire_tcp(&w, 4, false, flags, SEQ, 5);
		r->batch.n = 0;
		wire_add(r, &w, 0);
		rig_run(r);
		f = wire_frame(r, &w, 0);
		assert_int_equal(r->ops->stage->forge(r->cfg, &f, out), 1);
		assert_true(wire_right(out[0].data, out[0].len_bytes));
		assert_int_equal(wire_get(out[0].data + 38, 4), 0);
		assert_int_equal(
			wire_get(out[0].data + 42, 4), 0x11223344 + 5 + (flags & WIRE_FIN) + 1);
		assert_int_equal(out[0].data[47], WIRE_RST | WIRE_ACK);
	}
	rig_free(r);
}

/* Cut, damaged and foreign packets pass; nothing behind their end is read (ASan). */
static void
what_is_no_whole_segment_passes(void **state)
{
	struct rig *r = rig_new(WF_BLOCK_RESET, "on=any");
	struct wire w;

	wire_tcp(&w, 4, false, WIRE_ACK, SEQ, 10);
	for (uint32_t n = 0; n < w.len; n++) {
		uint8_t *cut = malloc(n + 1);
		struct wf_parsed parsed;
		uint16_t row;

		memcpy(cut + 1, w.data, n);
		wf_parse(cut + 1, n, &parsed);
		r->batch.n = 0;
		row = wire_add(r, &w, 0);
		r->batch.data[row] = cut + 1;
		r->batch.readable_bytes[row] = n;
		r->batch.parsed[row] = &parsed;
		rig_run(r);
		assert_int_equal((r->batch.edits[row] & bit) != 0, n >= 14 + 20 + 20);
		free(cut);
	}
	r->batch.n = 0;
	w.data[14 + 20 + 12] = 4 << 4; /* a header of 16 bytes */
	wire_add(r, &w, 0);
	w.data[14 + 20 + 12] = 15 << 4; /* beyond the packet */
	wire_add(r, &w, 0);
	rig_run(r);
	assert_int_equal(r->batch.edits[0] | r->batch.edits[1], 0);
	rig_free(r);
}

static void
what_makes_no_sense_is_refused(void **state)
{
	struct rig *r = rig_new(WF_BLOCK_RESET, "after_bytes=1kB");

	assert_true(r->variant < 0);
	assert_non_null(strstr(rig_error(r), "counts what one connection carries"));
	rig_free(r);
	r = rig_new_flow_scope(WF_BLOCK_RESET, "on=syn after=1s");
	assert_true(r->variant < 0);
	assert_non_null(strstr(rig_error(r), "begins with its SYN"));
	rig_free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_keys_say_which_segments_and_whom_to_tell),
		cmocka_unit_test(p_is_a_probability),
		cmocka_unit_test(a_connection_that_was_reset_stays_so),
		cmocka_unit_test(after_bytes_counts_data_only),
		cmocka_unit_test(after_counts_from_the_first_segment),
		cmocka_unit_test(both_ends_are_told_what_they_expect),
		cmocka_unit_test(a_syn_is_refused),
		cmocka_unit_test(what_is_no_whole_segment_passes),
		cmocka_unit_test(what_makes_no_sense_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
