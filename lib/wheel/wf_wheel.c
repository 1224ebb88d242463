/* SPDX-License-Identifier: BSD-3-Clause
 * The timer wheel. Worker threads; init and fini by the control core.
 */
#include "wf_wheel.h"

#include <string.h>

#include "wf_lane.h"

#define FEW_CHUNKS 4

static_assert(WF_SORTED_TICKS == WF_WHEEL_SLOTS, "a slot of level 1 is sorted at once");
static_assert(WF_LEVEL_SLOTS == 2 * WF_WHEEL_SLOTS, "a window, and the next");

int
wf_wheel_init(struct wf_wheel *w, struct wf_chunks *chunks, uint32_t max_held, wf_ns_t now_ns)
{
	memset(w, 0, sizeof(*w));
	w->chunks = chunks;
	w->tick = now_ns >> WF_TICK_SHIFT;
	w->most = UINT32_MAX;
	return wf_sorted_init(&w->sorted, max_held);
}

void
wf_wheel_fini(struct wf_wheel *w)
{
	wf_sorted_fini(&w->sorted);
}

/* Number of the slot of a level that a tick is in, and of the level's window. */
static inline uint64_t
slot_of(uint64_t tick, int level)
{
	return tick >> (level * WF_WHEEL_BITS);
}

static inline uint64_t
window_of(uint64_t tick, int level)
{
	return tick >> ((level + 1) * WF_WHEEL_BITS);
}

/* First tick at which an entry may leave: never early. */
static inline uint64_t
tick_of(const struct wf_wheel *w, wf_ns_t due_ns)
{
	uint64_t tick = wf_tick_of(due_ns);

	return tick < w->tick ? w->tick : tick;
}

/* What has not been fed yet to the window of `level` behind the current one. */
static inline struct wf_chain *
source_of(struct wf_wheel *w, int level)
{
	if (level == WF_WHEEL_LEVELS - 1)
		return &w->unfed;
	return wf_level_slot(&w->level[level + 1], window_of(w->tick, level) + 1);
}

/* Room for a tick that is in the current window of no level. In the one behind it, it is behind
 * what has not been fed to it, nor to those above of which it is the first. */
static __attribute__((noinline)) struct wf_held *
place_ahead(struct wf_wheel *w, uint64_t tick)
{
	struct wf_chain *last = w->unfed.head != WF_NO_CHUNK ? &w->unfed : &w->far;
	int level = 1;

	while (level < WF_WHEEL_LEVELS && window_of(tick, level) - window_of(w->tick, level) > 1)
		level++;
	if (level == WF_WHEEL_LEVELS)
		return wf_chain_append(w->chunks, last);
	for (int l = WF_WHEEL_LEVELS - 1; l >= level; l--)
		if (window_of(tick, l) != window_of(w->tick, l) &&
			source_of(w, l)->head != WF_NO_CHUNK)
			return wf_chain_append(w->chunks, source_of(w, l));
	return wf_level_append(&w->level[level], w->chunks, slot_of(tick, level));
}

/* Room where the tick belongs, seen from the current tick. */
static inline struct wf_held *
place(struct wf_wheel *w, wf_ns_t due_ns)
{
	uint64_t tick = tick_of(w, due_ns);
	uint64_t differ = tick ^ w->tick;

	if (window_of(differ, 0) == 0)
		return wf_level_append(&w->level[0], w->chunks, tick);
	if (WF_LIKELY(window_of(differ, 1) == 0))
		return wf_level_append(&w->level[1], w->chunks, slot_of(tick, 1));
	return place_ahead(w, tick);
}

struct wf_held *
wf_wheel_put(struct wf_wheel *w, wf_ns_t due_ns)
{
	struct wf_held *h = place(w, due_ns);

	w->held += h != NULL;
	return h;
}

