/* SPDX-License-Identifier: BSD-3-Clause
 * What was found on the host, as lines and as a file: written and read again, damaged anywhere.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "wf_found.h"

static char path[64];

static int
setup(void **state)
{
	snprintf(path, sizeof(path), "/tmp/wf-test-found.%d", (int)getpid());
	return 0;
}

static int
teardown(void **state)
{
	unlink(path);
	return 0;
}

static struct wf_found
sample(int i)
{
	struct wf_found f = { .ifindex = i + 1,
		.netns = { .dev = 4, .ino = 4026531840u + (unsigned)i },
		.peer = i % 2,
		.xdp = i % 3 == 0,
		.flags = (short)(0x1003 + i),
		.mtu = 1500 + i,
		.offloads = { .words = (uint32_t)i % (WF_OFFLOAD_WORDS + 1) } };

	snprintf(f.name, sizeof(f.name), "eth%d", i);
	if (i % 2)
		snprintf(f.netns.path, sizeof(f.netns.path), "/run/netns/with blanks = %d", i);
	for (uint32_t w = 0; w < f.offloads.words; w++) {
		f.offloads.changed[w] = UINT32_MAX - w;
		f.offloads.wanted[w] = w;
	}
	return f;
}

static void
same(const struct wf_found *a, const struct wf_found *b)
{
	assert_string_equal(a->name, b->name);
	assert_string_equal(a->netns.path, b->netns.path);
	assert_int_equal(a->ifindex, b->ifindex);
	assert_true(a->netns.dev == b->netns.dev && a->netns.ino == b->netns.ino);
	assert_true(a->peer == b->peer && a->xdp == b->xdp && a->flags == b->flags);
	assert_int_equal(a->mtu, b->mtu);
	assert_memory_equal(&a->offloads, &b->offloads, sizeof(a->offloads));
}

static void
a_line_is_read_as_it_was_written(void **state)
{
	for (int i = 0; i < 40; i++) {
		struct wf_found f = sample(i), again;
		char line[WF_FOUND_LINE];

		wf_found_format(&f, line);
		assert_int_equal(wf_found_parse(line, &again), 0);
		same(&f, &again);
	}
}

static void
a_line_cut_anywhere_is_none(void **state)
{
	struct wf_found f = sample(3), again;
	char line[WF_FOUND_LINE], cut[WF_FOUND_LINE];

	wf_found_format(&f, line);
	for (size_t n = 0; n < strlen(line) - strlen(f.netns.path); n++) {
		snprintf(cut, sizeof(cut), "%.*s", (int)n, line);
		assert_int_equal(wf_found_parse(cut, &again), -EINVAL);
	}
}

static void
a_file_is_replaced_as_a_whole(void **state)
{
	struct wf_err *err = wf_err_new();
	struct wf_found list[5], *again;

	for (int i = 0; i < 5; i++)
		list[i] = sample(i);
	for (uint32_t n = 5; n > 0; n--) {
		assert_int_equal(wf_found_write(path, list, n), 0);
		assert_int_equal(wf_found_read(path, &again, err), n);
		for (uint32_t i = 0; i < n; i++)
			same(&list[i], &again[i]);
		free(again);
	}
	assert_int_equal(wf_found_write(path, list, 0), 0);
	assert_int_not_equal(access(path, F_OK), 0);
	assert_int_equal(wf_found_read(path, &again, err), 0);
	assert_int_equal(wf_found_write(path, list, 0), 0);
	assert_true(wf_found_write("/nonexistent/x", list, 1) < 0);
	wf_err_free(err);
}

static void
a_damaged_file_says_where(void **state)
{
	static const struct {
		const char *text, *said;
	} bad[] = { { "hello\n", ":1: this is not what" },
		{ "wirefault-host 2\n", ":1: this is not" },
		{ "wirefault-host 1\nname=pa\n", ":2: it is damaged" },
		{ "wirefault-host 1\nname=pa", ":2: the line has no end" } };

	for (size_t i = 0; i < WF_ARRAY_SIZE(bad); i++) {
		struct wf_err *err = wf_err_new();
		struct wf_found *list;
		FILE *f = fopen(path, "w");
		char text[512];

		fputs(bad[i].text, f);
		fclose(f);
		assert_int_equal(wf_found_read(path, &list, err), -EINVAL);
		assert_null(list);
		wf_err_format(wf_err_item(err, 0), text, sizeof(text));
		assert_non_null(strstr(text, bad[i].said));
		wf_err_free(err);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_is_read_as_it_was_written),
		cmocka_unit_test(a_line_cut_anywhere_is_none),
		cmocka_unit_test(a_file_is_replaced_as_a_whole),
		cmocka_unit_test(a_damaged_file_says_where),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
