/* SPDX-License-Identifier: BSD-3-Clause
 * Targeted loss: which segments, exactly, of crafted TCP sequences.
 */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "fit.h"
#include "refused.h"
#include "wire.h"

static bool
lost(struct rig *r, uint8_t flags, uint32_t seq, uint32_t n)
{
	struct wire w;
	uint16_t row;

	wire_tcp(&w, r->compile.flow_scope ? 6 : 4, false, flags, seq, n);
	row = wire_pass(r, &w, 0);
	assert_true(r->batch.drop[row] == WF_DROP_NONE || r->batch.drop[row] == WF_DROP_target);
	return r->batch.drop[row] != WF_DROP_NONE;
}

/* ---- Kinds ---- */

static void
the_kind_says_which(void **state)
{
	static const struct {
		uint8_t flags;
		uint32_t n;
		const char *lost_by;
	} v[] = {
		{ WIRE_SYN, 0, "syn" },
		{ WIRE_SYN | WIRE_ACK, 0, "syn" },
		{ WIRE_ACK, 0, "ack" },
		{ WIRE_ACK | WIRE_PSH, 10, "data" },
		{ WIRE_ACK | WIRE_FIN, 0, "fin" },
		{ WIRE_ACK | WIRE_FIN, 10, "fin data" },
		{ WIRE_RST, 0, "rst" },
		{ WIRE_RST | WIRE_ACK, 0, "rst" },
	};
	static const char *const kind[] = { "data", "syn", "fin", "rst", "ack" };

	for (size_t k = 0; k < WF_ARRAY_SIZE(kind); k++) {
		char keys[20];
		struct rig *r;

		snprintf(keys, sizeof(keys), "on=%s", kind[k]);
		r = rig_new(WF_BLOCK_TARGET, keys);
		assert_true(r->compile.needs & WF_NEED_BYTES);
		assert_false(r->compile.needs & WF_NEED_OWNER);
		for (size_t i = 0; i < WF_ARRAY_SIZE(v); i++)
			assert_int_equal(lost(r, v[i].flags, 1000, v[i].n),
				strstr(v[i].lost_by, kind[k]) != NULL);
		rig_free(r);
	}
}

static void
lengths_are_those_of_the_frame(void **state)
{
	struct rig *r = rig_new(WF_BLOCK_TARGET, "on=data min_bytes=100 max_bytes=200");
	uint32_t header = 14 + 20 + 32;

	assert_false(lost(r, WIRE_ACK, 1, 99 - header));
	assert_true(lost(r, WIRE_ACK, 1, 100 - header));
	assert_true(lost(r, WIRE_ACK, 1, 200 - header));
	assert_false(lost(r, WIRE_ACK, 1, 201 - header));
	rig_free(r);
	r = rig_new(WF_BLOCK_TARGET, "on=any max_bytes=66");
	assert_true(lost(r, WIRE_ACK, 1, 0));
	assert_true(lost(r, WIRE_RST, 1, 0));
	assert_false(lost(r, WIRE_ACK, 1, 1));
	rig_free(r);
}

static void
p_is_a_probability(void **state)
{
	struct rig *r = rig_new(WF_BLOCK_TARGET, "on=ack p=5%");
	uint64_t n = 0;

	for (int i = 0; i < 100000; i++)
		n += lost(r, WIRE_ACK, 1, 0);
	assert_true(fabs(fit_binomial_z(n, 100000, 0.05)) < 4);
	rig_free(r);
	r = rig_new(WF_BLOCK_TARGET, "on=ack p=0");
	assert_int_equal(r->variant, 0);
	rig_free(r);
}

static void
times_is_a_limit(void **state)
{
	struct rig *r = rig_new(WF_BLOCK_TARGET, "on=syn times=2");

	assert_true(r->compile.needs & WF_NEED_OWNER);
	assert_true(lost(r, WIRE_SYN, 1, 0));
	assert_false(lost(r, WIRE_ACK, 1, 0));
	assert_true(lost(r, WIRE_SYN, 900, 0));
	assert_false(lost(r, WIRE_SYN, 1, 0));
	rig_free(r);
}

/* A WIRE_SYN that is sent again has the number of the first: the same connection. */
static void
times_is_of_a_connection_with_scope_flow(void **state)
{
	struct rig *r = rig_new_flow_scope(WF_BLOCK_TARGET, "on=syn times=2");

	assert_false(r->compile.needs & WF_NEED_OWNER);
	for (uint32_t isn = 5; isn < 8; isn++) {
		assert_true(lost(r, WIRE_SYN, isn, 0));
		assert_true(lost(r, WIRE_SYN, isn, 0));
		assert_false(lost(r, WIRE_SYN, isn, 0));
		assert_false(lost(r, WIRE_SYN, isn, 0));
	}
	rig_free(r);
}

/* ---- Segment k ---- */

