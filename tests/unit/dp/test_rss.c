/* SPDX-License-Identifier: BSD-3-Clause
 * Spreading by a device's hash: what is asked of it, by what it can; and that both ways of a
 * connection have one hash then.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>
#include <rte_ethdev.h>

#include "wf_rss.h"

/* As the cards' manuals have it. */
static uint32_t
toeplitz(const uint8_t *key, const uint8_t *in, uint32_t n)
{
	uint32_t sum = 0;

	for (uint32_t bit = 0; bit < 8 * n; bit++) {
		uint32_t window = 0;

		if (!(in[bit / 8] >> (7 - bit % 8) & 1))
			continue;
		for (uint32_t k = bit; k < bit + 32; k++)
			window = window << 1 | (key[k / 8] >> (7 - k % 8) & 1);
		sum ^= window;
	}
	return sum;
}

static void
one_queue_needs_no_spreading(void **state)
{
	struct wf_rss r;

	wf_rss_choose(&r, 1, UINT64_MAX, 40);
	assert_int_equal(r.kind, WF_RSS_NONE);
	assert_int_equal(r.types, 0);
	assert_int_equal(r.key_bytes, 0);
}

static void
a_device_without_hash_spreads_nothing(void **state)
{
	struct wf_rss r;

	wf_rss_choose(&r, 4, 0, 40);
	assert_int_equal(r.kind, WF_RSS_NONE);
	wf_rss_choose(&r, 4, RTE_ETH_RSS_L2_PAYLOAD, 40); /* of no use: all IP would go one way */
	assert_int_equal(r.kind, WF_RSS_NONE);
	assert_int_equal(r.types, 0);
}

static void
without_a_key_it_is_the_drivers_hash(void **state)
{
	static const uint32_t no_key[] = { 0, 8, 41, WF_RSS_KEY_MOST + 2 };
	struct wf_rss r;

	for (uint32_t i = 0; i < 4; i++) {
		wf_rss_choose(&r, 2, RTE_ETH_RSS_IPV4 | RTE_ETH_RSS_L2_PAYLOAD, no_key[i]);
		assert_int_equal(r.kind, WF_RSS_PLAIN);
		assert_int_equal(r.types, RTE_ETH_RSS_IPV4);
		assert_int_equal(r.key_bytes, 0);
	}
}

static void
both_ways_have_one_hash(void **state)
{
	static const uint32_t lengths[] = { 40, 52, 64 };
	struct wf_rss r;

	for (uint32_t l = 0; l < 3; l++) {
		uint32_t seen = 0;

		wf_rss_choose(&r, 2, RTE_ETH_RSS_IP | RTE_ETH_RSS_TCP, lengths[l]);
		assert_int_equal(r.kind, WF_RSS_SYMMETRIC);
		assert_int_equal(r.key_bytes, lengths[l]);
		for (uint32_t i = 0; i < 256; i++) {
			uint8_t there[36], back[36]; /* IPv6: addresses, ports */
			uint32_t hash;

			for (uint32_t k = 0; k < sizeof(there); k++)
				there[k] = (uint8_t)(i * 37 + k * k * 11);
			memcpy(back, there + 16, 16);
			memcpy(back + 16, there, 16);
			memcpy(back + 32, there + 34, 2);
			memcpy(back + 34, there + 32, 2);
			hash = toeplitz(r.key, there, sizeof(there));
			assert_int_equal(hash, toeplitz(r.key, back, sizeof(back)));
			/* IPv4: the same of 4-byte addresses. */
			memcpy(back, there + 4, 4);
			memcpy(back + 4, there, 4);
			assert_int_equal(toeplitz(r.key, there, 8), toeplitz(r.key, back, 8));
			seen |= 1u << hash % 4;
		}
		assert_int_equal(seen, 15);
	}
}

static void
each_kind_has_a_name(void **state)
{
	assert_string_equal(wf_rss_name(WF_RSS_NONE), "none");
	assert_string_equal(wf_rss_name(WF_RSS_PLAIN), "rss");
	assert_string_equal(wf_rss_name(WF_RSS_SYMMETRIC), "symmetric rss");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_queue_needs_no_spreading),
		cmocka_unit_test(a_device_without_hash_spreads_nothing),
		cmocka_unit_test(without_a_key_it_is_the_drivers_hash),
		cmocka_unit_test(both_ways_have_one_hash),
		cmocka_unit_test(each_kind_has_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
