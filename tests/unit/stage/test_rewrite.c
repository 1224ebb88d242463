/* SPDX-License-Identifier: BSD-3-Clause
 * Rewritten headers, byte by byte: what changes, what stays, and who is told when a TTL runs out.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "fit.h"
#include "wf_checksum.h"
#include "wire.h"

static const uint32_t bit = 1u << WF_BLOCK_REWRITE;

static uint8_t *
ip_of(struct wire *w)
{
	return w->data + w->parsed.l3_offset;
}

/* Sets a byte of the IP header, with the checksum right. */
static void
poke(struct wire *w, uint32_t at, uint8_t value)
{
	ip_of(w)[at] = value;
	wf_parse(w->data, w->len, &w->parsed);
	wf_checksum_repair(w->data, w->len, &w->parsed);
}

/* One packet through the stage, edited in place. True: it was edited. */
static bool
pass(struct rig *r, struct wire *w)
{
	struct wf_frame f;

	wire_pass(r, w, 0);
	if (!(r->batch.edits[0] & bit))
		return false;
	f = wire_frame(r, w, 0);
	r->ops->stage->edit(r->cfg, &f);
	assert_false(f.no_room);
	assert_int_equal(f.len_bytes, f.readable_bytes);
	w->len = f.len_bytes;
	wf_parse(w->data, w->len, &w->parsed);
	return true;
}

static uint8_t
hops(struct wire *w)
{
	return ip_of(w)[w->parsed.key.family == 4 ? 8 : 7];
}

static uint8_t
tos(const struct wire *w)
{
	return (uint8_t)(w->parsed.dscp << 2 | w->parsed.ecn);
}

/* Each value of the byte, in both families, with and without a tag. Nothing but that byte and the
 * IPv4 checksum changes. */
static void
only_the_field_and_the_checksum_change(void **state)
{
	static const struct {
		const char *keys;
		uint8_t tos_keep, tos_set, ttl;
		int decrement;
	} v[] = {
		{ "ttl=17", 0xff, 0, 17, 0 },
		{ "ttl=255", 0xff, 0, 255, 0 },
		{ "ttl_decrement=1", 0xff, 0, 0, 1 },
		{ "ttl_decrement=63", 0xff, 0, 0, 63 },
		{ "dscp=0", 0x03, 0, 0, 0 },
		{ "dscp=46", 0x03, 46 << 2, 0, 0 },
		{ "dscp=63 ecn=ce", 0, 0xff, 0, 0 },
		{ "ecn=clear", 0xfc, 0, 0, 0 },
		{ "ecn=ect0", 0xfc, 2, 0, 0 },
		{ "ecn=ect1", 0xfc, 1, 0, 0 },
		{ "ecn=ce", 0xfc, 3, 0, 0 },
		{ "ttl=9 dscp=12 ecn=clear", 0, 12 << 2, 9, 0 },
	};

	for (size_t i = 0; i < WF_ARRAY_SIZE(v); i++) {
		struct rig *r = rig_new(WF_BLOCK_REWRITE, v[i].keys);

		for (int k = 0; k < 4 * 256; k++) {
			bool four = k & 256, tag = k & 512;
			uint8_t now = (uint8_t)k, *ip;
			struct wire w, before;

			wire_udp(&w, four ? 4 : 6, tag, 60);
			if (four)
				poke(&w, 1, now);
			else
				wire_put(ip_of(&w), 0x60012345u | (uint32_t)now << 20, 4);
			before = w;
			assert_true(pass(r, &w));
			assert_int_equal(tos(&w), (now & v[i].tos_keep) | v[i].tos_set);
			assert_int_equal(
				hops(&w), v[i].ttl ? v[i].ttl : hops(&before) - v[i].decrement);
			assert_true(wire_right(w.data, w.len));
			assert_int_equal(w.len, before.len);
			ip = ip_of(&before);
			if (four) {
				ip[1] = tos(&w);
				ip[8] = hops(&w);
				memcpy(ip + 10, ip_of(&w) + 10, 2);
			} else {
				wire_put(ip, 0x60012345u | (uint32_t)tos(&w) << 20, 4);
				ip[7] = hops(&w);
			}
			assert_memory_equal(w.data, before.data, w.len);
		}
		rig_free(r);
	}
}

