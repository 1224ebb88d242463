/* SPDX-License-Identifier: BSD-3-Clause
 * DNS messages byte by byte: what is a query, and what answers look like. The bytes are written
 * here as RFC 1035 and RFC 6891 draw them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "wf_dns.h"

#define QUESTION "\7eXample\3cOm\0\0\1\0\1"
#define QUERY    "\x12\x34\1\0\0\1\0\0\0\0\0\0" QUESTION
#define OPT      "\0\0\x29\x10\0\0\0\x80\0\0\0"
#define EDNS     "\x12\x34\1\x10\0\1\0\0\0\0\0\1" QUESTION OPT
/* What follows is of string literals, so without the 0 that C adds. */
#define BYTES(s) (const uint8_t *)(s), (uint32_t)(sizeof(s) - 1)

/* Of exactly these bytes, so that ASan sees a read behind them. */
static bool
parse(const uint8_t *bytes, uint32_t n, struct wf_dns_query *q)
{
	uint8_t *copy = malloc(n > 0 ? n : 1);
	bool is;

	memcpy(copy, bytes, n);
	is = wf_dns_parse(copy, n, q);
	free(copy);
	return is;
}

static void
queries_are_read(void **state)
{
	struct wf_dns_query q;

	assert_true(parse(BYTES(QUERY), &q));
	assert_int_equal(q.name_bytes, 13);
	assert_int_equal(q.type, WF_DNS_A);
	assert_false(q.edns);
	assert_true(parse(BYTES(EDNS), &q));
	assert_true(q.edns && q.dnssec_ok);
	/* The root; a cookie behind EDNS (RFC 7873). */
	assert_true(parse(BYTES("\0\1\0\0\0\1\0\0\0\0\0\1\0\0\2\0\1"
				"\0\0\x29\4\xd0\0\0\0\0\0\x0c\0\x0a\0\x08"
				"abcdefgh"),
		&q));
	assert_int_equal(q.name_bytes, 1);
	assert_int_equal(q.type, 2);
	assert_true(q.edns && !q.dnssec_ok);
}

static void
nothing_else_is_a_query(void **state)
{
	static const struct {
		uint32_t at;
		uint8_t value;
	} v[] = {
		{ 2, 0x81 },  /* a response */
		{ 2, 0x21 },  /* notify */
		{ 2, 0x29 },  /* update */
		{ 2, 0x03 },  /* cut off */
		{ 5, 0 },     /* no question */
		{ 5, 2 },     /* two */
		{ 4, 1 },     /* 257 */
		{ 7, 1 },     /* an answer */
		{ 9, 1 },     /* an authority */
		{ 11, 0 },    /* nothing more, and still more */
		{ 11, 2 },    /* EDNS and a signature */
		{ 12, 8 },    /* the label overlaps the next */
		{ 12, 64 },   /* of 64 bytes */
		{ 12, 0xc0 }, /* a pointer */
		{ 28, 3 },    /* class CHAOS */
		{ 29, 1 },    /* a record with a name */
		{ 31, 0xfa }, /* a TSIG */
		{ 35, 1 },    /* EDNS version 1 */
		{ 34, 1 },    /* an extended code in a query */
		{ 39, 1 },    /* an option that isn't there */
	};
	struct wf_dns_query q;

	for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
		uint8_t m[] = EDNS;

		m[v[i].at] = v[i].value;
		if (parse(m, sizeof(m) - 1, &q))
			fail_msg("byte %u = %u", v[i].at, v[i].value);
	}
	for (uint32_t n = 0; n < sizeof(EDNS) - 1; n++)
		assert_false(parse((const uint8_t *)EDNS, n, &q));
	assert_false(parse(BYTES(EDNS "x"), &q));
	assert_false(parse(BYTES(QUERY "x"), &q));
}

/* 255 bytes with all labels and the last 0. */
static void
names_are_as_long_as_they_may_be(void **state)
{
	struct wf_dns_query q;

	for (uint32_t last = 60; last <= 63; last++) {
		uint8_t m[WF_DNS_HEADER + 4 * 64 + 5] = { 0, 1, 0, 0, 0, 1 };
		uint32_t at = WF_DNS_HEADER;

		for (uint32_t i = 0; i < 4; i++) {
			uint32_t n = i < 3 ? 63 : last;

			m[at] = (uint8_t)n;
			memset(m + at + 1, 'a', n);
			at += 1 + n;
		}
		m[at] = 0;
		m[at + 2] = m[at + 4] = 1;
		assert_int_equal(parse(m, at + 5, &q), at + 1 - WF_DNS_HEADER <= 255);
	}
}

static void
same(const uint8_t *got, uint32_t n, const uint8_t *wanted, uint32_t wanted_bytes)
{
	assert_int_equal(n, wanted_bytes);
	assert_memory_equal(got, wanted, wanted_bytes);
}

