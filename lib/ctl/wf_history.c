/* SPDX-License-Identifier: BSD-3-Clause
 * A ring of compact samples. Control thread only.
 *
 * A snapshot has totals, of which a sample is the difference to the one before, percentiles of the
 * second included: those are of the difference of two histograms. So the last snapshot is kept.
 */
#include "wf_history.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "wf_json.h"

/* Of all rings. With many links the past is shorter. */
#define ROOM_BYTES (8u << 20)

/* One direction in one second: about 300 bytes. */
struct sample {
	uint64_t rx_packets, rx_bytes, tx_packets, tx_bytes;
	uint64_t queued_packets, queued_bytes; /* at its end */
	uint64_t delay_p50_ns, delay_p90_ns, delay_p99_ns, delay_max_ns;
	uint64_t error_p50_ns, error_p99_ns, error_max_ns;
	uint32_t duplicated, marked, corrupted;
	uint32_t dropped[WF_DROP_COUNT]; /* packets; [0] is unused */
};
static_assert(sizeof(struct sample) <= 320, "the past is to be cheap");

struct wf_history {
	struct wf_snapshot *last;
	uint32_t n_dirs, room, n, next; /* the ring: `n` of `room` samples, `next` is the oldest */
	wf_ns_t *time_ns;               /* [room]: when it ended */
	wf_ns_t *length_ns;             /* [room] */
	struct sample *at;              /* [room][n_dirs] */
	struct wf_hist scratch;
};

struct wf_history *
wf_history_new(void)
{
	return calloc(1, sizeof(struct wf_history));
}

static void
drop_ring(struct wf_history *h)
{
	free(h->time_ns);
	free(h->length_ns);
	free(h->at);
	h->time_ns = NULL;
	h->length_ns = NULL;
	h->at = NULL;
	h->n = h->next = h->n_dirs = 0;
}

void
wf_history_free(struct wf_history *h)
{
	if (h == NULL)
		return;
	drop_ring(h);
	wf_snapshot_free(h->last);
	free(h);
}

static bool
make_ring(struct wf_history *h, uint32_t n_dirs)
{
	size_t room = ROOM_BYTES / (sizeof(struct sample) * n_dirs);

	drop_ring(h);
	h->room = room > WF_HISTORY_SAMPLES ? WF_HISTORY_SAMPLES : (uint32_t)room;
	h->time_ns = calloc(h->room, sizeof(*h->time_ns));
	h->length_ns = calloc(h->room, sizeof(*h->length_ns));
	h->at = calloc((size_t)h->room * n_dirs, sizeof(*h->at));
	h->n_dirs = n_dirs;
	if (h->time_ns != NULL && h->length_ns != NULL && h->at != NULL)
		return true;
	drop_ring(h);
	return false;
}

/* What was counted since; all of it, if counting began again. */
static uint64_t
since(uint64_t now, uint64_t then)
{
	return now >= then ? now - then : now;
}

static uint32_t
since32(uint64_t now, uint64_t then)
{
	uint64_t n = since(now, then);

	return n > UINT32_MAX ? UINT32_MAX : (uint32_t)n;
}

/* The difference of two histograms into the scratch. Its least and greatest are those of its
 * buckets. */
static const struct wf_hist *
subtract(struct wf_history *h, const struct wf_hist *now, const struct wf_hist *then)
{
	struct wf_hist *d = &h->scratch;
	bool again = now->count < then->count;

	wf_hist_init(d);
	for (uint32_t i = 0; i < WF_HIST_BUCKETS; i++) {
		uint64_t n = again ? now->bucket[i] : since(now->bucket[i], then->bucket[i]);

		if (n == 0)
			continue;
		d->bucket[i] = n;
		d->count += n;
		if (d->min_ns == UINT64_MAX)
			d->min_ns = wf_hist_lower(i);
		d->max_ns = i + 1 < WF_HIST_BUCKETS ? wf_hist_lower(i + 1) - 1 : now->max_ns;
	}
	if (d->max_ns > now->max_ns)
		d->max_ns = now->max_ns;
	return d;
}

