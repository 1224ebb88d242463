/* SPDX-License-Identifier: BSD-3-Clause
 * The offline twin. One thread; time is that of the sources.
 */
#include "wf_twin.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wf_source_merge.h"
#include "wf_twin_capture.h"
#include "wf_twin_drive.h"
#include "wf_twin_packet.h"
#include "wf_twin_snapshot.h"

/* Calls of the pipeline between two looks at the progress. */
#define PROGRESS_EVERY 1024

struct twin {
	const struct wf_twin_params *q;
	struct wf_err *err;
	struct wf_twin_drive drive;
	struct wf_source *sources;   /* all of them, merged */
	struct wf_twin_packet *next; /* already on the heap; NULL: there is none */
	wf_ns_t next_ns;
	uint32_t next_dir;
	wf_ns_t *left_ns; /* [n_dirs]: last stamp */
	struct wf_twin_capture capture;
	struct wf_tap tap;
	wf_ns_t first_ns, last_ns;
	int rc;    /* the first error */
	bool dead; /* it is one that leaves no result */
};

static void
die(struct twin *t, int rc)
{
	t->rc = rc;
	t->dead = true;
}

/* Fetches the next packet. What an input that breaks off gave is good: on to the end with it. */
static void
advance(struct twin *t)
{
	struct wf_source_packet p;

	t->next = NULL;
	if (wf_source_take(t->sources, WF_SOURCE_END - 1, &p, 1) == 0)
		return;
	t->next = wf_twin_packet_new(&(struct wf_cap_packet){
		.cap_bytes = p.cap_bytes, .len_bytes = p.len_bytes, .data = p.data });
	if (t->next == NULL) {
		die(t, wf_err_add(t->err, NULL, NULL, "out of memory"));
		return;
	}
	t->next_ns = p.time_ns;
	t->next_dir = t->q->in[p.input].dir;
}

static void
write_out(struct twin *t, struct wf_cap_writer *out, const struct wf_cap_packet *p)
{
	int rc = wf_cap_write(out, p);

	if (rc == -EOVERFLOW)
		die(t, wf_err_add(t->err, NULL, "Write pcapng: --ab-out OUT.pcapng",
			       "a packet leaves after the year 2106, which pcap can't say"));
	else if (rc < 0)
		die(t, wf_err_add(t->err, NULL, "Is the disk full?",
			       "the output cannot be written: %s", strerror(-rc)));
}

static void
leave(void *ctx, const struct wf_held *h)
{
	struct twin *t = ctx;
	struct wf_twin_packet *packet = h->pkt;
	struct wf_cap_writer *out = t->q->out != NULL ? t->q->out[h->dir] : NULL;
	struct wf_cap_packet p = { .time_ns = h->due_ns,
		.cap_bytes = packet->cap_bytes,
		.len_bytes = packet->len_bytes,
		.data = packet->data };

	assert(h->due_ns >= t->left_ns[h->dir]);
	t->left_ns[h->dir] = h->due_ns;
	if (out != NULL && !t->dead)
		write_out(t, out, &p);
	if (p.time_ns > t->last_ns)
		t->last_ns = p.time_ns;
}

/* Everything due at or before now leaves. */
static void
release(struct twin *t, wf_ns_t now_ns)
{
	wf_twin_drive_to(&t->drive, now_ns);
	if (t->drive.out_of_memory && !t->dead)
		die(t, wf_err_add(t->err, NULL, NULL, "out of memory"));
}

/* Packets of one direction that follow each other, up to a burst, into the pipeline. */
static void
arrive(struct twin *t)
{
	struct wf_rx rx[WF_BURST];
	/* What is written down stands there in order of time, however packets are bundled. */
	uint32_t n = 0, dir = t->next_dir, burst = t->tap.told != NULL ? 1 : t->q->burst;

	do {
		rx[n++] = (struct wf_rx){ .pkt = t->next,
			.data = t->next->data,
			.readable_bytes = t->next->cap_bytes,
			.len_bytes = t->next->len_bytes,
			.rx_ns = t->next_ns };
		advance(t);
	} while (n < burst && t->next != NULL && t->next_dir == dir);
	if (t->capture.n != NULL)
		wf_twin_capture_in(&t->capture, dir, rx, n);
	if (t->q->watch != NULL)
		t->q->watch->came(t->q->watch->ctx, dir, rx, n);
	wf_twin_drive_in(&t->drive, dir, rx, n);
	if (t->capture.rc < 0 && !t->dead)
		die(t, wf_err_add(t->err, NULL, "Is the disk full?",
			       "the capture or the log of fates cannot be written: %s",
			       strerror(-t->capture.rc)));
	if (rx[n - 1].rx_ns > t->last_ns)
		t->last_ns = rx[n - 1].rx_ns;
}

