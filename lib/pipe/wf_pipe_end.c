/* SPDX-License-Identifier: BSD-3-Clause
 * Packets that end or leave. Worker threads.
 */
#include "wf_pipe_end.h"

/* Packets of one direction and class that leave together. Returns how many of the n they are.
 * `times` are the class's, or NULL, which is a constant in what is compiled of this. */
static inline __attribute__((always_inline)) uint32_t
sent_of(struct wf_end *e, const struct wf_held *h, uint32_t n, wf_ns_t now_ns,
	struct wf_class_times *times)
{
	struct wf_dir_stats *ds = wf_end_dir(e, h->dir);
	struct wf_class_stats *cs = wf_end_class(e, h->slot);
	struct wf_hist_sums delay = WF_HIST_SUMS, error = WF_HIST_SUMS;
	struct wf_count sum = { 0, 0 };
	uint32_t i;

	for (i = 0; i < n && h[i].tag == h->tag;) {
		uint32_t k = 0;
		wf_ns_t rx_ns = h[i].rx_ns, due_ns = h[i].due_ns;

		/* Packets that came and leave together are one entry. */
		do
			wf_count_add(&sum, h[i + k].len_bytes);
		while (++k + i < n && h[i + k].rx_ns == rx_ns && h[i + k].due_ns == due_ns &&
			h[i + k].tag == h->tag);
		wf_hist_sum(&ds->delay, &delay, now_ns - rx_ns, k);
		wf_hist_sum(&ds->error, &error, now_ns > due_ns ? now_ns - due_ns : 0, k);
		if (times != NULL) {
			times->delay.bucket[wf_hist_index(now_ns - rx_ns)] += k;
			times->error.bucket[wf_hist_index(now_ns > due_ns ? now_ns - due_ns : 0)] +=
				k;
		}
		i += k;
	}
	wf_hist_flush(&ds->delay, &delay);
	wf_hist_flush(&ds->error, &error);
	if (times != NULL) { /* the sums are of this class alone, and serve twice */
		wf_hist_flush(&times->delay, &delay);
		wf_hist_flush(&times->error, &error);
	}
	wf_count_merge(&ds->c.tx, &sum);
	wf_count_merge(&cs->c.tx, &sum);
	wf_room_give(&e->room, h->dir, &sum);
	return i;
}

static uint32_t
sent_untimed(struct wf_end *e, const struct wf_held *h, uint32_t n, wf_ns_t now_ns)
{
	return sent_of(e, h, n, now_ns, NULL);
}

static __attribute__((noinline)) void
sent_timed(struct wf_end *e, const struct wf_held *h, uint32_t n, wf_ns_t now_ns)
{
	while (n > 0) {
		struct wf_class_times *times = wf_bank_times(e->stats->now, h->slot);
		uint32_t k = times == NULL ? sent_untimed(e, h, n, now_ns)
					   : sent_of(e, h, n, now_ns, times);

		h += k;
		n -= k;
	}
}

static __attribute__((noinline)) void
tell(const struct wf_end *e, const struct wf_held *h, uint32_t n, enum wf_drop cause, wf_ns_t ns)
{
	for (uint32_t i = 0; i < n; i++)
		e->tap->told(e->tap->ctx, &h[i], cause, ns);
}

void
wf_end_sent(struct wf_end *e, const struct wf_held *h, uint32_t n, wf_ns_t now_ns)
{
	if (WF_UNLIKELY(e->tap != NULL))
		tell(e, h, n, WF_DROP_NONE, now_ns);
	if (WF_UNLIKELY(atomic_load_explicit(&e->timed, memory_order_relaxed))) {
		sent_timed(e, h, n, now_ns);
		return;
	}
	while (n > 0) {
		uint32_t k = sent_untimed(e, h, n, now_ns);

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
		wf_room_give(&e->room, h[i].dir, &(struct wf_count){ 1, h[i].len_bytes });
		if (WF_UNLIKELY(e->tap != NULL))
			tell(e, &h[i], 1, cause, h[i].due_ns);
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
			tell(e, &h, 1, cause, h.rx_ns);
		e->ops.free(e->ops.ctx, &h.pkt, 1);
	}
}
