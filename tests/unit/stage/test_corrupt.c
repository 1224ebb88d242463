/* SPDX-License-Identifier: BSD-3-Clause
 * Corruption: what each key means, bit by bit. The laws over many seeds are in tests/statistics.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "rig.h"
#include "wf_checksum.h"

#define LEN   120
#define VLAN  4
#define HEADS (14 + VLAN + 20) /* Ethernet, a tag, IPv4 */

/* A tagged UDP packet with right checksums. */
static void
fill(uint8_t f[LEN])
{
	static const uint8_t head[] = { 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x81, 0, 0, 7, 8, 0,
		0x45, 0, 0, LEN - 14 - VLAN, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2, 15,
		160, 0, 80, 0, LEN - HEADS, 0xff, 0xff };
	struct wf_parsed parsed;

	for (uint32_t i = 0; i < LEN; i++)
		f[i] = (uint8_t)(i * 7);
	memcpy(f, head, sizeof(head));
	wf_parse(f, LEN, &parsed);
	assert_true(wf_checksum_repair(f, LEN, &parsed));
}

/* One packet through the stage. Returns how many bits of [first, end) differ, and fails if one
 * outside does. */
static uint32_t
flipped(struct rig *r, uint8_t f[LEN], uint32_t first, uint32_t end)
{
	uint8_t before[LEN];
	uint32_t bits = 0;

	fill(f);
	memcpy(before, f, LEN);
	r->batch.n = 0;
	rig_add_frame(r, 0, f, LEN);
	rig_run(r);
	assert_int_equal(rig_edit(r, 0, f, LEN).len_bytes, LEN);
	for (uint32_t i = 0; i < LEN; i++) {
		assert_true(f[i] == before[i] || (i >= first && i < end));
		bits += (uint32_t)__builtin_popcount(f[i] ^ before[i]);
	}
	return bits;
}

static void
exactly_as_many_bits_are_flipped(void **state)
{
	uint8_t f[LEN];

	for (uint32_t bits = 1; bits <= 64; bits += 7) {
		char keys[40];
		struct rig *r;

		snprintf(keys, sizeof(keys), "p=100%% bits=%u", bits);
		r = rig_new(WF_BLOCK_CORRUPT, keys);
		for (int i = 0; i < 300; i++)
			assert_int_equal(flipped(r, f, 0, LEN), bits);
		rig_free(r);
	}
}

static void
a_range_lies_in_its_layer(void **state)
{
	static const struct {
		const char *keys;
		uint32_t first, end;
	} cases[] = {
		{ "layer=frame", 0, LEN },
		{ "layer=frame offset=100", 100, LEN },
		{ "layer=network", 14 + VLAN, LEN },
		{ "layer=network offset=8 length=1", 14 + VLAN + 8, 14 + VLAN + 9 },
		{ "layer=transport length=4", HEADS, HEADS + 4 },
		{ "layer=payload", HEADS + 8, LEN },
		{ "layer=payload offset=2 length=65535", HEADS + 10, LEN },
	};
	uint8_t f[LEN];

	for (size_t k = 0; k < WF_ARRAY_SIZE(cases); k++) {
		uint8_t seen[LEN] = { 0 }, before[LEN];
		char keys[80];
		struct rig *r;

		snprintf(keys, sizeof(keys), "p=100%% %s", cases[k].keys);
		r = rig_new(WF_BLOCK_CORRUPT, keys);
		fill(before);
		for (int i = 0; i < 10000; i++) {
			assert_int_equal(flipped(r, f, cases[k].first, cases[k].end), 1);
			for (uint32_t at = cases[k].first; at < cases[k].end; at++)
				seen[at] |= f[at] ^ before[at];
		}
		for (uint32_t at = cases[k].first; at < cases[k].end; at++)
			assert_int_equal(seen[at], 0xff); /* each of its bits, sometimes */
		rig_free(r);
	}
}

static void
a_short_range_has_all_its_bits_flipped(void **state)
{
	struct rig *r = rig_new(WF_BLOCK_CORRUPT, "p=100% bits=20 offset=119 length=9");
	uint8_t f[LEN];

	assert_int_equal(flipped(r, f, 119, LEN), 8);
	rig_free(r);
}

