/* SPDX-License-Identifier: BSD-3-Clause
 * Replays driven by the test in the place of a worker: what is due when, late policies, two sides
 * in one order, orders of the control thread, files that don't fit into memory, and what is left
 * out.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fixture.h"
#include "wf_source_replay.h"

#define FRAME  100
#define GAP_NS 1000000u

static struct wf_replay *r;
static struct wf_replay_item item[32];

/* n frames a millisecond apart, in turn from either host: number i is in bytes 60 to 63. */
static const char *
capture(const char *name, uint32_t n, uint32_t bytes)
{
	struct wf_err *err = wf_err_new();
	struct wf_cap_writer *w = wf_cap_create(fixture_path(name), 262144, err);
	uint8_t f[2048] = { 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0, 0x45, 0, 0, 86 };

	assert_non_null(w);
	memcpy(f + 22, "\x40\x11\0\0\x0a\0\0\1\x0a\0\0\2", 12);
	for (uint32_t i = 0; i < n; i++) {
		struct wf_cap_packet p = {
			.time_ns = CAP_T0 + i * (uint64_t)GAP_NS,
			.cap_bytes = bytes,
			.len_bytes = bytes,
			.data = f,
		};

		f[11] = f[29] = (uint8_t)(1 + i % 2);
		f[5] = f[33] = (uint8_t)(2 - i % 2);
		memcpy(f + 60, &i, sizeof(i));
		assert_int_equal(wf_cap_write(w, &p), 0);
	}
	assert_int_equal(wf_cap_finish(w), 0);
	wf_err_free(err);
	return fixture_path(name);
}

