/* SPDX-License-Identifier: BSD-3-Clause
 * Writes and reads decision logs. One thread.
 */
#include "wf_fates.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "wf_cap_blocks.h"
#include "wf_capture_ring.h"
#include "wf_drop.h"

#define MAGIC   "WFFATES\n"
#define VERSION 2
#define HEAD    64
#define RECORD  48
#define MARKS                                                                                      \
	(WF_CAPTURE_COPY | WF_CAPTURE_CORRUPTED | WF_CAPTURE_CHANGED | WF_CAPTURE_MADE |           \
		WF_FATE_PATCHED)

struct wf_fates_writer {
	FILE *file;
	int error;
};

struct wf_fates_reader {
	FILE *file;
	char *path;
	uint32_t n_dirs;
	uint64_t n;
};

uint64_t
wf_fates_hash(const void *data, uint64_t n)
{
	const uint8_t *b = data;
	uint64_t h = 0xcbf29ce484222325ull ^ n;

	for (uint64_t i = 0; i < n; i++)
		h = (h ^ b[i]) * 0x100000001b3ull;
	return h ^ h >> 32;
}

/* Causes have numbers of their place in a list, to which others may be added. */
static uint64_t
causes(void)
{
	uint64_t h = WF_DROP_COUNT;

	for (int i = 1; i < WF_DROP_COUNT; i++)
		h = h * 31 + wf_fates_hash(wf_drop_info[i].name, strlen(wf_drop_info[i].name));
	return h;
}

static int
emit(struct wf_fates_writer *w, const uint8_t *data, size_t n)
{
	if (w->error == 0 && fwrite(data, 1, n, w->file) != n)
		w->error = errno != 0 ? -errno : -EIO;
	return w->error;
}

struct wf_fates_writer *
wf_fates_create(const char *path, const struct wf_fates_head *head, struct wf_err *err)
{
	struct wf_where where = { .file = path };
	struct wf_fates_writer *w = calloc(1, sizeof(*w));
	uint8_t bytes[HEAD] = MAGIC, *at = bytes + 8;

	if (w == NULL) {
		wf_err_add(err, NULL, NULL, "out of memory");
		return NULL;
	}
	w->file = fopen(path, "we");
	if (w->file == NULL) {
		wf_err_add(err, &where, "Check the folder and its permissions",
			"cannot be written: %s", strerror(errno));
		free(w);
		return NULL;
	}
	at = wf_cap_put32(wf_cap_put32(at, VERSION), RECORD);
	at = wf_cap_put64(wf_cap_put64(wf_cap_put64(at, head->seed), head->config), causes());
	wf_cap_put32(at, head->n_dirs);
	emit(w, bytes, HEAD);
	return w;
}

int
wf_fates_write(struct wf_fates_writer *w, const struct wf_fate *f)
{
	uint8_t bytes[RECORD], *at = bytes;

	at = wf_cap_put64(wf_cap_put64(at, f->hash), f->ordinal);
	at = wf_cap_put64(wf_cap_put64(wf_cap_put64(at, f->in_ns), f->due_ns), f->out_ns);
	at = wf_cap_put16(wf_cap_put32(at, f->len_bytes), f->dir);
	*at++ = f->cause;
	*at = f->patch != NULL ? f->marks | WF_FATE_PATCHED : f->marks;
	if (emit(w, bytes, RECORD) < 0 || f->patch == NULL)
		return w->error;
	wf_cap_put32(wf_cap_put32(bytes, f->patch->cap_bytes), f->patch->run_bytes);
	emit(w, bytes, WF_FATES_PATCH_HEAD);
	return emit(w, f->patch->runs, f->patch->run_bytes);
}

int
wf_fates_finish(struct wf_fates_writer *w)
{
	int rc = w->error;

	if (fclose(w->file) != 0 && rc == 0)
		rc = -errno;
	free(w);
	return rc;
}

static uint64_t
get(const uint8_t **at, int bytes)
{
	uint64_t v = 0;

	for (int i = 0; i < bytes; i++)
		v |= (uint64_t)(*at)[i] << 8 * i;
	*at += bytes;
	return v;
}

