/* SPDX-License-Identifier: BSD-3-Clause
 * The end of a run with packets still waiting when the time to drain is over.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "rig.h"

static struct rig rig;

static int
start(void **state)
{
	rig_start(&rig, 1, (const char *const[]){ "delay.mean=1h", NULL });
	return 0;
}

static int
end(void **state)
{
	rig_end(&rig);
	return 0;
}

static void
what_still_waits_ends_as_shutdown(void **state)
{
	struct wf_snapshot *s;

	rig_send(&rig, 300, 64, 1);
	s = rig_settled(&rig);
	assert_int_equal(s->links[0].dir[WF_AB].queued.packets, 300);
	wf_snapshot_free(s);
	wf_dp_stop(rig.dp, 10 * WF_NS_PER_MS);
	s = wf_dp_snapshot(rig.dp);
	assert_int_equal(s->links[0].dir[WF_AB].s.c.dropped[WF_DROP_shutdown].packets, 300);
	assert_int_equal(s->links[0].dir[WF_AB].queued.packets, 0);
	assert_int_equal(wf_snapshot_unaccounted(s).packets, 0);
	wf_snapshot_free(s);
}

/* Whoever asks twice gets the same answer. */
static void
the_snapshot_stays_after_the_end(void **state)
{
	struct wf_snapshot *s = wf_dp_snapshot(rig.dp);

	wf_dp_stop(rig.dp, 0);
	assert_int_equal(s->links[0].dir[WF_AB].s.c.rx.packets, 300);
	assert_true(s->pool_in_use <= 4096);
	wf_snapshot_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_still_waits_ends_as_shutdown),
		cmocka_unit_test(the_snapshot_stays_after_the_end),
	};

	return cmocka_run_group_tests(tests, start, end);
}
