/* SPDX-License-Identifier: BSD-3-Clause
 * No cache line has two writers, nor a writer and readers of something else: every struct that
 * threads share is in groups, one writer each, and each group is on lines of its own.
 *
 * One exception is meant: `next` and `old` of a packet queue are a letter box, which is written
 * when an interface comes back.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "wf_ethdev.h"
#include "wf_lines.h"
#include "wf_packet_queue.h"
#include "wf_pipe_inside.h"
#include "wf_worker.h"

/* A group ends where the next begins; the last with the struct. */
static const struct {
	const char *what;
	size_t at, size;
} groups[] = {
#define GROUP(type, member)                                                                        \
	{                                                                                          \
#type "." #member, offsetof(type, member), sizeof(type)                            \
	}
	GROUP(struct wf_worker, index),             /* constant */
	GROUP(struct wf_worker, any_waited),        /* the worker's alone */
	GROUP(struct wf_worker, seen),              /* the worker's, for control to read */
	GROUP(struct wf_orders, phase),             /* control's, for workers to read */
	GROUP(struct wf_stats, now),                /* the worker's; `turned` control reads */
	GROUP(struct wf_stats, wanted),             /* control's */
	GROUP(struct wf_stats, bank),               /* constant */
	GROUP(struct wf_txq, ops),                  /* constant; fits_bytes control's */
	GROUP(struct wf_txq, n),                    /* the worker's */
	GROUP(struct wf_ethdev_queue, port),        /* control's */
	GROUP(struct wf_ethdev_queue, thrown_away), /* the worker's, for control to read */
	GROUP(struct wf_packet_queue, fd), GROUP(struct wf_packet_queue, rx_at), /* the worker's */
	GROUP(struct wf_packet_queue, flight),                                   /* the worker's */
	GROUP(struct wf_packet_queue, next),   /* the letter box */
	GROUP(struct wf_packet_queue, rx_cut), /* the worker's, for control to read */
	GROUP(struct wf_end, ops),             /* the worker's */
	GROUP(struct wf_end, timed),           /* control's */
	GROUP(struct wf_end, n_dead),          /* the worker's */
#undef GROUP
};

static void
each_writer_has_lines_of_its_own(void **state)
{
	for (size_t i = 0; i < WF_ARRAY_SIZE(groups); i++) {
		if (groups[i].at % WF_CACHE_LINE != 0 || groups[i].size % WF_CACHE_LINE != 0)
			fail_msg("%s is at %zu in a struct of %zu bytes", groups[i].what,
				groups[i].at, groups[i].size);
	}
}

/* What a worker's turn reads of its own constants is not more than it has to be. */
static void
groups_hold_what_they_say(void **state)
{
#define WITHIN(type, group, member, next)                                                          \
	assert_in_range(offsetof(type, member), offsetof(type, group), offsetof(type, next) - 1)
	WITHIN(struct wf_worker, index, waited, any_waited);
	WITHIN(struct wf_stats, now, turned, wanted);
	WITHIN(struct wf_txq, ops, fits_bytes, n);
	WITHIN(struct wf_txq, ops, flight_mask, n);
	WITHIN(struct wf_ethdev_queue, port, rests, thrown_away);
	assert_true(offsetof(struct wf_worker, stall) > offsetof(struct wf_worker, seen));
	assert_true(offsetof(struct wf_txq, flight_head) > offsetof(struct wf_txq, n));
#undef WITHIN
}

/* Blocks of the heap, however small, share none. */
static void
blocks_of_the_heap_have_theirs(void **state)
{
	uint8_t *block[64];

	for (size_t i = 0; i < WF_ARRAY_SIZE(block); i++) {
		block[i] = wf_lines_new(i, 3);
		assert_non_null(block[i]);
		assert_int_equal((uintptr_t)block[i] % WF_CACHE_LINE, 0);
		for (size_t k = 0; k < (3 * i + 63) / 64 * 64; k++)
			assert_int_equal(block[i][k]++, 0); /* all of its last line, too */
	}
	for (size_t i = 0; i < WF_ARRAY_SIZE(block); i++)
		free(block[i]);
	assert_null(wf_lines_new(SIZE_MAX, 2));
	assert_null(wf_lines_new(1, SIZE_MAX - 5));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_writer_has_lines_of_its_own),
		cmocka_unit_test(groups_hold_what_they_say),
		cmocka_unit_test(blocks_of_the_heap_have_theirs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