/* For sequence numbers that wrap and such that don't, and with either sign. */
static const uint32_t isns[] = { 0, 1000, 0x7ffffff0, 0x7fffff00, 0xfffffff0, 0xffffff9b,
	0xffffff00, 0xffffffff };

static void
segment_k_and_its_first_retransmissions(void **state)
{
	for (size_t i = 0; i < WF_ARRAY_SIZE(isns); i++) {
		struct rig *r = rig_new_flow_scope(WF_BLOCK_TARGET, "segment=3 retransmissions=2");
		uint32_t s = isns[i] + 1;

		assert_false(lost(r, WIRE_SYN, isns[i], 0));
		assert_false(lost(r, WIRE_ACK, s, 0));
		assert_false(lost(r, WIRE_ACK, s, 100));
		assert_false(lost(r, WIRE_ACK, s + 100, 50));
		assert_true(lost(r, WIRE_ACK, s + 150, 100));
		assert_false(lost(r, WIRE_ACK, s + 250, 100));
		assert_false(lost(r, WIRE_ACK, s + 350, 100));
		assert_true(lost(r, WIRE_ACK, s + 150, 100));
		assert_false(lost(r, WIRE_ACK, s + 250, 100)); /* of another */
		assert_true(lost(r, WIRE_ACK, s + 150, 100));
		assert_false(lost(r, WIRE_ACK, s + 150, 100));
		assert_false(lost(r, WIRE_ACK, s + 450, 100));
		rig_free(r);
	}
}

static void
retransmissions_of_others_have_no_number(void **state)
{
	for (size_t i = 0; i < WF_ARRAY_SIZE(isns); i++) {
		struct rig *r = rig_new_flow_scope(WF_BLOCK_TARGET, "segment=3");
		uint32_t s = isns[i] + 1;

		assert_false(lost(r, WIRE_SYN, isns[i], 0));
		assert_false(lost(r, WIRE_ACK, s, 10));
		assert_false(lost(r, WIRE_ACK, s, 10));
		assert_false(lost(r, WIRE_ACK, s + 9, 1)); /* keep-alive */
		assert_false(lost(r, WIRE_ACK, s + 10, 10));
		assert_false(lost(r, WIRE_ACK, s, 20));
		assert_true(lost(r, WIRE_ACK, s + 20, 10));
		assert_false(lost(r, WIRE_ACK, s + 20, 10));
		rig_free(r);
	}
}

/* What the sender had cut in two comes again as one, or in smaller parts. */
static void
a_retransmission_is_known_by_the_first_byte(void **state)
{
	struct rig *r = rig_new_flow_scope(WF_BLOCK_TARGET, "segment=2 retransmissions=2");

	assert_false(lost(r, WIRE_SYN, 0, 0));
	assert_false(lost(r, WIRE_ACK, 1, 100));
	assert_true(lost(r, WIRE_ACK, 101, 100));
	assert_false(lost(r, WIRE_ACK, 201, 100));
	assert_false(lost(r, WIRE_ACK, 151, 50));
	assert_true(lost(r, WIRE_ACK, 1, 300));
	assert_true(lost(r, WIRE_ACK, 101, 50));
	assert_false(lost(r, WIRE_ACK, 101, 100));
	rig_free(r);
}

/* Old and new data in one segment: named by the first byte that is new. */
static void
a_segment_with_old_data_in_front_counts(void **state)
{
	struct rig *r = rig_new_flow_scope(WF_BLOCK_TARGET, "segment=2 retransmissions=1");

	assert_false(lost(r, WIRE_SYN, 0, 0));
	assert_false(lost(r, WIRE_ACK, 1, 100));
	assert_true(lost(r, WIRE_ACK, 51, 100));
	assert_false(lost(r, WIRE_ACK, 51, 50));
	assert_true(lost(r, WIRE_ACK, 101, 50));
	rig_free(r);
}

/* A hole is what another hop has lost: it is filled without being numbered. */
static void
holes_are_not_counted(void **state)
{
	struct rig *r = rig_new_flow_scope(WF_BLOCK_TARGET, "segment=3");

	assert_false(lost(r, WIRE_SYN, 0, 0));
	assert_false(lost(r, WIRE_ACK, 1, 100));
	assert_false(lost(r, WIRE_ACK, 201, 100));
	assert_false(lost(r, WIRE_ACK, 101, 100));
	assert_true(lost(r, WIRE_ACK, 301, 100));
	rig_free(r);
}

static void
another_syn_is_another_connection(void **state)
{
	struct rig *r = rig_new_flow_scope(WF_BLOCK_TARGET, "segment=2");

	for (uint32_t isn = 0xfffffff0; isn != 16; isn++) {
		assert_false(lost(r, WIRE_SYN, isn, 0));
		assert_false(lost(r, WIRE_ACK, isn + 1, 8));
		assert_false(lost(r, WIRE_SYN, isn, 0)); /* late copy of the first */
		assert_true(lost(r, WIRE_ACK | WIRE_FIN, isn + 9, 8));
		assert_false(lost(r, WIRE_ACK | WIRE_FIN, isn + 9, 8));
	}
	rig_free(r);
}

