/* SPDX-License-Identifier: BSD-3-Clause
 * MTU clamp and destination unreachable: which packets, and the errors byte by byte.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "fit.h"
#include "wire.h"

static const uint32_t mtu_bit = 1u << WF_BLOCK_MTU, port_bit = 1u << WF_BLOCK_UNREACHABLE;

/* A packet of `total` bytes of IP. */
static void
udp(struct wire *w, int family, bool tag, uint32_t total)
{
	wire_udp(w, family, tag, total - (family == 4 ? 20 : 40));
}

static void
the_mtu_is_of_the_ip_packet(void **state)
{
	static const struct {
		const char *keys;
		int family;
		uint32_t total;
		bool df, dropped, told;
	} v[] = {
		{ "mtu=1000", 4, 1000, true, false, false },
		{ "mtu=1000", 4, 1001, true, true, true },
		{ "mtu=1000", 4, 1001, false, false, false },
		{ "mtu=1000 without_df=drop", 4, 1001, false, true, false },
		{ "mtu=1000 without_df=drop", 4, 1000, false, false, false },
		{ "mtu=1000 mode=blackhole", 4, 1001, true, true, false },
		{ "mtu=1000", 6, 1280, true, false, false },
		{ "mtu=1000", 6, 1281, true, true, true },
		{ "mtu=1400", 6, 1400, true, false, false },
		{ "mtu=1400", 6, 1401, true, true, true },
		{ "mtu=1400 mode=blackhole", 6, 1401, true, true, false },
	};

	for (size_t i = 0; i < WF_ARRAY_SIZE(v); i++)
		for (int tag = 0; tag < 2; tag++) {
			struct rig *r = rig_new(WF_BLOCK_MTU, v[i].keys);
			struct wire w;

			udp(&w, v[i].family, tag, v[i].total);
			if (!v[i].df)
				w.data[14 + 4 * tag + 6] = 0;
			wire_pass(r, &w, 0);
			assert_int_equal(r->batch.drop[0], v[i].dropped ? WF_DROP_too_big : 0);
			assert_int_equal((r->batch.forges[0] & mtu_bit) != 0, v[i].told);
			rig_free(r);
		}
}

static void
padding_does_not_count(void **state)
{
	struct rig *r = rig_new(WF_BLOCK_MTU, "mtu=68");
	struct wire w;

	udp(&w, 4, false, 68);
	w.len = 200;
	wire_pass(r, &w, 0);
	assert_int_equal(r->batch.drop[0], WF_DROP_NONE);
	rig_free(r);
}

/* Addressed to the sender, checksums right, with the packet's first bytes in it. */
static void
check_error(struct rig *r, struct wire *w, uint32_t head, uint32_t word, uint32_t most)
{
	uint32_t l3 = w->parsed.l3_offset, total = w->len - l3, quote;
	bool v4 = w->parsed.key.family == 4;
	struct wf_forged out[WF_FORGED_MAX];
	struct wf_frame f = wire_frame(r, w, 0);
	const uint8_t *icmp = out[0].data + l3 + (v4 ? 20 : 40);

	assert_int_equal(r->ops->stage->forge(r->cfg, &f, out), 1);
	assert_true(out[0].reverse);
	assert_true(wire_right(out[0].data, out[0].len_bytes));
	assert_memory_equal(out[0].data, w->data + 6, 6);
	assert_memory_equal(out[0].data + 6, w->data, 6);
	assert_memory_equal(out[0].data + 12, w->data + 12, l3 - 12);
	assert_int_equal(wire_get(icmp, 2), head);
	assert_int_equal(wire_get(icmp + 4, 4), word);
	quote = out[0].len_bytes - (uint32_t)(icmp + 8 - out[0].data);
	assert_int_equal(quote, total < most ? total : most);
	assert_memory_equal(icmp + 8, w->data + l3, quote);
	if (v4)
		assert_memory_equal(out[0].data + l3 + 16, w->data + l3 + 12, 4);
	else
		assert_memory_equal(out[0].data + l3 + 24, w->data + l3 + 8, 16);
}

