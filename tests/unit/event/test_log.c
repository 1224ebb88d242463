/* SPDX-License-Identifier: BSD-3-Clause
 * The ring of events: numbers, what is kept, who is told, and the lines on stderr.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "wf_event.h"

static void
say_numbers(struct wf_event_log *log, unsigned from, unsigned to)
{
	for (unsigned i = from; i <= to; i++)
		wf_event_say(log, WF_EVENT_port_up, "a", "%u", i);
}

static void
events_are_read_once_in_order(void **state)
{
	struct wf_event_log *log = wf_event_log_new(8);
	struct wf_event_reader r = { 0 };
	const struct wf_event *e;
	wf_ns_t before_ns = 0;

	assert_int_equal(wf_event_last(log), 0);
	assert_null(wf_event_next(log, &r));
	say_numbers(log, 1, 3);
	for (uint64_t seq = 1; seq <= 3; seq++) {
		e = wf_event_next(log, &r);
		assert_int_equal(e->seq, seq);
		assert_int_equal(strtoul(e->text, NULL, 10), seq);
		assert_string_equal(e->about, "a");
		assert_int_equal(e->kind, WF_EVENT_port_up);
		assert_true(e->mono_ns >= before_ns);
		assert_int_equal(e->at_ns, e->mono_ns);
		assert_true(e->wall_ns > 1700000000 * WF_NS_PER_S);
		before_ns = e->mono_ns;
	}
	assert_null(wf_event_next(log, &r));
	assert_int_equal(r.missed, 0);
	wf_event_log_free(log);
}

static void
a_reader_that_fell_behind_learns_how_many_it_missed(void **state)
{
	struct wf_event_log *log = wf_event_log_new(4);
	struct wf_event_reader r = { 0 };

	say_numbers(log, 1, 2);
	assert_int_equal(wf_event_next(log, &r)->seq, 1);
	say_numbers(log, 3, 6); /* 3 to 6 are kept; 2 is gone */
	assert_int_equal(wf_event_next(log, &r)->seq, 3);
	assert_int_equal(r.missed, 1);
	say_numbers(log, 7, 100);
	assert_int_equal(wf_event_next(log, &r)->seq, 97);
	assert_int_equal(r.missed, 1 + 93);
	for (uint64_t seq = 98; seq <= 100; seq++)
		assert_int_equal(wf_event_next(log, &r)->seq, seq);
	assert_null(wf_event_next(log, &r));
	assert_int_equal(r.missed, 94);
	wf_event_log_free(log);
}

/* A number of another run's log. */
static void
a_reader_ahead_of_the_log_reads_nothing(void **state)
{
	struct wf_event_log *log = wf_event_log_new(4);
	struct wf_event_reader r = { .seen = 9 };

	say_numbers(log, 1, 9);
	assert_null(wf_event_next(log, &r));
	r.seen = UINT64_MAX;
	assert_null(wf_event_next(log, &r));
	assert_int_equal(r.missed, 0);
	wf_event_log_free(log);
}

static void
members_are_copied_and_may_be_missing(void **state)
{
	struct wf_event_log *log = wf_event_log_new(2);
	struct wf_event_reader r = { 0 };
	char who[] = "uid 1", what[] = "{}", text[] = "it changed";
	const struct wf_event *e;

	wf_event_add(log, &(struct wf_event){ .kind = WF_EVENT_change,
				  .who = who,
				  .what = what,
				  .text = text,
				  .generation = 7,
				  .at_ns = 5 });
	who[0] = what[0] = text[0] = '?';
	e = wf_event_next(log, &r);
	assert_string_equal(e->who, "uid 1");
	assert_string_equal(e->what, "{}");
	assert_string_equal(e->text, "it changed");
	assert_null(e->about);
	assert_int_equal(e->generation, 7);
	assert_int_equal(e->at_ns, 5);
	wf_event_log_free(log);
}

struct listener {
	struct wf_event_reader r;
	struct wf_event_log *log;
	unsigned woken;
	bool leaves;
};

static void
listen(struct wf_event_reader *r)
{
	struct listener *l = r->ctx;

	l->woken++;
	while (wf_event_next(l->log, r) != NULL)
		;
	if (l->leaves)
		wf_event_leave(l->log, r);
}

