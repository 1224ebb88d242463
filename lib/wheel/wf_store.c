/* SPDX-License-Identifier: BSD-3-Clause
 * The store of records: in a timer wheel or, where a whole direction is in order, in its lane.
 */
#include "wf_store.h"

#include <stdlib.h>
#include <string.h>

#include "wf_busy.h"
#include "wf_lane.h"
#include "wf_lines.h"
#include "wf_wheel.h"

struct wf_store {
	uint64_t held, max_held; /* wheel and lanes */
	uint64_t lane_tick;      /* no lane has anything due before */
	uint32_t n_lanes;
	struct wf_lane *lane;
	struct wf_busy busy; /* lanes that hold something */
	uint64_t *in_wheel;  /* [n_lanes]: packets of the lane's direction that the wheel has */
	struct wf_chunks chunks;
	struct wf_wheel wheel;
};

struct wf_store *
wf_store_new(uint32_t max_held, uint32_t n_lanes, wf_ns_t now_ns)
{
	struct wf_store *s = wf_lines_new(1, sizeof(*s));
	/* Full chunks, and those that need not be. A lane has one it reads and one it fills. */
	uint32_t partial = WF_WHEEL_CHUNKS + 2 * n_lanes;

	if (s == NULL)
		return NULL;
	assert(n_lanes <= WF_BUSY_MAX);
	s->max_held = max_held;
	s->n_lanes = n_lanes;
	s->lane_tick = UINT64_MAX;
	s->lane = wf_lines_new(n_lanes, sizeof(*s->lane));
	s->in_wheel = wf_lines_new(n_lanes, sizeof(*s->in_wheel));
	if (s->lane == NULL || s->in_wheel == NULL ||
		wf_chunks_init(&s->chunks, max_held / WF_CHUNK_ENTRIES + partial) < 0 ||
		wf_wheel_init(&s->wheel, &s->chunks, max_held, now_ns) < 0) {
		wf_store_free(s);
		return NULL;
	}
	return s;
}

void
wf_store_free(struct wf_store *s)
{
	if (s == NULL)
		return;
	wf_wheel_fini(&s->wheel);
	wf_chunks_fini(&s->chunks);
	free(s->in_wheel);
	free(s->lane);
	free(s);
}

static inline bool
store_fill(struct wf_store *s, struct wf_held *h, wf_ns_t due_ns, wf_ns_t rx_ns, void *pkt,
	uint32_t len_bytes, uint32_t tag)
{
	if (WF_UNLIKELY(h == NULL))
		return false;
	s->held++;
	h->due_ns = due_ns;
	h->rx_ns = rx_ns;
	h->pkt = pkt;
	h->len_bytes = len_bytes;
	h->tag = tag;
	return true;
}

static inline struct wf_held *
store_put_in_wheel(struct wf_store *s, wf_ns_t due_ns, uint32_t dir)
{
	struct wf_held *h = wf_wheel_put(&s->wheel, due_ns);

	if (dir < s->n_lanes)
		s->in_wheel[dir] += h != NULL;
	return h;
}

bool
wf_store_put_members(struct wf_store *s, wf_ns_t due_ns, wf_ns_t rx_ns, void *pkt,
	uint32_t len_bytes, uint32_t tag)
{
	struct wf_held *h = NULL;

	if (WF_LIKELY(s->held < s->max_held))
		h = store_put_in_wheel(s, due_ns, wf_held_tag_dir(tag));
	return store_fill(s, h, due_ns, rx_ns, pkt, len_bytes, tag);
}

uint32_t
wf_store_put_rows(struct wf_store *s, const struct wf_store_rows *r)
{
	uint64_t room = s->max_held - s->held;
	uint32_t dir = wf_held_tag_dir(r->tag);
	uint32_t n = wf_wheel_put_rows(&s->wheel, r, room < r->n ? (uint32_t)room : r->n);

	s->held += n;
	if (dir < s->n_lanes)
		s->in_wheel[dir] += n;
	return n;
}

/* Nothing goes into a lane as long as the wheel has packets of its direction: of equal ticks those
 * in the lane were put first. */
bool
wf_store_put_in_order_members(struct wf_store *s, wf_ns_t due_ns, wf_ns_t rx_ns, void *pkt,
	uint32_t len_bytes, uint32_t tag)
{
	uint32_t dir = wf_held_tag_dir(tag);
	uint64_t tick = wf_tick_of(due_ns);
	struct wf_held *h = NULL;

	assert(dir < s->n_lanes);
	if (WF_UNLIKELY(s->held >= s->max_held))
		return false;
	if (WF_LIKELY(s->in_wheel[dir] == 0))
		h = wf_lane_put(&s->lane[dir], &s->chunks, tick);
	if (WF_UNLIKELY(h == NULL)) {
		h = store_put_in_wheel(s, due_ns, dir);
	} else {
		wf_busy_set(&s->busy, dir);
		if (tick < s->lane_tick)
			s->lane_tick = tick;
	}
	return store_fill(s, h, due_ns, rx_ns, pkt, len_bytes, tag);
}

