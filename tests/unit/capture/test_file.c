/* SPDX-License-Identifier: BSD-3-Clause
 * Files of a capture: names, verdicts, rotation, and a file that can't grow.
 */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "folder.h"
#include "rig.h"
#include "wf_capture_text.h"
#include "wf_drop.h"

static struct wf_capture_file *
open_file(const struct wf_capture_options *o)
{
	struct wf_conf *conf = rig_conf();
	struct wf_err *err = wf_err_new();
	struct wf_capture_file *f = wf_capture_file_new(o, conf, 1000, err);

	assert_true((f == NULL) == (wf_err_count(err) > 0));
	wf_err_free(err);
	wf_conf_free(conf);
	return f;
}

static void
test_names(void **state)
{
	static const struct {
		const char *name;
		bool good;
	} cases[] = { { "a.pcapng", true }, { "a b.pcapng", true }, { "a.pcap", false },
		{ ".pcapng", false }, { ".a.pcapng", false }, { "/a.pcapng", false },
		{ "../a.pcapng", false }, { "x/a.pcapng", false }, { "", false },
		{ "a\n.pcapng", false } };
	struct wf_err *err = wf_err_new();
	char out[WF_CAPTURE_NAME], longest[300];

	for (size_t i = 0; i < WF_ARRAY_SIZE(cases); i++)
		assert_int_equal(wf_capture_name_check(cases[i].name, err) == 0, cases[i].good);
	memset(longest, 'a', sizeof(longest));
	strcpy(longest + 240, ".pcapng");
	assert_int_equal(wf_capture_name_check(longest, err), 0);
	wf_capture_name_of(longest, 99999, out);
	assert_string_equal(out + 240, "-99999.pcapng");
	strcpy(longest + 241, ".pcapng");
	assert_int_equal(wf_capture_name_check(longest, err), -EINVAL);
	assert_string_equal(wf_capture_name_of("a.pcapng", 0, out), "a.pcapng");
	assert_string_equal(wf_capture_name_of("a.pcapng", 12, out), "a-00012.pcapng");
	wf_err_free(err);
}

static void
test_verdicts(void **state)
{
	struct wf_capture_record r = { .cap_bytes = 1,
		.point = WF_CAPTURE_OUT,
		.rx_ns = 1000,
		.due_ns = 20001000,
		.time_ns = 20001112 };
	char out[WF_CAPTURE_TEXT];

	assert_string_equal(wf_capture_text(&r, out), "delay=20ms late=112ns");
	r.marks = WF_CAPTURE_COPY | WF_CAPTURE_CHANGED | WF_CAPTURE_CORRUPTED;
	assert_string_equal(wf_capture_text(&r, out), "delay=20ms late=112ns duplicate corrupted");
	r.marks = WF_CAPTURE_CHANGED | WF_CAPTURE_MADE;
	r.time_ns = 5; /* sent before it was due: it is not late */
	assert_string_equal(wf_capture_text(&r, out), "delay=20ms late=0ns changed made");
	r.point = WF_CAPTURE_LOST;
	r.marks = 0;
	r.cause = WF_DROP_queue_full;
	r.cap_bytes = 0;
	assert_string_equal(wf_capture_text(&r, out), "dropped=queue_full no-bytes");
	r.point = WF_CAPTURE_IN;
	assert_string_equal(wf_capture_text(&r, out), "");
}

static void
test_refusals(void **state)
{
	struct wf_capture_options o = WF_CAPTURE_OPTIONS;

	o.directory = folder;
	o.name = "x.pcapng";
	o.files = 3; /* of what? */
	assert_null(open_file(&o));
	o.files = 0;
	o.snaplen = 13;
	assert_null(open_file(&o));
	o.snaplen = 14;
	o.size_bytes = 1000;
	assert_null(open_file(&o));
	o.size_bytes = 0;
	o.directory = folder_path("none");
	assert_null(open_file(&o));
	o.directory = folder;
	assert_int_equal(symlink("/dev/null", folder_path("x.pcapng")), 0);
	assert_null(open_file(&o));
	assert_int_equal(unlink(folder_path("x.pcapng")), 0);
	assert_int_equal(mkfifo(folder_path("x.pcapng"), 0600), 0);
	assert_null(open_file(&o));
	assert_int_equal(unlink(folder_path("x.pcapng")), 0);
}