static void
only_ecn_capable_packets_are_marked(void **state)
{
	static const uint8_t after[] = { 0, 3, 3, 3 };
	struct rig *r = rig_new(WF_BLOCK_REWRITE, "ecn=mark dscp=10");

	for (int family = 4; family <= 6; family += 2)
		for (uint8_t ecn = 0; ecn < 4; ecn++) {
			struct wire w;

			wire_udp(&w, family, false, 20);
			if (family == 4)
				poke(&w, 1, ecn);
			else
				poke(&w, 1, (uint8_t)(ecn << 4));
			assert_true(pass(r, &w));
			assert_int_equal(w.parsed.ecn, after[ecn]);
			assert_int_equal(w.parsed.dscp, 10);
			assert_true(wire_right(w.data, w.len));
		}
	rig_free(r);
}

static void
a_wrong_checksum_stays_as_wrong(void **state)
{
	struct rig *r = rig_new(WF_BLOCK_REWRITE, "ttl=3 dscp=5");
	struct wire w;
	uint32_t sum;

	wire_udp(&w, 4, false, 20);
	ip_of(&w)[10] ^= 0x20;
	sum = wire_sum(0, ip_of(&w), 20);
	assert_int_not_equal(sum, 0xffff);
	assert_true(pass(r, &w));
	assert_int_equal(wire_sum(0, ip_of(&w), 20), sum);
	rig_free(r);
}

/* Of the frame: every byte but the tag stays. */
static void
tags_are_pushed_popped_and_set(void **state)
{
	static const struct {
		const char *keys;
		uint32_t before, after; /* type and tag; 0: none */
	} v[] = {
		{ "vlan=push vlan_id=100", 0, 0x81000064 },
		{ "vlan=push vlan_id=0 vlan_priority=7", 0, 0x8100e000 },
		{ "vlan=push vlan_id=4094 vlan_priority=3 vlan_type=802.1ad", 0, 0x88a86ffe },
		{ "vlan=pop", 0, 0 },
		{ "vlan=pop", 0x81000007, 0 },
		{ "vlan=pop", 0x88a8e007, 0 },
		{ "vlan=set vlan_id=5", 0, 0 },
		{ "vlan=set vlan_id=5", 0x8100f007, 0x8100f005 },
		{ "vlan=set vlan_priority=1", 0x8100f007, 0x81003007 },
		{ "vlan=set vlan_id=0 vlan_priority=0", 0x9100f007, 0x91001000 },
	};

	for (size_t i = 0; i < WF_ARRAY_SIZE(v); i++)
		for (int kind = 0; kind < 3; kind++) {
			struct rig *r = rig_new(WF_BLOCK_REWRITE, v[i].keys);
			uint32_t at = v[i].after != 0 ? 16 : 12;
			struct wire w, plain;

			wire_udp(&w, kind == 0 ? 6 : 4, v[i].before != 0, 60);
			if (v[i].before != 0)
				wire_put(w.data + 12, v[i].before, 4);
			wire_udp(&plain, kind == 0 ? 6 : 4, false, 60);
			if (kind == 2) { /* ARP */
				wire_put(w.data + (v[i].before != 0 ? 16 : 12), 0x0806, 2);
				wire_put(plain.data + 12, 0x0806, 2);
			}
			assert_true(pass(r, &w));
			assert_int_equal(w.len, plain.len + at - 12);
			assert_memory_equal(w.data, plain.data, 12);
			if (v[i].after != 0)
				assert_int_equal(wire_get(w.data + 12, 4), v[i].after);
			assert_memory_equal(w.data + at, plain.data + 12, plain.len - 12);
			rig_free(r);
		}
}

static void
a_second_tag_goes_on_and_comes_off(void **state)
{
	struct rig *r = rig_new(WF_BLOCK_REWRITE, "vlan=push vlan_id=9 vlan_type=802.1ad");
	struct wire w, before;

	wire_udp(&w, 4, true, 60);
	before = w;
	assert_true(pass(r, &w));
	assert_int_equal(wire_get(w.data + 12, 4), 0x88a80009);
	assert_int_equal(wire_get(w.data + 16, 4), 0x81000007);
	assert_true(wire_right(w.data, w.len));
	rig_change(r, "vlan=pop");
	assert_true(pass(r, &w));
	assert_int_equal(w.len, before.len);
	assert_memory_equal(w.data, before.data, w.len);
	rig_free(r);
}

