/* SPDX-License-Identifier: BSD-3-Clause
 * DNS faults: which queries, and the packets that answer them. The messages themselves are tested
 * with lib/pkt.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "fit.h"
#include "wf_dns.h"
#include "wire.h"

static const uint32_t bit = 1u << WF_BLOCK_DNS;

/* A query for a name and type; returns its UDP header. */
static uint8_t *
ask(struct wire *w, int family, bool tag, const char *name, uint16_t type)
{
	uint8_t labels[WF_DNS_NAME], *p;
	uint32_t n = wf_dns_name(name, labels);

	p = wire_ip(w, family, tag, 17, 8 + 12 + n + 4);
	wire_put(p, 40000, 2);
	wire_put(p + 2, 53, 2);
	wire_put(p + 4, 8 + 12 + n + 4, 2);
	wire_put(p + 8, 0xbeef0100, 4);
	wire_put(p + 12, 0x10000, 4);
	memcpy(p + 20, labels, n);
	wire_put(p + 20 + n, (uint32_t)type << 16 | 1, 4);
	return p;
}

static enum wf_drop
pass(struct rig *r, struct wire *w)
{
	return (enum wf_drop)r->batch.drop[wire_pass(r, w, 0)];
}

/* The answer's DNS message. */
static const uint8_t *
answer(struct rig *r, struct wire *w, struct wf_forged out[WF_FORGED_MAX])
{
	uint32_t l3 = w->parsed.l3_offset, l4 = l3 + (w->parsed.key.family == 4 ? 20 : 40);
	const uint8_t *asked = w->data + w->parsed.l4_offset, *udp = out[0].data + l4;
	struct wf_frame f = wire_frame(r, w, 0);

	assert_int_equal(r->batch.forges[0], bit);
	assert_int_equal(r->ops->stage->forge(r->cfg, &f, out), 1);
	assert_true(out[0].reverse);
	assert_true(wire_right(out[0].data, out[0].len_bytes));
	assert_memory_equal(out[0].data, w->data + 6, 6);
	assert_memory_equal(out[0].data + 6, w->data, 6);
	assert_memory_equal(out[0].data + 12, w->data + 12, l3 - 12);
	if (w->parsed.key.family == 4) {
		assert_memory_equal(out[0].data + l3 + 12, w->data + l3 + 16, 4);
		assert_memory_equal(out[0].data + l3 + 16, w->data + l3 + 12, 4);
	} else {
		assert_memory_equal(out[0].data + l3 + 8, w->data + l3 + 24, 16);
		assert_memory_equal(out[0].data + l3 + 24, w->data + l3 + 8, 16);
	}
	assert_memory_equal(udp, asked + 2, 2);
	assert_memory_equal(udp + 2, asked, 2);
	assert_int_equal(wire_get(udp + 4, 2), out[0].len_bytes - l4);
	assert_true(wire_get(udp + 6, 2) != 0);
	return udp + 8;
}

static void
every_answer_over_both_families(void **state)
{
	static const struct {
		const char *keys;
		uint32_t flags, records;
	} v[] = {
		{ "answer=nxdomain", 0x8183, 0 },
		{ "answer=servfail", 0x8182, 0 },
		{ "answer=refused", 0x8185, 0 },
		{ "answer=truncated", 0x8380, 0 },
		{ "answer=empty", 0x8180, 0 },
		{ "answer=random-a", 0x8180, 1 },
	};

	for (size_t i = 0; i < WF_ARRAY_SIZE(v); i++) {
		struct rig *r = rig_new(WF_BLOCK_DNS, v[i].keys);

		for (int k = 0; k < 4; k++) {
			struct wf_forged out[WF_FORGED_MAX];
			const uint8_t *m;
			struct wire w;

			ask(&w, k & 1 ? 4 : 6, k & 2, "www.example.com", 1);
			assert_int_equal(pass(r, &w), WF_DROP_dns);
			m = answer(r, &w, out);
			assert_int_equal(wire_get(m, 2), 0xbeef);
			assert_int_equal(wire_get(m + 2, 2), v[i].flags);
			assert_int_equal(wire_get(m + 4, 4), 0x10000 + v[i].records);
			assert_memory_equal(m + 12, w.data + w.parsed.l4_offset + 20, 21);
		}
		rig_free(r);
	}
}

