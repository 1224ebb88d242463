/* SPDX-License-Identifier: BSD-3-Clause
 * Trials on the virtual clock: the generators' packets through the twin's pipeline into receivers.
 * Each trial begins with a link in which nothing has ever happened.
 */
#include "load_offline.h"

#include <stdio.h>
#include <stdlib.h>

#include "wf_load_collect.h"
#include "wf_twin_drive.h"
#include "wf_twin_packet.h"

#define START      WF_NS_PER_S
#define HELD       (1u << 20) /* packets in flight */
#define MOST_BYTES 9216

struct run {
	const struct wf_load_offer *o;
	struct wf_load_result *r;
	struct wf_twin_drive drive;
	struct wf_probe_rx *rx;
	wf_ns_t deadline_ns; /* what comes later is lost */
	uint32_t dir;
	uint8_t frame[MOST_BYTES];
};

static void
leave(void *ctx, const struct wf_held *h)
{
	struct run *t = ctx;
	const struct wf_twin_packet *p = h->pkt;
	const uint8_t *tail = NULL;

	if (h->dir != t->dir || h->due_ns > t->deadline_ns)
		return;
	if (p->cap_bytes >= WF_PROBE_BYTES && p->cap_bytes == p->len_bytes)
		tail = p->data + p->cap_bytes - WF_PROBE_BYTES;
	wf_probe_rx_take(t->rx, tail, p->len_bytes, h->due_ns);
}

/* Up to a burst of the packets of one phase. Returns how many; -1: out of memory. */
static int
make(struct run *t, struct wf_generator *g, struct wf_rx *rx)
{
	int n = 0;

	for (; n < WF_BURST && g->left > 0; n++) {
		struct wf_cap_packet p = { .time_ns = g->due_ns,
			.cap_bytes = wf_generator_bytes(g),
			.len_bytes = wf_generator_bytes(g),
			.data = t->frame };
		struct wf_twin_packet *packet;

		wf_generator_write(g, t->frame);
		packet = wf_twin_packet_new(&p);
		if (packet == NULL) {
			while (n > 0)
				wf_twin_packet_put(rx[--n].pkt);
			return -1;
		}
		rx[n] = (struct wf_rx){ .pkt = packet,
			.data = packet->data,
			.readable_bytes = packet->cap_bytes,
			.len_bytes = packet->len_bytes,
			.rx_ns = p.time_ns };
		t->r->sent++;
		t->r->sent_bytes += p.len_bytes;
	}
	return n;
}

static int
send_phase(struct run *t, struct wf_generator *g)
{
	struct wf_rx rx[WF_BURST];
	int n;

	while ((n = make(t, g, rx)) > 0) {
		wf_twin_drive_to(&t->drive, rx[0].rx_ns);
		wf_twin_drive_in(&t->drive, t->dir, rx, (uint32_t)n);
	}
	return n;
}

static int
send_all(struct run *t, uint64_t *sent)
{
	wf_ns_t begin_ns = START;

	for (uint32_t i = 0; i < t->o->n_phases; i++) {
		const struct wf_generator_spec *s = &t->o->phase[i];
		struct wf_generator *g = wf_generator_new(s, 0, 1, begin_ns);
		int rc = g != NULL ? send_phase(t, g) : -1;

		if (g != NULL)
			wf_generator_sent(g, sent + s->stream);
		wf_generator_free(g);
		if (rc < 0)
			return -1;
		t->r->offered += s->packets;
		begin_ns += t->o->duration_ns[i];
	}
	wf_twin_drive_to(&t->drive, WF_TWIN_END);
	return t->drive.out_of_memory ? -1 : 0;
}

/* Packets that ended for want of memory say nothing about the link. */
static void
look_for_our_own(struct run *t)
{
	const struct wf_count *dropped = t->drive.stats->now->dir[t->dir].c.dropped;

	for (int i = 1; i < WF_DROP_COUNT; i++)
		if (wf_drop_info[i].by == WF_DROP_BY_EMULATOR && dropped[i].packets > 0)
			snprintf(t->r->why, sizeof(t->r->why), "%llu packets ended here: %s",
				(unsigned long long)dropped[i].packets, wf_drop_info[i].help);
}

int
wf_load_offline_trial(
	void *ctx, const struct wf_load_offer *o, struct wf_load_result *r, struct wf_err *err)
{
	const struct wf_load_offline *q = ctx;
	struct wf_pipe_params params = { .max_held = HELD,
		.max_flows = q->conf->max_flows,
		.flow_idle_ns = q->conf->flow_idle_ns,
		.start_ns = START };
	struct run *t = calloc(1, sizeof(*t));
	uint64_t *sent = calloc(wf_load_streams(o), sizeof(*sent));
	int rc = -1;

	if (t != NULL && sent != NULL) {
		*t = (struct run){ .o = o, .r = r, .dir = q->dir };
		t->deadline_ns = START + o->wait_ns;
		for (uint32_t i = 0; i < o->n_phases; i++)
			t->deadline_ns += o->duration_ns[i];
		t->rx = wf_load_receiver(o, START);
		rc = t->rx != NULL ? wf_twin_drive_init(&t->drive, q->plan, NULL, &params, leave, t)
				   : -1;
		if (rc == 0)
			rc = send_all(t, sent);
		if (rc == 0) {
			wf_load_collect(o, t->rx, sent, r);
			look_for_our_own(t);
		}
		if (t->rx != NULL)
			wf_twin_drive_fini(&t->drive);
		wf_probe_rx_free(t->rx);
	}
	free(t);
	free(sent);
	return rc == 0 ? 0 : wf_err_add(err, NULL, "Lower --line or --duration", "out of memory");
}
