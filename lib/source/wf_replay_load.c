/* SPDX-License-Identifier: BSD-3-Clause
 * From files to frames that can be sent. One thread.
 */
#include "wf_replay_load.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "wf_cap_side.h"

#define LEAST_BYTES 14 /* a frame without a header can't be sent */

struct wf_replay_load {
	const struct wf_replay_spec *spec;
	struct wf_cap_options options; /* those of the spec; sides are told here */
	uint32_t most_bytes, n_sides;
	struct wf_cap_reader *reader; /* NULL: at the end of a file */
	struct wf_cap_sides *sides;
	uint32_t file;      /* the one that is read, or comes next */
	uint64_t done;      /* bytes of the files before it */
	wf_ns_t zero_ns;    /* own time of the loop's first packet */
	wf_ns_t first_ns;   /* of this file's first packet */
	wf_ns_t base_ns;    /* offset of that */
	wf_ns_t last_ns;    /* offset of the last packet */
	bool any, any_file; /* has the loop, has the file given a packet? */
	bool counts;        /* this is the first loop */
	uint8_t *bytes;     /* [most_bytes + WF_REWRITE_GROWS] */
	struct wf_err *own; /* of what is read while nobody listens */
	/* Relaxed, one writer; partner: wf_replay_load_note. */
	_Atomic uint64_t note[WF_REPLAY_NOTES];
};

static void
count(struct wf_replay_load *l, enum wf_replay_note note, uint64_t n)
{
	if (l->counts)
		atomic_store_explicit(&l->note[note],
			atomic_load_explicit(&l->note[note], memory_order_relaxed) + n,
			memory_order_relaxed);
}

static int
open_file(struct wf_replay_load *l, struct wf_err *err)
{
	struct wf_err *to = err != NULL ? err : l->own;

	l->reader = wf_cap_open(l->spec->file[l->file], &l->options, to);
	l->any_file = false;
	return l->reader != NULL ? 0 : -EINVAL;
}

static void
close_file(struct wf_replay_load *l)
{
	const struct wf_cap_notes *n;
	uint64_t at, size;

	if (l->reader == NULL)
		return;
	n = wf_cap_notes(l->reader);
	count(l, WF_REPLAY_backwards, n->clamped + n->out_of_place);
	count(l, WF_REPLAY_untimed, n->untimed);
	count(l, WF_REPLAY_malformed, n->malformed);
	for (uint32_t i = 0; i < n->n_skipped; i++)
		count(l, WF_REPLAY_link_type, n->skipped[i].packets);
	wf_cap_progress(l->reader, &at, &size);
	l->done += size;
	wf_cap_close(l->reader);
	l->reader = NULL;
}

static void
begin_loop(struct wf_replay_load *l)
{
	l->file = 0;
	l->done = 0;
	l->base_ns = l->last_ns = 0;
	l->any = false;
	memset(l->sides, 0, sizeof(*l->sides));
}

/* Where in the loop a packet of this own time is. */
static wf_ns_t
offset_of(struct wf_replay_load *l, wf_ns_t own_ns)
{
	wf_ns_t at_ns;

	if (!l->any)
		l->zero_ns = own_ns;
	if (!l->any_file) {
		l->first_ns = own_ns;
		if (l->any)
			l->base_ns = l->spec->own_gaps
					     ? (own_ns > l->zero_ns ? own_ns - l->zero_ns : 0)
					     : l->last_ns + l->spec->gap_ns;
	}
	l->any = l->any_file = true;
	at_ns = l->base_ns + (own_ns - l->first_ns);
	if (at_ns < l->last_ns) { /* of a file that is older than the one before */
		count(l, WF_REPLAY_backwards, 1);
		at_ns = l->last_ns;
	}
	l->last_ns = at_ns;
	return at_ns;
}

/* Which side sends it; -1: none, and that is counted. */
static int
side_of(struct wf_replay_load *l, const struct wf_cap_packet *p)
{
	int side;

	if (l->spec->cap.split == WF_CAP_ALL)
		return 0;
	side = wf_cap_side(l->sides, &l->spec->cap, p);
	if (side < 0)
		count(l, WF_REPLAY_no_side, 1);
	if (side < 0 || l->n_sides > 1 || side == l->spec->cap.side)
		return side;
	count(l, WF_REPLAY_other_side, 1);
	return -1;
}

