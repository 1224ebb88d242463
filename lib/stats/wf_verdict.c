/* SPDX-License-Identifier: BSD-3-Clause
 * The verdict: may the numbers of a snapshot be trusted, if not, why, and what helps. Control
 * threads only. docs/explanation/verdict.md has the thinking.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wf_snapshot.h"
#include "wf_text.h"

#define REMEDY_MEMORY                                                                              \
	"Give it more memory: `memory` in the configuration, more hugepages, or offline "          \
	"--in-flight; or hold less: a lower rate, a shorter delay or queue."
#define REMEDY_PORT                                                                                \
	"The output port takes less than was sent: limit the direction with `rate`, or use a "     \
	"faster port or driver."
#define REMEDY_OWNER                                                                               \
	"The worker that owns the direction can't keep up: use one worker, or state per flow "     \
	"(scope = \"flow\"), which every worker can keep."
#define REMEDY_DOWN                                                                                \
	"Interface or cable were down, or gone, while packets were to be sent: see to them, or "   \
	"begin anew (`wfctl reset`) when they are up."
#define REMEDY_REFUSED                                                                             \
	"The kernel refuses such frames: its log may say why, or a capture at the input what "     \
	"they are."
#define REMEDY_UNKNOWN                                                                             \
	"The interface went away with packets on their way: begin anew (`wfctl reset`)."
#define REMEDY_UNSENT                                                                              \
	"The device dropped them: `ip -s link` or `ethtool -S` may say why, often frames longer "  \
	"than its MTU. A packet port drops such packets with a cause."
#define REMEDY_CORE                                                                                \
	"Give the worker a core of its own: list a quieter one in `workers`, or isolate it "       \
	"(isolcpus). `wirefault doctor` measures which core is quiet."

/* What helps against packets that the emulator lost. */
static const char *
drop_remedy(int cause)
{
	switch (cause) {
	case WF_DROP_no_buffer:
		return REMEDY_MEMORY;
	case WF_DROP_tx_full:
		return REMEDY_PORT;
	case WF_DROP_port_down:
		return REMEDY_DOWN;
	case WF_DROP_tx_error:
		return REMEDY_REFUSED;
	case WF_DROP_tx_unknown:
		return REMEDY_UNKNOWN;
	case WF_DROP_handoff_full:
		return REMEDY_OWNER;
	default:
		return REMEDY_CORE;
	}
}

static void __attribute__((format(printf, 3, 4)))
reason(struct wf_snapshot *s, const char *remedy, const char *fmt, ...)
{
	struct wf_reason *grown = realloc(s->reasons, (s->n_reasons + 1) * sizeof(*grown)), *r;
	va_list ap;

	s->trustworthy = false;
	if (grown == NULL)
		return;
	s->reasons = grown;
	r = &grown[s->n_reasons++];
	va_start(ap, fmt);
	vsnprintf(r->text, sizeof(r->text), fmt, ap);
	va_end(ap);
	snprintf(r->remedy, sizeof(r->remedy), "%s", remedy);
}

/* rx + dup + forged - tx - drops - queued, of packets or of bytes; bytes grow and are cut, too. */
static void
balance(struct wf_snap_dir *d)
{
	const struct wf_flow_counts *c = &d->s.c;
	uint64_t packets = c->rx.packets + c->dup_created.packets + c->forged.packets -
			   c->tx.packets - d->queued.packets;
	uint64_t bytes = c->rx.bytes + c->dup_created.bytes + c->forged.bytes + c->grown.bytes -
			 c->cut.bytes - c->tx.bytes - d->queued.bytes;

	for (int i = 1; i < WF_DROP_COUNT; i++) {
		packets -= c->dropped[i].packets;
		bytes -= c->dropped[i].bytes;
	}
	d->unaccounted_packets = (int64_t)packets;
	d->unaccounted_bytes = (int64_t)bytes;
}

static void
judge_books(struct wf_snapshot *s, const char *link, const char *side, struct wf_snap_dir *d)
{
	d->queued.packets = d->s.held.packets + d->s.handed_out.packets - d->s.handed_in.packets;
	d->queued.bytes = d->s.held.bytes + d->s.handed_out.bytes - d->s.handed_in.bytes;
	balance(d);
	if (d->unaccounted_packets != 0 || d->unaccounted_bytes != 0)
		reason(s,
			"This is a fault of wirefault: please report it, with this document and "
			"the "
			"configuration.",
			"%s %s: the books do not balance: %+lld packets, %+lld bytes", link, side,
			(long long)d->unaccounted_packets, (long long)d->unaccounted_bytes);
}

