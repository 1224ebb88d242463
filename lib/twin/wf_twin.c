/* SPDX-License-Identifier: BSD-3-Clause
 * The offline twin. One thread; time is that of the captures.
 */
#include "wf_twin.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wf_twin_drive.h"
#include "wf_twin_packet.h"
#include "wf_twin_snapshot.h"

/* Calls of the pipeline between two looks at the progress. */
#define PROGRESS_EVERY 1024

/* One capture that is read: its next packet, already on the heap. */
struct input {
	struct wf_cap_reader *reader;
	struct wf_twin_packet *next; /* NULL: at its end */
	wf_ns_t next_ns;
};

struct twin {
	const struct wf_twin_params *q;
	struct wf_err *err;
	struct wf_twin_drive drive;
	struct input in[2];
	wf_ns_t left_ns[2]; /* last stamp of a direction */
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

/* Fetches the next packet of one side. */
static void
advance(struct twin *t, int side)
{
	struct input *in = &t->in[side];
	struct wf_cap_packet p;
	int rc;

	in->next = NULL;
	if (in->reader == NULL)
		return;
	rc = wf_cap_read(in->reader, &p, t->err);
	if (rc < 0 && t->rc == 0)
		t->rc = rc; /* what was read is good: go on to the end with it */
	if (rc <= 0) {
		in->reader = NULL;
		return;
	}
	in->next = wf_twin_packet_new(&p);
	if (in->next == NULL) {
		die(t, wf_err_add(t->err, NULL, NULL, "out of memory"));
		return;
	}
	in->next_ns = p.time_ns;
}

/* Side of the earliest packet, ab before ba; -1 at the end. */
static int
earliest(const struct twin *t)
{
	if (t->in[WF_AB].next == NULL)
		return t->in[WF_BA].next != NULL ? WF_BA : -1;
	if (t->in[WF_BA].next == NULL)
		return WF_AB;
	return t->in[WF_BA].next_ns < t->in[WF_AB].next_ns ? WF_BA : WF_AB;
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
	struct wf_cap_writer *out = t->q->out[h->dir & 1];
	struct wf_cap_packet p = { .time_ns = h->due_ns,
		.cap_bytes = packet->cap_bytes,
		.len_bytes = packet->len_bytes,
		.data = packet->data };

	assert(h->due_ns >= t->left_ns[h->dir & 1]);
	t->left_ns[h->dir & 1] = h->due_ns;
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

/* Packets of one side that follow each other, up to a burst, into the pipeline. */
static void
arrive(struct twin *t, int side)
{
	struct wf_rx rx[WF_BURST];
	uint32_t n = 0;

	do {
		struct wf_twin_packet *p = t->in[side].next;

		rx[n++] = (struct wf_rx){ .pkt = p,
			.data = p->data,
			.readable_bytes = p->cap_bytes,
			.len_bytes = p->len_bytes,
			.rx_ns = t->in[side].next_ns };
		advance(t, side);
	} while (n < t->q->burst && earliest(t) == side);
	wf_twin_drive_in(&t->drive, 2 * t->q->link + (uint32_t)side, rx, n);
	if (rx[n - 1].rx_ns > t->last_ns)
		t->last_ns = rx[n - 1].rx_ns;
}

static int
start(struct twin *t)
{
	const struct wf_twin_params *q = t->q;
	struct wf_pipe_params params = {
		.name = "twin",
		.max_held = q->max_held,
		.max_flows = q->conf->max_flows,
		.flow_idle_ns = q->conf->flow_idle_ns,
	};
	int first;

	for (int side = 0; side < 2; side++) {
		t->in[side].reader = q->in[side];
		advance(t, side);
	}
	first = earliest(t);
	t->first_ns = t->last_ns = first >= 0 ? t->in[first].next_ns : 0;
	params.start_ns = t->first_ns;
	return wf_twin_drive_init(&t->drive, q->plan, &params, leave, t) == 0
		       ? 0
		       : wf_err_add(
				 t->err, NULL, "Lower --in-flight or max_flows", "out of memory");
}

/* The statistics at the end. Flows that have been idle for long are gone from them, seen or not. */
static struct wf_snapshot *
result(struct twin *t)
{
	struct wf_snapshot *snap;

	wf_pipe_tidy_all(t->drive.pipe, t->last_ns);
	wf_pipe_turn_stats(t->drive.pipe, t->last_ns);
	snap = wf_twin_snapshot(t->q, wf_stats_idle(t->drive.stats), t->first_ns, t->last_ns);
	if (snap == NULL)
		die(t, wf_err_add(t->err, NULL, NULL, "out of memory"));
	return snap;
}

int
wf_twin_run(const struct wf_twin_params *q, struct wf_snapshot **snap, struct wf_err *err)
{
	struct twin t = { .q = q, .err = err };
	uint32_t turns = 0;
	int side;

	*snap = NULL;
	if (start(&t) == 0) {
		while ((side = earliest(&t)) >= 0 && !t.dead) {
			release(&t, t.in[side].next_ns);
			arrive(&t, side);
			if (q->progress != NULL && ++turns % PROGRESS_EVERY == 0)
				q->progress(q->progress_ctx);
		}
		release(&t, WF_TWIN_END);
		if (!t.dead)
			*snap = result(&t);
	} else {
		t.rc = -ENOMEM;
	}
	for (side = 0; side < 2; side++)
		if (t.in[side].next != NULL)
			wf_twin_packet_put(t.in[side].next);
	wf_twin_drive_fini(&t.drive);
	return t.rc;
}
