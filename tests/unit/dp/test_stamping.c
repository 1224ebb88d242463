/* SPDX-License-Identifier: BSD-3-Clause
 * Times of arrival that a card gives, without a card: made-up devices, whose clocks have any pace
 * and beginning and drift, and packets with and without stamps.
 */
#include <errno.h>
#include <rte_ethdev.h>
#include <rte_mbuf_dyn.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "eal.h"
#include "wf_stamping.h"

/* A device: its clock as a function of ours. */
struct device {
	struct wf_clock clock;
	uint64_t begin; /* at our 0 */
	double per_ns;
	int broken;
	uint32_t asked;
};

static int
read_device(void *ctx, uint64_t *ticks)
{
	struct device *d = ctx;

	d->asked++;
	*ticks = d->begin + (uint64_t)((double)wf_clock_ns(&d->clock) * d->per_ns);
	return d->broken;
}

static uint64_t
ticks_at(const struct device *d, wf_ns_t ns)
{
	return d->begin + (uint64_t)((double)ns * d->per_ns);
}

static void
only_what_is_offered_is_switched_on(void **state)
{
	const struct {
		const char *driver;
		struct rte_eth_dev_info info;
		uint64_t on;
	} devices[] = {
		{ "net_ring", { .rx_offload_capa = 0 }, 0 },
		{ "net_tap",
			{ .rx_offload_capa = RTE_ETH_RX_OFFLOAD_SCATTER |
					     RTE_ETH_RX_OFFLOAD_IPV4_CKSUM },
			0 },
		{ "net_ice",
			{ .rx_offload_capa = RTE_ETH_RX_OFFLOAD_TIMESTAMP |
					     RTE_ETH_RX_OFFLOAD_RSS_HASH },
			RTE_ETH_RX_OFFLOAD_TIMESTAMP },
		{ "mlx5_pci", { .rx_offload_capa = UINT64_MAX }, RTE_ETH_RX_OFFLOAD_TIMESTAMP },
	};

	for (size_t i = 0; i < WF_ARRAY_SIZE(devices); i++)
		assert_int_equal(
			wf_stamping_offloads(devices[i].info.rx_offload_capa), devices[i].on);
}

static struct wf_devclock_pair
pair(uint64_t ticks, wf_ns_t ns)
{
	return (struct wf_devclock_pair){ ticks, ns, 1000 };
}

static void
two_readings_make_a_line(void **state)
{
	const struct {
		uint64_t hz, begin;
	} clocks[] = { { 1000000000, 0 }, { 156250000, 7 }, { 78125000, 1ull << 62 },
		{ 2400000000, UINT64_MAX - 5 }, { 1000000, 3 }, { 9999999999, 12345 } };

	for (size_t i = 0; i < WF_ARRAY_SIZE(clocks); i++) {
		uint64_t hz = clocks[i].hz, begin = clocks[i].begin;
		struct wf_devclock_pair a = pair(begin, 5 * WF_NS_PER_S),
					b = pair(begin + 10 * hz, 15 * WF_NS_PER_S);
		struct wf_devclock c;

		assert_int_equal(wf_devclock_init(&c, &a, &b), 0);
		/* Of stamps before the first, between both, and up to a minute later: 2^-32 ns a
		 * tick. */
		for (uint64_t s = 0; s < 60; s++) {
			wf_ns_t ns = wf_devclock_ns(&c, begin + (s - 5) * hz);

			assert_in_range(
				ns, s > 0 ? s * WF_NS_PER_S - 200 : 0, s * WF_NS_PER_S + 200);
		}
		/* What is older than our clock is not in the far future. */
		assert_int_equal(wf_devclock_ns(&c, begin - 100 * hz), 0);
	}
}

static void
what_makes_no_line_is_refused(void **state)
{
	const struct wf_devclock_pair at = pair(1000, WF_NS_PER_S);
	const struct wf_devclock_pair bad[] = {
		pair(1000, 2 * WF_NS_PER_S),                 /* it stands still */
		pair(999, 2 * WF_NS_PER_S),                  /* it went back */
		pair(2000, WF_NS_PER_S),                     /* ours stands still */
		pair(2000, WF_NS_PER_S - 1),                 /* ours went back */
		pair(1000 + 900000, 2 * WF_NS_PER_S),        /* 0.9 MHz */
		pair(11000001000, 2 * WF_NS_PER_S),          /* 11 GHz */
		pair(1000 + 1000000, WF_NS_PER_S + 1000000), /* too near for what is known */
		{ 1000001000, 2 * WF_NS_PER_S, 2 * WF_NS_PER_MS },
	};
	struct wf_devclock c;

	for (size_t i = 0; i < WF_ARRAY_SIZE(bad); i++)
		assert_int_equal(wf_devclock_init(&c, &at, &bad[i]), -ERANGE);
}

