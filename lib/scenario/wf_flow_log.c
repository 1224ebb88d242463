/* SPDX-License-Identifier: BSD-3-Clause
 * A table of flows, in sets of few.
 */
#include "wf_flow_log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "wf_parse.h"

#define WAYS     8
#define SETS     (WF_FLOW_LOG_FLOWS / WAYS)
#define EVERY_NS WF_NS_PER_S /* between two looks at who is idle */

const char *const wf_flow_ends[] = { "idle", "no_room", "run_over" };

struct wf_flow_log {
	void (*told)(void *ctx, const struct wf_flow_entry *flow, enum wf_flow_end why);
	void *ctx;
	wf_ns_t next_ns; /* look at who is idle */
	/* One whose last_ns is 0 is free: no packet is of that time. */
	struct wf_flow_entry at[SETS][WAYS];
	struct wf_flow_entry *over[WF_FLOW_LOG_FLOWS];
};

struct wf_flow_log *
wf_flow_log_new(
	void (*told)(void *ctx, const struct wf_flow_entry *flow, enum wf_flow_end why), void *ctx)
{
	struct wf_flow_log *log = calloc(1, sizeof(*log));

	if (log == NULL)
		return NULL;
	log->told = told;
	log->ctx = ctx;
	return log;
}

void
wf_flow_log_free(struct wf_flow_log *log)
{
	free(log);
}

static int
by_begin(const void *a, const void *b)
{
	const struct wf_flow_entry *x = *(struct wf_flow_entry *const *)a,
				   *y = *(struct wf_flow_entry *const *)b;

	if (x->first_ns != y->first_ns)
		return x->first_ns < y->first_ns ? -1 : 1;
	return memcmp(&x->key, &y->key, sizeof(x->key));
}

/* All whose last packet was before this time. */
static void
tell_until(struct wf_flow_log *log, wf_ns_t until_ns, enum wf_flow_end why)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < SETS; i++)
		for (uint32_t k = 0; k < WAYS; k++)
			if (log->at[i][k].last_ns != 0 && log->at[i][k].last_ns < until_ns)
				log->over[n++] = &log->at[i][k];
	qsort(log->over, n, sizeof(log->over[0]), by_begin);
	for (uint32_t i = 0; i < n; i++) {
		log->told(log->ctx, log->over[i], why);
		log->over[i]->last_ns = 0;
	}
}

static struct wf_flow_entry *
find(struct wf_flow_log *log, const struct wf_flow_key *key, wf_ns_t ns)
{
	struct wf_flow_entry *set = log->at[wf_flow_hash(key) % SETS], *oldest = &set[0];

	for (int i = 0; i < WAYS; i++) {
		if (set[i].last_ns != 0 && memcmp(&set[i].key, key, sizeof(*key)) == 0)
			return &set[i];
		if (set[i].last_ns < oldest->last_ns)
			oldest = &set[i];
	}
	if (oldest->last_ns != 0)
		log->told(log->ctx, oldest, WF_FLOW_NO_ROOM);
	*oldest = (struct wf_flow_entry){ .key = *key, .first_ns = ns, .last_ns = ns };
	return oldest;
}

void
wf_flow_log_see(struct wf_flow_log *log, const struct wf_look *p)
{
	struct wf_parsed parsed = { 0 };
	struct wf_flow_entry *f;

	if (p->ns >= log->next_ns) {
		if (p->ns > WF_FLOW_LOG_IDLE_NS)
			tell_until(log, p->ns - WF_FLOW_LOG_IDLE_NS, WF_FLOW_IDLE);
		log->next_ns = p->ns + EVERY_NS;
	}
	if (p->data != NULL)
		wf_parse(p->data, p->readable_bytes, &parsed);
	parsed.key.dir[0] = (uint8_t)(p->dir >> 8);
	parsed.key.dir[1] = (uint8_t)p->dir;
	f = find(log, &parsed.key, p->ns);
	f->last_ns = p->ns > f->last_ns ? p->ns : f->last_ns;
	if (p->extra) {
		f->made += p->point == WF_CAPTURE_OUT;
	} else if (p->point == WF_CAPTURE_IN) {
		f->packets++;
		f->bytes += p->len_bytes;
	} else {
		f->left += p->point == WF_CAPTURE_OUT;
		f->lost += p->point == WF_CAPTURE_LOST;
	}
}

void
wf_flow_log_end(struct wf_flow_log *log)
{
	tell_until(log, UINT64_MAX, WF_FLOW_RUN_OVER);
}
