/* SPDX-License-Identifier: BSD-3-Clause
 * Chunks of records: filled, taken, and filled again.
 */
#include "wf_replay_store.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#define CHUNK_BYTES (1u << 20)
#define HUGE_BYTES  (2ull << 20)
#define FEWEST      4
/* Packets have so many bytes of a header, here and in a file; each may grow a little. */
#define FILE_FACTOR(BYTES) ((BYTES) / 2 * 3)
/* How long the thread waits for a chunk to be given back: who takes may make no system call that
 * would wake it, and a chunk lasts longer than that (8 Gbit/s; there are many). */
#define WAIT_NS (1 * WF_NS_PER_MS)

#define FIRST 8 /* records of a chunk begin here, so that 0 is "not begun" */

static void
put(struct wf_replay_chunk *c, uint8_t what, const struct wf_replay_frame *f)
{
	struct wf_replay_record *r = (void *)(c->data + c->used);

	*r = (struct wf_replay_record){ .offset_ns = f->offset_ns,
		.len_bytes = f->len_bytes,
		.wire_bytes = f->wire_bytes,
		.what = what,
		.side = (uint8_t)f->side };
	if (f->len_bytes > 0)
		memcpy(r->data, f->data, f->len_bytes);
	c->used += wf_replay_record_bytes(f->len_bytes);
}

/* Is there room for the frame, and for the end of a loop behind it? */
static bool
has_room(const struct wf_replay_chunk *c, uint32_t len_bytes)
{
	return c->used + wf_replay_record_bytes(len_bytes) + wf_replay_record_bytes(0) <=
	       CHUNK_BYTES;
}

/* Reads into a chunk until it is full. 1: the loop is over, and `whole_loop` asks to stop there; 0:
 * there is more; -errno with reasons in err (may be NULL). */
static int
fill(struct wf_replay_store *s, struct wf_replay_chunk *c, bool whole_loop, struct wf_err *err)
{
	wf_ns_t last_ns = s->pending.offset_ns;

	c->used = FIRST;
	c->epoch = s->read_epoch;
	for (;;) {
		int rc = s->has_pending ? 1 : wf_replay_load_next(s->load, &s->pending, err);

		s->has_pending = rc == 1;
		if (rc == 1 && !has_room(c, s->pending.len_bytes))
			break;
		if (rc == 0 && s->loop_packets_read == 0)
			rc = -ENODATA; /* it would never end */
		if (rc < 0)
			return rc;
		if (rc == 1) {
			put(c, WF_RECORD_PACKET, &s->pending);
			if (s->pending.len_bytes > s->longest)
				s->longest = s->pending.len_bytes;
			last_ns = s->pending.offset_ns;
			s->has_pending = false;
			s->loop_packets_read++;
			continue;
		}
		put(c, WF_RECORD_LOOP, &(struct wf_replay_frame){ .offset_ns = last_ns });
		atomic_store_explicit(&s->loop_span_ns, last_ns, memory_order_relaxed);
		atomic_store_explicit(&s->loop_packets, s->loop_packets_read, memory_order_relaxed);
		s->loop_packets_read = 0;
		if (whole_loop)
			return 1;
		if (!has_room(c, 0))
			break;
	}
	c->done_bytes = wf_replay_load_done(s->load);
	return 0;
}

/* One more chunk, which must be free. What fails is a record, too. */
static void
read_on(struct wf_replay_store *s)
{
	uint64_t head = atomic_load_explicit(&s->head, memory_order_relaxed);
	struct wf_replay_chunk *c = &s->chunk[head % s->n];

	if (fill(s, c, false, NULL) < 0) {
		put(c, WF_RECORD_FAILED, &(struct wf_replay_frame){ 0 });
		s->broken = true;
	}
	atomic_store_explicit(&s->head, head + 1, memory_order_release);
}

static void
begin_again(struct wf_replay_store *s, uint32_t epoch)
{
	wf_replay_load_again(s->load);
	s->has_pending = s->broken = false;
	s->loop_packets_read = 0;
	s->read_epoch = epoch;
}

/* Can a chunk be read now? */
static bool
may_read(struct wf_replay_store *s)
{
	uint32_t epoch = atomic_load_explicit(&s->epoch, memory_order_acquire);

	if (epoch != s->read_epoch)
		begin_again(s, epoch);
	return !s->broken && atomic_load_explicit(&s->head, memory_order_relaxed) -
					     atomic_load_explicit(&s->tail, memory_order_acquire) <
				     s->n;
}

static void *
read_ahead(void *store)
{
	const struct timespec wait = { .tv_nsec = WAIT_NS };
	struct wf_replay_store *s = store;

	while (!atomic_load_explicit(&s->stop, memory_order_acquire)) {
		if (may_read(s))
			read_on(s);
		else
			nanosleep(&wait, NULL);
	}
	return NULL;
}

const struct wf_replay_record *
wf_replay_store_turn(struct wf_replay_store *s)
{
	for (;;) {
		const struct wf_replay_chunk *c = &s->chunk[s->at_chunk % s->n];

		if (s->at_chunk == atomic_load_explicit(&s->head, memory_order_acquire)) {
			if (!s->in_line || !may_read(s))
				return NULL;
			read_on(s);
		}
		if (s->at == 0)
			s->at = FIRST;
		s->now = c;
		if (s->at < c->used && (s->whole || c->epoch == s->take_epoch))
			return (const struct wf_replay_record *)(const void *)(c->data + s->at);
		s->at_chunk++;
		s->at = 0;
	}
}

