/* SPDX-License-Identifier: BSD-3-Clause
 * Stamps of a card. Control thread; wf_stamping_fill: worker threads.
 */
#include "wf_stamping.h"

#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include <rte_mbuf_dyn.h>
#include <time.h>

/* Between the two looks at the start: long enough for a line that is wrong by some microseconds
 * when the look a second later mends it. */
#define BETWEEN_NS (100 * WF_NS_PER_MS)
#define LOOKS      5 /* at most, where others have this core meanwhile */

static wf_ns_t
now_of(const void *clock)
{
	return wf_clock_ns(clock);
}

uint64_t
wf_stamping_offloads(uint64_t can)
{
	return can & RTE_ETH_RX_OFFLOAD_TIMESTAMP;
}

void
wf_stamping_begin(struct wf_stamping *s, uint64_t offloads, const struct wf_clock *clock,
	int (*read)(void *ctx, uint64_t *ticks), void *ctx)
{
	const struct timespec between = { .tv_nsec = BETWEEN_NS };

	*s = (struct wf_stamping){ .clock = clock };
	/* The driver has registered both already: this asks where they are. */
	if (!(offloads & RTE_ETH_RX_OFFLOAD_TIMESTAMP) ||
		rte_mbuf_dyn_rx_timestamp_register(&s->at, &s->flag) < 0 ||
		wf_devclock_read(read, ctx, now_of, clock, &s->last) < 0)
		return;
	for (int i = 0; i < LOOKS && !s->works; i++) {
		nanosleep(&between, NULL);
		wf_stamping_look(s, read, ctx);
	}
}

void
wf_stamping_look(struct wf_stamping *s, int (*read)(void *ctx, uint64_t *ticks), void *ctx)
{
	unsigned next = !atomic_load_explicit(&s->now, memory_order_relaxed);
	struct wf_devclock_pair pair;

	if (wf_devclock_read(read, ctx, now_of, s->clock, &pair) < 0 ||
		wf_devclock_init(&s->line[next], &s->last, &pair) < 0)
		return;
	s->last = pair;
	atomic_store_explicit(&s->now, next, memory_order_release);
	s->works = true;
}

void
wf_stamping_fill(const struct wf_stamping *s, struct rte_mbuf *const *m, wf_ns_t *rx_ns, uint32_t n,
	wf_ns_t *last_ns)
{
	const struct wf_devclock *line =
		&s->line[atomic_load_explicit(&s->now, memory_order_acquire)];
	wf_ns_t now_ns = wf_clock_ns(s->clock);

	for (uint32_t i = 0; i < n; i++) {
		wf_ns_t ns = now_ns;

		if (s->works && (m[i]->ol_flags & s->flag))
			ns = wf_devclock_ns(line,
				*RTE_MBUF_DYNFIELD(m[i], s->at, const rte_mbuf_timestamp_t *));
		*last_ns = rx_ns[i] = wf_devclock_clamp(ns, *last_ns, now_ns);
	}
}