uint32_t
wf_wheel_put_rows(struct wf_wheel *w, const struct wf_store_rows *r, uint32_t n)
{
	uint32_t i;

	for (i = 0; i < n; i++) {
		struct wf_held *h = place(w, r->due_ns[i]);

		if (WF_UNLIKELY(h == NULL))
			break;
		h->due_ns = r->due_ns[i];
		h->rx_ns = r->rx_ns[i];
		h->pkt = r->pkt[i];
		h->len_bytes = r->len_bytes[i];
		h->tag = r->tag;
	}
	w->held += i;
	return i;
}

/* Where an entry of the source of `level` goes. There is always room: WF_WHEEL_CHUNKS has a chunk
 * for each slot that they can scatter over. */
static inline struct wf_held *
place_fed(struct wf_wheel *w, int level, uint64_t tick)
{
	struct wf_held *h;

	if (level == WF_WHEEL_LEVELS - 1 && window_of(tick, level) > window_of(w->tick, level) + 1)
		h = wf_chain_append(w->chunks, &w->far);
	else
		h = wf_level_append(&w->level[level], w->chunks, slot_of(tick, level));
	assert(h != NULL);
	return h;
}

/* Moves a chain into slots of `level`, in whole chunks, until so many have been moved in this take.
 */
static void
spread(struct wf_wheel *w, struct wf_chain *chain, int level, uint64_t most)
{
	while (chain->head != WF_NO_CHUNK && w->moved < most) {
		const struct wf_chunk *from = &w->chunks->chunk[chain->head];

		wf_chain_prefetch(w->chunks, from);
		for (uint32_t i = 0; i < from->n; i++)
			*place_fed(w, level, tick_of(w, from->entry[i].due_ns)) = from->entry[i];
		w->moved += from->n;
		wf_chain_shift(w->chunks, chain);
	}
}

/* To the window of `level` behind the current one. Returns whether all of it is there. */
static bool
feed(struct wf_wheel *w, int level, uint64_t most)
{
	struct wf_chain *source = source_of(w, level);

	if (source->head == WF_NO_CHUNK)
		return true;
	spread(w, source, level, most);
	if (source->head != WF_NO_CHUNK)
		return false;
	if (level < WF_WHEEL_LEVELS - 1)
		wf_level_clear(&w->level[level + 1], window_of(w->tick, level) + 1);
	return true;
}

/* How much a take moves ahead of time. */
static inline uint32_t
some_of(const struct wf_wheel *w)
{
	return w->most / 2 < WF_WHEEL_FEED ? w->most / 2 : WF_WHEEL_FEED;
}

static inline void
feed_some(struct wf_wheel *w)
{
	for (int l = WF_WHEEL_LEVELS - 1; l > 0; l--)
		if (WF_UNLIKELY(source_of(w, l)->head != WF_NO_CHUNK))
			feed(w, l, some_of(w));
}

/* Is it cheaper to place them anew than to count all ticks? */
static bool
are_few(const struct wf_wheel *w, struct wf_chain chain)
{
	uint32_t c = chain.head, chunks = 0;

	for (; c != WF_NO_CHUNK && chunks <= FEW_CHUNKS; chunks++)
		c = w->chunks->chunk[c].next;
	return chunks <= FEW_CHUNKS;
}

/* How many may be sorted now. What was moved ahead does not count, and is little: so a slot that
 * may be sorted at all can be in a take that has moved nothing else. */
static inline uint32_t
sort_most(const struct wf_wheel *w)
{
	if (w->moved < some_of(w) + WF_CHUNK_ENTRIES)
		return w->most;
	return w->moved < w->most ? w->most - (uint32_t)w->moved : 0;
}