static void
judge_drops(struct wf_snapshot *s, const char *link, const char *side, const struct wf_snap_dir *d)
{
	char n[WF_TEXT_MAX];

	for (int i = 1; i < WF_DROP_COUNT; i++) {
		if (wf_drop_info[i].by != WF_DROP_BY_EMULATOR || d->s.c.dropped[i].packets == 0)
			continue;
		reason(s, drop_remedy(i), "%s %s: %s packets lost by the emulator (%s: %s)", link,
			side, wf_text_count(d->s.c.dropped[i].packets, n), wf_drop_info[i].name,
			wf_drop_info[i].help);
	}
}

static void
judge_lateness(
	struct wf_snapshot *s, const char *link, const char *side, const struct wf_snap_dir *d)
{
	wf_ns_t late_ns = wf_hist_quantile(&d->s.error, 0.99);
	char late[WF_TEXT_MAX], bound[WF_TEXT_MAX], n[WF_TEXT_MAX];

	if (!s->live || late_ns <= d->on_time_ns)
		return;
	reason(s, REMEDY_CORE,
		"%s %s: 1 %% of the %s packets sent left %s late or more; up to %s is on time",
		link, side, wf_text_count(d->s.error.count, n), wf_text_time(late_ns, late),
		wf_text_time(d->on_time_ns, bound));
}

/* A worker that stood still for so long has let packets wait that long, or be missed. */
static void
judge_worker(struct wf_snapshot *s, const struct wf_snap_worker *w)
{
	char stall[WF_TEXT_MAX], bound[WF_TEXT_MAX];

	if (s->live && w->stall_max_ns > WF_STALL_NS)
		reason(s, REMEDY_CORE,
			"the worker on core %u stood still for %s; up to %s may pass", w->lcore,
			wf_text_time(w->stall_max_ns, stall), wf_text_time(WF_STALL_NS, bound));
}

static void
judge_port(struct wf_snapshot *s, const struct wf_snap_port *p)
{
	char n[WF_TEXT_MAX];

	if (p->rx_missed + p->rx_nombuf > 0)
		reason(s, REMEDY_CORE, "port %s: %s packets missed before wirefault saw them",
			p->name, wf_text_count(p->rx_missed + p->rx_nombuf, n));
	/* What a packet port has not sent is a drop with a cause. */
	if (p->kind && strcmp(p->kind, "dpdk") == 0 && p->tx_errors > 0)
		reason(s, REMEDY_UNSENT, "port %s: %s packets count as sent, but were not", p->name,
			wf_text_count(p->tx_errors, n));
	if (p->mtu != p->mtu_before)
		reason(s, "Begin anew (`wfctl reset`): other frames fit now than before.",
			"port %s: the MTU has changed from %u to %u", p->name, p->mtu_before,
			p->mtu);
}

static void
judge_input(struct wf_snapshot *s)
{
	char n[WF_TEXT_MAX], all[WF_TEXT_MAX];

	if ((double)s->input.out_of_place > WF_SNAP_OUT_OF_PLACE * (double)s->input.packets)
		reason(s,
			"Where the clock was set while it was captured, cut the capture there "
			"(editcap -A, "
			"-B); reordercap sorts one whose packets are in disorder.",
			"input: times of %s of %s packets are out of place",
			wf_text_count(s->input.out_of_place, n),
			wf_text_count(s->input.packets, all));
}

void
wf_snapshot_judge(struct wf_snapshot *s)
{
	static const char *const side_name[2] = { "ab", "ba" };

	s->trustworthy = true;
	s->n_reasons = 0;
	for (uint32_t i = 0; i < s->n_links; i++) {
		for (int side = 0; side < 2; side++) {
			struct wf_snap_dir *d = &s->links[i].dir[side];

			judge_books(s, s->links[i].name, side_name[side], d);
			judge_drops(s, s->links[i].name, side_name[side], d);
			judge_lateness(s, s->links[i].name, side_name[side], d);
		}
	}
	judge_input(s);
	for (uint32_t i = 0; i < s->n_ports; i++)
		judge_port(s, &s->ports[i]);
	for (uint32_t i = 0; i < s->n_workers; i++)
		judge_worker(s, &s->workers[i]);
}
