/* SPDX-License-Identifier: BSD-3-Clause
 * Fates of packets.
 */
#include "fates.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "wf_rng.h"

#define WORKERS 2

static uint64_t
digest(const struct bench_out *o)
{
	uint64_t h = wf_rng_mix(o->len * 2 + o->dir);

	for (size_t i = 0; i < sizeof(o->bytes); i += 8) {
		uint64_t v;

		memcpy(&v, o->bytes + i, sizeof(v));
		h = wf_rng_mix(h ^ v);
	}
	return h;
}

static void
log_of(struct bench *b, const uint32_t *number, struct fates *f)
{
	for (uint32_t i = 0; i < b->n_out; i++) {
		const struct bench_out *o = &b->out[i];

		if (o->id == BENCH_MADE) {
			uint32_t flow = traffic_flow(o->bytes);

			assert_true(flow < TRAFFIC_FLOWS);
			f->made[flow].n++;
			f->made[flow].bytes += digest(o);
			f->made[flow].due += o->due_ns;
		} else if (o->copy) {
			f->packet[number[o->id]].copies++;
			f->packet[number[o->id]].copies_due += o->due_ns;
		} else {
			f->packet[number[o->id]].due = o->due_ns;
			f->packet[number[o->id]].bytes = digest(o);
		}
	}
}

/* Who processes the packet, if any worker may have received it? */
static uint32_t
owner(struct bench *const *b, const struct bench_packet *p, uint32_t receiver, uint32_t workers)
{
	const struct wf_identity *who[WF_BURST];
	uint32_t w[WF_BURST];
	struct wf_rx rx;

	if (workers == 1)
		return 0;
	bench_rx(b[receiver], p, &rx);
	wf_pipe_owners(b[receiver]->pipe, b[receiver]->plan, 0, &rx, 1, workers, w, who);
	bench_release(b[receiver], rx.pkt);
	b[receiver]->n_in--;
	return w[0] == WF_PIPE_ANY ? receiver : w[0];
}

/* The next burst of all traffic, from packet i on, each to its worker. Returns where it ends. */
static uint32_t
send(struct bench *const *b, const struct fates_run *q, uint32_t *const *number, uint32_t i)
{
	struct bench_packet p[WORKERS][WF_BURST];
	uint32_t n[WORKERS] = { 0 };

	for (uint32_t k = 0; i < q->n && k < q->burst; i++) {
		const struct bench_packet *packet = &q->packet[i];
		uint32_t w;

		if (packet->flow % q->every != 0)
			continue;
		w = owner(b, packet, traffic_receiver(packet, i, q->workers), q->workers);
		number[w][b[w]->n_in + n[w]] = i;
		p[w][n[w]++] = *packet;
		k++;
	}
	for (uint32_t w = 0; w < q->workers; w++)
		if (n[w] > 0) {
			bench_in(b[w], 0, p[w], n[w], q->burst);
			bench_until(b[w], p[w][n[w] - 1].ns);
		}
	return i;
}

struct fates *
fates_run(const struct fates_run *q)
{
	struct bench_options o = { .seed = q->seed,
		.general = q->general,
		.handed = q->workers > 1,
		.by_value_bytes = q->by_value_bytes };
	struct fates *f = calloc(1, sizeof(*f) + q->n * sizeof(f->packet[0]));
	uint32_t *number[WORKERS];
	struct bench *b[WORKERS];

	assert_non_null(f);
	for (uint32_t w = 0; w < q->workers; w++) {
		b[w] = bench_new(q->text, &o);
		b[w]->special = 11;
		number[w] = calloc(q->n, sizeof(*number[w]));
		assert_non_null(number[w]);
	}
	for (uint32_t i = 0; i < q->n; i++)
		f->packet[i].due = LOST;
	for (uint32_t i = 0; i < q->n;)
		i = send(b, q, number, i);
	for (uint32_t w = 0; w < q->workers; w++) {
		bench_drain(b[w]);
		bench_check(b[w]);
		log_of(b[w], number[w], f);
		f->by_value += b[w]->by_value;
		bench_free(b[w]);
		free(number[w]);
	}
	return f;
}
