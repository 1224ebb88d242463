/* SPDX-License-Identifier: BSD-3-Clause
 * Packets that end or leave. Worker threads.
 */
#include "wf_pipe_end.h"

#define RUN_SHORTEST 4  /* packets with the same times that are added as one entry */
#define RUN_AGAIN    32 /* packets after which a run is looked for again */

/* The end of those packets, from the first on, that are of one direction and class, and came and
 * were due together. */
static inline const struct wf_held *
run_end(const struct wf_held *first, const struct wf_held *end, uint64_t *bytes)
{
	const struct wf_held *h = first;

	do
		*bytes += h->len_bytes;
	while (++h < end && h->rx_ns == first->rx_ns && h->due_ns == first->due_ns &&
		h->tag == first->tag);
	return h;
}

/* k packets that came and were due together are one entry. */
static void
sent_together(struct wf_dir_stats *ds, struct wf_class_times *times, const struct wf_held *h,
	wf_ns_t now_ns, uint32_t k)
{
	uint64_t delay_ns = now_ns - h->rx_ns,
		 error_ns = now_ns > h->due_ns ? now_ns - h->due_ns : 0;

	wf_hist_add_times(&ds->delay, delay_ns, k);
	wf_hist_add_times(&ds->error, error_ns, k);
	if (times == NULL)
		return;
	wf_hist_add_times(&times->delay, delay_ns, k);
	wf_hist_add_times(&times->error, error_ns, k);
}

/* Packets of one direction and class that leave together. Returns how many of the n they are.
 * `times` are the class's, or NULL, which is a constant in what is compiled of this. */
static WF_ALWAYS_INLINE uint32_t
end_sent_of(struct wf_end *e, const struct wf_held *h, uint32_t n, wf_ns_t now_ns,
	struct wf_class_times *times)
{
	struct wf_dir_stats *ds = wf_end_dir(e, h->dir);
	struct wf_hist *class_delay = times != NULL ? &times->delay : NULL;
	struct wf_hist *class_error = times != NULL ? &times->error : NULL;
	struct wf_hist_sums delay = wf_hist_sums(&ds->delay, class_delay, now_ns - h->rx_ns);
	struct wf_hist_sums error =
		wf_hist_sums(&ds->error, class_error, now_ns > h->due_ns ? now_ns - h->due_ns : 0);
	const struct wf_held *at = h, *end = h + (n < WF_HIST_AT_ONCE ? n : WF_HIST_AT_ONCE);
	struct wf_count sum = { 0, 0 };

	while (at < end && at->tag == h->tag) {
		const struct wf_held *first = at, *stop = end;

		if (end - at > RUN_AGAIN)
			stop = at + RUN_AGAIN;
		at = run_end(first, end, &sum.bytes);
		n = (uint32_t)(at - first);
		if (n >= RUN_SHORTEST) {
			sent_together(ds, times, first, now_ns, n);
			continue;
		}
		for (; at < stop && at->tag == first->tag; at++)
			sum.bytes += at->len_bytes;
		n = (uint32_t)(at - first);
		wf_hist_since(
			&ds->delay, class_delay, &delay, &first->rx_ns, sizeof(*h), n, now_ns);
		wf_hist_since(
			&ds->error, class_error, &error, &first->due_ns, sizeof(*h), n, now_ns);
	}
	sum.packets = (uint64_t)(at - h);
	wf_hist_flush(&ds->delay, &delay);
	wf_hist_flush(&ds->error, &error);
	if (times != NULL) { /* the sums are of this class alone, and serve twice */
		wf_hist_flush(&times->delay, &delay);
		wf_hist_flush(&times->error, &error);
	}
	wf_count_merge(&ds->c.tx, &sum);
	wf_count_merge(&wf_end_class(e, h->slot)->c.tx, &sum);
	wf_room_give(&e->room, h->dir, (enum wf_held_kind)h->kind, &sum);
	return (uint32_t)sum.packets;
}

static uint32_t
end_sent_untimed(struct wf_end *e, const struct wf_held *h, uint32_t n, wf_ns_t now_ns)
{
	return end_sent_of(e, h, n, now_ns, NULL);
}

static __attribute__((noinline)) void
end_sent_timed(struct wf_end *e, const struct wf_held *h, uint32_t n, wf_ns_t now_ns)
{
	while (n > 0) {
		struct wf_class_times *times = wf_bank_times(e->stats->now, h->slot);
		uint32_t k = times == NULL ? end_sent_untimed(e, h, n, now_ns)
					   : end_sent_of(e, h, n, now_ns, times);

		h += k;
		n -= k;
	}
}

static __attribute__((noinline)) void
end_tell(
	const struct wf_end *e, const struct wf_held *h, uint32_t n, enum wf_drop cause, wf_ns_t ns)
{
	for (uint32_t i = 0; i < n; i++)
		e->tap->told(e->tap->ctx, &h[i], cause, ns);
}

void
wf_end_sent(struct wf_end *e, const struct wf_held *h, uint32_t n, wf_ns_t now_ns)
{
	if (WF_UNLIKELY(e->tap != NULL))
		end_tell(e, h, n, WF_DROP_NONE, now_ns);
	if (WF_UNLIKELY(atomic_load_explicit(&e->timed, memory_order_relaxed))) {
		end_sent_timed(e, h, n, now_ns);
		return;
	}
	while (n > 0) {
		uint32_t k = end_sent_untimed(e, h, n, now_ns);

		h += k;
		n -= k;
	}
}

void
wf_end_drop_held(struct wf_end *e, const struct wf_held *h, uint32_t n, enum wf_drop cause)
{
	for (uint32_t i = 0; i < n; i++) {
		wf_count_add(&wf_end_dir(e, h[i].dir)->c.dropped[cause], h[i].len_bytes);
		wf_count_add(&wf_end_class(e, h[i].slot)->c.dropped[cause], h[i].len_bytes);
		wf_room_give(&e->room, h[i].dir, (enum wf_held_kind)h[i].kind,
			&(struct wf_count){ 1, h[i].len_bytes });
		if (WF_UNLIKELY(e->tap != NULL))
			end_tell(e, &h[i], 1, cause, h[i].due_ns);
		if (WF_LIKELY(h[i].pkt != NULL))
			e->ops.free(e->ops.ctx, &h[i].pkt, 1);
	}
}

void
wf_end_refuse(
	struct wf_end *e, uint32_t dir, const struct wf_rx *rx, uint32_t n, enum wf_drop cause)
{
	for (uint32_t i = 0; i < n; i++) {
		struct wf_held h = { .due_ns = rx[i].rx_ns,
			.rx_ns = rx[i].rx_ns,
			.pkt = rx[i].pkt,
			.len_bytes = rx[i].len_bytes,
			.tag = wf_held_tag(dir, WF_TAP_NO_CLASS) };

		wf_count_add(&wf_end_dir(e, dir)->c.dropped[cause], h.len_bytes);
		if (WF_UNLIKELY(e->tap != NULL))
			end_tell(e, &h, 1, cause, h.rx_ns);
		e->ops.free(e->ops.ctx, &h.pkt, 1);
	}
}
