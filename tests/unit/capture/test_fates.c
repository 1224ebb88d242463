/* SPDX-License-Identifier: BSD-3-Clause
 * The decision log: what is written is read, its bytes are pinned, and damage is said.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "folder.h"
#include "wf_capture_ring.h"
#include "wf_drop.h"
#include "wf_fates.h"

static const struct wf_fates_head head = { .seed = 7, .config = 0x1122334455667788, .n_dirs = 4 };
static const struct wf_fate one = { .hash = 0x0102030405060708,
	.ordinal = 9,
	.in_ns = 10,
	.due_ns = 11,
	.out_ns = 12,
	.len_bytes = 1500,
	.dir = 3,
	.cause = WF_DROP_loss,
	.marks = WF_CAPTURE_COPY };

static uint32_t
draw(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005ull + 1442695040888963407ull;
	return (uint32_t)(*seed >> 33);
}

static const char *
write_log(uint32_t n)
{
	const char *path = folder_path("log");
	struct wf_err *err = wf_err_new();
	struct wf_fates_writer *w = wf_fates_create(path, &head, err);

	assert_non_null(w);
	for (uint32_t i = 0; i < n; i++)
		assert_int_equal(wf_fates_write(w, &one), 0);
	assert_int_equal(wf_fates_finish(w), 0);
	wf_err_free(err);
	return path;
}

static int64_t
read_log(const char *path, const char *wrong)
{
	struct wf_err *err = wf_err_new();
	struct wf_fates_head h;
	struct wf_fates_reader *r = wf_fates_open(path, &h, err);
	struct wf_fate f;
	int64_t n = 0;
	int rc = -EINVAL;

	if (r != NULL) {
		assert_memory_equal(&h, &head, sizeof(h.seed) + sizeof(h.config));
		assert_int_equal(h.n_dirs, head.n_dirs);
	}
	for (; r != NULL && (rc = wf_fates_read(r, &f, err)) == 1; n++)
		assert_memory_equal(&f, &one, sizeof(f));
	assert_int_equal(rc < 0, wrong != NULL);
	if (wrong != NULL)
		assert_non_null(strstr(wf_err_item(err, 0)->message, wrong));
	wf_fates_close(r);
	wf_err_free(err);
	return r != NULL ? n : -1;
}

static void
patch(const char *path, long at, uint8_t value)
{
	FILE *f = fopen(path, "r+");

	assert_int_equal(fseek(f, at, SEEK_SET), 0);
	fputc(value, f);
	assert_int_equal(fclose(f), 0);
}

static void
test_what_is_written_is_read(void **state)
{
	struct stat st;
	const char *path = write_log(1000);

	assert_int_equal(read_log(path, NULL), 1000);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, 64 + 1000 * 48);
	assert_int_equal(read_log(write_log(0), NULL), 0);
}

static void
test_bytes_are_pinned(void **state)
{
	static const uint8_t want[] = { 8, 7, 6, 5, 4, 3, 2, 1, 9, 0, 0, 0, 0, 0, 0, 0, 10, 0, 0, 0,
		0, 0, 0, 0, 11, 0, 0, 0, 0, 0, 0, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0xdc, 5, 0, 0, 3, 0,
		1, 1 };
	uint8_t got[64 + sizeof(want)];
	FILE *f = fopen(write_log(1), "r");

	assert_int_equal(fread(got, 1, sizeof(got), f), sizeof(got));
	fclose(f);
	assert_memory_equal(got, "WFFATES\n\2\0\0\0\60\0\0\0\7\0\0\0\0\0\0\0", 24);
	assert_memory_equal(got + 64, want, sizeof(want));
}

static void
test_damage_is_said(void **state)
{
	const char *path = write_log(3);

	assert_int_equal(truncate(path, 64 + 48 + 7), 0);
	assert_int_equal(read_log(path, "damaged at record 2"), 1);
	assert_int_equal(truncate(path, 63), 0);
	assert_int_equal(read_log(path, "no log of fates"), -1);
	path = write_log(1);
	patch(path, 8, 1);
	assert_int_equal(read_log(path, "another version"), -1);
	path = write_log(1);
	patch(path, 32, 0x55);
	assert_int_equal(read_log(path, "other causes"), -1);
	path = write_log(2);
	patch(path, 64 + 48 + 44, 4); /* there are directions 0 to 3 */
	assert_int_equal(read_log(path, "no such fate"), 1);
	path = write_log(2);
	patch(path, 64 + 46, WF_DROP_COUNT);
	assert_int_equal(read_log(path, "no such fate"), 0);
	path = write_log(2);
	patch(path, 64 + 47, 16);
	assert_int_equal(read_log(path, "no such fate"), 0);
	assert_int_equal(read_log(folder_path("none"), "No such file"), -1);
}