static void
a_connection_may_be_older_than_its_state(void **state)
{
	struct rig *r = rig_new_flow_scope(WF_BLOCK_TARGET, "segment=2");

	assert_false(lost(r, WIRE_ACK, 0xfffffffe, 0));
	assert_false(lost(r, WIRE_ACK, 0xfffffffe, 4));
	assert_true(lost(r, WIRE_ACK, 2, 4));
	rig_free(r);
}

static void
data_of_a_syn_is_the_first_segment(void **state)
{
	struct rig *r = rig_new_flow_scope(WF_BLOCK_TARGET, "segment=1 retransmissions=1");

	assert_true(lost(r, WIRE_SYN, 0xffffffff, 10));
	assert_false(lost(r, WIRE_SYN, 0xffffffff, 0));
	assert_true(lost(r, WIRE_ACK, 0, 10));
	assert_false(lost(r, WIRE_ACK, 0, 10));
	rig_free(r);
}

static void
flows_are_counted_apart(void **state)
{
	struct rig *r = rig_new_flow_scope(WF_BLOCK_TARGET, "segment=2");

	assert_false(lost(r, WIRE_ACK, 1, 10));
	rig_flow(r, 1, 2);
	assert_false(lost(r, WIRE_ACK, 11, 10));
	assert_true(lost(r, WIRE_ACK, 21, 10));
	rig_free(r);
}

static void
a_live_change_goes_on_counting(void **state)
{
	struct rig *r = rig_new_flow_scope(WF_BLOCK_TARGET, "segment=1000");

	for (uint32_t i = 0; i < 5; i++)
		assert_false(lost(r, WIRE_ACK, 1 + i * 10, 10));
	rig_change(r, "segment=7");
	assert_false(lost(r, WIRE_ACK, 51, 10));
	assert_true(lost(r, WIRE_ACK, 61, 10));
	rig_change(r, "segment=8");
	assert_true(lost(r, WIRE_ACK, 71, 10));
	rig_free(r);
}

/* Cut, damaged and foreign packets pass; nothing behind their end is read (ASan). */
static void
what_is_no_whole_segment_passes(void **state)
{
	struct rig *r = rig_new(WF_BLOCK_TARGET, "on=data");
	struct wire w;

	wire_tcp(&w, 4, false, WIRE_ACK, 1, 10);
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
		assert_int_equal(r->batch.drop[row] != 0, n >= 14 + 20 + 20);
		free(cut);
	}
	rig_free(r);
}

static void
what_makes_no_sense_is_refused(void **state)
{
	refused(WF_BLOCK_TARGET, "segment=3", "the segments of one connection");
	refused_by(rig_new_flow_scope(WF_BLOCK_TARGET, "segment=3 on=syn"), "segment=3 on=syn",
		"numbers segments with data");
	refused_by(rig_new_flow_scope(WF_BLOCK_TARGET, "segment=3 p=5%"), "segment=3 p=5%",
		"\"p\" does not go with \"segment\"");
	refused_by(rig_new_flow_scope(WF_BLOCK_TARGET, "segment=3 times=2"), "segment=3 times=2",
		"\"times\" does not go with \"segment\"");
	refused_by(rig_new_flow_scope(WF_BLOCK_TARGET, "segment=3 min_bytes=60"),
		"segment=3 min_bytes=60", "\"min_bytes\" does not go with \"segment\"");
	refused_by(rig_new_flow_scope(WF_BLOCK_TARGET, "retransmissions=3"), "retransmissions=3",
		"of which segment?");
	refused(WF_BLOCK_TARGET, "min_bytes=100 max_bytes=99", "no frame qualifies");
	refused(WF_BLOCK_TARGET, "on=any", "aims at everything");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_kind_says_which),
		cmocka_unit_test(lengths_are_those_of_the_frame),
		cmocka_unit_test(p_is_a_probability),
		cmocka_unit_test(times_is_a_limit),
		cmocka_unit_test(times_is_of_a_connection_with_scope_flow),
		cmocka_unit_test(segment_k_and_its_first_retransmissions),
		cmocka_unit_test(retransmissions_of_others_have_no_number),
		cmocka_unit_test(a_retransmission_is_known_by_the_first_byte),
		cmocka_unit_test(a_segment_with_old_data_in_front_counts),
		cmocka_unit_test(holes_are_not_counted),
		cmocka_unit_test(another_syn_is_another_connection),
		cmocka_unit_test(a_connection_may_be_older_than_its_state),
		cmocka_unit_test(data_of_a_syn_is_the_first_segment),
		cmocka_unit_test(flows_are_counted_apart),
		cmocka_unit_test(a_live_change_goes_on_counting),
		cmocka_unit_test(what_is_no_whole_segment_passes),
		cmocka_unit_test(what_makes_no_sense_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
