/* SPDX-License-Identifier: BSD-3-Clause
 * The thread that takes packets from rings to files (or whoever takes them himself), and what
 * workers and control see of it.
 */
#include "wf_capture.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* Records between two looks at what control wants. */
#define TURN 4096
/* Workers make no system call, so nobody wakes the writer: it looks itself, so often. */
#define LOOK_EVERY_MS 1

struct wf_capture {
	struct wf_capture_file *file; /* NULL: `put` is told instead */
	void (*put)(void *ctx, const struct wf_capture_record *r);
	void *ctx;
	uint64_t told;
	struct wf_filter *filter;
	char name[WF_CAPTURE_NAME];
	bool rotates;
	uint32_t n_taps, n_ifaces;
	struct wf_capture_tap *taps;
	_Atomic uint64_t *missed; /* [n_taps][n_ifaces] */
	int wanted, failed; /* eventfds: to the thread, that it end; from it, that it can't go on */
	pthread_t thread;
	bool runs;
	_Atomic int error; /* release; partner: wf_capture_status */
};

/* ---- The worker's side ---- */

struct wf_capture_record *
wf_capture_reserve(struct wf_capture_tap *t, const struct wf_capture_seen *s)
{
	uint32_t n = s->frame_bytes < t->snaplen ? s->frame_bytes : t->snaplen;
	struct wf_capture_record *r;

	if (s->dir < t->first_dir || s->dir >= t->end_dir)
		return NULL;
	if (t->filter != NULL &&
		!wf_filter_holds(t->filter, s->data, s->readable_bytes, s->len_bytes))
		return NULL;
	r = wf_capture_ring_reserve(&t->ring, n);
	if (WF_UNLIKELY(r == NULL)) {
		_Atomic uint64_t *missed = &t->missed[wf_capture_iface(s->dir, s->point)];

		atomic_store_explicit(missed,
			atomic_load_explicit(missed, memory_order_relaxed) + 1,
			memory_order_relaxed);
		return NULL;
	}
	r->len_bytes = s->len_bytes;
	r->dir = (uint16_t)s->dir;
	r->point = (uint8_t)s->point;
	r->cause = s->cause;
	r->marks = s->marks;
	r->time_ns = s->time_ns;
	r->rx_ns = s->rx_ns;
	r->due_ns = s->due_ns;
	return r;
}

/* ---- The thread ---- */

/* The tap whose next record is the oldest; NULL: there is none. */
static struct wf_capture_tap *
oldest(struct wf_capture *c, const struct wf_capture_record **record)
{
	struct wf_capture_tap *first = NULL;

	for (uint32_t i = 0; i < c->n_taps; i++) {
		const struct wf_capture_record *r = wf_capture_ring_peek(&c->taps[i].ring);

		if (r == NULL || (first != NULL && (*record)->time_ns <= r->time_ns))
			continue;
		first = &c->taps[i];
		*record = r;
	}
	return first;
}

static void
fail(struct wf_capture *c, int rc)
{
	if (rc == 0 || atomic_load_explicit(&c->error, memory_order_relaxed) != 0)
		return;
	atomic_store_explicit(&c->error, rc, memory_order_release);
	eventfd_write(c->failed, 1);
}

/* Returns how many records there were; after an error they count as lost. */
static uint32_t
drain(struct wf_capture *c, uint32_t most)
{
	const struct wf_capture_record *r = NULL;
	struct wf_capture_tap *t;
	uint32_t n = 0;

	for (; n < most && (t = oldest(c, &r)) != NULL; n++) {
		if (c->put != NULL)
			c->put(c->ctx, r);
		else
			fail(c, wf_capture_file_put(c->file, r, r->data));
		wf_capture_ring_take(&t->ring, r);
	}
	return n;
}

uint32_t
wf_capture_take(struct wf_capture *c, uint32_t most)
{
	uint32_t n = drain(c, most);

	c->told += n;
	return n;
}

static void *
thread_main(void *arg)
{
	struct wf_capture *c = arg;
	struct pollfd wanted = { .fd = c->wanted, .events = POLLIN };

	while (poll(&wanted, 1, 0) <= 0) {
		if (drain(c, TURN) > 0)
			continue;
		fail(c, wf_capture_file_flush(c->file));
		poll(&wanted, 1, LOOK_EVERY_MS);
	}
	while (drain(c, TURN) > 0)
		;
	return NULL;
}

/* ---- Control ---- */

/* Signals are the control thread's. */
static int
start_thread(struct wf_capture *c)
{
	sigset_t all, before;
	int rc;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	rc = pthread_create(&c->thread, NULL, thread_main, c);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	c->runs = rc == 0;
	return -rc;
}

