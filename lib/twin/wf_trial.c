/* SPDX-License-Identifier: BSD-3-Clause
 * Trials. One thread.
 */
#include "wf_trial.h"

#include <stdlib.h>
#include <string.h>

#include "wf_plan_only.h"
#include "wf_twin_drive.h"
#include "wf_twin_packet.h"

#define COPIES 8 /* of a packet, itself included */
#define START  WF_NS_PER_S
#define KEPT   64 /* bytes of a frame */

struct trial {
	const struct wf_trial_params *q;
	struct wf_plan *plan;
	struct wf_twin_drive drive;
	struct wf_trial *out;
};

bool
wf_trial_has(const struct wf_plan_class *k, enum wf_block_id id)
{
	if (id == WF_BLOCK_RATE && k->queue != NULL)
		return true;
	for (uint8_t i = 0; i < wf_plan_steps(k); i++)
		if (k->before[i].stage == id)
			return true;
	return false;
}

wf_ns_t
wf_trial_arrival(const struct wf_trial_params *q, uint32_t i)
{
	return (wf_ns_t)((double)i * q->gap_ns);
}

/* The stages that the trial is of. */
static uint64_t
stages(const struct wf_trial_params *q)
{
	if (q->stage == WF_TRIAL_WHOLE)
		return WF_PLAN_ALL_STAGES;
	if (q->stage == WF_BLOCK_RATE)
		return 1ull << WF_BLOCK_RATE | 1ull << WF_BLOCK_QUEUE;
	return 1ull << q->stage;
}

/* A number, in network order. */
static void
put(uint8_t *to, uint32_t bytes, uint32_t value)
{
	while (bytes > 0) {
		to[--bytes] = (uint8_t)value;
		value >>= 8;
	}
}

/* What stands behind the IP header. Returns the length of the frame. */
static uint32_t
fill(uint8_t *frame, enum wf_trial_traffic traffic, uint32_t len)
{
	static const uint8_t query[] = { 0, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 'x', 0, 0, 1, 0,
		1 };

	frame[23] = traffic == WF_TRIAL_TCP ? 6 : 17;
	put(frame + 34, 2, 40000);
	put(frame + 36, 2, traffic == WF_TRIAL_DNS ? 53 : 5001);
	if (traffic == WF_TRIAL_TCP) {
		put(frame + 38, 4, 1);
		frame[46] = 5 << 4; /* words of header */
		frame[47] = 0x10;   /* ACK */
		return len;
	}
	if (traffic == WF_TRIAL_DNS) {
		len = 42 + sizeof(query);
		memcpy(frame + 42, query, sizeof(query));
	}
	put(frame + 38, 2, len - 34);
	return len;
}

/* Packet i. NULL: out of memory. */
static struct wf_twin_packet *
make_packet(const struct wf_trial_params *q, uint32_t i)
{
	uint8_t frame[KEPT] = { 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0, 0x45, q->capable ? 2 : 0,
		0, 0, 0, 0, 0, 0, 64, 0, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2 };
	struct wf_cap_packet p = { .data = frame };
	struct wf_twin_packet *packet;

	p.len_bytes = fill(frame, (enum wf_trial_traffic)q->traffic,
		q->frame_bytes != 0 ? q->frame_bytes : WF_FORECAST_FRAME);
	p.cap_bytes = p.len_bytes < KEPT ? p.len_bytes : KEPT;
	put(frame + 16, 2, p.len_bytes - 14);
	if (q->flows)
		put(frame + 26, 4, (10u << 24) + i);
	packet = wf_twin_packet_new(&p);
	if (packet != NULL)
		packet->tag = i;
	return packet;
}

static void
leave(void *ctx, const struct wf_held *h)
{
	const struct trial *t = ctx;
	const struct wf_twin_packet *packet = h->pkt;
	int64_t delay_ns = (int64_t)(h->due_ns - h->rx_ns);
	struct wf_trial_packet *p;

	if (packet->tag == WF_TWIN_FORGED)
		return;
	p = &t->out->packet[packet->tag];
	if (p->left == 0 || delay_ns < p->delay_ns)
		p->delay_ns = delay_ns;
	p->left++;
	p->edited |= packet->edited;
}

static int
feed(struct trial *t)
{
	struct wf_rx rx[WF_BURST];
	uint32_t n;

	for (uint32_t i = 0; i < t->q->packets; i += n) {
		for (n = 0; n < WF_BURST && i + n < t->q->packets; n++) {
			struct wf_twin_packet *p = make_packet(t->q, i + n);

			if (p == NULL) {
				while (n > 0)
					wf_twin_packet_put(rx[--n].pkt);
				return -1;
			}
			rx[n] = (struct wf_rx){ .pkt = p,
				.data = p->data,
				.readable_bytes = p->cap_bytes,
				.len_bytes = p->len_bytes,
				.rx_ns = START + wf_trial_arrival(t->q, i + n) };
		}
		wf_twin_drive_to(&t->drive, rx[0].rx_ns);
		wf_twin_drive_in(&t->drive, 0, rx, n);
	}
	wf_twin_drive_to(&t->drive, WF_TWIN_END);
	return t->drive.out_of_memory ? -1 : 0;
}

static int
start(struct trial *t)
{
	const struct wf_trial_params *q = t->q;
	struct wf_pipe_params params = { .max_flows = q->flows ? q->packets + 64 : 64,
		.flow_idle_ns = WF_TWIN_END,
		.start_ns = START };
	const struct wf_plan_class *k;
	uint32_t copies;

	t->plan = wf_plan_only(q->plan, q->dir, q->class_id, stages(q));
	if (t->plan == NULL)
		return -1;
	copies = t->plan->dir[0].needs_bytes ? 1 + WF_FORGED_MAX : 1;
	k = t->plan->dir[0].classes;
	for (uint8_t i = 0; i < wf_plan_steps(k); i++)
		if (k->before[i].copies)
			copies = COPIES;
	params.max_held = q->packets * copies + WF_BURST;
	return wf_twin_drive_init(&t->drive, t->plan, NULL, &params, leave, t);
}

struct wf_trial *
wf_trial_run(const struct wf_trial_params *q)
{
	struct wf_trial *out = calloc(1, sizeof(*out) + q->packets * sizeof(out->packet[0]));
	struct trial t = { .q = q, .out = out };
	int rc;

	assert(q->packets <= WF_TRIAL_MAX);
	if (out == NULL)
		return NULL;
	out->packets = q->packets;
	for (uint32_t i = 0; i < q->packets; i++)
		out->packet[i].delay_ns = -1;
	rc = start(&t);
	if (rc == 0)
		rc = feed(&t);
	if (rc == 0) {
		const struct wf_dir_stats *d = &t.drive.stats->now->dir[0];

		out->clamped = (uint32_t)d->clamped;
		out->clamped_ns = d->clamped_ns;
		out->no_buffer = (uint32_t)d->c.dropped[WF_DROP_no_buffer].packets;
	}
	wf_twin_drive_fini(&t.drive);
	wf_plan_free(t.plan);
	if (rc == 0)
		return out;
	free(out);
	return NULL;
}
