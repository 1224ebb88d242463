/* SPDX-License-Identifier: BSD-3-Clause
 * Snapshots: their memory, and what is judged from their numbers. Control threads only.
 */
#include "wf_snapshot.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A release later than this at p99 makes a live run untrustworthy: design, 20-performance.md. */
#define LATE_P99_NS (50 * WF_NS_PER_US)

struct wf_snapshot *
wf_snapshot_new(uint32_t n_links, uint32_t n_ports, uint32_t n_workers)
{
	struct wf_snapshot *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->n_links = n_links;
	s->n_ports = n_ports;
	s->n_workers = n_workers;
	s->links = calloc(n_links ? n_links : 1, sizeof(*s->links));
	s->ports = calloc(n_ports ? n_ports : 1, sizeof(*s->ports));
	s->workers = calloc(n_workers ? n_workers : 1, sizeof(*s->workers));
	if (s->links == NULL || s->ports == NULL || s->workers == NULL) {
		wf_snapshot_free(s);
		return NULL;
	}
	for (uint32_t i = 0; i < n_links; i++)
		for (int side = 0; side < 2; side++)
			wf_dir_stats_init(&s->links[i].dir[side].s);
	return s;
}

int
wf_snapshot_classes(struct wf_snap_dir *dir, uint32_t n)
{
	dir->classes = calloc(n ? n : 1, sizeof(*dir->classes));
	if (dir->classes == NULL)
		return -ENOMEM;
	dir->n_classes = n;
	return 0;
}

void
wf_snapshot_free(struct wf_snapshot *s)
{
	if (s == NULL)
		return;
	for (uint32_t i = 0; s->links != NULL && i < s->n_links; i++)
		for (int side = 0; side < 2; side++)
			free(s->links[i].dir[side].classes);
	free(s->links);
	free(s->ports);
	free(s->workers);
	free(s->reasons);
	free(s);
}

static void __attribute__((format(printf, 2, 3)))
reason(struct wf_snapshot *s, const char *fmt, ...)
{
	char(*grown)[WF_REASON_MAX] = realloc(s->reasons, (s->n_reasons + 1) * sizeof(*grown));
	va_list ap;

	s->trustworthy = false;
	if (grown == NULL)
		return;
	s->reasons = grown;
	va_start(ap, fmt);
	vsnprintf(grown[s->n_reasons++], WF_REASON_MAX, fmt, ap);
	va_end(ap);
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
judge_dir(struct wf_snapshot *s, const char *link, const char *side, struct wf_snap_dir *d)
{
	uint64_t late;

	d->queued.packets = d->s.held.packets + d->s.handed_out.packets - d->s.handed_in.packets;
	d->queued.bytes = d->s.held.bytes + d->s.handed_out.bytes - d->s.handed_in.bytes;
	balance(d);
	if (d->unaccounted_packets != 0 || d->unaccounted_bytes != 0)
		reason(s, "%s %s: the books do not balance: %+lld packets, %+lld bytes", link, side,
			(long long)d->unaccounted_packets, (long long)d->unaccounted_bytes);
	for (int i = 1; i < WF_DROP_COUNT; i++) {
		if (wf_drop_info[i].by != WF_DROP_BY_EMULATOR || d->s.c.dropped[i].packets == 0)
			continue;
		reason(s, "%s %s: %llu packets lost by the emulator (%s: %s)", link, side,
			(unsigned long long)d->s.c.dropped[i].packets, wf_drop_info[i].name,
			wf_drop_info[i].help);
	}
	late = wf_hist_quantile(&d->s.error, 0.99);
	if (s->live && late > LATE_P99_NS)
		reason(s, "%s %s: 1 %% of the %llu packets sent left more than %llu us late", link,
			side, (unsigned long long)d->s.error.count,
			(unsigned long long)(late / WF_NS_PER_US));
}

void
wf_snapshot_judge(struct wf_snapshot *s)
{
	static const char *const side_name[2] = { "ab", "ba" };

	s->trustworthy = true;
	s->n_reasons = 0;
	for (uint32_t i = 0; i < s->n_links; i++)
		for (int side = 0; side < 2; side++)
			judge_dir(s, s->links[i].name, side_name[side], &s->links[i].dir[side]);
	for (uint32_t i = 0; i < s->n_ports; i++) {
		const struct wf_snap_port *p = &s->ports[i];

		if (p->rx_missed + p->rx_nombuf > 0)
			reason(s, "port %s: %llu packets missed before wirefault saw them", p->name,
				(unsigned long long)(p->rx_missed + p->rx_nombuf));
	}
}

struct wf_count
wf_snapshot_unaccounted(const struct wf_snapshot *s)
{
	struct wf_count sum = { 0, 0 };

	for (uint32_t i = 0; i < s->n_links; i++) {
		for (int side = 0; side < 2; side++) {
			const struct wf_snap_dir *d = &s->links[i].dir[side];

			sum.packets += (uint64_t)llabs(d->unaccounted_packets);
			sum.bytes += (uint64_t)llabs(d->unaccounted_bytes);
		}
	}
	return sum;
}