static void
a_timeout_is_silence(void **state)
{
	struct rig *r = rig_new(WF_BLOCK_DNS, "answer=timeout");
	struct wire w;

	ask(&w, 4, false, "example.com", 1);
	assert_int_equal(pass(r, &w), WF_DROP_dns);
	assert_int_equal(r->batch.forges[0], 0);
	rig_free(r);
}

static void
random_addresses_are_of_the_networks_for_benchmarks(void **state)
{
	struct rig *r = rig_new(WF_BLOCK_DNS, "answer=random-a ttl=7");
	uint32_t last = 0, same = 0, high = 0;

	for (int i = 0; i < 2000; i++) {
		struct wf_forged out[WF_FORGED_MAX];
		const uint8_t *record;
		struct wire w;
		uint16_t type = i % 2 ? 1 : 28;

		ask(&w, 4, false, "example.com", type);
		assert_int_equal(pass(r, &w), WF_DROP_dns);
		record = answer(r, &w, out) + 12 + 13 + 4;
		assert_int_equal(wire_get(record, 4), 0xc00c0000 + type);
		assert_int_equal(wire_get(record + 4, 2), 1);
		assert_int_equal(wire_get(record + 6, 4), 7);
		assert_int_equal(wire_get(record + 10, 2), type == 1 ? 4 : 16);
		if (type == 1) {
			assert_int_equal(wire_get(record + 12, 2) & ~1u, 198 << 8 | 18);
			high += record[13] & 1;
			same += wire_get(record + 12, 4) == last;
			last = wire_get(record + 12, 4);
		} else {
			assert_memory_equal(record + 12, "\x20\1\0\2\0\0\0\0", 8);
		}
	}
	assert_true(same <= 2);
	assert_true(fabs(fit_binomial_z(high, 1000, 0.5)) < 4);
	rig_free(r);
}

static void
names_and_types_are_chosen(void **state)
{
	static const struct {
		const char *keys, *name;
		uint16_t type;
		bool meant;
	} v[] = {
		{ "answer=nxdomain", "example.org", 99, true },
		{ "name=example.com", "a.EXAMPLE.com", 1, true },
		{ "name=example.com.", "example.com", 1, true },
		{ "name=example.com", "myexample.com", 1, false },
		{ "qtype=aaaa", "example.com", 28, true },
		{ "qtype=AAAA", "example.com", 1, false },
		{ "qtype=TYPE65", "example.com", 65, true },
		{ "qtype=HTTPS", "example.com", 65, true },
		{ "qtype=type65535 name=com", "example.com", 65535, true },
		{ "qtype=mx name=org", "example.com", 15, false },
		{ "answer=random-a", "example.com", 15, false },
		{ "answer=random-a qtype=A", "example.com", 28, false },
	};

	for (size_t i = 0; i < WF_ARRAY_SIZE(v); i++) {
		struct rig *r = rig_new(WF_BLOCK_DNS, v[i].keys);
		struct wire w;

		ask(&w, 6, false, v[i].name, v[i].type);
		if ((pass(r, &w) == WF_DROP_dns) != v[i].meant)
			fail_msg("%s, %s", v[i].keys, v[i].name);
		rig_free(r);
	}
}

static void
p_chooses(void **state)
{
	struct rig *r = rig_new(WF_BLOCK_DNS, "p=20%");
	uint64_t n = 0;
	struct wire w;

	ask(&w, 4, false, "example.com", 1);
	for (int i = 0; i < 50000; i++)
		n += pass(r, &w) == WF_DROP_dns;
	assert_true(fabs(fit_binomial_z(n, 50000, 0.2)) < 4);
	rig_change(r, "p=0%");
	assert_int_equal(r->variant, 0);
	rig_free(r);
}

