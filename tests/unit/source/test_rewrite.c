/* SPDX-License-Identifier: BSD-3-Clause
 * Frames made fit for another network: bytes that change, and checksums that stay as right or as
 * wrong as they were, which wf_checksum makes anew to compare.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "wf_checksum.h"
#include "wf_rewrite.h"

enum { TCP = 6, UDP = 17, ICMP6 = 58 };

static struct wf_rewrite r;

static void
rules(const struct wf_rewrite_text *text)
{
	struct wf_err *err = wf_err_new();

	if (wf_rewrite_parse(text, &r, NULL, err) < 0)
		wf_err_print(err, stderr);
	assert_int_equal(wf_err_count(err), 0);
	wf_err_free(err);
}

/* A packet of n payload bytes, its checksums right. Returns its bytes. */
static uint32_t
make(uint8_t *f, int version, uint8_t proto, uint32_t tags, uint32_t n)
{
	uint32_t l3 = 14 + 4 * tags, ip = version == 4 ? 20 : 40;
	uint32_t l4 = proto == TCP ? 20 : 8, at = l3 + ip, all = at + l4 + n;
	struct wf_parsed p;

	memset(f, 0, all);
	memcpy(f, "\2\0\0\0\0\2\2\0\0\0\0\1", 12);
	for (uint32_t t = 0; t < tags; t++)
		memcpy(f + 12 + 4 * t, t + 1 < tags ? "\x88\xa8\0\5" : "\x81\0\x60\7", 4);
	memcpy(f + l3 - 2, version == 4 ? "\x08\0" : "\x86\xdd", 2);
	if (version == 4) {
		memcpy(f + l3, "\x45\0\0\0\1\2\0\0\x40", 9);
		f[l3 + 2] = (uint8_t)((ip + l4 + n) >> 8);
		f[l3 + 3] = (uint8_t)(ip + l4 + n);
		f[l3 + 9] = proto;
		memcpy(f + l3 + 12, "\x0a\1\2\3\x0a\1\xff\xfe", 8);
	} else {
		f[l3] = 0x60;
		f[l3 + 4] = (uint8_t)((l4 + n) >> 8);
		f[l3 + 5] = (uint8_t)(l4 + n);
		f[l3 + 6] = proto;
		f[l3 + 7] = 64;
		memcpy(f + l3 + 8, "\xfd\1\2\3\4\5\6\7\0\0\0\0\0\0\0\1", 16);
		memcpy(f + l3 + 24, "\xfd\1\2\3\4\5\6\7\0\0\0\0\0\0\0\2", 16);
	}
	if (proto != ICMP6)
		memcpy(f + at, "\x13\x88\0\x50", 4);
	else
		f[at] = 128; /* echo request */
	if (proto == TCP)
		f[at + 12] = 0x50;
	if (proto == UDP) {
		f[at + 4] = (uint8_t)((8 + n) >> 8);
		f[at + 5] = (uint8_t)(8 + n);
		f[at + 6] = 1; /* there is to be one */
	}
	for (uint32_t i = 0; i < n; i++)
		f[at + l4 + i] = (uint8_t)(31 * i + n);
	wf_parse(f, all, &p);
	assert_true(wf_checksum_repair(f, all, &p));
	return all;
}

/* Are the checksums what they would be if they were made anew? */
static void
is_right(const uint8_t *f, uint32_t n)
{
	uint8_t again[2048];
	struct wf_parsed p;

	memcpy(again, f, n);
	wf_parse(again, n, &p);
	assert_true(wf_checksum_repair(again, n, &p));
	assert_memory_equal(again, f, n);
}