static void
fill(struct wf_history *h, struct sample *s, const struct wf_snap_dir *now,
	const struct wf_snap_dir *then)
{
	const struct wf_flow_counts *a = &now->s.c, *b = &then->s.c;
	const struct wf_hist *d = subtract(h, &now->s.delay, &then->s.delay);

	s->delay_p50_ns = wf_hist_quantile(d, 0.5);
	s->delay_p90_ns = wf_hist_quantile(d, 0.9);
	s->delay_p99_ns = wf_hist_quantile(d, 0.99);
	s->delay_max_ns = d->max_ns;
	d = subtract(h, &now->s.error, &then->s.error);
	s->error_p50_ns = wf_hist_quantile(d, 0.5);
	s->error_p99_ns = wf_hist_quantile(d, 0.99);
	s->error_max_ns = d->max_ns;
	s->rx_packets = since(a->rx.packets, b->rx.packets);
	s->rx_bytes = since(a->rx.bytes, b->rx.bytes);
	s->tx_packets = since(a->tx.packets, b->tx.packets);
	s->tx_bytes = since(a->tx.bytes, b->tx.bytes);
	s->queued_packets = now->queued.packets;
	s->queued_bytes = now->queued.bytes;
	s->duplicated = since32(a->dup_created.packets, b->dup_created.packets);
	s->marked = since32(a->marked.packets, b->marked.packets);
	s->corrupted = since32(a->corrupted.packets, b->corrupted.packets);
	for (int i = 1; i < WF_DROP_COUNT; i++)
		s->dropped[i] = since32(a->dropped[i].packets, b->dropped[i].packets);
}

static void
sample(struct wf_history *h, const struct wf_snapshot *snap)
{
	h->time_ns[h->next] = snap->time_ns;
	h->length_ns[h->next] = snap->time_ns - h->last->time_ns;
	for (uint32_t d = 0; d < h->n_dirs; d++)
		fill(h, &h->at[(size_t)h->next * h->n_dirs + d], &snap->links[d / 2].dir[d % 2],
			&h->last->links[d / 2].dir[d % 2]);
	h->next = (h->next + 1) % h->room;
	h->n += h->n < h->room;
}

bool
wf_history_add(struct wf_history *h, struct wf_snapshot *snap)
{
	uint32_t n_dirs = 2 * snap->n_links;
	bool fits = h->last != NULL && h->last->n_links == snap->n_links && n_dirs > 0 &&
		    (h->n_dirs == n_dirs || make_ring(h, n_dirs));

	if (fits)
		sample(h, snap);
	wf_snapshot_free(h->last);
	h->last = snap;
	return fits;
}

/* ---- As JSON ---- */

/* Columns of a sample: a name each, an offset, and whether it has 32 bits. */
static const struct column {
	const char *name;
	size_t offset;
	bool small;
} columns[] = {
	{ "rx_packets", offsetof(struct sample, rx_packets), false },
	{ "rx_bytes", offsetof(struct sample, rx_bytes), false },
	{ "tx_packets", offsetof(struct sample, tx_packets), false },
	{ "tx_bytes", offsetof(struct sample, tx_bytes), false },
	{ "queued_packets", offsetof(struct sample, queued_packets), false },
	{ "queued_bytes", offsetof(struct sample, queued_bytes), false },
	{ "delay_p50_ns", offsetof(struct sample, delay_p50_ns), false },
	{ "delay_p90_ns", offsetof(struct sample, delay_p90_ns), false },
	{ "delay_p99_ns", offsetof(struct sample, delay_p99_ns), false },
	{ "delay_max_ns", offsetof(struct sample, delay_max_ns), false },
	{ "release_error_p50_ns", offsetof(struct sample, error_p50_ns), false },
	{ "release_error_p99_ns", offsetof(struct sample, error_p99_ns), false },
	{ "release_error_max_ns", offsetof(struct sample, error_max_ns), false },
	{ "dup_created", offsetof(struct sample, duplicated), true },
	{ "marked", offsetof(struct sample, marked), true },
	{ "corrupted", offsetof(struct sample, corrupted), true },
};