static void
answers_are_those_of_the_rfcs(void **state)
{
	static const uint8_t four[] = { 198, 18, 1, 2 };
	uint8_t out[WF_DNS_REPLY];
	struct wf_dns_query q;
	struct wf_dns_answer a = { .rcode = WF_DNS_NXDOMAIN };
	const uint8_t *query = (const uint8_t *)QUERY, *edns = (const uint8_t *)EDNS;

	assert_true(wf_dns_parse(query, sizeof(QUERY) - 1, &q));
	same(out, wf_dns_reply(query, &q, &a, out),
		BYTES("\x12\x34\x81\x83\0\1\0\0\0\0\0\0" QUESTION));
	a.rcode = WF_DNS_SERVFAIL;
	same(out, wf_dns_reply(query, &q, &a, out),
		BYTES("\x12\x34\x81\x82\0\1\0\0\0\0\0\0" QUESTION));
	a.rcode = WF_DNS_NOERROR;
	a.truncated = true;
	same(out, wf_dns_reply(query, &q, &a, out),
		BYTES("\x12\x34\x83\x80\0\1\0\0\0\0\0\0" QUESTION));
	a.truncated = false;
	a.address = four;
	a.ttl_s = 0x01020304;
	same(out, wf_dns_reply(query, &q, &a, out),
		BYTES("\x12\x34\x81\x80\0\1\0\1\0\0\0\0" QUESTION
		      "\xc0\x0c\0\1\0\1\1\2\3\4\0\4\xc6\x12\1\2"));
	/* With EDNS, and CD, which is copied; our size, DO copied. */
	assert_true(wf_dns_parse(edns, sizeof(EDNS) - 1, &q));
	a = (struct wf_dns_answer){ .rcode = WF_DNS_REFUSED };
	same(out, wf_dns_reply(edns, &q, &a, out),
		BYTES("\x12\x34\x81\x95\0\1\0\0\0\0\0\1" QUESTION "\0\0\x29\4\xd0\0\0\x80\0\0\0"));
}

static void
the_longest_answer_fits(void **state)
{
	uint8_t m[WF_DNS_HEADER + WF_DNS_NAME + 4] = { 0, 1, 1, 0, 0, 1 }, address[16] = { 1 };
	uint8_t out[WF_DNS_REPLY];
	struct wf_dns_answer a = { .address = address };
	struct wf_dns_query q = { .name_bytes = WF_DNS_NAME, .type = WF_DNS_AAAA, .edns = true };

	assert_int_equal(wf_dns_reply(m, &q, &a, out), WF_DNS_REPLY);
}

static void
suffixes_end_at_labels(void **state)
{
	static const struct {
		const char *name, *suffix;
		bool below;
	} v[] = {
		{ "example.com", "example.com", true },
		{ "WWW.eXample.Com", "ExAmple.cOM", true },
		{ "a.b.c.d.example.com", "example.com", true },
		{ "notexample.com", "example.com", false },
		{ "example.com.org", "example.com", false },
		{ "com", "example.com", false },
		{ "example.com", "com", true },
		{ "example.com", "m", false },
		{ "exam[le.com", "exam{le.com", false },
	};

	for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
		uint8_t name[WF_DNS_NAME], suffix[WF_DNS_NAME];
		uint32_t n = wf_dns_name(v[i].name, name), s = wf_dns_name(v[i].suffix, suffix);

		assert_true(n > 0 && s > 0);
		assert_int_equal(wf_dns_below(name, n, suffix, s), v[i].below);
	}
}

static void
names_become_labels(void **state)
{
	uint8_t out[WF_DNS_NAME];
	char text[300];

	same(out, wf_dns_name("a.example.com", out), BYTES("\1a\7example\3com\0"));
	same(out, wf_dns_name("_dns.Local.", out), BYTES("\4_dns\5Local\0"));
	assert_int_equal(wf_dns_name("", out), 0);
	assert_int_equal(wf_dns_name(".", out), 0);
	assert_int_equal(wf_dns_name("a..b", out), 0);
	assert_int_equal(wf_dns_name("a b", out), 0);
	assert_int_equal(wf_dns_name("b\xc3\xbc.de", out), 0);
	memset(text, 'a', sizeof(text));
	text[63] = text[127] = text[191] = '.';
	text[253] = '\0';
	assert_int_equal(wf_dns_name(text, out), 255);
	text[253] = 'a';
	text[254] = '\0';
	assert_int_equal(wf_dns_name(text, out), 0);
	memset(text, 'a', 64);
	text[64] = '\0';
	assert_int_equal(wf_dns_name(text, out), 0);
	text[63] = '\0';
	assert_int_equal(wf_dns_name(text, out), 65);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(queries_are_read),
		cmocka_unit_test(nothing_else_is_a_query),
		cmocka_unit_test(names_are_as_long_as_they_may_be),
		cmocka_unit_test(answers_are_those_of_the_rfcs),
		cmocka_unit_test(the_longest_answer_fits),
		cmocka_unit_test(suffixes_end_at_labels),
		cmocka_unit_test(names_become_labels),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