static void
arrivals_are_in_order_and_not_in_the_future(void **state)
{
	assert_int_equal(wf_devclock_clamp(50, 40, 60), 50);
	assert_int_equal(wf_devclock_clamp(30, 40, 60), 40);
	assert_int_equal(wf_devclock_clamp(70, 40, 60), 60);
}

static wf_ns_t
scripted(const void *clock)
{
	/* Readings take 900, 300, then 700 ns, and the device says how often it was asked. */
	static const wf_ns_t times[] = { 0, 900, 1000, 1300, 2000, 2700 };
	static uint32_t n;

	if (clock == NULL)
		n = 0;
	return n < WF_ARRAY_SIZE(times) ? times[n++] : 3000 + 700ull * n++;
}

static int
count(void *ctx, uint64_t *ticks)
{
	*ticks = ++*(uint64_t *)ctx;
	return 0;
}

static void
the_tightest_reading_counts(void **state)
{
	struct wf_devclock_pair p;
	uint64_t asked = 0;

	assert_int_equal(wf_devclock_read(count, &asked, scripted, &asked, &p), 0);
	assert_int_equal(p.ticks, 2);
	assert_int_equal(p.ns, 1150);
	assert_int_equal(p.within_ns, 300);
}

/* With the looks of a start, and then one later, of a device that has drifted meanwhile. */
static void
stamps_become_times_of_arrival(void **state)
{
	struct device d = { .begin = 77, .per_ns = 0.15625 };
	struct wf_stamping s;
	struct rte_mbuf m[3], *all[] = { &m[0], &m[1], &m[2] };
	wf_ns_t rx_ns[3], last_ns = 0, now_ns;

	assert_int_equal(wf_clock_init(&d.clock), 0);
	wf_stamping_begin(&s, RTE_ETH_RX_OFFLOAD_TIMESTAMP, &d.clock, read_device, &d);
	for (int look = 0; !s.works && look < 100; look++) /* somebody else may have the core */
		wf_stamping_look(&s, read_device, &d);
	assert_true(s.works);
	now_ns = wf_clock_ns(&d.clock);
	for (uint32_t i = 0; i < 3; i++) {
		memset(&m[i], 0, sizeof(m[i]));
		m[i].ol_flags = s.flag;
		*RTE_MBUF_DYNFIELD(&m[i], s.at, rte_mbuf_timestamp_t *) =
			ticks_at(&d, now_ns - 3000000 + 1000000 * i);
	}
	m[2].ol_flags = 0; /* it has none: it came when it was found */
	wf_stamping_fill(&s, all, rx_ns, 3, &last_ns);
	/* Within what the line may be wrong by: a ten-thousandth of 100 ms, twice. */
	assert_in_range(rx_ns[0], now_ns - 3000000 - 40000, now_ns - 3000000 + 40000);
	assert_in_range(rx_ns[1], now_ns - 2000000 - 40000, now_ns - 2000000 + 40000);
	assert_true(rx_ns[2] >= now_ns);
	assert_int_equal(last_ns, rx_ns[2]);
	/* One that is older than the last is taken for as old. */
	wf_stamping_fill(&s, all, rx_ns, 1, &last_ns);
	assert_int_equal(rx_ns[0], last_ns);
	/* The last line stays where the device stops to answer. */
	d.broken = -EIO;
	wf_stamping_look(&s, read_device, &d);
	assert_true(s.works);
}

static void
who_offers_none_or_has_no_clock_has_no_stamps(void **state)
{
	struct device d = { .per_ns = 1 };
	struct wf_stamping s;

	assert_int_equal(wf_clock_init(&d.clock), 0);
	wf_stamping_begin(&s, 0, &d.clock, read_device, &d);
	assert_false(s.works);
	assert_int_equal(d.asked, 0);
	d.broken = -ENOTSUP;
	wf_stamping_begin(&s, RTE_ETH_RX_OFFLOAD_TIMESTAMP, &d.clock, read_device, &d);
	assert_false(s.works);
	assert_int_equal(d.asked, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_what_is_offered_is_switched_on),
		cmocka_unit_test(two_readings_make_a_line),
		cmocka_unit_test(what_makes_no_line_is_refused),
		cmocka_unit_test(arrivals_are_in_order_and_not_in_the_future),
		cmocka_unit_test(the_tightest_reading_counts),
		cmocka_unit_test(stamps_become_times_of_arrival),
		cmocka_unit_test(who_offers_none_or_has_no_clock_has_no_stamps),
	};

	return cmocka_run_group_tests(tests, eal_start, eal_stop);
}
