/* SPDX-License-Identifier: BSD-3-Clause
 * Checksums: known ones from the RFCs, whole ones against a plain sum, changed ones against whole
 * ones.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "frames.h"
#include "wf_checksum.h"

static uint16_t
stored(uint64_t sum)
{
	uint8_t field[2];

	wf_checksum_store(sum, field);
	return (uint16_t)(field[0] << 8 | field[1]);
}

/* RFC 1071, section 3. */
static void
the_example_of_the_rfc(void **state)
{
	static const uint8_t bytes[] = { 0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7 };

	assert_int_equal(stored(wf_checksum_add(0, bytes, 8)), (uint16_t)~0xddf2);
}

static void
the_sum_does_not_depend_on_how_it_is_cut(void **state)
{
	uint8_t bytes[97];

	for (uint32_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 37 + 200);
	for (uint32_t n = 0; n <= sizeof(bytes); n++) {
		uint32_t plain = 0;

		for (uint32_t i = 0; i < n; i++)
			plain += i % 2 ? bytes[i] : (uint32_t)bytes[i] << 8;
		while (plain >> 16)
			plain = (plain & 0xffff) + (plain >> 16);
		for (uint32_t cut = 0; cut <= n; cut += 2)
			assert_int_equal(stored(wf_checksum_add(wf_checksum_add(0, bytes, cut),
						 bytes + cut, n - cut)),
				(uint16_t)~plain);
	}
}

/* RFC 1624, section 4: 0x5555 to 0x3285 makes 0x0000 of 0xdd2f, not 0xffff. */
static void
a_changed_word_changes_the_checksum(void **state)
{
	uint8_t field[2] = { 0xdd, 0x2f };

	wf_checksum_change(field, 0x5555, 0x3285);
	assert_int_equal(field[0] << 8 | field[1], 0x0000);
	for (uint32_t i = 0; i < 65536; i += 7) {
		uint8_t words[4] = { 0x45, 0x01, (uint8_t)(i >> 8), (uint8_t)i };
		uint16_t after = (uint16_t)(i * 31 + 5);

		wf_checksum_store(wf_checksum_add(0, words, 4), field);
		wf_checksum_change(field, (uint16_t)i, after);
		words[2] = (uint8_t)(after >> 8);
		words[3] = (uint8_t)after;
		assert_int_equal(field[0] << 8 | field[1], stored(wf_checksum_add(0, words, 4)));
	}
}

static void
ipv4_frame(struct frame *f, uint8_t proto, uint32_t l4_bytes)
{
	static const uint8_t addresses[8] = { 10, 0, 0, 1, 10, 0, 0, 2 };

	f->len = 0;
	put_ether(f, 0x0800);
	put16(f, 0x4500);
	put16(f, 20 + l4_bytes);
	put_zeros(f, 4);
	put8(f, 64);
	put8(f, proto);
	put16(f, 0xdead);
	put_bytes(f, addresses, 8);
	for (uint32_t i = 0; i < l4_bytes; i++)
		put8(f, i + 1);
}

static void
ipv6_frame(struct frame *f, uint8_t proto, uint32_t l4_bytes)
{
	f->len = 0;
	put_ether(f, 0x86dd);
	put16(f, 0x6000);
	put16(f, 0);
	put16(f, l4_bytes);
	put8(f, proto);
	put8(f, 64);
	for (uint32_t i = 0; i < 32; i++)
		put8(f, 0xf0 + i);
	for (uint32_t i = 0; i < l4_bytes; i++)
		put8(f, i + 1);
}

static bool
repair(struct frame *f, uint32_t readable)
{
	struct wf_parsed parsed;

	wf_parse(f->bytes, readable, &parsed);
	return wf_checksum_repair(f->bytes, readable, &parsed);
}

/* With a right checksum in it, a sum is all ones. */
static void
is_right(const void *bytes, uint32_t n, uint64_t pseudo)
{
	assert_int_equal(stored(wf_checksum_add(pseudo, bytes, n)), 0);
}