static void
a_packet_without_the_layer_is_left_alone(void **state)
{
	struct rig *r = rig_new(WF_BLOCK_CORRUPT, "p=100% layer=payload");
	struct rig *behind = rig_new(WF_BLOCK_CORRUPT, "p=100% offset=120");
	uint8_t f[LEN];

	fill(f);
	f[16] = 8; /* ARP */
	f[17] = 6;
	rig_add_frame(r, 0, f, LEN);
	rig_run(r);
	assert_int_equal(r->batch.edits[0], 0);
	assert_int_equal(flipped(behind, f, 0, 0), 0);
	assert_int_equal(behind->batch.edits[0], 0);
	rig_free(r);
	rig_free(behind);
}

static void
is_right(const uint8_t *f)
{
	uint8_t zero[2];

	wf_checksum_store(wf_checksum_add(0, f + 14 + VLAN, 20), zero);
	assert_int_equal(zero[0] | zero[1], 0);
	wf_checksum_store(wf_checksum_add(wf_checksum_pseudo(f + 14 + VLAN, 17, LEN - HEADS),
				  f + HEADS, LEN - HEADS),
		zero);
	assert_int_equal(zero[0] | zero[1], 0);
}

static void
a_repaired_checksum_hides_the_damage(void **state)
{
	struct rig *r = rig_new(WF_BLOCK_CORRUPT, "p=100% bits=3 layer=payload checksum=repair");
	struct rig *head = rig_new(
		WF_BLOCK_CORRUPT, "p=100% layer=network offset=12 length=8 checksum=repair");
	uint8_t f[LEN];

	for (int i = 0; i < 300; i++) {
		fill(f);
		r->batch.n = 0;
		rig_add_frame(r, 0, f, LEN);
		rig_run(r);
		rig_edit(r, 0, f, LEN);
		is_right(f);
		fill(f);
		head->batch.n = 0;
		rig_add_frame(head, 0, f, LEN);
		rig_run(head);
		rig_edit(head, 0, f, LEN);
		is_right(f);
	}
	rig_free(r);
	rig_free(head);
}

static void
truncate_cuts_and_flips_nothing(void **state)
{
	struct rig *r = rig_new(WF_BLOCK_CORRUPT, "p=100% truncate=60");
	uint8_t f[LEN], before[LEN];
	struct wf_frame out;

	fill(f);
	memcpy(before, f, LEN);
	rig_add_frame(r, 0, f, LEN);
	rig_add_frame(r, 0, f, 60);
	rig_run(r);
	out = rig_edit(r, 0, f, LEN);
	assert_int_equal(out.len_bytes, 60);
	assert_int_equal(out.readable_bytes, 60);
	assert_memory_equal(f, before, LEN);
	assert_int_equal(r->batch.edits[1], 0);
	rig_free(r);
}

static void
p_0_is_left_out(void **state)
{
	struct rig *r = rig_new(WF_BLOCK_CORRUPT, "p=0"), *s = rig_new(WF_BLOCK_CORRUPT, "ber=0");

	assert_int_equal(r->variant, 0);
	assert_int_equal(s->variant, 0);
	rig_free(r);
	rig_free(s);
}

static void
what_it_asks_for(void **state)
{
	struct rig *r = rig_new(WF_BLOCK_CORRUPT, "p=1%");
	struct rig *s = rig_new(WF_BLOCK_CORRUPT, "p=1% correlation=50%");
	struct rig *t = rig_new_flow_scope(WF_BLOCK_CORRUPT, "p=1% correlation=50%");

	assert_true(r->compile.needs & WF_NEED_BYTES);
	assert_false(r->compile.needs & WF_NEED_OWNER);
	assert_true(s->compile.needs & WF_NEED_OWNER);
	assert_false(t->compile.needs & WF_NEED_OWNER);
	rig_free(r);
	rig_free(s);
	rig_free(t);
}

static void
a_packet_that_is_lost_is_not_marked(void **state)
{
	struct rig *r = rig_new(WF_BLOCK_CORRUPT, "p=100%");
	uint8_t f[LEN];

	fill(f);
	rig_add_frame(r, 0, f, LEN);
	r->batch.drop[0] = WF_DROP_loss;
	rig_run(r);
	assert_int_equal(r->batch.edits[0], 0);
	rig_free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(exactly_as_many_bits_are_flipped),
		cmocka_unit_test(a_range_lies_in_its_layer),
		cmocka_unit_test(a_short_range_has_all_its_bits_flipped),
		cmocka_unit_test(a_packet_without_the_layer_is_left_alone),
		cmocka_unit_test(a_repaired_checksum_hides_the_damage),
		cmocka_unit_test(truncate_cuts_and_flips_nothing),
		cmocka_unit_test(p_0_is_left_out),
		cmocka_unit_test(what_it_asks_for),
		cmocka_unit_test(a_packet_that_is_lost_is_not_marked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