/* Bytes that are to be sent; 0: it is left out, and that is counted. */
static uint32_t
bytes_of(struct wf_replay_load *l, const struct wf_cap_packet *p)
{
	bool cut = p->cap_bytes < p->len_bytes;
	uint32_t n = cut && l->spec->cut == WF_REPLAY_CUT_PAD ? p->len_bytes : p->cap_bytes;
	enum wf_replay_note why;

	if (n > l->most_bytes)
		why = WF_REPLAY_too_long;
	else if (n < LEAST_BYTES)
		why = WF_REPLAY_malformed;
	else if (cut && l->spec->cut == WF_REPLAY_CUT_SKIP)
		why = WF_REPLAY_truncated;
	else {
		if (cut)
			count(l, WF_REPLAY_mended, 1);
		return n;
	}
	count(l, why, 1);
	return 0;
}

/* false: it is left out. */
static bool
take(struct wf_replay_load *l, const struct wf_cap_packet *p, struct wf_replay_frame *f)
{
	/* A packet that is left out holds its place in time all the same. */
	wf_ns_t offset_ns = offset_of(l, p->time_ns);
	int side = side_of(l, p);
	uint32_t n = side >= 0 ? bytes_of(l, p) : 0, present;

	if (n == 0)
		return false;
	present = n < p->cap_bytes ? n : p->cap_bytes;
	memcpy(l->bytes, p->data, present);
	memset(l->bytes + present, 0, n - present);
	f->offset_ns = offset_ns;
	f->side = l->n_sides > 1 ? (uint32_t)side : 0;
	f->data = l->bytes;
	/* A frame of the last few bytes before the MTU grows beyond it: the link says so. */
	f->len_bytes = wf_rewrite_apply(&l->spec->rewrite[f->side], l->bytes, n);
	f->wire_bytes = f->len_bytes > p->len_bytes ? f->len_bytes : p->len_bytes;
	return true;
}

int
wf_replay_load_next(struct wf_replay_load *l, struct wf_replay_frame *f, struct wf_err *err)
{
	struct wf_cap_packet p;
	int rc;

	for (;;) {
		if (l->reader == NULL && l->file == l->spec->n_files) {
			begin_loop(l);
			l->counts = false;
			return 0;
		}
		if (l->reader == NULL && open_file(l, err) < 0)
			return -EINVAL;
		rc = wf_cap_read(l->reader, &p, l->own);
		if (rc == 1) {
			if (take(l, &p, f))
				return 1;
			continue;
		}
		if (rc < 0) /* what came before is good, and so are the files behind it */
			count(l, WF_REPLAY_damaged_files, 1);
		close_file(l);
		l->file++;
	}
}

void
wf_replay_load_again(struct wf_replay_load *l)
{
	close_file(l);
	l->counts = false;
	begin_loop(l);
}

void
wf_replay_load_limit(struct wf_replay_load *l, uint32_t most_bytes)
{
	if (most_bytes < l->most_bytes)
		l->most_bytes = most_bytes;
}

wf_ns_t
wf_replay_load_first_ns(const struct wf_replay_load *l)
{
	return l->zero_ns;
}

uint64_t
wf_replay_load_done(const struct wf_replay_load *l)
{
	uint64_t at = 0, size;

	if (l->reader != NULL)
		wf_cap_progress(l->reader, &at, &size);
	return l->done + at;
}

uint64_t
wf_replay_load_note(const struct wf_replay_load *l, enum wf_replay_note note)
{
	return atomic_load_explicit(&l->note[note], memory_order_relaxed);
}

struct wf_replay_load *
wf_replay_load_new(const struct wf_replay_spec *spec, uint32_t most_bytes, uint32_t n_sides,
	struct wf_err *err)
{
	struct wf_replay_load *l = calloc(1, sizeof(*l));

	if (l == NULL) {
		wf_err_add(err, NULL, NULL, "out of memory");
		return NULL;
	}
	l->spec = spec;
	l->options = spec->cap;
	l->options.split = WF_CAP_ALL;
	l->most_bytes = most_bytes;
	l->n_sides = n_sides;
	l->counts = true;
	l->own = wf_err_new();
	l->sides = calloc(1, sizeof(*l->sides));
	l->bytes = malloc(most_bytes + WF_REWRITE_GROWS);
	if (l->own == NULL || l->sides == NULL || l->bytes == NULL)
		wf_err_add(err, NULL, NULL, "out of memory");
	else if (open_file(l, err) == 0)
		return l;
	wf_replay_load_free(l);
	return NULL;
}

void
wf_replay_load_free(struct wf_replay_load *l)
{
	if (l == NULL)
		return;
	if (l->reader != NULL)
		wf_cap_close(l->reader);
	wf_err_free(l->own);
	free(l->sides);
	free(l->bytes);
	free(l);
}
