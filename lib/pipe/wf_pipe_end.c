/* SPDX-License-Identifier: BSD-3-Clause
 * Packets that end or leave. Worker threads.
 */
#include "wf_pipe_end.h"

#define RUN_SHORTEST 4  /* packets with the same times that are added as one entry */
#define RUN_AGAIN    16 /* packets after which a run is looked for again */

/* How many of the n packets are of one direction and class, and came and were due together. */
static inline uint32_t
run_of(const struct wf_held *h, uint32_t n, struct wf_count *sum)
{
	uint32_t k = 0;

	do
		wf_count_add(sum, h[k].len_bytes);
	while (++k < n && h[k].rx_ns == h->rx_ns && h[k].due_ns == h->due_ns && h[k].tag == h->tag);
	return k;
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
	struct wf_hist_sums delay = wf_hist_sums(now_ns - h->rx_ns),
			    error = wf_hist_sums(now_ns > h->due_ns ? now_ns - h->due_ns : 0);
	struct wf_hist *class_delay = times != NULL ? &times->delay : NULL;
	struct wf_hist *class_error = times != NULL ? &times->error : NULL;
	struct wf_count sum = { 0, 0 };
	uint32_t i = 0, k;

	n = n < WF_HIST_AT_ONCE ? n : WF_HIST_AT_ONCE;
	for (; i < n && h[i].tag == h->tag; i += k) {
		uint32_t end = i + RUN_AGAIN < n ? i + RUN_AGAIN : n;

		k = run_of(h + i, n - i, &sum);
		if (k >= RUN_SHORTEST) {
			sent_together(ds, times, h + i, now_ns, k);
			continue;
		}
		for (; i + k < end && h[i + k].tag == h->tag; k++)
			wf_count_add(&sum, h[i + k].len_bytes);
		wf_hist_since(&ds->delay, class_delay, &delay, &h[i].rx_ns, sizeof(*h), k, now_ns);
		wf_hist_since(&ds->error, class_error, &error, &h[i].due_ns, sizeof(*h), k, now_ns);
	}
	wf_hist_flush(&ds->delay, &delay);
	wf_hist_flush(&ds->error, &error);
	if (times != NULL) { /* the sums are of this class alone, and serve twice */
		wf_hist_flush(&times->delay, &delay);
		wf_hist_flush(&times->error, &error);
	}
	wf_count_merge(&ds->c.tx, &sum);
	wf_count_merge(&wf_end_class(e, h->slot)->c.tx, &sum);
	wf_room_give(&e->room, h->dir, (enum wf_held_kind)h->kind, &sum);
	return i;
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
