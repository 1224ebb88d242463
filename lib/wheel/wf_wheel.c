/* SPDX-License-Identifier: BSD-3-Clause
 * The timer wheel. Worker threads; init and fini by the control core.
 */
#include "wf_wheel.h"

#include <string.h>

#include "wf_lane.h"

#define SLOT_MASK  (WF_WHEEL_SLOTS - 1)
#define FEW_CHUNKS 4

static_assert(WF_SORTED_TICKS == WF_WHEEL_SLOTS, "a slot of level 1 is sorted at once");

int
wf_wheel_init(struct wf_wheel *w, struct wf_chunks *chunks, uint32_t max_held, wf_ns_t now_ns)
{
	memset(w, 0, sizeof(*w));
	for (int l = 0; l < WF_WHEEL_LEVELS; l++)
		for (uint32_t i = 0; i < WF_WHEEL_SLOTS; i++)
			w->level[l].slot[i].head = WF_NO_CHUNK;
	w->far.head = WF_NO_CHUNK;
	w->chunks = chunks;
	w->tick = now_ns >> WF_TICK_SHIFT;
	return wf_sorted_init(&w->sorted, max_held);
}

void
wf_wheel_fini(struct wf_wheel *w)
{
	wf_sorted_fini(&w->sorted);
}

static inline struct wf_held *
level_append(struct wf_wheel *w, struct wf_level *l, uint32_t slot)
{
	bool first = l->slot[slot].head == WF_NO_CHUNK;
	struct wf_held *h = wf_chain_append(w->chunks, &l->slot[slot]);

	if (WF_UNLIKELY(first) && h != NULL) {
		l->occupied[slot / 64] |= 1ull << (slot % 64);
		l->summary |= 1ull << (slot / 64);
	}
	return h;
}

static inline void
level_clear(struct wf_level *l, uint32_t slot)
{
	l->slot[slot].head = WF_NO_CHUNK;
	l->occupied[slot / 64] &= ~(1ull << (slot % 64));
	if (l->occupied[slot / 64] == 0)
		l->summary &= ~(1ull << (slot / 64));
}

/* First occupied slot at or after `from`, or WF_WHEEL_SLOTS. */
static inline uint32_t
level_find(const struct wf_level *l, uint32_t from)
{
	uint32_t word = from / 64;
	uint64_t bits;

	if (from >= WF_WHEEL_SLOTS)
		return WF_WHEEL_SLOTS;
	bits = l->occupied[word] & (~0ull << (from % 64));
	if (bits == 0) {
		uint64_t words = word == 63 ? 0 : l->summary & (~0ull << (word + 1));

		if (words == 0)
			return WF_WHEEL_SLOTS;
		word = (uint32_t)__builtin_ctzll(words);
		bits = l->occupied[word];
	}
	return word * 64 + (uint32_t)__builtin_ctzll(bits);
}

/* First tick at which an entry may leave: never early. */
static inline uint64_t
tick_of(const struct wf_wheel *w, wf_ns_t due_ns)
{
	uint64_t tick = wf_tick_of(due_ns);

	return tick < w->tick ? w->tick : tick;
}