static int
make_taps(struct wf_capture *c, const struct wf_capture_options *o, uint32_t first_dir,
	uint32_t end_dir)
{
	c->taps = aligned_alloc(WF_CACHE_LINE, c->n_taps * sizeof(*c->taps));
	c->missed = calloc((size_t)c->n_taps * c->n_ifaces, sizeof(*c->missed));
	if (c->taps == NULL || c->missed == NULL)
		return -ENOMEM;
	memset(c->taps, 0, c->n_taps * sizeof(*c->taps));
	for (uint32_t i = 0; i < c->n_taps; i++) {
		struct wf_capture_tap *t = &c->taps[i];

		t->filter = c->filter;
		t->first_dir = first_dir;
		t->end_dir = end_dir;
		t->snaplen = o->snaplen;
		t->missed = &c->missed[(size_t)i * c->n_ifaces];
		if (wf_capture_ring_init(&t->ring, o->memory_bytes / c->n_taps) < 0)
			return -ENOMEM;
	}
	return 0;
}

struct wf_capture *
wf_capture_new(const struct wf_capture_options *o, const struct wf_conf *conf, uint32_t n_taps,
	wf_ns_t base_ns, struct wf_err *err)
{
	struct wf_capture *c = calloc(1, sizeof(*c));
	uint32_t first_dir, end_dir;

	if (c == NULL) {
		wf_err_add(err, NULL, NULL, "out of memory");
		return NULL;
	}
	c->n_taps = n_taps;
	c->n_ifaces = o->iface != NULL ? 1 : wf_capture_iface(2 * conf->n_links, 0);
	c->rotates = o->size_bytes != 0 || o->time_ns != 0;
	c->put = o->put;
	c->ctx = o->ctx;
	snprintf(c->name, sizeof(c->name), "%s", o->name != NULL ? o->name : "");
	c->wanted = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	c->failed = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (wf_capture_dirs(o, conf, &first_dir, &end_dir, err) == 0 &&
		(o->filter == NULL ||
			(c->filter = wf_filter_new(o->filter, &o->filter_where, err)) != NULL) &&
		(o->put != NULL ||
			(c->file = wf_capture_file_new(o, conf, base_ns, err)) != NULL)) {
		if (c->wanted >= 0 && c->failed >= 0 && make_taps(c, o, first_dir, end_dir) == 0 &&
			(o->put != NULL || start_thread(c) == 0))
			return c;
		wf_err_add(err, NULL, "Lower `memory` of the capture",
			"out of memory, threads or descriptors");
	}
	wf_capture_free(c);
	return NULL;
}

struct wf_capture_tap *
wf_capture_tap(struct wf_capture *c, uint32_t i)
{
	return &c->taps[i];
}

int
wf_capture_fd(const struct wf_capture *c)
{
	return c->failed;
}

static uint64_t
missed_at(const struct wf_capture *c, uint32_t iface)
{
	uint64_t n = c->file != NULL ? wf_capture_file_lost(c->file, iface) : 0;

	for (uint32_t i = 0; i < c->n_taps; i++)
		n += atomic_load_explicit(
			&c->missed[(size_t)i * c->n_ifaces + iface], memory_order_relaxed);
	return n;
}

void
wf_capture_status(const struct wf_capture *c, struct wf_capture_status *out)
{
	*out = (struct wf_capture_status){ .error = atomic_load_explicit(
						   &c->error, memory_order_acquire) };
	out->state = out->error != 0 ? WF_CAPTURE_FAILED
		     : c->runs       ? WF_CAPTURE_RUNS
				     : WF_CAPTURE_ENDED;
	memcpy(out->name, c->name, sizeof(out->name));
	out->rotates = c->rotates;
	for (uint32_t i = 0; i < c->n_ifaces; i++)
		out->missed += missed_at(c, i);
	out->captured = c->told;
	if (c->file == NULL)
		return;
	out->file = wf_capture_file_number(c->file);
	out->bytes = wf_capture_file_bytes(c->file);
	for (uint32_t i = 0; i < c->n_ifaces; i++)
		out->captured += wf_capture_file_captured(c->file, i);
}

void
wf_capture_end(struct wf_capture *c)
{
	uint64_t *missed;

	if (!c->runs)
		return;
	eventfd_write(c->wanted, 1);
	pthread_join(c->thread, NULL);
	c->runs = false;
	missed = calloc(c->n_ifaces, sizeof(*missed));
	for (uint32_t i = 0; missed != NULL && i < c->n_ifaces; i++)
		missed[i] = missed_at(c, i);
	fail(c, wf_capture_file_end(c->file, missed));
	free(missed);
	for (uint32_t i = 0; i < c->n_taps; i++)
		wf_capture_ring_fini(&c->taps[i].ring);
}

void
wf_capture_free(struct wf_capture *c)
{
	if (c == NULL)
		return;
	wf_capture_end(c);
	for (uint32_t i = 0; c->taps != NULL && i < c->n_taps; i++)
		wf_capture_ring_fini(&c->taps[i].ring);
	wf_capture_file_free(c->file);
	wf_filter_free(c->filter);
	if (c->wanted >= 0)
		close(c->wanted);
	if (c->failed >= 0)
		close(c->failed);
	free((void *)c->missed);
	free(c->taps);
	free(c);
}