/* Whatever was done to a packet is found, and done again; damage is said. */
static void
test_patches(void **state)
{
	uint64_t seed = 1;

	for (uint32_t turn = 0; turn < 20000; turn++) {
		uint8_t from[300], to[300], again[300];
		uint32_t n = draw(&seed) % 280, m = draw(&seed) % 300;
		struct wf_fates_patch *p;

		for (uint32_t i = 0; i < n; i++)
			from[i] = (uint8_t)draw(&seed);
		for (uint32_t i = 0; i < m; i++)
			to[i] = i < n ? from[i] : 0;
		for (uint32_t k = draw(&seed) % 20; k > 0 && m > 0; k--)
			to[draw(&seed) % m] ^= (uint8_t)draw(&seed);
		p = wf_fates_patch_new(from, n, to, m);
		assert_non_null(p);
		assert_true(wf_fates_patch_is_good(p));
		assert_int_equal(p->cap_bytes, m);
		wf_fates_patch_apply(p, from, n, again);
		assert_memory_equal(again, to, m);
		free(p);
	}
}

static void
test_patches_are_read(void **state)
{
	static const uint8_t from[] = "what came", data[] = "what left, with more";
	const char *path = folder_path("patched");
	struct wf_err *err = wf_err_new();
	struct wf_fates_writer *w = wf_fates_create(path, &head, err);
	struct wf_fate f = one;
	uint8_t got[sizeof(data)];
	struct wf_fates_reader *r;
	struct wf_fates_head h;

	f.patch = wf_fates_patch_new(from, sizeof(from), data, sizeof(data));
	assert_int_equal(wf_fates_write(w, &f), 0);
	assert_int_equal(wf_fates_write(w, &one), 0);
	assert_int_equal(wf_fates_finish(w), 0);
	free(f.patch);
	r = wf_fates_open(path, &h, err);
	assert_int_equal(wf_fates_read(r, &f, err), 1);
	assert_int_equal(f.marks, one.marks | WF_FATE_PATCHED);
	wf_fates_patch_apply(f.patch, from, sizeof(from), got);
	assert_memory_equal(got, data, sizeof(data));
	free(f.patch);
	assert_int_equal(wf_fates_read(r, &f, err), 1);
	assert_null(f.patch);
	assert_int_equal(wf_fates_read(r, &f, err), 0);
	wf_fates_close(r);

	/* A run that reaches beyond the packet, or that there is no end of. */
	for (uint32_t at = 64 + 48; at < 64 + 48 + 16; at += 4) {
		patch(path, at + 3, 0x7f);
		r = wf_fates_open(path, &h, err);
		assert_int_equal(wf_fates_read(r, &f, err), -EINVAL);
		wf_fates_close(r);
		patch(path, at + 3, 0);
	}
	wf_err_free(err);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_written_is_read),
		cmocka_unit_test(test_bytes_are_pinned),
		cmocka_unit_test(test_damage_is_said),
		cmocka_unit_test(test_patches),
		cmocka_unit_test(test_patches_are_read),
	};

	return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