/* Sorts or spreads the slot of level 1 that is about to begin. false: not all of it. */
static bool
enter(struct wf_wheel *w, uint64_t slot)
{
	struct wf_chain *chain = wf_level_slot(&w->level[1], slot);

	if (chain->head == WF_NO_CHUNK)
		return true;
	if (!w->spreads && !are_few(w, *chain)) {
		uint32_t most = sort_most(w);
		uint32_t sorted = wf_sorted_fill(&w->sorted, w->chunks, *chain, most);

		w->moved += sorted;
		if (WF_LIKELY(sorted > 0)) {
			wf_level_clear(&w->level[1], slot);
			return true;
		}
		if (most < w->most)
			return false;
	}
	w->spreads = true;
	spread(w, chain, 0, w->most);
	if (chain->head != WF_NO_CHUNK)
		return false;
	w->spreads = false;
	wf_level_clear(&w->level[1], slot);
	return true;
}

static inline void
set_tick(struct wf_wheel *w, uint64_t tick)
{
	const int last = WF_WHEEL_LEVELS - 1;

	if (WF_UNLIKELY(window_of(tick, last) != window_of(w->tick, last))) {
		assert(w->unfed.head == WF_NO_CHUNK);
		w->unfed = w->far;
		w->far.head = WF_NO_CHUNK;
	}
	w->tick = tick;
}

/* Moves the current tick on. Nothing is due in between. false: it stands before the window that
 * would begin. */
static bool
advance(struct wf_wheel *w, uint64_t tick)
{
	uint64_t begin = tick & ~(uint64_t)(WF_WHEEL_SLOTS - 1);

	if (window_of(tick, 0) == window_of(w->tick, 0)) {
		w->tick = tick;
		return true;
	}
	if (begin - 1 > w->tick)
		set_tick(w, begin - 1);
	for (int l = WF_WHEEL_LEVELS - 1; l > 0; l--)
		if (window_of(begin, l) != window_of(w->tick, l) && !feed(w, l, w->most))
			return false;
	if (!enter(w, slot_of(begin, 1)))
		return false;
	set_tick(w, tick);
	return true;
}

/* Tick of the first entry of `level`: the exact one in level 0, the start of its slot above.
 * UINT64_MAX: it has none. */
static inline uint64_t
level_next(const struct wf_wheel *w, int level)
{
	uint64_t slot = wf_level_next(&w->level[level], slot_of(w->tick, level));

	return slot == UINT64_MAX ? UINT64_MAX : slot << (level * WF_WHEEL_BITS);
}

/* A tick not after the first entry's behind the current window of level 0. */
static uint64_t
next_window(const struct wf_wheel *w)
{
	uint64_t first = UINT64_MAX, last;

	for (int l = 1; l < WF_WHEEL_LEVELS; l++) {
		uint64_t tick = level_next(w, l);

		first = tick < first ? tick : first;
	}
	/* Far ones: when the last level's next window begins, or later. */
	last = (window_of(w->tick, WF_WHEEL_LEVELS - 1) + 1) << (WF_WHEEL_LEVELS * WF_WHEEL_BITS);
	return first == UINT64_MAX || (w->unfed.head != WF_NO_CHUNK && last < first) ? last : first;
}

/* Reads on in the current tick's slot. */
static uint32_t
wheel_drain(struct wf_wheel *w, struct wf_held *out, uint32_t max)
{
	struct wf_chain *chain = wf_level_slot(&w->level[0], w->tick);
	uint32_t n = 0;

	while (chain->head != WF_NO_CHUNK && n < max) {
		struct wf_chunk *c = &w->chunks->chunk[chain->head];

		for (; w->read_at < c->n && n < max; w->read_at++, n++) {
			out[n] = c->entry[w->read_at];
			wf_held_prefetch(&out[n]);
		}
		if (w->read_at < c->n)
			break;
		w->read_at = 0;
		wf_chain_shift(w->chunks, chain);
	}
	if (chain->head == WF_NO_CHUNK)
		wf_level_clear(&w->level[0], w->tick);
	w->held -= n;
	return n;
}

