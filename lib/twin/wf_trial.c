/* SPDX-License-Identifier: BSD-3-Clause
 * Trials. One thread. The plan of a trial is the given one but for what it leaves out: it borrows
 * the compiled stage, so what is tried is what will run.
 */
#include "wf_trial.h"

#include <stdlib.h>
#include <string.h>

#include "wf_pipe.h"
#include "wf_twin_packet.h"

#define BURST   32
#define COPIES  8 /* of a packet, itself included */
#define START   WF_NS_PER_S
#define KEPT    64 /* bytes of a frame */
#define FOREVER ((wf_ns_t)INT64_MAX)

struct trial {
	const struct wf_trial_params *q;
	struct wf_plan plan;
	struct wf_plan_dir dir[2];
	struct wf_plan_class class[2];
	struct wf_stats *stats;
	struct wf_pipe *pipe;
	struct wf_trial *out;
};

static bool
is_of(const struct wf_plan_step *step, uint8_t stage)
{
	return step->stage == stage || stage == WF_TRIAL_WHOLE;
}

bool
wf_trial_has(const struct wf_plan_class *k, enum wf_stage_id id)
{
	if (id == WF_STAGE_RATE && k->queue != NULL)
		return true;
	for (uint8_t i = 0; i < k->n_steps; i++)
		if (is_of(&k->step[i], (uint8_t)id))
			return true;
	return false;
}

wf_ns_t
wf_trial_arrival(const struct wf_trial_params *q, uint32_t i)
{
	return (wf_ns_t)((double)i * q->gap_ns);
}

/* The class as the only one of its direction, with one stage. The other direction does nothing. */
static void
make_plan(struct trial *t)
{
	const struct wf_trial_params *q = t->q;
	const struct wf_plan_dir *d = &q->plan->dir[q->dir];
	const struct wf_plan_class *from = &d->classes[q->class_id];
	struct wf_plan_class *k = &t->class[0];

	*k = *from;
	k->slot = 0;
	k->shares = false;
	k->n_steps = k->n_before = 0;
	memset(k->variant, 0, sizeof(k->variant));
	for (uint8_t i = 0; i < from->n_steps; i++) {
		const struct wf_plan_step *step = &from->step[i];

		if (!is_of(step, q->stage))
			continue;
		k->variant[step->stage] = from->variant[step->stage];
		k->step[k->n_steps++] = *step;
		k->n_before += step->stage < WF_STAGE_QUEUE;
	}
	if (q->stage == WF_STAGE_RATE || q->stage == WF_TRIAL_WHOLE)
		k->variant[WF_STAGE_QUEUE] = from->variant[WF_STAGE_QUEUE];
	else
		k->queue = NULL;
	snprintf(t->class[1].name, sizeof(t->class[1].name), "default");
	t->class[1].slot = 1;
	t->class[1].uid = t->class[1].state_uid = q->plan->next_uid;
	t->dir[0] = (struct wf_plan_dir){ .needs_flow = d->needs_flow,
		.owned = true,
		.holds = d->holds,
		.parks = d->parks,
		.copies = d->copies,
		.in_order = d->in_order,
		.needs_bytes = d->needs_bytes,
		.epoch = 1,
		.rng_key = d->rng_key,
		.n_classes = 1,
		.classes = &t->class[0] };
	t->dir[1] = (struct wf_plan_dir){
		.in_order = true, .epoch = 1, .n_classes = 1, .classes = &t->class[1]
	};
	t->plan = (struct wf_plan){ .generation = 1,
		.seed = q->plan->seed,
		.n_links = 1,
		.n_dirs = 2,
		.n_slots = 2,
		.next_uid = q->plan->next_uid + 1,
		.flow_states = q->plan->flow_states,
		.dir = t->dir };
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
leave(struct trial *t, const struct wf_held *h)
{
	struct wf_twin_packet *packet = h->pkt;
	int64_t delay_ns = (int64_t)(h->due_ns - h->rx_ns);

	if (packet->tag != WF_TWIN_FORGED) {
		struct wf_trial_packet *p = &t->out->packet[packet->tag];

		if (p->left == 0 || delay_ns < p->delay_ns)
			p->delay_ns = delay_ns;
		p->left++;
		p->edited |= packet->edited;
	}
	wf_pipe_sent(t->pipe, h, 1, h->due_ns);
	wf_twin_packet_put(packet);
}

/* Everything due at or before now leaves. */
static void
release(struct trial *t, wf_ns_t now_ns)
{
	struct wf_held h[BURST];
	wf_ns_t until_ns;
	uint32_t n;

	do {
		until_ns = wf_pipe_advance(t->pipe, &t->plan, now_ns);
		do {
			n = wf_pipe_take(t->pipe, until_ns, h, BURST);
			for (uint32_t i = 0; i < n; i++)
				leave(t, &h[i]);
		} while (n == BURST);
	} while (until_ns < now_ns);
}

static int
feed(struct trial *t)
{
	struct wf_rx rx[BURST];
	uint32_t n;

	for (uint32_t i = 0; i < t->q->packets; i += n) {
		for (n = 0; n < BURST && i + n < t->q->packets; n++) {
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
		release(t, rx[0].rx_ns);
		wf_pipe_in(t->pipe, &t->plan, 0, rx, n, true);
	}
	release(t, FOREVER);
	return 0;
}

static int
start(struct trial *t)
{
	uint32_t copies = t->dir[0].needs_bytes ? 1 + WF_FORGED_MAX : 1;
	struct wf_pipe_params params = { .name = "trial",
		.n_dirs = t->plan.n_dirs,
		.n_slots = t->plan.n_slots,
		.max_flows = t->q->flows ? t->q->packets + 64 : 64,
		.flow_idle_ns = FOREVER,
		.start_ns = START,
		.ops = wf_twin_packet_ops };

	for (uint8_t i = 0; i < t->class[0].n_steps; i++)
		if (t->class[0].step[i].copies)
			copies = COPIES;
	params.max_held = t->q->packets * copies + BURST;
	params.stats = t->stats = wf_stats_new(params.n_dirs, params.n_slots);
	t->pipe = t->stats != NULL ? wf_pipe_new(&params) : NULL;
	return t->pipe != NULL ? 0 : -1;
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
	make_plan(&t);
	rc = start(&t);
	if (rc == 0)
		rc = feed(&t);
	if (rc == 0) {
		const struct wf_dir_stats *d = &t.stats->now->dir[0];

		out->clamped = (uint32_t)d->clamped;
		out->clamped_ns = d->clamped_ns;
		out->no_buffer = (uint32_t)d->c.dropped[WF_DROP_no_buffer].packets;
	}
	wf_pipe_free(t.pipe);
	wf_stats_free(t.stats);
	if (rc == 0)
		return out;
	free(out);
	return NULL;
}