static void
test_checksums_stay_right(void **state)
{
	static const struct wf_rewrite_text texts[] = {
		{ .map = "10.1.0.0/16-192.168.0.0/16+fd01:203:405:607::/64-2001:db8:1:2::/64" },
		{ .map = "10.1.2.3/32-1.2.3.4/32+10.0.0.0/9-172.128.0.0/9" },
		{ .ports = "80-8080+5000-1" },
		{ .ttl = "-1" },
		{ .ttl = "255", .vlan = "push-4095" },
		{ .vlan = "pop", .smac = "02:00:00:00:00:99" },
		{ .map = "10.1.0.0/16-10.1.0.0/16+fd01::/16-fe01::/16",
			.ports = "5000-80",
			.ttl = "1",
			.vlan = "set-9",
			.dmac = "02:ff:ff:ff:ff:ff" },
		{ .map = "0.0.0.0/0-0.0.0.0/0" },
	};
	static const struct {
		int version;
		uint8_t proto;
	} kinds[] = { { 4, TCP }, { 4, UDP }, { 6, TCP }, { 6, UDP }, { 6, ICMP6 } };
	uint8_t f[2048], before[2048];

	for (size_t t = 0; t < WF_ARRAY_SIZE(texts); t++)
		for (size_t k = 0; k < WF_ARRAY_SIZE(kinds); k++)
			for (uint32_t tags = 0; tags < 3; tags++)
				for (uint32_t n = 0; n < 300; n++) {
					uint32_t all, grown = texts[t].vlan == NULL ? 0 : 4, now;

					rules(&texts[t]);
					all = make(f, kinds[k].version, kinds[k].proto, tags, n);
					memcpy(before, f, all);
					now = wf_rewrite_apply(&r, f, all);
					if (r.vlan == WF_VLAN_PUSH)
						assert_int_equal(now, all + grown);
					else if (r.vlan == WF_VLAN_POP && tags > 0)
						assert_int_equal(now, all - grown);
					else
						assert_int_equal(now, all);
					is_right(f, now);
				}
}

static void
test_what_changes(void **state)
{
	uint8_t f[2048];
	uint32_t n;

	rules(&(struct wf_rewrite_text){ .smac = "02:00:00:00:00:aa",
		.dmac = "02:00:00:00:00:bb",
		.map = "10.1.0.0/16-192.168.0.0/16",
		.ports = "80-8080",
		.ttl = "-100" });
	n = make(f, 4, UDP, 0, 10);
	assert_int_equal(wf_rewrite_apply(&r, f, n), n);
	assert_memory_equal(f, "\2\0\0\0\0\xbb\2\0\0\0\0\xaa", 12);
	assert_memory_equal(f + 26, "\xc0\xa8\2\3\xc0\xa8\xff\xfe", 8);
	assert_memory_equal(f + 34, "\x13\x88\x1f\x90", 4);
	assert_int_equal(f[22], 1); /* not below 1 */

	/* The priority of a tag stays, its outer one is of the other type. */
	rules(&(struct wf_rewrite_text){ .vlan = "set-100" });
	n = make(f, 4, UDP, 1, 10);
	wf_rewrite_apply(&r, f, n);
	assert_memory_equal(f + 12, "\x81\0\x60\x64", 4);
	rules(&(struct wf_rewrite_text){ .vlan = "push-100" });
	assert_int_equal(wf_rewrite_apply(&r, f, n), n + 4);
	assert_memory_equal(f + 12, "\x88\xa8\0\x64\x81\0\x60\x64", 8);

	/* Of ARP, both addresses. */
	memset(f, 0, 60);
	memcpy(f + 12, "\x08\6\0\1\x08\0\6\4\0\1", 10);
	memcpy(f + 28, "\x0a\1\0\1", 4);
	memcpy(f + 38, "\x0a\1\0\2", 4);
	rules(&(struct wf_rewrite_text){ .map = "10.1.0.0/16-10.9.0.0/16" });
	wf_rewrite_apply(&r, f, 60);
	assert_memory_equal(f + 28, "\x0a\x09\0\1", 4);
	assert_memory_equal(f + 38, "\x0a\x09\0\2", 4);
}