static void
other_packets_pass(void **state)
{
	static const struct {
		int family;
		uint32_t at;
		uint8_t value;
	} v[] = {
		{ 4, 14 + 9, 6 },          /* TCP */
		{ 4, 14 + 20 + 3, 54 },    /* another port */
		{ 4, 14 + 6, 0x20 },       /* the first fragment */
		{ 4, 14 + 3, 20 + 36 },    /* IP ends before UDP does */
		{ 4, 14 + 20 + 5, 7 },     /* UDP shorter than its header */
		{ 4, 14 + 20 + 5, 8 },     /* UDP without a message */
		{ 4, 14 + 20 + 5, 200 },   /* UDP longer than the packet */
		{ 4, 14 + 20 + 10, 0x81 }, /* a response */
		{ 4, 14 + 20 + 13, 2 },    /* two questions */
		{ 4, 14 + 12, 224 },       /* from a group */
		{ 4, 14 + 16, 239 },       /* to a group */
		{ 4, 0, 1 },               /* to a group of stations */
		{ 6, 14 + 24, 0xff },      /* to a group */
		{ 6, 14 + 40 + 10, 0x81 }, /* a response */
	};
	struct rig *r = rig_new(WF_BLOCK_DNS, "answer=timeout");
	struct wire w;
	uint8_t *udp;

	for (size_t i = 0; i < WF_ARRAY_SIZE(v); i++) {
		ask(&w, v[i].family, false, "example.com", 1);
		w.data[v[i].at] = v[i].value;
		if (pass(r, &w) != WF_DROP_NONE)
			fail_msg("byte %u = %u", v[i].at, v[i].value);
	}
	udp = ask(&w, 4, false, "example.com", 1);
	wire_put(udp, 0, 2); /* from port 0: no way back */
	assert_int_equal(pass(r, &w), WF_DROP_NONE);
	rig_free(r);
}

/* A query that a capture has cut passes, and is not read beyond its end (ASan). */
static void
cut_queries_pass(void **state)
{
	struct rig *r = rig_new(WF_BLOCK_DNS, "answer=nxdomain");
	struct wire w;

	ask(&w, 6, false, "example.com", 1);
	for (uint32_t n = 0; n <= w.len; n++) {
		uint8_t *cut = malloc(n > 0 ? n : 1);
		struct wf_parsed parsed;

		memcpy(cut, w.data, n);
		wf_parse(cut, n, &parsed);
		r->batch.n = 0;
		wire_add(r, &w, 0);
		r->batch.data[0] = cut;
		r->batch.readable_bytes[0] = n;
		r->batch.parsed[0] = &parsed;
		rig_run(r);
		assert_int_equal(r->batch.drop[0], n == w.len ? WF_DROP_dns : WF_DROP_NONE);
		free(cut);
	}
	rig_free(r);
}

static void
what_makes_no_sense_is_refused(void **state)
{
	static const struct {
		const char *keys, *message;
	} v[] = {
		{ "qtype=AAAAA", "\"AAAAA\" is no type of record" },
		{ "qtype=TYPE65536", "is no type of record" },
		{ "qtype=TYPE", "is no type of record" },
		{ "qtype=TYPE1x", "is no type of record" },
		{ "ttl=5", "does not belong to answer \"nxdomain\"" },
		{ "answer=random-a qtype=MX", "no record of type \"MX\"" },
		{ "name=a..b", "\"a..b\" is no domain name" },
		{ "name=.", "is no domain name" },
	};
	static const char *const bad[][2] = { { "answer", "nodata" }, { "p", "101%" },
		{ "p", "-1%" }, { "ttl", "2147483648" }, { "ttl", "-1" }, { "ttl", "5s" } };
	const struct wf_param *params = wf_block_registry[WF_BLOCK_DNS]->params;

	for (size_t i = 0; i < WF_ARRAY_SIZE(v); i++) {
		struct rig *r = rig_new(WF_BLOCK_DNS, v[i].keys);

		assert_true(r->variant < 0);
		if (strstr(rig_error(r), v[i].message) == NULL)
			fail_msg("%s: %s", v[i].keys, rig_error(r));
		rig_free(r);
	}
	for (size_t i = 0; i < WF_ARRAY_SIZE(bad); i++) {
		struct wf_err *err = wf_err_new();
		void *block = calloc(1, wf_block_registry[WF_BLOCK_DNS]->params_size);
		int row = wf_param_find(params, bad[i][0]);

		assert_int_equal(wf_param_defaults(params, block), 0);
		if (wf_param_set(params, (size_t)row, bad[i][1], block, NULL, err) == 0)
			fail_msg("%s = %s was accepted", bad[i][0], bad[i][1]);
		wf_param_release(params, block);
		free(block);
		wf_err_free(err);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_answer_over_both_families),
		cmocka_unit_test(a_timeout_is_silence),
		cmocka_unit_test(random_addresses_are_of_the_networks_for_benchmarks),
		cmocka_unit_test(names_and_types_are_chosen),
		cmocka_unit_test(p_chooses),
		cmocka_unit_test(other_packets_pass),
		cmocka_unit_test(cut_queries_pass),
		cmocka_unit_test(what_makes_no_sense_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