/* The last `n` samples of which. */
struct span {
	const struct wf_history *h;
	uint32_t n;
};

static uint32_t
place(const struct span *s, uint32_t i)
{
	return (s->h->next + s->h->room - s->n + i) % s->h->room;
}

static json_t *
times(const struct span *s, const wf_ns_t *of)
{
	json_t *j = json_array();

	for (uint32_t i = 0; i < s->n; i++)
		if (json_array_append_new(j, json_integer((json_int_t)of[place(s, i)])) < 0) {
			json_decref(j);
			return NULL;
		}
	return j;
}

/* A column of a direction; *any: is something of it not 0? NULL: out of memory. */
static json_t *
column(const struct span *s, uint32_t dir, const struct column *c, bool *any)
{
	json_t *j = json_array();

	*any = false;
	for (uint32_t i = 0; i < s->n; i++) {
		const char *at = (const char *)&s->h->at[(size_t)place(s, i) * s->h->n_dirs + dir] +
				 c->offset;
		uint64_t value = c->small ? *(const uint32_t *)at : *(const uint64_t *)at;

		*any |= value != 0;
		if (json_array_append_new(j, json_integer((json_int_t)value)) < 0) {
			json_decref(j);
			return NULL;
		}
	}
	return j;
}

/* Causes that have dropped something. NULL: out of memory. */
static json_t *
dropped(const struct span *s, uint32_t dir)
{
	json_t *all = json_object();

	for (int i = 1; all != NULL && i < WF_DROP_COUNT; i++) {
		const struct column c = { .offset = offsetof(struct sample, dropped) +
						    (size_t)i * sizeof(uint32_t),
			.small = true };
		bool any;
		json_t *j = column(s, dir, &c, &any);

		if (j != NULL && !any) {
			json_decref(j);
		} else if (json_object_set_new(all, wf_drop_info[i].name, j) < 0) {
			json_decref(all);
			all = NULL;
		}
	}
	return all;
}

static json_t *
direction(const struct span *s, uint32_t dir)
{
	json_t *j = json_object();
	bool any;

	for (size_t c = 0; j != NULL && c < WF_ARRAY_SIZE(columns); c++)
		if (json_object_set_new(j, columns[c].name, column(s, dir, &columns[c], &any)) <
			0) {
			json_decref(j);
			j = NULL;
		}
	if (j != NULL && json_object_set_new(j, "dropped", dropped(s, dir)) < 0) {
		json_decref(j);
		j = NULL;
	}
	return j;
}

static json_t *
links(const struct span *s, const char *link)
{
	const struct wf_snapshot *last = s->h->last;
	json_t *all = json_array();

	for (uint32_t i = 0; all != NULL && 2 * i < s->h->n_dirs; i++) {
		json_t *j;

		if (link != NULL && strcmp(last->links[i].name, link) != 0)
			continue;
		j = json_pack("{s:o,s:o,s:o}", "name", wf_json_text(last->links[i].name), "ab",
			direction(s, 2 * i), "ba", direction(s, 2 * i + 1));
		if (json_array_append_new(all, j) < 0) {
			json_decref(all);
			all = NULL;
		}
	}
	return all;
}

json_t *
wf_history_json(const struct wf_history *h, uint32_t seconds, const char *link)
{
	const struct span s = { h, seconds < h->n ? seconds : h->n };

	return json_pack("{s:s,s:I,s:o,s:o,s:o}", "schema", "wirefault.history/1", "samples",
		(json_int_t)s.n, "time_ns", times(&s, h->time_ns), "length_ns",
		times(&s, h->length_ns), "links", links(&s, link));
}