/* What was wrong stays so by as much; UDP without a checksum stays without. */
static void
test_wrong_stays_wrong(void **state)
{
	uint8_t f[2048];
	uint32_t n = make(f, 4, UDP, 0, 10);

	rules(&(struct wf_rewrite_text){ .map = "10.1.0.0/16-192.168.0.0/16", .ports = "80-81" });
	f[14 + 20 + 8] ^= 1; /* payload */
	wf_rewrite_apply(&r, f, n);
	f[14 + 20 + 8] ^= 1;
	is_right(f, n);

	n = make(f, 4, UDP, 0, 10);
	f[40] = f[41] = 0;
	wf_rewrite_apply(&r, f, n);
	assert_int_equal(f[40] | f[41], 0);
	is_right(f, n);
}

/* Every loop's addresses are others, as many loops as there are, and none beyond. */
static void
test_unique_addresses(void **state)
{
	static uint8_t seen[1 << 16];
	uint8_t f[2048], first[2048];
	uint32_t n = make(first, 4, TCP, 1, 33);

	rules(&(struct wf_rewrite_text){ .unique = "10.1.0.0/20-172.16.0.0/12" });
	assert_int_equal(wf_rewrite_loops(&r), 256);
	rules(&(struct wf_rewrite_text){ .unique = "10.1.2.0/24-172.16.0.0/12" });
	assert_int_equal(wf_rewrite_loops(&r), 4096);
	for (uint64_t loop = 0; loop < 4096; loop++) {
		uint32_t prefix;

		memcpy(f, first, n);
		wf_rewrite_unique(&r, f, n, loop);
		is_right(f, n);
		assert_int_equal(f[30], 172);
		assert_int_equal(f[31] & 0xf0, 16);
		assert_int_equal(f[33], 3);
		assert_memory_equal(f + 34, "\x0a\1\xff\xfe", 4); /* not in the prefix */
		prefix = (uint32_t)(f[31] & 15) << 8 | f[32];
		assert_int_equal(seen[prefix]++, 0);
	}
	n = make(first, 6, UDP, 0, 20);
	rules(&(struct wf_rewrite_text){ .unique = "fd01::/16-2000::/3" });
	assert_int_equal(wf_rewrite_loops(&r), 8192);
	for (uint64_t loop = 0; loop < 8192; loop++) {
		memcpy(f, first, n);
		wf_rewrite_unique(&r, f, n, loop);
		is_right(f, n);
		assert_int_equal(f[22] << 8 | f[23], 0x2000 + loop);
		assert_memory_equal(f + 24, first + 24, 14);
	}
}

static void
test_refusals(void **state)
{
	static const struct wf_rewrite_text bad[] = { { .smac = "2:0" },
		{ .dmac = "02:00:00:00:00" }, { .map = "10.0.0.0/8" },
		{ .map = "10.0.0.0/8-10.0.0.0/9" }, { .map = "10.1.0.0/8-11.0.0.0/8" },
		{ .map = "10.0.0.0/33-1.0.0.0/33" }, { .map = "fd00::/8-10.0.0.0/8" },
		{ .map = "" }, { .ports = "80" }, { .ports = "80-65536" }, { .ports = "80-" },
		{ .vlan = "push" }, { .vlan = "push-4096" }, { .vlan = "swap-1" }, { .ttl = "0" },
		{ .ttl = "256" }, { .ttl = "-0" }, { .unique = "10.0.0.0/8-10.0.0.0/9" },
		{ .unique = "10.0.0.0/8" } };

	for (size_t i = 0; i < WF_ARRAY_SIZE(bad); i++) {
		struct wf_err *err = wf_err_new();

		assert_true(wf_rewrite_parse(&bad[i], &r, NULL, err) < 0);
		assert_int_equal(wf_err_count(err), 1);
		wf_err_free(err);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_checksums_stay_right),
		cmocka_unit_test(test_what_changes),
		cmocka_unit_test(test_wrong_stays_wrong),
		cmocka_unit_test(test_unique_addresses),
		cmocka_unit_test(test_refusals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
