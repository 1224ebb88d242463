/* SPDX-License-Identifier: BSD-3-Clause
 * A capture with several workers: in order of time, filtered, and each packet captured or missed.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "folder.h"
#include "rig.h"

static struct wf_capture *
begin(const struct wf_capture_options *o, uint32_t n_taps)
{
	struct wf_conf *conf = rig_conf();
	struct wf_err *err = wf_err_new();
	struct wf_capture *c = wf_capture_new(o, conf, n_taps, 0, err);

	wf_err_print(err, stderr);
	wf_err_free(err);
	wf_conf_free(conf);
	return c;
}

static void
see(struct wf_capture_tap *t, uint32_t dir, uint32_t i, uint32_t n)
{
	struct wf_capture_seen s = { .dir = dir,
		.data = rig_bytes,
		.readable_bytes = n,
		.frame_bytes = n,
		.len_bytes = n,
		.time_ns = i };
	struct wf_capture_record *r = wf_capture_reserve(t, &s);

	if (r == NULL)
		return;
	memcpy(r->data, rig_bytes, r->cap_bytes);
	wf_capture_publish(t);
}

static void
test_of_one_link(void **state)
{
	struct wf_capture_options o = WF_CAPTURE_OPTIONS;
	struct wf_capture_status s;
	struct wf_capture *c;
	wf_ns_t last_ns;

	o.directory = folder;
	o.name = "l.pcapng";
	o.link = "lan";
	o.filter = "len >= 100"; /* of the frame */
	c = begin(&o, 3);
	assert_non_null(c);
	for (uint32_t i = 0; i < 3000; i++)
		see(wf_capture_tap(c, i % 3), i % 4, i, i % 5 == 0 ? 60 : 200);
	wf_capture_end(c);
	wf_capture_status(c, &s);
	assert_int_equal(s.state, WF_CAPTURE_ENDED);
	assert_int_equal(s.captured, 3000 / 2 * 4 / 5);
	assert_int_equal(s.missed, 0);
	wf_capture_free(c);
	assert_int_equal(rig_read(folder_path("l.pcapng"), &last_ns), s.captured);
	assert_int_equal(last_ns, 2999);
}

struct taken {
	uint32_t n, bytes;
	wf_ns_t last_ns;
};

static void
take(void *ctx, const struct wf_capture_record *r)
{
	struct taken *t = ctx;

	assert_true(t->n == 0 || r->time_ns >= t->last_ns);
	assert_memory_equal(r->data, rig_bytes, r->cap_bytes);
	t->n++;
	t->bytes += r->cap_bytes;
	t->last_ns = r->time_ns;
}

/* Without file and thread: who asks is told, in order of time, and a full ring counts. */
static void
test_taken(void **state)
{
	struct wf_capture_options o = WF_CAPTURE_OPTIONS;
	struct wf_capture_status s;
	struct taken t = { 0 };
	struct wf_capture *c;

	o.snaplen = 100;
	o.memory_bytes = 1 << 20;
	o.put = take;
	o.ctx = &t;
	c = begin(&o, 2);
	assert_non_null(c);
	assert_int_equal(wf_capture_take(c, UINT32_MAX), 0);
	for (uint32_t i = 0; i < 200; i++)
		see(wf_capture_tap(c, i % 2), i % 4, i, 1000);
	assert_int_equal(t.n, 0);
	assert_int_equal(wf_capture_take(c, 50), 50);
	assert_int_equal(t.last_ns, 49);
	assert_int_equal(wf_capture_take(c, UINT32_MAX), 150);
	assert_int_equal(t.bytes, 200 * 100);
	for (uint32_t i = 0; i < 20000; i++)
		see(wf_capture_tap(c, 0), 0, 1000 + i, 1000);
	wf_capture_take(c, UINT32_MAX);
	wf_capture_status(c, &s);
	assert_true(s.missed > 0);
	assert_int_equal(s.captured, t.n);
	assert_int_equal(s.captured + s.missed, 20200);
	wf_capture_end(c);
	wf_capture_free(c);
}

#define MANY 40000

static void *
flood(void *arg)
{
	for (uint32_t i = 0; i < MANY; i++)
		see(arg, i % 2, i, 1400);
	return NULL;
}

static void
test_captured_or_missed(void **state)
{
	struct wf_capture_options o = WF_CAPTURE_OPTIONS;
	struct wf_capture_status s;
	struct wf_capture *c;
	pthread_t thread[2];
	wf_ns_t last_ns;

	o.directory = folder;
	o.name = "m.pcapng";
	o.memory_bytes = 1 << 20;
	c = begin(&o, 2);
	for (uint32_t i = 0; i < 2; i++)
		pthread_create(&thread[i], NULL, flood, wf_capture_tap(c, i));
	for (uint32_t i = 0; i < 2; i++)
		pthread_join(thread[i], NULL);
	wf_capture_end(c);
	wf_capture_status(c, &s);
	assert_int_equal(s.captured + s.missed, 2 * MANY);
	assert_true(s.missed > 0);
	wf_capture_free(c);
	assert_int_equal(rig_read(folder_path("m.pcapng"), &last_ns), s.captured);
}

static void
test_refusals(void **state)
{
	struct wf_capture_options o = WF_CAPTURE_OPTIONS;
	struct wf_conf *conf = rig_conf();
	struct wf_err *err = wf_err_new();

	o.directory = folder;
	o.name = "r.pcapng";
	o.link = "lann";
	o.link_where.path = "capture.link";
	assert_null(wf_capture_new(&o, conf, 1, 0, err));
	assert_non_null(strstr(wf_err_item(err, 0)->hint, "\"lan\""));
	o.link = NULL;
	o.filter = "tcp prot 1";
	o.filter_where.path = "capture.filter";
	assert_null(wf_capture_new(&o, conf, 1, 0, err));
	assert_int_equal(wf_err_count(err), 2);
	assert_string_equal(wf_err_item(err, 0)->path, "capture.link");
	assert_string_equal(wf_err_item(err, 1)->path, "capture.filter");
	wf_err_free(err);
	wf_conf_free(conf);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_of_one_link),
		cmocka_unit_test(test_captured_or_missed),
		cmocka_unit_test(test_taken),
		cmocka_unit_test(test_refusals),
	};

	return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
