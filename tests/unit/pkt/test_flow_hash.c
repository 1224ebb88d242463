/* SPDX-License-Identifier: BSD-3-Clause
 * The hash of flows: pinned values (fates depend on them), avalanche, and even spread of the keys
 * that networks have.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "frames.h"

static struct wf_flow_key
udp_key(uint32_t src, uint32_t dst, uint16_t sport, uint16_t dport)
{
	struct wf_flow_key k = { .src = { [10] = 0xff, 0xff, src >> 24, src >> 16, src >> 8, src },
		.dst = { [10] = 0xff, 0xff, dst >> 24, dst >> 16, dst >> 8, dst },
		.sport = { sport >> 8, sport },
		.dport = { dport >> 8, dport },
		.vlan = { 0xff, 0xff },
		.ethertype = { 8, 0 },
		.proto = 17,
		.family = 4 };

	return k;
}

static void
values_are_pinned(void **state)
{
	struct wf_flow_key zero = { 0 }, ones, bytes;
	struct wf_flow_key udp = udp_key(0x0a000001, 0x0a000002, 1000, 53);

	memset(&ones, 0xff, sizeof(ones));
	for (size_t i = 0; i < sizeof(bytes); i++)
		((uint8_t *)&bytes)[i] = (uint8_t)i;
	assert_int_equal(wf_flow_hash(&zero), 0xd5720a77991b8efcull);
	assert_int_equal(wf_flow_hash(&ones), 0x2acd1749302d25b4ull);
	assert_int_equal(wf_flow_hash(&bytes), 0x34a0a8f92db616e1ull);
	assert_int_equal(wf_flow_hash(&udp), 0xcc3779c79272d496ull);
}

static uint64_t
next_random(uint64_t *state)
{
	*state = *state * 6364136223846793005ull + 1442695040888963407ull;
	return *state >> 32;
}

/* Flipping any bit of the key flips each bit of the hash in half of the keys: 4096 keys, so that
 * 6 standard deviations are 6 * 32 = 192 of 2048. */
static void check_avalanche(struct wf_flow_key (*make)(uint64_t *))
{
	enum { KEYS = 4096, KEY_BITS = 48 * 8 };
	static uint16_t flips[KEY_BITS][64];
	uint64_t seed = 7;

	memset(flips, 0, sizeof(flips));
	for (int n = 0; n < KEYS; n++) {
		struct wf_flow_key key = make(&seed);
		uint64_t base = wf_flow_hash(&key);

		for (int bit = 0; bit < KEY_BITS; bit++) {
			struct wf_flow_key other = key;
			uint64_t changed;

			((uint8_t *)&other)[bit / 8] ^= (uint8_t)(1 << bit % 8);
			changed = base ^ wf_flow_hash(&other);
			for (int out = 0; out < 64; out++)
				flips[bit][out] += changed >> out & 1;
		}
	}
	for (int bit = 0; bit < KEY_BITS; bit++)
		for (int out = 0; out < 64; out++)
			assert_in_range(flips[bit][out], KEYS / 2 - 192, KEYS / 2 + 192);
}

static struct wf_flow_key
random_key(uint64_t *seed)
{
	struct wf_flow_key k;

	for (size_t i = 0; i < sizeof(k); i++)
		((uint8_t *)&k)[i] = (uint8_t)next_random(seed);
	return k;
}

static struct wf_flow_key
random_udp_key(uint64_t *seed)
{
	return udp_key((uint32_t)next_random(seed), (uint32_t)next_random(seed),
		(uint16_t)next_random(seed), (uint16_t)next_random(seed));
}

static void
one_bit_in_flips_half_the_bits_out(void **state)
{
	check_avalanche(random_key);
	check_avalanche(random_udp_key);
}

/* 2^20 sequential keys in 2^12 cells by 12 bits of the hash: chi-square with 4095 degrees of
 * freedom has mean 4095 and standard deviation 90.5. */
static void
check_spread(struct wf_flow_key (*make)(uint32_t), int shift)
{
	enum { KEYS = 1 << 20, CELLS = 1 << 12 };
	static uint32_t count[CELLS];
	double chi2 = 0, expected = (double)KEYS / CELLS;

	memset(count, 0, sizeof(count));
	for (uint32_t i = 0; i < KEYS; i++) {
		struct wf_flow_key k = make(i);

		count[wf_flow_hash(&k) >> shift & (CELLS - 1)]++;
	}
	for (int i = 0; i < CELLS; i++)
		chi2 += (count[i] - expected) * (count[i] - expected) / expected;
	assert_true(chi2 > 4095 - 5 * 90.5);
	assert_true(chi2 < 4095 + 5 * 90.5);
}

static struct wf_flow_key
sequential_sources(uint32_t i)
{
	return udp_key(0x0a000000 + i, 0xc0a80001, 1000, 80);
}

static struct wf_flow_key
sequential_pairs(uint32_t i)
{
	return udp_key(0x0a000000 + (i & 1023), 0x0a000000 + (i >> 10), 1000, 80);
}

static struct wf_flow_key
sequential_ports(uint32_t i)
{
	return udp_key(0x0a000001, 0x0a000002, (uint16_t)i, (uint16_t)(i >> 16));
}

static struct wf_flow_key
sequential_ipv6(uint32_t i)
{
	struct wf_flow_key k = udp_key(i, 0, 1000, 80);

	k.family = 6;
	memcpy(k.src, "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0", 12);
	return k;
}

static void
sequential_keys_spread_evenly(void **state)
{
	static struct wf_flow_key (*const kinds[])(uint32_t) = { sequential_sources,
		sequential_pairs, sequential_ports, sequential_ipv6 };

	for (size_t i = 0; i < WF_ARRAY_SIZE(kinds); i++) {
		check_spread(kinds[i], 0);
		check_spread(kinds[i], 26);
		check_spread(kinds[i], 52);
	}
}

static int
by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* Of 2^20 values of 64 bits, two are the same with probability 2^-25. */
static void
a_million_flows_have_a_million_hashes(void **state)
{
	enum { KEYS = 1 << 20 };
	uint64_t *hashes = malloc(KEYS * sizeof(*hashes));

	assert_non_null(hashes);
	for (uint32_t i = 0; i < KEYS; i++) {
		struct wf_flow_key k = sequential_pairs(i);

		hashes[i] = wf_flow_hash(&k);
	}
	qsort(hashes, KEYS, sizeof(*hashes), by_value);
	for (uint32_t i = 1; i < KEYS; i++)
		assert_true(hashes[i] != hashes[i - 1]);
	free(hashes);
}

static void
both_ways_of_a_flow_differ(void **state)
{
	struct wf_flow_key there = udp_key(1, 2, 3, 4), back = udp_key(2, 1, 4, 3);

	assert_true(wf_flow_hash(&there) != wf_flow_hash(&back));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_are_pinned),
		cmocka_unit_test(one_bit_in_flips_half_the_bits_out),
		cmocka_unit_test(sequential_keys_spread_evenly),
		cmocka_unit_test(a_million_flows_have_a_million_hashes),
		cmocka_unit_test(both_ways_of_a_flow_differ),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
