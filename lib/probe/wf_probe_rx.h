/* SPDX-License-Identifier: BSD-3-Clause
 * The receiver of a trial: as many streams of probes as it has, and what else came. One thread at a
 * time.
 */
#ifndef WF_PROBE_RX_H
#define WF_PROBE_RX_H

#include "wf_probe.h"
#include "wf_probe_stream.h"

struct wf_probe_rx_params {
	uint32_t streams; /* 1 .. WF_PROBE_STREAMS */
	uint32_t window;  /* packets of a stream; 0: wf_probe_window(streams) */
	uint8_t epoch;
	wf_ns_t from_ns; /* no probe was sent before */
};

struct wf_probe_rx {
	struct wf_probe_rx_params q;
	struct wf_probe_stream *stream; /* [q.streams] */
	struct wf_probe_slot *slots;
	struct wf_hist delay, ipdv; /* of all streams */
	uint64_t bytes;             /* of frames with probes, all copies */
	uint64_t foreign;           /* frames without one, or of another trial */
	wf_ns_t first_ns, last_ns;  /* when probes came; 0: none did */
};

/* A window with which memory stays within bounds, whatever the number of streams. */
uint32_t wf_probe_window(uint32_t streams);
/* NULL: out of memory. */
struct wf_probe_rx *wf_probe_rx_new(const struct wf_probe_rx_params *q);
void wf_probe_rx_free(struct wf_probe_rx *r);

/* A frame came, of which the last bytes are at `tail` (NULL: it is shorter than a probe, or cut).
 */
void wf_probe_rx_take(
	struct wf_probe_rx *r, const uint8_t *tail, uint32_t len_bytes, wf_ns_t rx_ns);
/* No more will come; sent[i] packets of stream i had been sent. Adds all streams to *out. */
void wf_probe_rx_end(struct wf_probe_rx *r, const uint64_t *sent, struct wf_probe_totals *out);

#endif