static void
the_errors_are_those_of_the_rfcs(void **state)
{
	static const struct {
		const char *code;
		uint32_t head4, head6;
	} code[] = { { "code=port", 0x303, 0x104 }, { "code=host", 0x301, 0x103 },
		{ "code=net", 0x300, 0x100 }, { "code=admin", 0x30d, 0x101 } };

	for (int tag = 0; tag < 2; tag++) {
		struct rig *r = rig_new(WF_BLOCK_MTU, "mtu=1300");
		struct wire w;

		udp(&w, 4, tag, 1500);
		wire_pass(r, &w, 0);
		check_error(r, &w, 0x304, 1300, 548);
		udp(&w, 6, tag, 1500);
		wire_pass(r, &w, 0);
		check_error(r, &w, 0x200, 1300, 1232);
		rig_free(r);
		for (size_t i = 0; i < WF_ARRAY_SIZE(code); i++) {
			r = rig_new(WF_BLOCK_UNREACHABLE, code[i].code);
			udp(&w, 4, tag, 101);
			wire_pass(r, &w, 0);
			check_error(r, &w, code[i].head4, 0, 548);
			udp(&w, 6, tag, 101);
			wire_pass(r, &w, 0);
			check_error(r, &w, code[i].head6, 0, 1232);
			rig_free(r);
		}
	}
}

static void
a_router_may_be_named(void **state)
{
	struct rig *r = rig_new(WF_BLOCK_MTU, "mtu=1300 from=192.0.2.7 from6=2001:db8::7");
	struct wf_forged out[WF_FORGED_MAX];
	struct wf_frame f;
	struct wire w;

	udp(&w, 4, false, 1400);
	wire_pass(r, &w, 0);
	f = wire_frame(r, &w, 0);
	r->ops->stage->forge(r->cfg, &f, out);
	assert_true(wire_right(out[0].data, out[0].len_bytes));
	assert_int_equal(wire_get(out[0].data + 26, 4), 0xc0000207);
	udp(&w, 6, false, 1400);
	wire_pass(r, &w, 0);
	f = wire_frame(r, &w, 0);
	r->ops->stage->forge(r->cfg, &f, out);
	assert_true(wire_right(out[0].data, out[0].len_bytes));
	assert_memory_equal(out[0].data + 22, "\x20\1\xd\xb8\0\0\0\0\0\0\0\0\0\0\0\7", 16);
	rig_free(r);
}

/* RFC 1812, 4.3.2.7, and RFC 4443, 2.4 (e). */
static void
some_packets_are_never_answered(void **state)
{
	static const struct {
		int family;
		uint8_t at, value, proto;
	} v[] = {
		{ 4, 14 + 12, 0, 17 },    /* from nowhere */
		{ 4, 14 + 12, 127, 17 },  /* from a loopback */
		{ 4, 14 + 12, 224, 17 },  /* from a group */
		{ 4, 14 + 16, 239, 17 },  /* to a group */
		{ 4, 14 + 16, 255, 17 },  /* to all */
		{ 4, 0, 0x01, 17 },       /* to a group of stations */
		{ 4, 14 + 7, 1, 17 },     /* a fragment, not the first */
		{ 4, 14 + 20, 3, 1 },     /* an error */
		{ 4, 14 + 20, 11, 1 },    /* the same */
		{ 6, 14 + 8, 0xff, 17 },  /* from a group */
		{ 6, 14 + 24, 0xff, 17 }, /* to a group */
		{ 6, 14 + 40, 1, 58 },    /* an error */
		{ 6, 14 + 40, 2, 58 },    /* the same */
	};
	struct rig *r = rig_new(WF_BLOCK_UNREACHABLE, "proto=any");

	for (size_t i = 0; i < WF_ARRAY_SIZE(v); i++) {
		struct wire w;

		udp(&w, v[i].family, false, 100);
		w.data[v[i].family == 4 ? 14 + 9 : 14 + 6] = v[i].proto;
		w.data[v[i].at] = v[i].value;
		wire_pass(r, &w, 0);
		assert_int_equal(r->batch.drop[0], WF_DROP_unreachable);
		assert_int_equal(r->batch.forges[0] & port_bit, 0);
	}
	rig_free(r);
}

