/* SPDX-License-Identifier: BSD-3-Clause
 * Trials on the real clock. Control thread.
 */
#include "load_live.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "interrupt.h"
#include "wf_load_collect.h"
#include "wf_tester.h"

/* Between two looks whether all has been sent. */
#define LOOK_NS (5 * WF_NS_PER_MS)
/* How late a packet may be made. Through a link of ours it enters at the time at which it was due,
 * and so meets the same queues, however late the worker is; a device would get a burst that nobody
 * asked for, and so the user decides. */
#define LATE_OURS_NS WF_NS_PER_S
/* Sending takes so much longer than it should: then something is stuck. */
#define SLACK_NS (5 * WF_NS_PER_S)

/* The machine's time so far, and what of it the hypervisor took, in ticks. */
struct machine {
	unsigned long long all, stolen;
};

static struct machine
look_at_machine(void)
{
	unsigned long long v[8] = { 0 };
	struct machine m = { 0 };
	FILE *f = fopen("/proc/stat", "re");

	if (f == NULL)
		return m;
	if (fscanf(f, "cpu %llu %llu %llu %llu %llu %llu %llu %llu", &v[0], &v[1], &v[2], &v[3],
		    &v[4], &v[5], &v[6], &v[7]) == 8)
		for (int i = 0; i < 8; i++)
			m.all += v[i];
	m.stolen = v[7];
	fclose(f);
	return m;
}

int
wf_load_live_open(struct wf_load_live *q, const struct wf_conf *conf, struct wf_plan **plan,
	const struct wf_dp_options *opt, struct wf_err *err)
{
	int rc;

	q->dp = wf_dp_new(conf, opt, err);
	if (q->dp == NULL || wf_plan_arm(*plan, err) < 0)
		return -EINVAL;
	rc = wf_dp_start(q->dp, *plan, err);
	*plan = NULL;
	return rc;
}

void
wf_load_live_close(struct wf_load_live *q)
{
	if (q->dp == NULL)
		return;
	wf_dp_stop(q->dp, 0);
	wf_dp_free(q->dp);
	q->dp = NULL;
}

/* A sender and a receiver; one where both are on one port. */
struct both {
	struct wf_tester_trial send, receive;
	wf_ns_t longest_ns;
};

static int
prepare(const struct wf_load_live *q, const struct wf_load_offer *o, struct both *b)
{
	wf_ns_t from_ns = 0;

	wf_hist_init(&b->send.late);
	wf_hist_init(&b->receive.late);
	b->receive.rx = wf_load_receiver(o, wf_dp_now(q->dp));
	if (b->receive.rx == NULL)
		return -ENOMEM;
	b->send.most_late_ns = q->device ? o->catch_up_ns : LATE_OURS_NS;
	if (q->from_port == q->to_port)
		b->send.rx = b->receive.rx;
	for (uint32_t i = 0; i < o->n_phases; i++) {
		struct wf_generator_spec s = o->phase[i];

		/* Through a device a delay begins when a packet is made; through a link of ours,
		 * when it was due, as that is when it enters. */
		s.stamp_now = q->device;
		b->send.phase[i] = wf_generator_new(&s, 0, 1, 0);
		if (b->send.phase[i] == NULL)
			return -ENOMEM;
		b->send.n_phases = i + 1;
		b->send.from_ns[i] = from_ns;
		from_ns += o->duration_ns[i];
	}
	b->longest_ns = from_ns + SLACK_NS;
	return 0;
}

static int
end(const struct wf_load_live *q, struct wf_err *err)
{
	int rc = wf_tester_end(wf_dp_tester(q->dp, q->from_port));

	if (q->to_port != q->from_port && wf_tester_end(wf_dp_tester(q->dp, q->to_port)) < 0)
		rc = -ETIMEDOUT;
	if (rc < 0)
		wf_err_add(err, NULL, "Is its core taken by something else?",
			"a worker does not answer");
	return rc;
}

/* The same, while what comes by several queues is received. */
static int
wait_and_gather(const struct wf_load_live *q, wf_ns_t ns)
{
	int rc = 0;

	for (wf_ns_t done_ns = 0; rc == 0 && done_ns < ns; done_ns += LOOK_NS) {
		rc = wf_interrupt_wait(ns - done_ns < LOOK_NS ? ns - done_ns : LOOK_NS);
		wf_tester_gather(wf_dp_tester(q->dp, q->to_port));
	}
	return rc;
}