static void
who_has_joined_is_told_until_it_leaves(void **state)
{
	struct wf_event_log *log = wf_event_log_new(4);
	struct listener l[3] = { { .log = log }, { .log = log, .leaves = true }, { .log = log } };

	for (int i = 0; i < 3; i++) {
		l[i].r.ctx = &l[i];
		l[i].r.wake = listen;
		wf_event_join(log, &l[i].r);
	}
	say_numbers(log, 1, 2);
	wf_event_leave(log, &l[0].r);
	wf_event_leave(log, &l[0].r); /* harmless */
	say_numbers(log, 3, 3);
	assert_int_equal(l[0].woken, 2);
	assert_int_equal(l[1].woken, 1);
	assert_int_equal(l[2].woken, 3);
	assert_int_equal(l[2].r.seen, 3);
	wf_event_log_free(log);
}

static void
without_a_log_nobody_is_told(void **state)
{
	struct wf_err *err = wf_err_new();

	wf_err_add(err, NULL, NULL, "lost");
	wf_event_say(NULL, WF_EVENT_start, NULL, "%d", 1);
	wf_event_warn(NULL, err);
	wf_event_log_free(NULL);
	wf_err_free(err);
}

/* What the event is on stderr; "" if it isn't there. */
static void
line_is(const struct wf_event *e, bool quiet, const char *want)
{
	char text[512] = "";
	FILE *out = fmemopen(text, sizeof(text), "w");

	wf_event_print(e, quiet, out);
	fclose(out);
	assert_string_equal(text, want);
}

static void
lines_for_people(void **state)
{
	struct wf_event e = { .kind = WF_EVENT_port_down, .text = "interface x is down" };

	line_is(&e, false, "wirefault: interface x is down\n");
	line_is(&e, true, "");
	e.kind = WF_EVENT_stall;
	line_is(&e, false, "");
	e.kind = WF_EVENT_refused;
	line_is(&e, true, "wirefault: interface x is down\n");
	/* Changes are told with who made them, whatever else is left out. */
	e = (struct wf_event){ .kind = WF_EVENT_reload, .text = "reloaded" };
	line_is(&e, true, "");
	e.who = "uid 0";
	line_is(&e, true, "wirefault: reloaded\n");
	e = (struct wf_event){ .kind = WF_EVENT_warning };
	line_is(&e, true, "wirefault: out of memory\n");
	e.whole = true;
	e.text = "x.conf: it is bad.";
	line_is(&e, true, "x.conf: it is bad.\n");
}

static void
errors_become_warnings(void **state)
{
	struct wf_event_log *log = wf_event_log_new(8 + WF_ERR_MAX);
	struct wf_event_reader r = { 0 };
	struct wf_err *err = wf_err_new();
	struct wf_where where = { "x.conf", 3, "ports.a" };
	const struct wf_event *e = NULL, *last = NULL;

	wf_err_add(err, &where, "Mend it", "it broke");
	for (int i = 0; i < WF_ERR_MAX + 1; i++)
		wf_err_add(err, NULL, NULL, "again");
	wf_event_warn(log, err);
	e = wf_event_next(log, &r);
	assert_string_equal(e->text, "x.conf:3: ports.a: it broke. Mend it.");
	assert_string_equal(e->about, "ports.a");
	line_is(e, true, "x.conf:3: ports.a: it broke. Mend it.\n");
	while ((e = wf_event_next(log, &r)) != NULL)
		last = e;
	assert_string_equal(last->text, "and 2 more errors");
	wf_err_free(err);
	wf_event_log_free(log);
}

static void
kinds_have_names_and_help(void **state)
{
	for (int i = 0; i < WF_EVENT_COUNT; i++) {
		assert_true(strspn(wf_event_info[i].name, "abcdefghijklmnopqrstuvwxyz_") ==
			    strlen(wf_event_info[i].name));
		assert_true(strlen(wf_event_info[i].help) > 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(events_are_read_once_in_order),
		cmocka_unit_test(a_reader_that_fell_behind_learns_how_many_it_missed),
		cmocka_unit_test(a_reader_ahead_of_the_log_reads_nothing),
		cmocka_unit_test(members_are_copied_and_may_be_missing),
		cmocka_unit_test(who_has_joined_is_told_until_it_leaves),
		cmocka_unit_test(without_a_log_nobody_is_told),
		cmocka_unit_test(lines_for_people),
		cmocka_unit_test(errors_become_warnings),
		cmocka_unit_test(kinds_have_names_and_help),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