void
wf_replay_store_again(struct wf_replay_store *s)
{
	s->at = 0;
	if (s->whole) {
		s->at_chunk = 0;
		return;
	}
	/* What has been read ahead is stale. */
	s->at_chunk += s->at_chunk != atomic_load_explicit(&s->head, memory_order_acquire);
	s->take_epoch++;
	atomic_store_explicit(&s->epoch, s->take_epoch, memory_order_release);
	wf_replay_store_release(s);
}

/* Memory that takes none until it is written to. */
static int
reserve(struct wf_replay_store *s, const struct wf_replay_spec *spec)
{
	uint64_t want = FILE_FACTOR(spec->file_bytes) + FEWEST * CHUNK_BYTES;
	uint64_t most = spec->memory_bytes;
	const int how = MAP_PRIVATE | MAP_ANONYMOUS;

	want = want < most ? want : most;
	want = (want + HUGE_BYTES - 1) / HUGE_BYTES * HUGE_BYTES;
	most = (most + HUGE_BYTES - 1) / HUGE_BYTES * HUGE_BYTES;
	s->arena_bytes = want;
	s->arena = mmap(NULL, want, PROT_READ | PROT_WRITE, how | MAP_HUGETLB, -1, 0);
	s->huge = s->arena != MAP_FAILED;
	if (s->huge)
		return 0;
	/* Packed files are larger in here than one would think: all that is allowed. */
	s->arena_bytes = most;
	s->arena = mmap(NULL, most, PROT_READ | PROT_WRITE, how | MAP_NORESERVE, -1, 0);
	if (s->arena == MAP_FAILED)
		return -ENOMEM;
	madvise(s->arena, most, MADV_HUGEPAGE);
	return 0;
}

static int
cut_up(struct wf_replay_store *s)
{
	s->n = (uint32_t)(s->arena_bytes / CHUNK_BYTES);
	s->chunk = calloc(s->n, sizeof(*s->chunk));
	for (uint32_t i = 0; s->chunk != NULL && i < s->n; i++)
		s->chunk[i].data = s->arena + (size_t)i * CHUNK_BYTES;
	return s->chunk != NULL ? 0 : -ENOMEM;
}

/* As many chunks as there are, or one loop. */
static int
preload(struct wf_replay_store *s, struct wf_err *err)
{
	uint64_t used_bytes;
	uint32_t i = 0;
	int rc = 0;

	for (; rc == 0 && i < s->n; i++)
		rc = fill(s, &s->chunk[i], true, err);
	if (rc < 0)
		return rc;
	s->whole = rc == 1;
	atomic_store_explicit(&s->head, i, memory_order_release);
	if (!s->whole)
		return 0;
	/* Nothing more will be read: the rest goes back. */
	used_bytes = ((uint64_t)i * CHUNK_BYTES + HUGE_BYTES - 1) / HUGE_BYTES * HUGE_BYTES;
	if (used_bytes < s->arena_bytes)
		munmap(s->arena + used_bytes, s->arena_bytes - used_bytes);
	s->arena_bytes = used_bytes;
	return 0;
}

static void
say_empty(const struct wf_replay_store *s, const struct wf_replay_spec *spec, struct wf_err *err)
{
	static const char *const text[] = {
#define X(NAME, TEXT) TEXT,
		WF_REPLAY_NOTE_LIST(X)
#undef X
	};
	const struct wf_where where = { .file = spec->file[0] };
	char hint[512] = "";

	for (uint32_t i = 0; i < WF_REPLAY_NOTES; i++) {
		uint64_t n = wf_replay_load_note(s->load, (enum wf_replay_note)i);
		size_t used = strlen(hint);

		if (n > 0)
			snprintf(hint + used, sizeof(hint) - used, "%s%llu %s",
				used > 0 ? "; " : "Left out: ", (unsigned long long)n, text[i]);
	}
	wf_err_add(err, &where, hint[0] != 0 ? hint : NULL, "it has no packet that can be sent");
}

struct wf_replay_store *
wf_replay_store_new(const struct wf_replay_spec *spec, uint32_t most_bytes, uint32_t n_sides,
	struct wf_err *err)
{
	struct wf_replay_store *s = aligned_alloc(WF_CACHE_LINE, sizeof(*s));
	int rc = -ENOMEM;

	if (s == NULL) {
		wf_err_add(err, NULL, NULL, "out of memory");
		return NULL;
	}
	memset(s, 0, sizeof(*s));
	s->in_line = true;
	s->load = wf_replay_load_new(spec, most_bytes, n_sides, err);
	if (s->load == NULL) {
		wf_replay_store_free(s);
		return NULL;
	}
	if (reserve(s, spec) == 0 && cut_up(s) == 0)
		rc = preload(s, err);
	if (rc == 0)
		return s;
	if (rc == -ENODATA)
		say_empty(s, spec, err);
	else if (rc == -ENOMEM)
		wf_err_add(err, NULL, "Lower the port's memory=", "out of memory");
	wf_replay_store_free(s);
	return NULL;
}

int
wf_replay_store_begin(struct wf_replay_store *s)
{
	sigset_t all, before;
	int rc;

	s->in_line = false;
	if (s->whole)
		return 0;
	sigfillset(&all); /* signals are the control thread's */
	pthread_sigmask(SIG_SETMASK, &all, &before);
	rc = pthread_create(&s->thread, NULL, read_ahead, s);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	s->thread_runs = rc == 0;
	return -rc;
}

void
wf_replay_store_free(struct wf_replay_store *s)
{
	if (s == NULL)
		return;
	if (s->thread_runs) {
		atomic_store_explicit(&s->stop, true, memory_order_release);
		pthread_join(s->thread, NULL);
	}
	if (s->arena != NULL && s->arena != MAP_FAILED)
		munmap(s->arena, s->arena_bytes);
	wf_replay_load_free(s->load);
	free(s->chunk);
	free(s);
}