static void
every_protocol_is_repaired(void **state)
{
	static const struct {
		uint8_t proto4, proto6;
	} l4[] = { { 6, 6 }, { 17, 17 }, { 1, 58 } };
	struct frame f;

	for (size_t i = 0; i < WF_ARRAY_SIZE(l4); i++)
		for (uint32_t n = 20; n < 60; n++) {
			ipv4_frame(&f, l4[i].proto4, n);
			put_zeros(&f, 5); /* padding is not part of it */
			f.bytes[f.len - 1] = 0xee;
			assert_true(repair(&f, f.len));
			is_right(f.bytes + 14, 20, 0);
			is_right(f.bytes + 34, n,
				l4[i].proto4 == 1
					? 0
					: wf_checksum_pseudo(f.bytes + 14, l4[i].proto4, n));
			ipv6_frame(&f, l4[i].proto6, n);
			assert_true(repair(&f, f.len));
			is_right(
				f.bytes + 54, n, wf_checksum_pseudo(f.bytes + 14, l4[i].proto6, n));
		}
}

static void
udp_without_checksum_stays_without(void **state)
{
	struct frame f;

	ipv4_frame(&f, 17, 40);
	f.bytes[40] = f.bytes[41] = 0;
	assert_true(repair(&f, f.len));
	assert_int_equal(f.bytes[40] | f.bytes[41], 0);
}

static void
a_udp_checksum_of_zero_is_sent_as_ones(void **state)
{
	struct frame f;
	bool seen = false;

	for (uint32_t x = 0; x < 65536 && !seen; x++) {
		ipv4_frame(&f, 17, 10);
		f.bytes[42] = (uint8_t)(x >> 8);
		f.bytes[43] = (uint8_t)x;
		repair(&f, f.len);
		assert_true(f.bytes[40] != 0 || f.bytes[41] != 0);
		seen = f.bytes[40] == 0xff && f.bytes[41] == 0xff;
	}
	assert_true(seen);
}

static void
what_is_not_whole_keeps_its_checksum(void **state)
{
	struct frame f, before;

	ipv4_frame(&f, 17, 100);
	before = f;
	assert_false(repair(&f, 80)); /* a capture cut short */
	is_right(f.bytes + 14, 20, 0);
	assert_memory_equal(f.bytes + 34, before.bytes + 34, 100);
	f.bytes[20] = 0x20; /* more fragments */
	assert_false(repair(&f, f.len));
	is_right(f.bytes + 14, 20, 0);
	assert_memory_equal(f.bytes + 34, before.bytes + 34, 100);
}

static void
any_bytes_are_safe(void **state)
{
	struct frame f;
	uint32_t x = 1;

	for (int i = 0; i < 200000; i++) {
		uint8_t *exact;
		uint32_t len = (uint32_t)i % 90;
		struct wf_parsed parsed;

		if (i & 1)
			ipv4_frame(&f, (uint8_t)(i % 3 ? 17 : 6), 60);
		else
			ipv6_frame(&f, (uint8_t)(i % 3 ? 58 : 0), 60);
		for (int k = 0; k < 3; k++) {
			x = x * 1664525u + 1013904223u;
			f.bytes[12 + (x >> 8) % 60] ^= (uint8_t)(x >> 24);
		}
		exact = malloc(len + 1); /* for sanitizers */
		memcpy(exact, f.bytes, len);
		wf_parse(exact, len, &parsed);
		wf_checksum_repair(exact, len, &parsed);
		free(exact);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_example_of_the_rfc),
		cmocka_unit_test(the_sum_does_not_depend_on_how_it_is_cut),
		cmocka_unit_test(a_changed_word_changes_the_checksum),
		cmocka_unit_test(every_protocol_is_repaired),
		cmocka_unit_test(udp_without_checksum_stays_without),
		cmocka_unit_test(a_udp_checksum_of_zero_is_sent_as_ones),
		cmocka_unit_test(what_is_not_whole_keeps_its_checksum),
		cmocka_unit_test(any_bytes_are_safe),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
