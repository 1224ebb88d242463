/* SPDX-License-Identifier: BSD-3-Clause
 * Files and programs for the tests of captures.
 */
#include "fixture.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "folder.h"

int
fixture_make_dir(void **state)
{
	return folder_make(state);
}

int
fixture_remove_dir(void **state)
{
	return folder_remove(state);
}

const char *
fixture_path(const char *name)
{
	return name[0] == '/' ? name : folder_path(name);
}

void
fixture_put(const char *name, const void *data, size_t n)
{
	FILE *f = fopen(fixture_path(name), "wb");

	assert_non_null(f);
	assert_int_equal(fwrite(data, 1, n, f), n);
	assert_int_equal(fclose(f), 0);
}

size_t
fixture_get(const char *name, uint8_t *data, size_t size)
{
	FILE *f = fopen(fixture_path(name), "rb");
	size_t n;

	assert_non_null(f);
	n = fread(data, 1, size, f);
	fclose(f);
	return n;
}

int
fixture_shell(const char *program, const char *command)
{
	char text[1024];
	int status;

	if (program != NULL) {
		snprintf(text, sizeof(text), "command -v %s >/dev/null 2>&1", program);
		if (system(text) != 0)
			fail_msg("%s is not installed: tools/setup --test does it", program);
	}
	snprintf(text, sizeof(text), "cd %s && { %s; }", folder, command);
	status = system(text);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

struct wf_cap_packet
fixture_packet(uint32_t i)
{
	static uint8_t data[2048];

	memset(data, 0xab, sizeof(data));
	return (struct wf_cap_packet){ .time_ns = CAP_T0 + i,
		.cap_bytes = 61 + i,
		.len_bytes = i == 1 ? 1500 : 61 + i,
		.data = data };
}

void
fixture_write(const char *name, uint32_t n)
{
	struct wf_err *err = wf_err_new();
	struct wf_cap_writer *w = wf_cap_create(fixture_path(name), 65535, err);

	assert_non_null(w);
	for (uint32_t i = 0; i < n; i++) {
		struct wf_cap_packet p = fixture_packet(i);

		assert_int_equal(wf_cap_write(w, &p), 0);
	}
	assert_int_equal(wf_cap_finish(w), 0);
	wf_err_free(err);
}

uint32_t
fixture_count(const char *name, int *rc, struct wf_err *err)
{
	struct wf_cap_reader *r = wf_cap_open(fixture_path(name), NULL, err);
	struct wf_cap_packet p;
	uint32_t n = 0;

	*rc = -ENXIO;
	if (r == NULL)
		return 0;
	while ((*rc = wf_cap_read(r, &p, err)) == 1)
		n++;
	wf_cap_close(r);
	return n;
}