static void
open_replay(uint32_t n_sides, const char *fmt, ...)
{
	const struct wf_where where = { .path = "ports.a" };
	struct wf_err *err = wf_err_new();
	struct wf_replay_spec spec;
	char device[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(device, sizeof(device), fmt, ap);
	va_end(ap);
	r = NULL;
	if (wf_replay_parse(device, &spec, &where, err) == 0)
		r = wf_replay_new(&spec, 1522, n_sides, err);
	if (r == NULL)
		wf_err_print(err, stderr);
	assert_non_null(r);
	wf_err_free(err);
}

static int
end(void **state)
{
	wf_replay_free(r);
	r = NULL;
	return 0;
}

static uint32_t
number(const struct wf_replay_item *i)
{
	uint32_t v;

	memcpy(&v, i->record->data + 60, sizeof(v));
	return v;
}

static struct wf_snap_replay *
look(wf_ns_t now_ns)
{
	static struct wf_snap_replay s;

	wf_replay_look(r, now_ns, &s);
	return &s;
}

/* All that is due at a time, one burst after the other. */
static uint32_t
take_all(wf_ns_t now_ns)
{
	uint32_t sum = 0, n;

	while ((n = wf_replay_take(r, 0, now_ns, item, 32)) > 0)
		sum += n;
	return sum;
}

/* At any pace each packet is given at its very nanosecond, and not before. */
static void
paces(void **state)
{
	static const struct {
		const char *pace;
		uint64_t mul, div; /* of packets, whose gap is a millisecond */
	} cases[] = { { "x1", 1000000, 1 }, { "x3", 1000000, 3 }, { "x0.01", 100000000, 1 },
		{ "7pps", 1000000000, 7 }, { "8Mbit", 100000, 1 }, { "124kbit/l1", 8000000, 1 },
		{ "13us", 13000, 1 } };
	const char *path = capture("a.pcapng", 50, FRAME);
	const wf_ns_t t0 = 777;

	for (size_t c = 0; c < WF_ARRAY_SIZE(cases); c++) {
		open_replay(1, "pcap,file=%s,pace=%s,loops=3,gap=1ms", path, cases[c].pace);
		for (uint64_t i = 0; i < 150; i++) {
			wf_ns_t due_ns = t0 + i * cases[c].mul / cases[c].div;

			if (i > 0)
				assert_int_equal(wf_replay_take(r, 0, due_ns - 1, item, 32), 0);
			assert_int_equal(wf_replay_take(r, 0, due_ns, item, 32), 1);
			assert_int_equal(item[0].due_ns, due_ns);
			assert_int_equal(number(&item[0]), i % 50);
			assert_int_equal(item[0].loop, i / 50);
		}
		assert_int_equal(look(0)->state, WF_REPLAY_DONE);
		assert_int_equal(look(0)->packets, 150);
		assert_int_equal(look(0)->lateness.count, 150);
		assert_int_equal(look(0)->lateness.max_ns, 0);
		wf_replay_free(r);
	}
	r = NULL;
}

static void
limits(void **state)
{
	const char *path = capture("a.pcapng", 50, FRAME);

	open_replay(1, "pcap,file=%s,pace=top,loops=0,packets=120", path);
	assert_int_equal(take_all(5), 120);
	assert_int_equal(look(5)->state, WF_REPLAY_DONE);
	wf_replay_free(r);
	open_replay(1, "pcap,file=%s,duration=20ms", path);
	assert_int_equal(take_all(1000), 1);
	assert_int_equal(take_all(1000 + 15 * GAP_NS), 15);
	assert_int_equal((int)(100 * look(1000 + 15 * GAP_NS)->progress), 75);
	assert_int_equal(look(1000 + 15 * GAP_NS)->left_ns / 1000000, 5);
	assert_int_equal(take_all(1000 + 30 * GAP_NS), 4);
	assert_int_equal(look(5)->state, WF_REPLAY_DONE);
}

/* A worker that stands still for 10 of 50 ms. */
static void
late_policies(void **state)
{
	const char *path = capture("a.pcapng", 50, FRAME);
	wf_ns_t t = 1000;

	open_replay(1, "pcap,file=%s,burst=4", path);
	assert_int_equal(take_all(t), 1);
	t += 10 * GAP_NS;
	assert_int_equal(wf_replay_take(r, 0, t, item, 32), 4);
	assert_int_equal(item[0].due_ns, 1000 + GAP_NS);
	assert_int_equal(take_all(t), 6);
	assert_int_equal(look(t)->too_late, 8); /* the tolerance is 1 ms, and 2 were within */
	assert_int_equal(look(t)->lateness.max_ns, 9 * GAP_NS);
	assert_int_equal(take_all(t + GAP_NS), 1);
	wf_replay_free(r);

	open_replay(1, "pcap,file=%s,late=slip,tolerance=500us", path);
	t = 1000;
	assert_int_equal(take_all(t), 1);
	t += 10 * GAP_NS;
	assert_int_equal(take_all(t), 1);
	assert_int_equal(look(t)->slipped_ns, 9 * GAP_NS);
	assert_int_equal(take_all(t + GAP_NS - 1), 0);
	assert_int_equal(take_all(t + GAP_NS), 1);
	wf_replay_free(r);

	open_replay(1, "pcap,file=%s,late=drop", path);
	t = 1000;
	assert_int_equal(take_all(t), 1);
	t += 10 * GAP_NS;
	assert_int_equal(wf_replay_take(r, 0, t, item, 32), 2);
	assert_int_equal(number(&item[0]), 9);
	assert_int_equal(look(t)->late_dropped, 8);
	assert_int_equal(take_all(t + 100 * GAP_NS), 0);
	assert_int_equal(look(t)->late_dropped, 47);
	assert_int_equal(look(t)->state, WF_REPLAY_DONE);
}

/* Whatever the turns are like, packets leave in one order, and each by its own port. */
static void
two_sides(void **state)
{
	const char *path = capture("a.pcapng", 50, FRAME);
	uint32_t next = 0;

	open_replay(2, "pcap,file=%s,split=first,loops=2", path);
	for (wf_ns_t t = 0; next < 100; t += GAP_NS / 3 + (t % 11) * GAP_NS) {
		uint32_t n[2];

		for (uint32_t side = 0; side < 2; side++) {
			n[side] = wf_replay_take(r, side, t, item, 32);
			for (uint32_t i = 0; i < n[side]; i++, next++) {
				assert_int_equal(number(&item[i]), next % 50);
				assert_int_equal(next % 2, side);
			}
		}
		/* Ports are flushed in any order at the end of a turn. */
		assert_true(n[0] == 0 || n[1] == 0);
		assert_true(t < 100000ull * GAP_NS);
	}
	assert_int_equal(look(0)->packets, 100);
}

static void
orders(void **state)
{
	struct wf_replay_order o;
	const char *path = capture("a.pcapng", 50, FRAME);

	open_replay(1, "pcap,file=%s,start=wait,loops=0", path);
	assert_int_equal(take_all(1), 0);
	assert_int_equal(look(1)->state, WF_REPLAY_WAITING);
	o = r->wanted;
	o.runs++;
	wf_replay_want(r, &o);
	assert_int_equal(look(1)->state, WF_REPLAY_RUNNING); /* it will be within a turn */
	assert_int_equal(take_all(1000), 1);
	assert_int_equal(take_all(1000 + 5 * GAP_NS), 5);
	/* Halfway to the next one it is paused, for long. */
	o.paused = 1;
	wf_replay_want(r, &o);
	assert_int_equal(take_all(1000 + 5 * GAP_NS + GAP_NS / 2), 0);
	assert_int_equal(look(1)->state, WF_REPLAY_PAUSED);
	assert_int_equal(take_all(1000 + 500 * GAP_NS), 0);
	o.steps += 2;
	wf_replay_want(r, &o);
	assert_int_equal(take_all(1000 + 500 * GAP_NS), 2);
	assert_int_equal(take_all(1000 + 501 * GAP_NS), 0);
	/* It goes on from where it was: 6 and 7 are sent, 8 is due 2.5 ms later. */
	o.paused = 0;
	wf_replay_want(r, &o);
	assert_int_equal(take_all(1000 + 600 * GAP_NS), 0);
	assert_int_equal(take_all(1000 + 602 * GAP_NS + GAP_NS / 2 - 1), 0);
	assert_int_equal(take_all(1000 + 602 * GAP_NS + GAP_NS / 2), 1);
	/* Twice as fast from halfway on. */
	o.pace.div *= 2;
	wf_replay_want(r, &o);
	assert_int_equal(take_all(1000 + 603 * GAP_NS), 0);
	assert_int_equal(take_all(1000 + 603 * GAP_NS + GAP_NS / 4), 1);
	assert_string_equal(look(1)->pace, "x2");
	/* Stopped, and from the beginning. */
	o.stopped = 1;
	wf_replay_want(r, &o);
	assert_int_equal(take_all(1000 + 700 * GAP_NS), 0);
	assert_int_equal(look(1)->state, WF_REPLAY_STOPPED);
	o.stopped = 0;
	o.runs++;
	wf_replay_want(r, &o);
	assert_int_equal(wf_replay_take(r, 0, 1000 + 800 * GAP_NS, item, 32), 1);
	assert_int_equal(number(&item[0]), 0);
	assert_int_equal(look(1000 + 800 * GAP_NS)->packets, 1);
}

/* 30 MB through 8 MB: every packet of every loop, and from the beginning again in the middle. */
static void
streams(void **state)
{
	const char *path = capture("big.pcap", 20000, 1500);
	struct wf_replay_order o;

	for (uint32_t thread = 0; thread < 2; thread++) {
		uint64_t next = 0, begun = 0;

		open_replay(1, "pcap,file=%s,pace=top,loops=3,memory=8MB", path);
		assert_false(r->store->whole);
		assert_true(r->store->n <= 8);
		if (thread)
			assert_int_equal(wf_replay_store_begin(r->store), 0);
		while (next < 60000) {
			uint32_t n = wf_replay_take(r, 0, 1000 + next, item, 32);

			for (uint32_t i = 0; i < n; i++, next++)
				assert_int_equal(number(&item[i]), next % 20000);
			if (next > 30000 && !begun++) {
				o = r->wanted;
				o.runs++;
				wf_replay_want(r, &o);
				next = 0;
			}
		}
		assert_int_equal(wf_replay_take(r, 0, 99999, item, 32), 0);
		assert_int_equal(look(0)->state, WF_REPLAY_DONE);
		assert_int_equal(look(0)->loop_packets, 20000);
		assert_true(look(0)->streams);
		if (!thread)
			assert_int_equal(look(0)->underruns, 0);
		wf_replay_free(r);
	}
	r = NULL;
}

static uint64_t
note(enum wf_replay_note n)
{
	return look(0)->note[n].packets;
}

static void
put_record(FILE *out, uint32_t s, uint32_t cap, uint32_t len)
{
	uint8_t bytes[2048] = { 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8 };
	uint32_t h[4] = { s, 0, cap, len };

	fwrite(h, sizeof(h), 1, out);
	fwrite(bytes, cap, 1, out);
}

/* Whatever is wrong with packets, the others are sent, and each reason has its count. */
static void
left_out(void **state)
{
	const uint32_t head[6] = { 0xa1b2c3d4, 4 << 16 | 2, 0, 0, 262144, 1 };
	FILE *out = fopen(fixture_path("odd.pcap"), "w");
	uint8_t copy[4096] = { 0 };

	assert_non_null(out);
	fwrite(head, sizeof(head), 1, out);
	put_record(out, 10, 64, 64);
	put_record(out, 11, 64, 1500);   /* cut */
	put_record(out, 12, 1523, 1523); /* too long */
	put_record(out, 13, 13, 13);     /* no header */
	put_record(out, 12, 64, 64);     /* back in time */
	put_record(out, 14, 64, 64);
	memset(copy, 0xff, 16); /* and damage: a packet of 4 GB */
	fwrite(copy, 16, 1, out);
	memset(copy, 0, 16);
	assert_int_equal(fclose(out), 0);
	capture("a.pcapng", 3, FRAME);
	open_replay(1, "pcap,file=%s+%s", fixture_path("odd.pcap"), fixture_path("a.pcapng"));
	assert_int_equal(take_all(1), 1);
	assert_int_equal(take_all(UINT64_MAX / 2), 5);
	assert_int_equal(note(WF_REPLAY_truncated), 1);
	assert_int_equal(note(WF_REPLAY_too_long), 1);
	assert_int_equal(note(WF_REPLAY_malformed), 1);
	assert_int_equal(note(WF_REPLAY_backwards), 1);
	assert_int_equal(note(WF_REPLAY_damaged_files), 1);
	wf_replay_free(r);

	open_replay(1, "pcap,file=%s,truncated=pad", fixture_path("odd.pcap"));
	assert_int_equal(take_all(1), 1);
	assert_int_equal(wf_replay_take(r, 0, 1 + WF_NS_PER_S, item, 32), 1);
	assert_int_equal(item[0].record->len_bytes, 1500);
	assert_memory_equal(item[0].record->data + 64, copy, 1436);
	assert_int_equal(note(WF_REPLAY_mended), 1);
	wf_replay_free(r);

	open_replay(1, "pcap,file=%s,split=mac=02:00:00:00:00:01", fixture_path("a.pcapng"));
	assert_int_equal(take_all(1) + take_all(UINT64_MAX / 2), 2);
	assert_int_equal(note(WF_REPLAY_other_side), 1);
}

/* Appended, or as their times say. */
static void
several_files(void **state)
{
	const char *a = capture("a.pcapng", 2, FRAME), *b = capture("b.pcap", 2, FRAME);

	open_replay(1, "pcap,file=%s+%s,gap=5ms", a, b);
	assert_int_equal(take_all(1), 1);
	assert_int_equal(take_all(1 + 6 * GAP_NS - 1), 1);
	assert_int_equal(take_all(1 + 6 * GAP_NS), 1);
	wf_replay_free(r);
	/* Of the same times: the second file's first packet is late for its own, and counted so. */
	open_replay(1, "pcap,file=%s+%s,join=times", a, b);
	assert_int_equal(take_all(1), 1);
	assert_int_equal(take_all(1 + GAP_NS), 3);
	assert_int_equal(note(WF_REPLAY_backwards), 1);
}

/* On a virtual clock both sides have the times that they have live. */
static void
a_source(void **state)
{
	const struct wf_where where = { .path = "x" };
	const char *path = capture("a.pcapng", 50, FRAME);
	struct wf_err *err = wf_err_new();
	char device[512];
	uint64_t sum = 0;

	snprintf(device, sizeof(device), "pcap,file=%s,split=first,loops=7,pace=3pps", path);
	for (uint32_t side = 0; side < 2; side++) {
		struct wf_replay_spec spec;
		struct wf_source *s;
		struct wf_source_packet p[8];
		uint64_t i = side;

		assert_int_equal(wf_replay_parse(device, &spec, &where, err), 0);
		s = wf_source_replay(&spec, side, 2, 1000, err);
		assert_non_null(s);
		while (wf_source_next_ns(s) != WF_SOURCE_END) {
			wf_ns_t at_ns = 1000 + i * WF_NS_PER_S / 3;

			assert_int_equal(wf_source_next_ns(s), at_ns);
			assert_int_equal(wf_source_take(s, at_ns - 1, p, 8), 0);
			assert_int_equal(wf_source_take(s, at_ns, p, 8), 1);
			assert_int_equal(p[0].time_ns, at_ns);
			assert_int_equal(p[0].len_bytes, FRAME);
			i += 2;
			sum++;
		}
		wf_source_free(s);
	}
	assert_int_equal(sum, 350);
	wf_err_free(err);
}

static void
refusals(void **state)
{
	static const struct {
		const char *device, *says;
	} bad[] = {
		{ "pcap", "needs a file" },
		{ "pcap,file=/nonexistent.pcap", "No such file" },
		{ "pcap,file=/tmp", "is no file" },
		{ "pcap,file=%s,pace=fast", "is no pace" },
		{ "pcap,file=%s,late=never", "late" },
		{ "pcap,file=%s,speed=2", "no argument \"speed\"" },
		{ "pcap,file=%s,split=left", "says nothing about directions" },
		{ "pcap,file=%s,loops=0,unique=10.0.0.0/16-10.0.0.0/8", "256 loops" },
		{ "pcap,file=%s,memory=1MB", "memory" },
		{ "pcap,to=x.pcapng,pace=top", "there is none" },
		{ "pcap,to=x.pcap", "ends in .pcapng" },
		{ "pcap,to=/nonexistent/x.pcapng", "no folder" },
		{ "pcap,file=%1$s,to=%1$s", "sent and written at once" },
		{ "pcap,file=%s,buffer=2MiB", "Add to=" },
		{ "pcap,to=x.pcapng,buffer=1kB", "buffer" },
	};
	const struct wf_where where = { .path = "ports.a" };
	const char *path = capture("a.pcapng", 2, FRAME);

	for (size_t i = 0; i < WF_ARRAY_SIZE(bad); i++) {
		struct wf_err *err = wf_err_new();
		struct wf_replay_spec spec;
		struct wf_replay_to to;
		char device[512], *text = NULL;
		size_t size;
		FILE *out = open_memstream(&text, &size);

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		snprintf(device, sizeof(device), bad[i].device, path);
#pragma GCC diagnostic pop
		assert_true(wf_replay_parse(device, &spec, &where, err) < 0 ||
			    wf_replay_to(device, &to, &where, err) < 0);
		wf_err_print(err, out);
		fclose(out);
		if (strstr(text, bad[i].says) == NULL)
			fail_msg("%s: %s", device, text);
		free(text);
		wf_replay_release(&spec);
		wf_err_free(err);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(paces, end),
		cmocka_unit_test_teardown(limits, end),
		cmocka_unit_test_teardown(late_policies, end),
		cmocka_unit_test_teardown(two_sides, end),
		cmocka_unit_test_teardown(orders, end),
		cmocka_unit_test_teardown(streams, end),
		cmocka_unit_test_teardown(left_out, end),
		cmocka_unit_test_teardown(several_files, end),
		cmocka_unit_test_teardown(a_source, end),
		cmocka_unit_test(refusals),
	};

	return cmocka_run_group_tests(tests, fixture_make_dir, fixture_remove_dir);
}