/* Into the lane's last chunk, as far as it and the order of release allow. Returns how many. */
static inline uint32_t
store_fill_chunk(struct wf_store *s, struct wf_lane *l, const struct wf_store_rows *r,
	uint32_t first, uint32_t end)
{
	struct wf_chunk *c;
	struct wf_held *h;
	wf_ns_t last_ns = l->last_tick << WF_TICK_SHIFT;
	uint32_t i = first;

	if (wf_lane_empty(l))
		return 0;
	c = &s->chunks.chunk[l->chain.tail];
	if (end - first > WF_CHUNK_ENTRIES - c->n)
		end = first + WF_CHUNK_ENTRIES - c->n;
	h = &c->entry[c->n];
	/* Not before the last tick: later than the end of the one before it. */
	for (; i < end && r->due_ns[i] + WF_TICK_NS > last_ns; i++, h++) {
		last_ns = (r->due_ns[i] + WF_TICK_NS - 1) & ~(WF_TICK_NS - 1);
		h->due_ns = r->due_ns[i];
		h->rx_ns = r->rx_ns[i];
		h->pkt = r->pkt[i];
		h->len_bytes = r->len_bytes[i];
		h->tag = r->tag;
	}
	c->n += i - first;
	s->held += i - first;
	l->last_tick = last_ns >> WF_TICK_SHIFT;
	return i - first;
}

uint32_t
wf_store_put_rows_in_order(struct wf_store *s, const struct wf_store_rows *r)
{
	uint32_t dir = wf_held_tag_dir(r->tag);
	uint32_t i = 0;

	assert(dir < s->n_lanes);
	while (i < r->n) {
		/* One as any other: it finds the lane's chunk, or goes into the wheel. */
		if (!wf_store_put_in_order_members(
			    s, r->due_ns[i], r->rx_ns[i], r->pkt[i], r->len_bytes[i], r->tag))
			break;
		i++;
		if (WF_LIKELY(s->in_wheel[dir] == 0 && s->max_held - s->held >= r->n - i))
			i += store_fill_chunk(s, &s->lane[dir], r, i, r->n);
	}
	return i;
}

/* From the lanes; while the wheel is not done with moving, only from those whose directions have
 * nothing in it. Finds out when the next one is due. */
static uint32_t
store_take_from_lanes(struct wf_store *s, uint64_t now, struct wf_held *out, uint32_t max)
{
	const bool others = WF_UNLIKELY(wf_wheel_stands(&s->wheel));
	uint64_t next = UINT64_MAX;
	uint32_t n = 0;

	for (uint32_t i = wf_busy_next(&s->busy, 0); i != WF_BUSY_NONE;
		i = wf_busy_next(&s->busy, i + 1)) {
		struct wf_lane *l = &s->lane[i];

		if (WF_LIKELY(!others || s->in_wheel[i] == 0))
			n += wf_lane_take(l, &s->chunks, now, out + n, max - n);
		if (wf_lane_empty(l))
			wf_busy_clear(&s->busy, i);
		else if (wf_lane_next(l, &s->chunks) < next)
			next = wf_lane_next(l, &s->chunks);
	}
	s->lane_tick = next;
	return n;
}

static uint32_t
store_take_from_wheel(struct wf_store *s, uint64_t now, struct wf_held *out, uint32_t max)
{
	uint32_t n = wf_wheel_take(&s->wheel, now << WF_TICK_SHIFT, out, max);

	for (uint32_t i = 0, k; i < n; i += k) {
		uint32_t tag = out[i].tag;

		for (k = 1; i + k < n && out[i + k].tag == tag; k++)
			;
		if (wf_held_tag_dir(tag) < s->n_lanes)
			s->in_wheel[wf_held_tag_dir(tag)] -= k;
	}
	return n;
}

uint32_t
wf_store_take(struct wf_store *s, wf_ns_t now_ns, struct wf_held *out, uint32_t max)
{
	uint64_t now = now_ns >> WF_TICK_SHIFT;
	uint32_t n = 0;

	/* Lanes and wheel in turn, each as far as the other's first. */
	while (s->lane_tick <= now && n < max) {
		uint64_t wheel = wf_wheel_next(&s->wheel) >> WF_TICK_SHIFT;

		if (wheel >= s->lane_tick) {
			n += store_take_from_lanes(s, wheel < now ? wheel : now, out + n, max - n);
			continue;
		}
		n += store_take_from_wheel(s, s->lane_tick - 1, out + n, max - n);
		if (WF_UNLIKELY(wf_wheel_stands(&s->wheel))) {
			n += store_take_from_lanes(s, now, out + n, max - n);
			s->held -= n;
			return n;
		}
	}
	if (n < max)
		n += store_take_from_wheel(s, now, out + n, max - n);
	s->held -= n;
	return n;
}

void
wf_store_bound(struct wf_store *s, uint32_t most)
{
	s->wheel.most = most;
}

wf_ns_t
wf_store_next(const struct wf_store *s)
{
	wf_ns_t next_ns = wf_wheel_next(&s->wheel);

	if (s->lane_tick == UINT64_MAX || next_ns >> WF_TICK_SHIFT <= s->lane_tick)
		return next_ns;
	return s->lane_tick << WF_TICK_SHIFT;
}

uint64_t
wf_store_held(const struct wf_store *s)
{
	return s->held;
}

uint64_t
wf_store_bytes(const struct wf_store *s)
{
	return (uint64_t)s->chunks.in_use * sizeof(struct wf_chunk) +
	       (uint64_t)(s->wheel.sorted.n - s->wheel.sorted.at) * sizeof(struct wf_held);
}

bool
wf_store_pop_any(struct wf_store *s, struct wf_held *out)
{
	uint32_t lane = wf_busy_next(&s->busy, 0);
	bool found = lane != WF_BUSY_NONE;

	if (found) {
		struct wf_lane *l = &s->lane[lane];

		wf_lane_take(l, &s->chunks, UINT64_MAX >> WF_TICK_SHIFT, out, 1);
		if (wf_lane_empty(l))
			wf_busy_clear(&s->busy, lane);
	} else {
		found = wf_wheel_pop_any(&s->wheel, out);
		if (found && out->dir < s->n_lanes)
			s->in_wheel[out->dir]--;
	}
	s->held -= found;
	return found;
}
