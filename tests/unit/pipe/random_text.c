/* SPDX-License-Identifier: BSD-3-Clause
 * Random configurations.
 */
#include "random_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "bench.h"

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

unsigned
random_until(struct fit_random *r, unsigned n)
{
	return (unsigned)fit_under(r, n + 1);
}

static void
random_rate(struct fit_random *r, struct text *t)
{
	static const char *const limit[] = { "3pkt", "100pkt", "20kB", "5ms", "1s" };

	add(t, "rate = { rate = \"%ukbit\"; overhead = %d; ", 100 + random_until(r, 100000),
		(int)random_until(r, 88) - 64);
	if (random_until(r, 2) == 0)
		add(t, "cell = 48; cell_overhead = 5; ");
	if (random_until(r, 2) == 0)
		add(t, "burst = \"%uB\"; ", random_until(r, 20000));
	else if (random_until(r, 3) == 0)
		add(t, "mode = \"police\"; burst = \"%ums\"; ", 1 + random_until(r, 50));
	add(t, "}; ");
	if (random_until(r, 1))
		add(t, "queue = \"%s\"; ", limit[random_until(r, 4)]);
}

static void
random_loss(struct fit_random *r, struct text *t)
{
	const char *exempt = random_until(r, 1) ? "exempt_neighbour = true; " : "";

	switch (random_until(r, 2)) {
	case 0:
		add(t, "loss = { p = \"%u%%\"; %s}; ", random_until(r, 100), exempt);
		break;
	case 1:
		add(t,
			"loss = { model = \"gilbert-elliott\"; plr = \"%u%%\"; mean_burst = %u.5; "
			"%s}; ",
			random_until(r, 40), 1 + random_until(r, 20), exempt);
		break;
	default:
		add(t,
			"loss = { model = \"gilbert-elliott\"; p = 0.%02u; r = 0.%02u1; h = 0.%u; "
			"k = 0.%u; %s}; ",
			random_until(r, 99), random_until(r, 99), random_until(r, 9),
			random_until(r, 9), exempt);
	}
}

static void
random_delay(struct fit_random *r, struct text *t)
{
	static const char *const order[] = { "fifo", "flow", "free" };
	unsigned least = random_until(r, 50000);

	switch (random_until(r, 3)) {
	case 0:
		add(t, "delay = { mean = \"%uus\"; ", random_until(r, 100000));
		break;
	case 1:
		add(t, "delay = { mean = \"%uus\"; stddev = \"%uus\"; ", random_until(r, 50000),
			random_until(r, 50000));
		break;
	case 2:
		add(t, "delay = { min = \"%uus\"; max = \"%uus\"; ", least,
			least + random_until(r, 30000));
		break;
	default:
		add(t, "delay = { distribution = \"uniform\"; mean = \"%uus\"; stddev = \"%uus\"; ",
			random_until(r, 50000), random_until(r, 50000));
	}
	if (random_until(r, 3) == 0)
		add(t, "cap = \"%uus\"; ", random_until(r, 40000));
	if (random_until(r, 3) == 0)
		add(t, "below_zero = \"redraw\"; ");
	add(t, "order = \"%s\"; }; ", order[random_until(r, 2)]);
}

static void
random_dir(struct fit_random *r, struct text *t, bool scope)
{
	if (scope && random_until(r, 2) == 0)
		add(t, "scope = \"flow\"; ");
	if (random_until(r, 15) == 0)
		add(t, "bypass = true; ");
	if (random_until(r, 15) == 0)
		add(t, "blackhole = true; ");
	if (random_until(r, 1))
		random_rate(r, t);
	if (random_until(r, 1))
		random_loss(r, t);
	if (random_until(r, 1))
		add(t, "duplicate = { p = \"%u%%\"; copies = %u; spacing = \"%ums\"; }; ",
			random_until(r, 100), 1 + random_until(r, 6),
			random_until(r, 2) ? 0 : random_until(r, 20));
	if (random_until(r, 2))
		random_delay(r, t);
}

const char *
random_text(struct fit_random *r)
{
	struct text ab = { .n = 0 }, ba = { .n = 0 }, classes = { .n = 0 };
	unsigned n = random_until(r, 4);

	ab.s[0] = ba.s[0] = classes.s[0] = '\0';
	random_dir(r, &ab, true);
	random_dir(r, &ba, true);
	for (unsigned i = 0; i < n; i++) {
		unsigned from = random_until(r, 40);

		add(&classes, "%s{ name = \"k%u\"; %smatch = { sport = \"%u-%u\"; }; %sab = { ",
			i ? "," : "", random_until(r, 3) * 4 + i,
			random_until(r, 1) ? "scope = \"flow\"; " : "", from,
			from + random_until(r, 20),
			random_until(r, 2) == 0 ? "filter = \"less 800\"; " : "");
		random_dir(r, &classes, false);
		add(&classes, "}; ");
		if (random_until(r, 1)) {
			add(&classes, "ba = { ");
			random_dir(r, &classes, false);
			add(&classes, "}; ");
		}
		add(&classes, "}");
	}
	return bench_text(ab.s, ba.s, classes.s);
}
