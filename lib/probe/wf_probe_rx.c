/* SPDX-License-Identifier: BSD-3-Clause
 * The receiver of a trial.
 */
#include "wf_probe_rx.h"

#include <stdlib.h>

#define WINDOW_MOST  8192u
#define WINDOW_LEAST 128u
/* Of all streams together: 24 bytes each. */
#define SLOTS (1u << 20)

uint32_t
wf_probe_window(uint32_t streams)
{
	uint32_t window = WINDOW_MOST;

	while (window > WINDOW_LEAST && (uint64_t)window * streams > SLOTS)
		window /= 2;
	return window;
}

struct wf_probe_rx *
wf_probe_rx_new(const struct wf_probe_rx_params *q)
{
	struct wf_probe_rx *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return NULL;
	r->q = *q;
	if (q->window == 0)
		r->q.window = wf_probe_window(q->streams);
	r->stream = calloc(q->streams, sizeof(*r->stream));
	r->slots = calloc((size_t)q->streams * r->q.window, sizeof(*r->slots));
	if (r->stream == NULL || r->slots == NULL) {
		wf_probe_rx_free(r);
		return NULL;
	}
	wf_hist_init(&r->delay);
	wf_hist_init(&r->ipdv);
	for (uint32_t i = 0; i < q->streams; i++)
		wf_probe_stream_init(&r->stream[i], r->slots + (size_t)i * r->q.window, r->q.window,
			&r->delay, &r->ipdv);
	return r;
}

void
wf_probe_rx_free(struct wf_probe_rx *r)
{
	if (r == NULL)
		return;
	free(r->stream);
	free(r->slots);
	free(r);
}

void
wf_probe_rx_take(struct wf_probe_rx *r, const uint8_t *tail, uint32_t len_bytes, wf_ns_t rx_ns)
{
	struct wf_probe p;

	if (tail == NULL || !wf_probe_read(tail, &p) || p.epoch != r->q.epoch ||
		p.stream >= r->q.streams || p.sent_ns < r->q.from_ns || p.sent_ns > rx_ns) {
		r->foreign++;
		return;
	}
	if (r->first_ns == 0)
		r->first_ns = rx_ns;
	r->last_ns = rx_ns;
	r->bytes += len_bytes;
	wf_probe_stream_take(&r->stream[p.stream], p.sequence, p.sent_ns, rx_ns);
}

void
wf_probe_rx_end(struct wf_probe_rx *r, const uint64_t *sent, struct wf_probe_totals *out)
{
	for (uint32_t i = 0; i < r->q.streams; i++) {
		wf_probe_stream_end(&r->stream[i], sent[i]);
		wf_probe_totals_add(out, &r->stream[i].t);
	}
}
