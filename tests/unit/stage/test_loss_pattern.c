/* SPDX-License-Identifier: BSD-3-Clause
 * Loss: patterns from a file, packet by packet and step by step.
 */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "folder.h"
#include "refused.h"

#define MS WF_NS_PER_MS

static const char *
keys_of(const char *keys)
{
	static char all[300];

	snprintf(all, sizeof(all), "model=pattern pattern=%s %s", folder_path("pattern"), keys);
	return all;
}

static struct rig *
patterned(const char *text, const char *keys)
{
	folder_write("pattern", text);
	return rig_new(WF_BLOCK_LOSS, keys_of(keys));
}

static char
fate(struct rig *r, wf_ns_t now_ns)
{
	rig_one(r, now_ns, 100);
	return r->batch.drop[0] == WF_DROP_loss ? '1' : '0';
}

static void
assert_fates(struct rig *r, wf_ns_t now_ns, wf_ns_t gap_ns, const char *wanted)
{
	char got[100] = "";

	for (size_t i = 0; i < strlen(wanted); i++)
		got[i] = fate(r, now_ns + i * gap_ns);
	assert_string_equal(got, wanted);
}

static void
a_packet_is_a_step_and_the_end_leads_to_the_start(void **state)
{
	struct rig *r = patterned("0110 0\n01 # the 1 in here is none\n,1", "");

	assert_fates(r, 5, 0, "011000110110001101100011");
	assert_true(r->compile.needs & WF_NEED_OWNER);
	rig_free(r);
}

static void
once_is_once(void **state)
{
	struct rig *r = patterned("101", "loop=false");

	assert_fates(r, 5, 0, "1010000000");
	assert_true(r->forecast.loss == 0);
	rig_free(r);
	r = patterned("101", "loop=false clock=time step=2ms");
	assert_fates(r, 7 * MS, MS, "11001100000000");
	rig_free(r);
}

static void
time_is_counted_from_the_first_packet(void **state)
{
	struct rig *r = patterned("0011", "clock=time");

	assert_fates(r, 1000 * MS + 7, MS, "00110011");
	rig_free(r);
	r = patterned("01", "clock=time step=10ms");
	assert_int_equal(fate(r, 3), '0');
	assert_int_equal(fate(r, 10 * MS + 2), '0');
	assert_int_equal(fate(r, 10 * MS + 3), '1');
	assert_int_equal(fate(r, 20 * MS + 2), '1');
	assert_int_equal(fate(r, 20 * MS + 3), '0');
	assert_int_equal(fate(r, 3600 * 1000 * MS + 10 * MS + 3), '1');
	rig_free(r);
}

static void
patterns_longer_than_a_word(void **state)
{
	char text[301] = "";
	struct rig *r;

	for (int i = 0; i < 300; i++)
		text[i] = i * i % 7 == 2 ? '1' : '0';
	r = patterned(text, "");
	for (int i = 0; i < 900; i++)
		assert_int_equal(fate(r, 0), text[i % 300]);
	rig_free(r);
}

static void
each_flow_has_its_own(void **state)
{
	struct rig *r;

	folder_write("pattern", "0001");
	r = rig_new_flow_scope(WF_BLOCK_LOSS, keys_of(""));
	assert_false(r->compile.needs & WF_NEED_OWNER);
	assert_fates(r, 0, 0, "00");
	rig_flow(r, 1, 2);
	assert_fates(r, 0, 0, "00010001");
	rig_free(r);
}

static void
a_live_change_goes_on_where_it_was(void **state)
{
	struct rig *r = patterned("0000000000", "");

	assert_int_equal(r->variant, 0); /* loses nothing */
	rig_free(r);
	r = patterned("00010000", "");
	assert_fates(r, 0, 0, "00010");
	folder_write("pattern", "100"); /* packet number 6 is the last of the second round */
	rig_change(r, keys_of(""));
	assert_fates(r, 0, 0, "01001");
	rig_free(r);
}

static void
exempt_neighbours_are_no_step(void **state)
{
	struct rig *r = patterned("01", "exempt_neighbour=true");

	rig_add(r, 0, 60);
	r->batch.flags[rig_add(r, 0, 60)] = WF_ROW_NEIGHBOUR;
	rig_add(r, 0, 60);
	rig_run(r);
	assert_int_equal(r->batch.drop[1], WF_DROP_NONE);
	assert_int_equal(r->batch.drop[2], WF_DROP_loss);
	rig_free(r);
}

static void
the_forecast_is_the_patterns(void **state)
{
	/* Closed to a ring: 11..1 and 111. */
	struct rig *r = patterned("1001110000 1", "");

	assert_true(fabs(r->forecast.loss - 5.0 / 11) < 1e-12);
	assert_true(fabs(r->forecast.mean_burst - 2.5) < 1e-12);
	rig_free(r);
}

static void
what_makes_no_sense_is_refused(void **state)
{
	struct rig *r = rig_new(WF_BLOCK_LOSS, "model=pattern");

	assert_string_equal(rig_error(r), "\"pattern\" is missing");
	rig_free(r);
	r = rig_new(WF_BLOCK_LOSS, "model=pattern pattern=/nonexistent/file");
	assert_int_equal(r->variant, -EINVAL);
	rig_free(r);
	refused_by(patterned("", ""), "", "holds no pattern");
	refused_by(patterned("# 01\n", ""), "", "holds no pattern");
	refused_by(patterned("01\n012\n", ""), "", "line 2: '2' is no part of a pattern");
	refused_by(patterned("01", "step=1ms"), "step=1ms", "\"step\" is for what time clocks");
	refused_by(patterned("01", "p=1%"), "p=1%", "\"p\" does not belong to model \"pattern\"");
	r = rig_new(WF_BLOCK_LOSS, "p=1% loop=true");
	assert_string_equal(rig_error(r), "\"loop\" does not belong to model \"bernoulli\"");
	rig_free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_packet_is_a_step_and_the_end_leads_to_the_start),
		cmocka_unit_test(once_is_once),
		cmocka_unit_test(time_is_counted_from_the_first_packet),
		cmocka_unit_test(patterns_longer_than_a_word),
		cmocka_unit_test(each_flow_has_its_own),
		cmocka_unit_test(a_live_change_goes_on_where_it_was),
		cmocka_unit_test(exempt_neighbours_are_no_step),
		cmocka_unit_test(the_forecast_is_the_patterns),
		cmocka_unit_test(what_makes_no_sense_is_refused),
	};

	return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