/* From the first packet to the end of the wait. */
static int
send_all(const struct wf_load_live *q, const struct wf_load_offer *o, struct both *b,
	struct wf_err *err)
{
	int rc = 0;

	if (q->to_port != q->from_port)
		wf_tester_begin(wf_dp_tester(q->dp, q->to_port), &b->receive);
	wf_tester_begin(wf_dp_tester(q->dp, q->from_port), &b->send);
	for (wf_ns_t ns = 0; rc == 0 && !wf_tester_sent(&b->send); ns += LOOK_NS) {
		rc = wait_and_gather(q, LOOK_NS);
		if (rc == 0 && ns > b->longest_ns)
			rc = wf_err_add(err, NULL, "Is its core taken by something else?",
				"packets are not sent");
	}
	return rc == 0 ? wait_and_gather(q, o->wait_ns) : rc;
}

static uint64_t
ours_of(const struct wf_snap_dir *d)
{
	uint64_t n = 0;

	for (int i = 1; i < WF_DROP_COUNT; i++)
		if (wf_drop_info[i].by == WF_DROP_BY_EMULATOR)
			n += d->s.c.dropped[i].packets;
	return n;
}

/* What was lost by us, on the way out and on the way back. */
static int
look_for_our_own(const struct wf_load_live *q, struct wf_load_result *r, struct wf_err *err)
{
	struct wf_snapshot *snap = wf_dp_snapshot(q->dp);

	if (snap == NULL)
		return wf_err_add(err, NULL, "Is its core taken by something else?",
			"a worker does not answer");
	for (uint32_t l = 0; l < snap->n_links; l++)
		for (int side = 0; side < 2; side++) {
			uint64_t n = ours_of(&snap->links[l].dir[side]);

			if (q->device && l == 0 && side == WF_AB)
				r->sent -= n < r->sent ? n : r->sent;
			else
				r->missed += n;
		}
	for (uint32_t i = 0; i < snap->n_ports; i++)
		r->missed += snap->ports[i].rx_missed + snap->ports[i].rx_nombuf +
			     snap->ports[i].rx_errors;
	wf_snapshot_free(snap);
	return 0;
}

static void
release(struct both *b)
{
	for (uint32_t i = 0; i < b->send.n_phases; i++)
		wf_generator_free(b->send.phase[i]);
	wf_probe_rx_free(b->receive.rx);
	free(b);
}

static int
measure(const struct wf_load_live *q, const struct wf_load_offer *o, struct both *b, uint64_t *sent,
	struct wf_load_result *r, struct wf_err *err)
{
	struct machine before = look_at_machine(), after;
	uint64_t unseen = wf_tester_unseen(wf_dp_tester(q->dp, q->to_port));
	int rc = send_all(q, o, b, err);

	after = look_at_machine();
	if (after.all > before.all)
		r->steal =
			(double)(after.stolen - before.stolen) / (double)(after.all - before.all);
	for (uint32_t i = 0; i < o->n_phases; i++)
		r->offered += o->phase[i].packets;
	if (end(q, err) < 0)
		return -ETIMEDOUT;
	r->missed += wf_tester_unseen(wf_dp_tester(q->dp, q->to_port)) - unseen;
	for (uint32_t i = 0; i < o->n_phases; i++)
		wf_generator_sent(b->send.phase[i], sent + o->phase[i].stream);
	r->sent = b->send.packets;
	r->sent_bytes = b->send.bytes;
	r->late = b->send.late;
	wf_load_collect(o, b->receive.rx, sent, r);
	return rc == 0 ? look_for_our_own(q, r, err) : rc;
}

int
wf_load_live_trial(
	void *ctx, const struct wf_load_offer *o, struct wf_load_result *r, struct wf_err *err)
{
	struct wf_load_live *q = ctx;
	struct both *b = calloc(1, sizeof(*b));
	uint64_t *sent = calloc(wf_load_streams(o), sizeof(*sent));
	int rc = -ENOMEM;

	if (b != NULL && sent != NULL && prepare(q, o, b) == 0)
		rc = wf_dp_reset(q->dp) < 0 ? -ETIMEDOUT : measure(q, o, b, sent, r, err);
	if (rc == -ENOMEM)
		wf_err_add(err, NULL, "Lower flows", "out of memory");
	free(sent);
	/* A worker that does not answer has it still. */
	if (b != NULL && rc != -ETIMEDOUT)
		release(b);
	return rc;
}