static void
proto_and_p_choose(void **state)
{
	struct rig *r = rig_new(WF_BLOCK_UNREACHABLE, "p=20%");
	uint64_t n = 0;
	struct wire w;

	udp(&w, 4, false, 100);
	for (int i = 0; i < 50000; i++) {
		wire_pass(r, &w, 0);
		n += r->batch.drop[0] != WF_DROP_NONE;
	}
	assert_true(fabs(fit_binomial_z(n, 50000, 0.2)) < 4);
	rig_change(r, "proto=tcp");
	wire_pass(r, &w, 0);
	assert_int_equal(r->batch.drop[0], WF_DROP_NONE);
	rig_change(r, "proto=any");
	w.data[12] = 8;
	w.data[13] = 6; /* ARP */
	wire_pass(r, &w, 0);
	assert_int_equal(r->batch.drop[0], WF_DROP_NONE);
	rig_free(r);
}

/* What a capture has cut off is not read (ASan). */
static void
cut_packets_are_answered_with_what_is_there(void **state)
{
	struct rig *r = rig_new(WF_BLOCK_UNREACHABLE, "proto=any");
	struct wf_forged out[WF_FORGED_MAX];
	struct wire w;

	udp(&w, 6, false, 200);
	for (uint32_t n = 14; n < w.len; n++) {
		uint8_t *cut = malloc(n);
		struct wf_parsed parsed;
		struct wf_frame f;

		memcpy(cut, w.data, n);
		wf_parse(cut, n, &parsed);
		r->batch.n = 0;
		wire_add(r, &w, 0);
		r->batch.data[0] = cut;
		r->batch.readable_bytes[0] = n;
		r->batch.parsed[0] = &parsed;
		rig_run(r);
		f = (struct wf_frame){
			.data = cut, .readable_bytes = n, .len_bytes = w.len, .parsed = &parsed
		};
		if (r->batch.forges[0] & port_bit) {
			r->ops->stage->forge(r->cfg, &f, out);
			assert_int_equal(out[0].len_bytes, 14 + 40 + 8 + n - 14);
		}
		free(cut);
	}
	rig_free(r);
}

static void
what_makes_no_sense_is_refused(void **state)
{
	static const struct {
		enum wf_block_id id;
		const char *keys, *message;
	} v[] = {
		{ WF_BLOCK_MTU, "mode=icmp", "\"mtu\" is missing" },
		{ WF_BLOCK_MTU, "mtu=1400 mode=blackhole from=10.0.0.1", "tells nobody" },
		{ WF_BLOCK_MTU, "mtu=1400 from=10.0.0", "is no IPv4 address" },
		{ WF_BLOCK_UNREACHABLE, "from6=10.0.0.1", "is no IPv6 address" },
	};

	for (size_t i = 0; i < WF_ARRAY_SIZE(v); i++) {
		struct rig *r = rig_new(v[i].id, v[i].keys);

		assert_true(r->variant < 0);
		assert_non_null(strstr(rig_error(r), v[i].message));
		rig_free(r);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_mtu_is_of_the_ip_packet),
		cmocka_unit_test(padding_does_not_count),
		cmocka_unit_test(the_errors_are_those_of_the_rfcs),
		cmocka_unit_test(a_router_may_be_named),
		cmocka_unit_test(some_packets_are_never_answered),
		cmocka_unit_test(proto_and_p_choose),
		cmocka_unit_test(cut_packets_are_answered_with_what_is_there),
		cmocka_unit_test(what_makes_no_sense_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