/* All inputs as one source. 0 or -ENOMEM. */
static int
merge(struct twin *t)
{
	struct wf_source **sources = calloc(t->q->n_in, sizeof(*sources));

	for (uint32_t i = 0; sources != NULL && i < t->q->n_in; i++)
		sources[i] = t->q->in[i].source;
	if (sources != NULL)
		t->sources = wf_source_merge(sources, t->q->n_in);
	free(sources);
	return t->sources != NULL ? 0 : -ENOMEM;
}

static void
told(void *ctx, const struct wf_held *h, enum wf_drop cause, wf_ns_t ns)
{
	struct twin *t = ctx;

	if (t->capture.n != NULL)
		wf_twin_capture_told(&t->capture, h, cause, ns);
	if (t->q->watch != NULL)
		t->q->watch->told(t->q->watch->ctx, h, cause, ns);
}

static int
start(struct twin *t)
{
	const struct wf_twin_params *q = t->q;
	struct wf_pipe_params params = {
		.max_held = q->max_held,
		.max_flows = q->conf->max_flows,
		.flow_idle_ns = q->conf->flow_idle_ns,
	};

	t->left_ns = calloc(q->plan->n_dirs, sizeof(*t->left_ns));
	if (t->left_ns == NULL || merge(t) < 0)
		return wf_err_add(t->err, NULL, NULL, "out of memory");
	if (q->capture != NULL || q->log != NULL) {
		t->capture.file = q->capture;
		t->capture.log = q->log;
		t->capture.n = calloc(q->plan->n_dirs, sizeof(*t->capture.n));
		if (t->capture.n == NULL)
			return wf_err_add(t->err, NULL, NULL, "out of memory");
	}
	if (t->capture.n != NULL || q->watch != NULL) {
		t->tap = (struct wf_tap){ told, t };
		params.tap = &t->tap;
	}
	advance(t);
	t->first_ns = t->last_ns = t->next != NULL ? t->next_ns : 0;
	params.start_ns = t->first_ns;
	return wf_twin_drive_init(&t->drive, q->plan, q->timeline, &params, leave, t) == 0
		       ? 0
		       : wf_err_add(
				 t->err, NULL, "Lower --in-flight or max_flows", "out of memory");
}

/* The statistics at the end. Flows that have been idle for long are gone from them, seen or not. */
static struct wf_snapshot *
result(struct twin *t)
{
	struct wf_twin_params last = *t->q; /* classes as they are at the end */
	struct wf_snapshot *snap;

	last.plan = t->drive.plan;
	wf_pipe_tidy_all(t->drive.pipe, t->last_ns);
	wf_pipe_turn_stats(t->drive.pipe, t->last_ns);
	snap = wf_twin_snapshot(&last, wf_stats_idle(t->drive.stats), t->first_ns, t->last_ns);
	if (snap == NULL)
		die(t, wf_err_add(t->err, NULL, NULL, "out of memory"));
	return snap;
}

int
wf_twin_run(const struct wf_twin_params *q, struct wf_snapshot **snap, struct wf_err *err)
{
	struct twin t = { .q = q, .err = err };
	uint32_t turns = 0;

	*snap = NULL;
	if (start(&t) == 0) {
		while (t.next != NULL && !t.dead) {
			release(&t, t.next_ns);
			arrive(&t);
			if (q->progress != NULL && ++turns % PROGRESS_EVERY == 0)
				q->progress(q->progress_ctx);
		}
		release(&t, WF_TWIN_END);
		if (t.rc == 0)
			t.rc = t.sources->rc;
		if (!t.dead)
			*snap = result(&t);
	} else {
		t.rc = -ENOMEM;
	}
	if (t.next != NULL)
		wf_twin_packet_put(t.next);
	wf_twin_drive_fini(&t.drive);
	wf_source_free(t.sources);
	free(t.capture.n);
	free(t.left_ns);
	return t.rc;
}