/* Of the sorted ones, those up to a tick. */
static uint32_t
take_sorted(struct wf_wheel *w, uint64_t tick, struct wf_held *out, uint32_t max)
{
	uint32_t n = wf_sorted_take(&w->sorted, tick << WF_TICK_SHIFT, out, max);

	if (n > 0)
		w->tick = wf_tick_of(out[n - 1].due_ns);
	w->held -= n;
	return n;
}

uint32_t
wf_wheel_take(struct wf_wheel *w, wf_ns_t now_ns, struct wf_held *out, uint32_t max)
{
	uint64_t now = now_ns >> WF_TICK_SHIFT;
	uint32_t n = 0;

	if (w->held == 0) { /* all slots are empty: there is nothing to enter */
		w->tick = now > w->tick ? now : w->tick;
		w->stands = w->spreads = false;
		return 0;
	}
	w->moved = 0;
	feed_some(w);
	while (w->held > 0) {
		uint64_t direct = level_next(w, 0), next;

		if (window_of(direct, 0) != window_of(w->tick, 0))
			direct = UINT64_MAX; /* of a window before which it stands */
		/* Of equal ticks, those that were sorted were put first. */
		if (!wf_sorted_empty(&w->sorted))
			n += take_sorted(w, direct < now ? direct : now, out + n, max - n);
		if (n == max)
			return n;
		if (direct <= now) {
			w->tick = direct;
			n += wheel_drain(w, out + n, max - n);
			if (n == max)
				return n;
			continue;
		}
		if (direct != UINT64_MAX || !wf_sorted_empty(&w->sorted))
			break;
		next = w->held > 0 ? next_window(w) : UINT64_MAX;
		if (next > now)
			break;
		w->stands = !advance(w, next);
		if (WF_UNLIKELY(w->stands))
			return n;
	}
	if (now > w->tick && w->held > 0)
		w->stands = !advance(w, now);
	else if (now > w->tick)
		w->tick = now;
	return n;
}

wf_ns_t
wf_wheel_next(const struct wf_wheel *w)
{
	uint64_t tick;

	if (w->held == 0)
		return UINT64_MAX;
	if (WF_UNLIKELY(w->stands))
		return w->tick << WF_TICK_SHIFT;
	tick = level_next(w, 0);
	if (!wf_sorted_empty(&w->sorted)) {
		uint64_t sorted = wf_tick_of(w->sorted.entry[w->sorted.at].due_ns);

		tick = sorted < tick ? sorted : tick;
	}
	return (tick != UINT64_MAX ? tick : next_window(w)) << WF_TICK_SHIFT;
}

/* Takes the last entry of a chain's first chunk. */
static void
chain_pop(struct wf_wheel *w, struct wf_chain *chain, struct wf_held *out)
{
	struct wf_chunk *c = &w->chunks->chunk[chain->head];

	*out = c->entry[--c->n];
	if (c->n == 0)
		wf_chain_shift(w->chunks, chain);
}

bool
wf_wheel_pop_any(struct wf_wheel *w, struct wf_held *out)
{
	if (w->held == 0)
		return false;
	if (w->read_at != 0) /* a slot was left half read: go on there */
		return wheel_drain(w, out, 1) == 1;
	w->held--;
	if (!wf_sorted_empty(&w->sorted)) {
		*out = w->sorted.entry[w->sorted.at++];
		return true;
	}
	for (int l = 0; l < WF_WHEEL_LEVELS; l++) {
		uint64_t slot = wf_level_next(&w->level[l], 0);
		struct wf_chain *chain;

		if (slot == UINT64_MAX)
			continue;
		chain = wf_level_slot(&w->level[l], slot);
		chain_pop(w, chain, out);
		if (chain->head == WF_NO_CHUNK)
			wf_level_clear(&w->level[l], slot);
		return true;
	}
	chain_pop(w, w->unfed.head != WF_NO_CHUNK ? &w->unfed : &w->far, out);
	return true;
}
