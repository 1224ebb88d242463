/* SPDX-License-Identifier: BSD-3-Clause
 * Random packets through random configurations that change under them: every packet and byte is
 * accounted for at every step, and the pipeline ends up empty.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bench.h"
#include "fit.h"

#define PACKETS 100000

struct text {
	char s[4000];
	size_t n;
};

static void add(struct text *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void
add(struct text *t, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	t->n += (size_t)vsnprintf(t->s + t->n, sizeof(t->s) - t->n, fmt, ap);
	va_end(ap);
	assert_true(t->n < sizeof(t->s));
}

static unsigned
until(struct fit_random *r, unsigned n)
{
	return (unsigned)fit_under(r, n + 1);
}

static void
random_rate(struct fit_random *r, struct text *t)
{
	static const char *const limit[] = { "3pkt", "100pkt", "20kB", "5ms", "1s" };

	add(t, "rate = { rate = \"%ukbit\"; overhead = %d; ", 100 + until(r, 100000),
		(int)until(r, 88) - 64);
	if (until(r, 2) == 0)
		add(t, "cell = 48; cell_overhead = 5; ");
	if (until(r, 2) == 0)
		add(t, "burst = \"%uB\"; ", until(r, 20000));
	else if (until(r, 3) == 0)
		add(t, "mode = \"police\"; burst = \"%ums\"; ", 1 + until(r, 50));
	add(t, "}; ");
	if (until(r, 1))
		add(t, "queue = \"%s\"; ", limit[until(r, 4)]);
}

static void
random_loss(struct fit_random *r, struct text *t)
{
	const char *exempt = until(r, 1) ? "exempt_neighbour = true; " : "";

	switch (until(r, 2)) {
	case 0:
		add(t, "loss = { p = \"%u%%\"; %s}; ", until(r, 100), exempt);
		break;
	case 1:
		add(t,
			"loss = { model = \"gilbert-elliott\"; plr = \"%u%%\"; mean_burst = %u.5; "
			"%s}; ",
			until(r, 40), 1 + until(r, 20), exempt);
		break;
	default:
		add(t,
			"loss = { model = \"gilbert-elliott\"; p = 0.%02u; r = 0.%02u1; h = 0.%u; "
			"k = 0.%u; %s}; ",
			until(r, 99), until(r, 99), until(r, 9), until(r, 9), exempt);
	}
}

static void
random_delay(struct fit_random *r, struct text *t)
{
	static const char *const order[] = { "fifo", "flow", "free" };
	unsigned least = until(r, 50000);

	switch (until(r, 3)) {
	case 0:
		add(t, "delay = { mean = \"%uus\"; ", until(r, 100000));
		break;
	case 1:
		add(t, "delay = { mean = \"%uus\"; stddev = \"%uus\"; ", until(r, 50000),
			until(r, 50000));
		break;
	case 2:
		add(t, "delay = { min = \"%uus\"; max = \"%uus\"; ", least,
			least + until(r, 30000));
		break;
	default:
		add(t, "delay = { distribution = \"uniform\"; mean = \"%uus\"; stddev = \"%uus\"; ",
			until(r, 50000), until(r, 50000));
	}
	if (until(r, 3) == 0)
		add(t, "cap = \"%uus\"; ", until(r, 40000));
	if (until(r, 3) == 0)
		add(t, "below_zero = \"redraw\"; ");
	add(t, "order = \"%s\"; }; ", order[until(r, 2)]);
}

static void
random_dir(struct fit_random *r, struct text *t, bool scope)
{
	if (scope && until(r, 2) == 0)
		add(t, "scope = \"flow\"; ");
	if (until(r, 15) == 0)
		add(t, "bypass = true; ");
	if (until(r, 15) == 0)
		add(t, "blackhole = true; ");
	if (until(r, 1))
		random_rate(r, t);
	if (until(r, 1))
		random_loss(r, t);
	if (until(r, 1))
		add(t, "duplicate = { p = \"%u%%\"; copies = %u; spacing = \"%ums\"; }; ",
			until(r, 100), 1 + until(r, 6), until(r, 2) ? 0 : until(r, 20));
	if (until(r, 2))
		random_delay(r, t);
}

static const char *
random_text(struct fit_random *r)
{
	struct text ab = { .n = 0 }, ba = { .n = 0 }, classes = { .n = 0 };
	unsigned n = until(r, 4);

	ab.s[0] = ba.s[0] = classes.s[0] = '\0';
	random_dir(r, &ab, true);
	random_dir(r, &ba, true);
	for (unsigned i = 0; i < n; i++) {
		unsigned from = until(r, 40);

		add(&classes, "%s{ name = \"k%u\"; %smatch = { sport = \"%u-%u\"; }; %sab = { ",
			i ? "," : "", until(r, 3) * 4 + i, until(r, 1) ? "scope = \"flow\"; " : "",
			from, from + until(r, 20),
			until(r, 2) == 0 ? "filter = \"less 800\"; " : "");
		random_dir(r, &classes, false);
		add(&classes, "}; ");
		if (until(r, 1)) {
			add(&classes, "ba = { ");
			random_dir(r, &classes, false);
			add(&classes, "}; ");
		}
		add(&classes, "}");
	}
	return bench_text(ab.s, ba.s, classes.s);
}

static void
traffic(struct bench *b, struct fit_random *r)
{
	struct bench_packet p[WF_BURST];
	uint32_t n = 1 + until(r, WF_BURST - 1), dir = until(r, 1);

	for (uint32_t i = 0; i < n; i++)
		p[i] = (struct bench_packet){ b->now_ns + i * until(r, 1000),
			.flow = until(r, until(r, 3) ? 50 : 5000), .len = 60 + until(r, 1454),
			.arp = until(r, 30) == 0 };
	for (uint32_t i = 1; i < n; i++)
		p[i].ns = p[i].ns > p[i - 1].ns ? p[i].ns : p[i - 1].ns;
	bench_in(b, dir, p, n, n);
}

/* Returns how many packets of direction ab left. */
static uint64_t
churn(uint64_t seed, const struct bench_options *options, uint32_t packets)
{
	struct fit_random r;
	struct bench *b;
	uint64_t left;

	fit_seed(&r, seed);
	b = bench_new(random_text(&r), options);
	for (uint32_t step = 0; b->n_in < packets; step++) {
		traffic(b, &r);
		if (until(&r, 3) == 0)
			bench_until(b, b->now_ns + fit_under(&r, 3000000));
		if (until(&r, 9) == 0)
			wf_pipe_tidy(b->pipe, b->now_ns);
		if (until(&r, 4) == 0)
			b->clones_left = until(&r, 2) ? -1 : (int64_t)until(&r, 20);
		if (step % 4 == 0)
			bench_check(b);
		if (until(&r, 25) == 0)
			bench_change(b, random_text(&r));
		b->n_out = 0;
	}
	bench_drain(b);
	bench_check(b);
	assert_int_equal(b->total[0].held.packets + b->total[1].held.packets, 0);
	left = b->total[0].c.tx.packets;
	bench_free(b);
	return left;
}

static void
nothing_is_unaccounted_for(void **state)
{
	assert_true(churn(1, NULL, PACKETS) > PACKETS / 100);
}

static void
nothing_is_unaccounted_for_when_the_store_is_full(void **state)
{
	struct bench_options o = { .max_held = 300 };

	assert_true(churn(2, &o, PACKETS / 2) > PACKETS / 200);
}

static void
nothing_is_unaccounted_for_when_flows_come_and_go(void **state)
{
	struct bench_options o = { .max_flows = 64, .idle_ns = 5 * WF_NS_PER_MS };

	assert_true(churn(3, &o, PACKETS / 2) > PACKETS / 200);
}

static void
many_short_lives(void **state)
{
	uint64_t left = 0;

	for (uint64_t seed = 100; seed < 140; seed++)
		left += churn(seed, NULL, 500); /* one of them may well let nothing through */
	assert_true(left > 40 * 500 / 100);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_unaccounted_for),
		cmocka_unit_test(nothing_is_unaccounted_for_when_the_store_is_full),
		cmocka_unit_test(nothing_is_unaccounted_for_when_flows_come_and_go),
		cmocka_unit_test(many_short_lives),
	};

	return cmocka_run_group_tests(tests, bench_eal, NULL);
}