static void
test_rotates_by_size(void **state)
{
	struct wf_capture_options o = WF_CAPTURE_OPTIONS;
	struct wf_capture_file *f;
	wf_ns_t last_ns;
	int64_t kept;

	o.directory = folder;
	o.name = "s.pcapng";
	o.size_bytes = 64 << 10;
	o.files = 2;
	f = open_file(&o);
	for (uint32_t i = 0; i < 1000; i++) {
		struct wf_capture_record r = rig_record(WF_CAPTURE_IN, i, 1000);

		assert_int_equal(wf_capture_file_put(f, &r, rig_bytes), 0);
	}
	assert_int_equal(wf_capture_file_end(f, NULL), 0);
	assert_int_equal(wf_capture_file_captured(f, wf_capture_iface(0, WF_CAPTURE_IN)), 1000);
	assert_int_equal(wf_capture_file_number(f), 17);
	assert_in_range(wf_capture_file_bytes(f), 1000 * 1050, 1000 * 1150);
	wf_capture_file_free(f);
	assert_int_equal(access(folder_path("s-00015.pcapng"), F_OK), -1);
	kept = rig_read(folder_path("s-00016.pcapng"), &last_ns);
	assert_in_range(kept, 55, 66); /* whole files, of the size that was asked for */
	kept = rig_read(folder_path("s-00017.pcapng"), &last_ns);
	assert_true(kept > 0);
	assert_int_equal(last_ns, 1000 + 999);
}

static void
test_rotates_by_time(void **state)
{
	struct wf_capture_options o = WF_CAPTURE_OPTIONS;
	struct wf_capture_file *f;
	wf_ns_t last_ns;

	o.directory = folder;
	o.name = "t.pcapng";
	o.time_ns = WF_NS_PER_S;
	f = open_file(&o);
	for (uint32_t i = 0; i < 30; i++) {
		struct wf_capture_record r =
			rig_record(WF_CAPTURE_OUT, 5 + i * 100 * WF_NS_PER_MS, 60);

		assert_int_equal(wf_capture_file_put(f, &r, rig_bytes), 0);
	}
	assert_int_equal(wf_capture_file_end(f, NULL), 0);
	assert_int_equal(wf_capture_file_number(f), 3);
	wf_capture_file_free(f);
	assert_int_equal(rig_read(folder_path("t-00002.pcapng"), &last_ns), 10);
	assert_int_equal(last_ns, 1000 + 5 + 1900 * WF_NS_PER_MS);
}

/* As a full disk: what does not fit any more counts as lost, and what is there is whole. */
static void
test_cannot_grow(void **state)
{
	const struct rlimit limit = { 2500000, RLIM_INFINITY };
	struct wf_capture_options o = WF_CAPTURE_OPTIONS;
	uint32_t iface = wf_capture_iface(1, WF_CAPTURE_LOST);
	struct wf_capture_record r = rig_record(WF_CAPTURE_LOST, 1, 900);
	struct wf_capture_file *f;
	uint64_t captured;
	struct rlimit before;
	wf_ns_t last_ns;
	int rc = 0;

	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &before);
	setrlimit(RLIMIT_FSIZE, &limit);
	o.directory = folder;
	o.name = "f.pcapng";
	f = open_file(&o);
	r.dir = 1;
	for (uint32_t i = 0; i < 4000; i++)
		rc = wf_capture_file_put(f, &r, rig_bytes);
	assert_int_equal(rc, -EFBIG);
	assert_int_equal(wf_capture_file_end(f, NULL), -EFBIG);
	setrlimit(RLIMIT_FSIZE, &before);
	captured = wf_capture_file_captured(f, iface);
	assert_int_equal(captured + wf_capture_file_lost(f, iface), 4000);
	assert_in_range(captured, 1000, 2700);
	wf_capture_file_free(f);
	assert_int_equal(rig_read(folder_path("f.pcapng"), &last_ns), captured);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_verdicts),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_rotates_by_size),
		cmocka_unit_test(test_rotates_by_time),
		cmocka_unit_test(test_cannot_grow),
	};

	return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
