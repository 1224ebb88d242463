/* SPDX-License-Identifier: BSD-3-Clause
 * Outages: in and out at the nanosecond, counted from the start of the run.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "refused.h"

#define START (5 * WF_NS_PER_S)

static struct rig *
outage(const char *keys)
{
	struct rig *r = rig_new(WF_BLOCK_OUTAGE, keys);

	r->env.start_ns = START;
	return r;
}

/* Is a packet at this time after the start dropped? */
static bool
down(struct rig *r, wf_ns_t ns)
{
	rig_one(r, START + ns, 100);
	if (r->batch.drop[0] != WF_DROP_NONE)
		assert_int_equal(r->batch.drop[0], WF_DROP_outage);
	return r->batch.drop[0] != WF_DROP_NONE;
}

static void
windows_begin_and_end_at_the_nanosecond(void **state)
{
	struct rig *r = outage("at=10s+2s,12s+1s,60s+500ms");
	static const struct {
		wf_ns_t ns;
		bool down;
	} want[] = {
		{ 0, false },
		{ 10 * WF_NS_PER_S - 1, false },
		{ 10 * WF_NS_PER_S, true },
		{ 12 * WF_NS_PER_S - 1, true },
		{ 12 * WF_NS_PER_S, true }, /* the next begins at once */
		{ 13 * WF_NS_PER_S - 1, true },
		{ 13 * WF_NS_PER_S, false },
		{ 60 * WF_NS_PER_S - 1, false },
		{ 60 * WF_NS_PER_S, true },
		{ 60500 * WF_NS_PER_MS - 1, true },
		{ 60500 * WF_NS_PER_MS, false },
		{ 3600 * WF_NS_PER_S, false },
	};

	for (size_t i = 0; i < WF_ARRAY_SIZE(want); i++)
		assert_int_equal(down(r, want[i].ns), want[i].down);
	rig_free(r);
}

/* Against the definition, window by window. */
static void
many_windows_are_found(void **state)
{
	char keys[16384] = "at=";
	struct rig *r;
	size_t n = 3;

	for (int i = 0; i < 500; i++)
		n += (size_t)snprintf(keys + n, sizeof(keys) - n, "%s%dms+%dms", i ? "," : "",
			100 * i + i % 7, 10 + i % 80);
	r = outage(keys);
	assert_int_equal(r->variant, 1);
	for (int ms = 0; ms < 50100; ms++) {
		int i = ms / 100, at = ms % 100 - i % 7;

		assert_int_equal(down(r, (wf_ns_t)ms * WF_NS_PER_MS),
			i < 500 && at >= 0 && at < 10 + i % 80);
	}
	rig_free(r);
}

static void
a_flapping_link_is_down_for_its_part_of_each_period(void **state)
{
	struct rig *r = outage("period=30s down=1s offset=5s");

	assert_false(down(r, 0));
	assert_false(down(r, 5 * WF_NS_PER_S - 1));
	for (wf_ns_t k = 0; k < 1000; k++) {
		wf_ns_t begin = (5 + 30 * k) * WF_NS_PER_S;

		assert_true(down(r, begin));
		assert_true(down(r, begin + WF_NS_PER_S - 1));
		assert_false(down(r, begin + WF_NS_PER_S));
		assert_false(down(r, begin + 30 * WF_NS_PER_S - 1));
	}
	rig_free(r);
}

static void
both_kinds_add_up(void **state)
{
	struct rig *r = outage("at=100ms+100ms period=1s down=50ms");

	assert_true(down(r, 0));
	assert_false(down(r, 50 * WF_NS_PER_MS));
	assert_true(down(r, 150 * WF_NS_PER_MS));
	assert_true(down(r, 1000 * WF_NS_PER_MS));
	rig_free(r);
}

static void
what_is_dropped_already_stays_so(void **state)
{
	struct rig *r = outage("at=0s+1s");

	rig_add(r, START, 100);
	rig_add(r, START, 100);
	r->batch.drop[0] = WF_DROP_blackhole;
	rig_run(r);
	assert_int_equal(r->batch.drop[0], WF_DROP_blackhole);
	assert_int_equal(r->batch.drop[1], WF_DROP_outage);
	rig_free(r);
}

