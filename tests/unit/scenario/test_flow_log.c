/* SPDX-License-Identifier: BSD-3-Clause
 * Flows of a run: each is told of once it is over, and everything that was seen is in one of them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "wf_flow_log.h"

#define S WF_NS_PER_S

struct sum {
	uint32_t n, ended[WF_FLOW_RUN_OVER + 1];
	struct wf_flow_entry last, all;
};

static void
told(void *ctx, const struct wf_flow_entry *f, enum wf_flow_end why)
{
	struct sum *s = ctx;

	s->n++;
	s->ended[why]++;
	s->last = *f;
	s->all.packets += f->packets;
	s->all.bytes += f->bytes;
	s->all.left += f->left;
	s->all.lost += f->lost;
	s->all.made += f->made;
}

/* A datagram of the flow with this number. */
static void
see(struct wf_flow_log *log, uint32_t flow, uint8_t point, bool extra, wf_ns_t ns)
{
	uint8_t frame[42] = { [12] = 8,
		[14] = 0x45,
		[17] = 28,
		[23] = 17,
		[27] = (uint8_t)(flow >> 16),
		[28] = (uint8_t)(flow >> 8),
		[29] = (uint8_t)flow,
		[39] = 8 };

	wf_flow_log_see(log, &(struct wf_look){ .dir = 513,
				     .point = point,
				     .extra = extra,
				     .data = frame,
				     .readable_bytes = sizeof(frame),
				     .len_bytes = 1000,
				     .ns = ns });
}

static void
a_flow_is_told_of_when_it_is_over(void **state)
{
	struct sum s = { 0 };
	struct wf_flow_log *log = wf_flow_log_new(told, &s);

	see(log, 1, WF_CAPTURE_IN, false, 5 * S);
	see(log, 1, WF_CAPTURE_OUT, false, 6 * S);
	see(log, 1, WF_CAPTURE_OUT, true, 6 * S);
	see(log, 2, WF_CAPTURE_IN, false, 7 * S);
	see(log, 1, WF_CAPTURE_IN, false, 8 * S);
	see(log, 1, WF_CAPTURE_LOST, false, 8 * S);
	see(log, 2, WF_CAPTURE_IN, false, 17 * S);
	assert_int_equal(s.n, 0);
	see(log, 2, WF_CAPTURE_IN, false, 19 * S); /* more than 10 s later */
	assert_int_equal(s.n, 1);
	assert_int_equal(s.ended[WF_FLOW_IDLE], 1);
	assert_int_equal(s.last.first_ns, 5 * S);
	assert_int_equal(s.last.last_ns, 8 * S);
	assert_int_equal(s.last.packets, 2);
	assert_int_equal(s.last.bytes, 2000);
	assert_int_equal(s.last.left, 1);
	assert_int_equal(s.last.lost, 1);
	assert_int_equal(s.last.made, 1);
	assert_int_equal(s.last.key.src[15], 1);
	assert_int_equal(s.last.key.dir[0] * 256 + s.last.key.dir[1], 513);
	see(log, 1, WF_CAPTURE_IN, false, 20 * S); /* another one */
	wf_flow_log_end(log);
	assert_int_equal(s.n, 3);
	assert_int_equal(s.ended[WF_FLOW_RUN_OVER], 2);
	assert_int_equal(s.last.first_ns, 20 * S); /* in the order of their begins */
	assert_int_equal(s.all.packets, 6);
	wf_flow_log_end(log);
	assert_int_equal(s.n, 3);
	wf_flow_log_free(log);
}

static void
what_has_no_headers_is_counted_too(void **state)
{
	struct sum s = { 0 };
	struct wf_flow_log *log = wf_flow_log_new(told, &s);

	wf_flow_log_see(log, &(struct wf_look){ .point = WF_CAPTURE_LOST, .ns = 1 });
	wf_flow_log_end(log);
	assert_int_equal(s.n, 1);
	assert_int_equal(s.last.lost, 1);
	assert_int_equal(s.last.key.family, 0);
	wf_flow_log_free(log);
}

static void
memory_is_bounded_and_nothing_is_missing(void **state)
{
	const uint32_t n = 3 * WF_FLOW_LOG_FLOWS;
	struct sum s = { 0 };
	struct wf_flow_log *log = wf_flow_log_new(told, &s);

	for (uint32_t i = 0; i < n; i++)
		see(log, i, WF_CAPTURE_IN, false, 20 * S + i);
	assert_in_range(s.ended[WF_FLOW_NO_ROOM], n - WF_FLOW_LOG_FLOWS, n - WF_FLOW_LOG_FLOWS / 2);
	wf_flow_log_end(log);
	assert_int_equal(s.n, n);
	assert_int_equal(s.all.packets, n);
	assert_int_equal(s.all.bytes, 1000ull * n);
	wf_flow_log_free(log);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_flow_is_told_of_when_it_is_over),
		cmocka_unit_test(what_has_no_headers_is_counted_too),
		cmocka_unit_test(memory_is_bounded_and_nothing_is_missing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