static void
a_tag_needs_room(void **state)
{
	struct rig *r = rig_new(WF_BLOCK_REWRITE, "vlan=push vlan_id=9");
	struct wf_frame f;
	struct wire w;

	wire_udp(&w, 4, false, 60);
	assert_true(pass(r, &w));
	f = wire_frame(r, &w, 0);
	f.room_bytes = f.readable_bytes + 3;
	r->ops->stage->edit(r->cfg, &f);
	assert_true(f.no_room);
	assert_int_equal(f.len_bytes, w.len);
	rig_free(r);
}

static void
a_ttl_that_would_reach_0_ends_the_packet(void **state)
{
	for (uint32_t less = 1; less < 256; less += 50) {
		char keys[40];
		struct rig *r;

		snprintf(keys, sizeof(keys), "ttl_decrement=%u", less);
		r = rig_new(WF_BLOCK_REWRITE, keys);
		for (uint32_t k = 0; k < 512; k++) {
			int family = k & 256 ? 4 : 6;
			uint8_t ttl = (uint8_t)k;
			bool ends = ttl <= less;
			struct wire w;

			wire_udp(&w, family, false, 20);
			poke(&w, family == 4 ? 8 : 7, ttl);
			assert_int_equal(pass(r, &w), !ends);
			assert_int_equal(r->batch.drop[0], ends ? WF_DROP_ttl_exceeded : 0);
			assert_int_equal((r->batch.forges[0] & bit) != 0, ends);
			if (!ends)
				assert_int_equal(hops(&w), ttl - less);
		}
		rig_free(r);
	}
}

static void
its_sender_is_told_by_the_router(void **state)
{
	struct rig *r = rig_new(
		WF_BLOCK_REWRITE, "ttl_decrement=2 from=192.0.2.7 from6=2001:db8::7 vlan=pop");

	for (int k = 0; k < 4; k++) {
		bool four = k & 1;
		struct wf_forged out[WF_FORGED_MAX];
		const uint8_t *ip;
		struct wf_frame f;
		struct wire w;

		wire_udp(&w, four ? 4 : 6, k & 2, 60);
		poke(&w, four ? 8 : 7, 2);
		assert_false(pass(r, &w));
		assert_int_equal(r->batch.forges[0], bit);
		f = wire_frame(r, &w, 0);
		assert_int_equal(r->ops->stage->forge(r->cfg, &f, out), 1);
		assert_true(out[0].reverse);
		assert_true(wire_right(out[0].data, out[0].len_bytes));
		assert_memory_equal(out[0].data, w.data + 6, 6);
		ip = out[0].data + w.parsed.l3_offset;
		if (four) {
			assert_int_equal(wire_get(ip + 12, 4), 0xc0000207);
			assert_memory_equal(ip + 16, ip_of(&w) + 12, 4);
			assert_int_equal(wire_get(ip + 20, 2), 0x0b00);
			assert_memory_equal(ip + 28, ip_of(&w), 80);
		} else {
			assert_memory_equal(ip + 8, "\x20\1\xd\xb8\0\0\0\0\0\0\0\0\0\0\0\7", 16);
			assert_memory_equal(ip + 24, ip_of(&w) + 8, 16);
			assert_int_equal(wire_get(ip + 40, 2), 0x0300);
			assert_memory_equal(ip + 48, ip_of(&w), 100);
		}
	}
	rig_free(r);
}

static void
some_end_in_silence(void **state)
{
	struct rig *r = rig_new(WF_BLOCK_REWRITE, "ttl_decrement=64 time_exceeded=false");
	struct wire w;

	wire_udp(&w, 4, false, 20);
	assert_false(pass(r, &w));
	assert_int_equal(r->batch.drop[0], WF_DROP_ttl_exceeded);
	assert_int_equal(r->batch.forges[0], 0);
	rig_change(r, "ttl_decrement=64");
	wire_udp(&w, 4, false, 20);
	poke(&w, 7, 1); /* a later fragment */
	assert_false(pass(r, &w));
	assert_int_equal(r->batch.drop[0], WF_DROP_ttl_exceeded);
	assert_int_equal(r->batch.forges[0], 0);
	rig_free(r);
}