static void
nothing_is_asked_for(void **state)
{
	struct rig *r = outage("at=1s+1s"), *none = outage("");

	assert_int_equal(r->variant, 1);
	assert_int_equal(r->compile.needs, 0);
	assert_int_equal(none->variant, 0);
	rig_free(r);
	rig_free(none);
}

static void
nonsense_is_refused(void **state)
{
	refused(WF_BLOCK_OUTAGE, "at=", "\"\" is not an outage");
	refused(WF_BLOCK_OUTAGE, "at=10s", "\"10s\" is not an outage");
	refused(WF_BLOCK_OUTAGE, "at=10s+", "\"10s+\" is not an outage");
	refused(WF_BLOCK_OUTAGE, "at=10s+0s", "\"10s+0s\" is not an outage");
	refused(WF_BLOCK_OUTAGE, "at=ten+2s", "\"ten+2s\" is not an outage");
	refused(WF_BLOCK_OUTAGE, "at=10s+2s,", "\"\" is not an outage");
	refused(WF_BLOCK_OUTAGE, "at=10s+2s,11s+2s", "before the one before it has ended");
	refused(WF_BLOCK_OUTAGE, "at=10s+2s,1s+1s", "before the one before it has ended");
	refused(WF_BLOCK_OUTAGE, "period=30s", "\"down\" is missing");
	refused(WF_BLOCK_OUTAGE, "down=1s", "\"period\" is missing");
	refused(WF_BLOCK_OUTAGE, "period=1s down=1s", "not shorter than");
	refused(WF_BLOCK_OUTAGE, "at=1s+1s offset=1s", "\"offset\" belongs to");
}

static void
too_many_windows_are_refused(void **state)
{
	char *keys = malloc(65536);
	size_t n = 0;

	assert_non_null(keys);
	n += (size_t)sprintf(keys, "at=");
	for (int i = 0; i < 1025; i++)
		n += (size_t)sprintf(keys + n, "%s%ds+1ms", i ? "," : "", i);
	refused(WF_BLOCK_OUTAGE, keys, "more than 1024 outages");
	free(keys);
}

/* How often a packet's fate changes within a minute, at multiples of 100 ms. */
static uint32_t
changes(struct rig *r)
{
	uint32_t n = 0;
	bool was = down(r, 0);

	for (wf_ns_t ns = 0; ns < 60 * WF_NS_PER_S; ns += 100 * WF_NS_PER_MS) {
		n += down(r, ns) != was;
		was = down(r, ns);
	}
	return n;
}

/* From one change to the next: each is where a packet's fate changes, and none is left out. */
static void
the_carrier_follows_the_outage(void **state)
{
	static const char *const keys[] = { "at=10s+2s,12s+1s,50s+500ms carrier=true",
		"period=3s down=1s offset=2s carrier=true",
		"period=3s down=1s at=1s+6s,20s+500ms,22s+3s carrier=true",
		"period=100ms down=1ms at=5s+20s carrier=true" };

	for (size_t i = 0; i < WF_ARRAY_SIZE(keys); i++) {
		struct rig *r = outage(keys[i]);
		uint32_t seen = 0;
		bool was = down(r, 0);
		wf_ns_t until_ns;

		assert_true(r->compile.needs & WF_NEED_CARRIER);
		for (wf_ns_t ns = 0; ns < 60 * WF_NS_PER_S; ns = until_ns) {
			bool now = wf_outage_is_down(r->cfg, ns, &until_ns);

			assert_int_equal(now, down(r, ns));
			assert_true(until_ns > ns);
			if (until_ns != UINT64_MAX)
				assert_int_equal(down(r, until_ns - 1), now);
			seen += now != was;
			was = now;
		}
		assert_int_equal(seen, i < 3 ? changes(r) : 2 * (600 - 200) - 1);
		rig_change(r, "period=3s down=1s");
		assert_int_equal(r->compile.needs & WF_NEED_CARRIER, 0);
		rig_free(r);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(windows_begin_and_end_at_the_nanosecond),
		cmocka_unit_test(many_windows_are_found),
		cmocka_unit_test(a_flapping_link_is_down_for_its_part_of_each_period),
		cmocka_unit_test(both_kinds_add_up),
		cmocka_unit_test(what_is_dropped_already_stays_so),
		cmocka_unit_test(nothing_is_asked_for),
		cmocka_unit_test(nonsense_is_refused),
		cmocka_unit_test(too_many_windows_are_refused),
		cmocka_unit_test(the_carrier_follows_the_outage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
