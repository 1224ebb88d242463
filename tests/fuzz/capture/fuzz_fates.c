/* SPDX-License-Identifier: BSD-3-Clause
 * Any bytes as a decision log: it is refused, or read as far as it is good, and what was read and
 * is written again are the same bytes. libFuzzer.
 */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"
#include "wf_drop.h"
#include "wf_fates.h"

#define HEAD   64
#define RECORD 48

/* What was read as good can be applied to any packet. */
static void
apply(struct wf_fate *f)
{
	static const uint8_t from[64] = { 1, 2, 3 };
	uint8_t *to;

	if (f->patch == NULL)
		return;
	to = malloc(f->patch->cap_bytes + 1);
	require(to != NULL);
	wf_fates_patch_apply(f->patch, from, sizeof(from), to);
	free(to);
	free(f->patch);
	f->patch = NULL;
}

static void
round_trip(const char *path, const struct wf_fates_head *head, const uint8_t *data,
	struct wf_fate *fate, size_t n)
{
	struct wf_err *err = wf_err_new();
	struct wf_fates_writer *w = wf_fates_create(path, head, err);
	static uint8_t again[1 << 20];
	size_t bytes;
	FILE *f;

	for (size_t i = 0; i < n; i++)
		require(wf_fates_write(w, &fate[i]) == 0);
	require(wf_fates_finish(w) == 0);
	f = fopen(path, "r");
	require(f != NULL);
	bytes = fread(again, 1, sizeof(again), f);
	require(bytes >= HEAD + n * RECORD && memcmp(again, data, 44) == 0);
	require(memcmp(again + HEAD, data + HEAD, bytes - HEAD) == 0);
	fclose(f);
	for (size_t i = 0; i < n; i++)
		apply(&fate[i]);
	wf_err_free(err);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int fd = -1;
	struct wf_fates_head head;
	struct wf_err *err = wf_err_new();
	struct wf_fate fate[64];
	struct wf_fates_reader *r;
	char path[64];
	size_t n = 0;
	int rc = 0;

	if (fd < 0)
		fd = memfd_create("fuzz", MFD_CLOEXEC);
	if (ftruncate(fd, 0) < 0 || pwrite(fd, data, size, 0) != (ssize_t)size)
		return 0;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	r = wf_fates_open(path, &head, err);
	require((r == NULL) == (wf_err_count(err) == 1));
	while (r != NULL && n < 64 && (rc = wf_fates_read(r, &fate[n], err)) == 1) {
		require(fate[n].dir < head.n_dirs && fate[n].cause < WF_DROP_COUNT);
		n++;
	}
	require(r == NULL || (rc < 0) == (wf_err_count(err) > 0));
	wf_fates_close(r);
	wf_err_free(err);
	if (r != NULL)
		round_trip(path, &head, data, fate, n);
	return 0;
}