/* Room where the tick belongs, seen from the current tick. */
static inline struct wf_held *
place(struct wf_wheel *w, wf_ns_t due_ns)
{
	uint64_t tick = tick_of(w, due_ns);
	uint64_t differ = tick ^ w->tick;

	for (int l = 0; l < WF_WHEEL_LEVELS; l++)
		if (differ >> ((l + 1) * WF_WHEEL_BITS) == 0)
			return level_append(
				w, &w->level[l], (tick >> (l * WF_WHEEL_BITS)) & SLOT_MASK);
	return wf_chain_append(w->chunks, &w->far);
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

/* Places every entry of a chain anew. There is always room: WF_WHEEL_CHUNKS has a chunk for each
 * slot that they can scatter over. */
static void
wheel_spread(struct wf_wheel *w, struct wf_chain chain)
{
	uint32_t c = chain.head;

	while (c != WF_NO_CHUNK) {
		struct wf_chunk *from = &w->chunks->chunk[c];
		uint32_t next = from->next;

		wf_chain_prefetch(w->chunks, from);
		for (uint32_t i = 0; i < from->n; i++) {
			struct wf_held *to = place(w, from->entry[i].due_ns);

			assert(to != NULL);
			*to = from->entry[i];
		}
		wf_chunk_put(w->chunks, c);
		c = next;
	}
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

/* Sorts or spreads the slot of `level` that the current tick has entered. */
static void
enter(struct wf_wheel *w, int level)
{
	uint32_t slot = (w->tick >> (level * WF_WHEEL_BITS)) & SLOT_MASK;
	struct wf_chain chain = w->level[level].slot[slot];

	if (chain.head == WF_NO_CHUNK)
		return;
	level_clear(&w->level[level], slot);
	if (level == 1 && !are_few(w, chain))
		wf_sorted_fill(&w->sorted, w->chunks, chain);
	else
		wheel_spread(w, chain);
}

/* Moves the current tick on. Nothing is due in between. */
static void
advance(struct wf_wheel *w, uint64_t tick)
{
	uint64_t differ = tick ^ w->tick;

	w->tick = tick;
	if (differ >> WF_WHEEL_BITS == 0)
		return;
	if (differ >> (WF_WHEEL_LEVELS * WF_WHEEL_BITS) != 0) {
		struct wf_chain far = w->far;

		w->far.head = WF_NO_CHUNK;
		wheel_spread(w, far);
	}
	for (int l = WF_WHEEL_LEVELS - 1; l > 0; l--)
		if (differ >> (l * WF_WHEEL_BITS) != 0)
			enter(w, l);
}

/* Tick of the first entry of `level`: the exact one in level 0, the start of its slot above.
 * UINT64_MAX: it has none. */
static inline uint64_t
level_next(const struct wf_wheel *w, int level)
{
	uint64_t at = w->tick >> (level * WF_WHEEL_BITS);
	uint32_t slot = level_find(&w->level[level], (uint32_t)(at & SLOT_MASK));

	if (slot == WF_WHEEL_SLOTS)
		return UINT64_MAX;
	return ((at & ~(uint64_t)SLOT_MASK) | slot) << (level * WF_WHEEL_BITS);
}

/* A tick not after the first entry's behind the current window of level 0. */
static uint64_t
next_window(const struct wf_wheel *w)
{
	for (int l = 1; l < WF_WHEEL_LEVELS; l++) {
		uint64_t tick = level_next(w, l);

		if (tick != UINT64_MAX)
			return tick;
	}
	/* Only far ones: the next time all levels begin anew. */
	return ((w->tick >> (WF_WHEEL_LEVELS * WF_WHEEL_BITS)) + 1)
	       << (WF_WHEEL_LEVELS * WF_WHEEL_BITS);
}

/* Reads on in the current tick's slot. */
static uint32_t
wheel_drain(struct wf_wheel *w, struct wf_held *out, uint32_t max)
{
	uint32_t slot = w->tick & SLOT_MASK, n = 0;
	struct wf_chain *chain = &w->level[0].slot[slot];

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
		level_clear(&w->level[0], slot);
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

	while (w->held > 0) {
		uint64_t direct = level_next(w, 0), next;

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
		advance(w, next);
	}
	if (now > w->tick) {
		if (w->held > 0)
			advance(w, now);
		else /* all slots are empty: there is nothing to enter */
			w->tick = now;
	}
	return n;
}

wf_ns_t
wf_wheel_next(const struct wf_wheel *w)
{
	uint64_t tick;

	if (w->held == 0)
		return UINT64_MAX;
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
		uint32_t slot = level_find(&w->level[l], 0);

		if (slot == WF_WHEEL_SLOTS)
			continue;
		chain_pop(w, &w->level[l].slot[slot], out);
		if (w->level[l].slot[slot].head == WF_NO_CHUNK)
			level_clear(&w->level[l], slot);
		return true;
	}
	chain_pop(w, &w->far, out);
	return true;
}