static void
what_stays_on_the_link_keeps_its_hop_limit(void **state)
{
	static const char *const keys[] = { "ttl_decrement=70 dscp=8", "ttl=7 dscp=8" };

	for (size_t i = 0; i < WF_ARRAY_SIZE(keys); i++) {
		struct rig *r = rig_new(WF_BLOCK_REWRITE, keys[i]);
		struct wire w;
		uint8_t *p;

		wire_udp(&w, 4, false, 20);
		memcpy(ip_of(&w) + 16, "\xe0\0\0\5", 4); /* OSPF routers */
		poke(&w, 8, 1);
		assert_true(pass(r, &w));
		assert_int_equal(hops(&w), 1);
		assert_int_equal(w.parsed.dscp, 8);
		wire_udp(&w, 6, false, 20);
		memcpy(ip_of(&w) + 24, "\xff\2", 2);
		assert_true(pass(r, &w));
		assert_int_equal(hops(&w), 64);
		p = wire_ip(&w, 6, false, 58, 24);
		p[0] = 135; /* neighbour solicitation */
		wf_parse(w.data, w.len, &w.parsed);
		assert_true(pass(r, &w));
		assert_int_equal(hops(&w), 64);
		assert_int_equal(w.parsed.dscp, 8);
		rig_free(r);
	}
}

static void
p_and_correlation_choose(void **state)
{
	struct rig *r = rig_new(WF_BLOCK_REWRITE, "dscp=1 p=20%");
	uint64_t n = 0, pairs = 0, last = 0;
	struct wire w;

	wire_udp(&w, 4, false, 20);
	for (int i = 0; i < 50000; i++)
		n += pass(r, &w);
	assert_true(fabs(fit_binomial_z(n, 50000, 0.2)) < 4);
	rig_change(r, "dscp=1 p=20% correlation=75%");
	n = 0;
	for (int i = 0; i < 50000; i++) {
		uint64_t yes = pass(r, &w);

		n += last;
		pairs += last & yes;
		last = yes;
	}
	assert_true(r->compile.needs & WF_NEED_OWNER);
	assert_true(fabs(fit_binomial_z(pairs, n, 0.2 + 0.75 * 0.8)) < 4);
	rig_change(r, "dscp=1 p=0%");
	assert_int_equal(r->variant, 0);
	rig_free(r);
}

/* What a capture has cut off is neither read nor written (ASan). */
static void
cut_frames_are_rewritten_as_far_as_they_go(void **state)
{
	static const char *const keys[] = { "ttl_decrement=3 dscp=1 vlan=push vlan_id=3",
		"ttl=3 ecn=ce vlan=pop", "ttl=3 ecn=mark vlan=set vlan_id=8" };

	for (size_t k = 0; k < WF_ARRAY_SIZE(keys); k++) {
		struct rig *r = rig_new(WF_BLOCK_REWRITE, keys[k]);
		struct wire w;

		for (uint32_t n = 0; n <= 90; n++) {
			uint32_t room = n + (k == 0 ? 4 : 0);
			uint8_t *cut = malloc(room > 0 ? room : 1);
			struct wf_parsed parsed;
			struct wf_frame f;

			wire_udp(&w, n % 2 ? 4 : 6, n % 3 != 0, 200);
			memcpy(cut, w.data, n);
			wf_parse(cut, n, &parsed);
			r->batch.n = 0;
			wire_add(r, &w, 0);
			r->batch.data[0] = cut;
			r->batch.readable_bytes[0] = n;
			r->batch.parsed[0] = &parsed;
			rig_run(r);
			assert_true(r->batch.edits[0] & bit);
			f = (struct wf_frame){ .data = cut,
				.readable_bytes = n,
				.room_bytes = room,
				.len_bytes = w.len,
				.parsed = &parsed };
			r->ops->stage->edit(r->cfg, &f);
			assert_true(f.readable_bytes <= f.room_bytes);
			assert_int_equal(f.len_bytes - w.len, (uint32_t)(f.readable_bytes - n));
			free(cut);
		}
		rig_free(r);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_the_field_and_the_checksum_change),
		cmocka_unit_test(only_ecn_capable_packets_are_marked),
		cmocka_unit_test(a_wrong_checksum_stays_as_wrong),
		cmocka_unit_test(tags_are_pushed_popped_and_set),
		cmocka_unit_test(a_second_tag_goes_on_and_comes_off),
		cmocka_unit_test(a_tag_needs_room),
		cmocka_unit_test(a_ttl_that_would_reach_0_ends_the_packet),
		cmocka_unit_test(its_sender_is_told_by_the_router),
		cmocka_unit_test(some_end_in_silence),
		cmocka_unit_test(what_stays_on_the_link_keeps_its_hop_limit),
		cmocka_unit_test(p_and_correlation_choose),
		cmocka_unit_test(cut_frames_are_rewritten_as_far_as_they_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