/* What is wrong with the header; NULL: nothing. */
static const char *
read_head(struct wf_fates_reader *r, struct wf_fates_head *head)
{
	uint8_t bytes[HEAD];
	const uint8_t *at = bytes + 8;

	if (fread(bytes, 1, HEAD, r->file) != HEAD || memcmp(bytes, MAGIC, 8) != 0)
		return "this is no log of fates";
	if (get(&at, 4) != VERSION || get(&at, 4) != RECORD)
		return "it is of another version of the format";
	head->seed = get(&at, 8);
	head->config = get(&at, 8);
	if (get(&at, 8) != causes())
		return "it was written by a wirefault with other causes of drops";
	head->n_dirs = r->n_dirs = (uint32_t)get(&at, 4);
	return NULL;
}

struct wf_fates_reader *
wf_fates_open(const char *path, struct wf_fates_head *head, struct wf_err *err)
{
	struct wf_where where = { .file = path };
	struct wf_fates_reader *r = calloc(1, sizeof(*r));
	const char *wrong = NULL;

	if (r != NULL)
		r->path = strdup(path);
	if (r == NULL || r->path == NULL) {
		wf_err_add(err, NULL, NULL, "out of memory");
		wf_fates_close(r);
		return NULL;
	}
	r->file = fopen(path, "re");
	wrong = r->file == NULL ? strerror(errno) : read_head(r, head);
	if (wrong == NULL)
		return r;
	wf_err_add(err, &where, "--fates-out writes one", "not a readable log: %s", wrong);
	wf_fates_close(r);
	return NULL;
}

/* What follows a record that has the mark. NULL: it is damaged, or there is no memory for it. */
static struct wf_fates_patch *
read_patch(struct wf_fates_reader *r)
{
	uint8_t bytes[WF_FATES_PATCH_HEAD];
	const uint8_t *at = bytes;
	struct wf_fates_patch *p;
	uint32_t cap_bytes;

	if (fread(bytes, 1, sizeof(bytes), r->file) != sizeof(bytes))
		return NULL;
	cap_bytes = (uint32_t)get(&at, 4);
	p = wf_fates_patch_room(cap_bytes, (uint32_t)get(&at, 4));
	if (p != NULL && fread(p->runs, 1, p->run_bytes, r->file) == p->run_bytes &&
		wf_fates_patch_is_good(p))
		return p;
	free(p);
	return NULL;
}

int
wf_fates_read(struct wf_fates_reader *r, struct wf_fate *f, struct wf_err *err)
{
	struct wf_where where = { .file = r->path };
	uint8_t bytes[RECORD];
	const uint8_t *at = bytes;
	size_t n = fread(bytes, 1, RECORD, r->file);

	if (n == 0 && !ferror(r->file))
		return 0;
	f->hash = get(&at, 8);
	f->ordinal = get(&at, 8);
	f->in_ns = get(&at, 8);
	f->due_ns = get(&at, 8);
	f->out_ns = get(&at, 8);
	f->len_bytes = (uint32_t)get(&at, 4);
	f->dir = (uint16_t)get(&at, 2);
	f->cause = (uint8_t)get(&at, 1);
	f->marks = (uint8_t)get(&at, 1);
	f->patch = NULL;
	r->n++;
	if (n == RECORD && f->dir < r->n_dirs && f->cause < WF_DROP_COUNT &&
		(f->marks & ~MARKS) == 0 &&
		((f->marks & WF_FATE_PATCHED) == 0 || (f->patch = read_patch(r)) != NULL))
		return 1;
	return wf_err_add(err, &where, NULL, "damaged at record %llu: %s", (unsigned long long)r->n,
		n < RECORD ? "it ends there" : "no such fate");
}

void
wf_fates_close(struct wf_fates_reader *r)
{
	if (r == NULL)
		return;
	if (r->file != NULL)
		fclose(r->file);
	free(r->path);
	free(r);
}
