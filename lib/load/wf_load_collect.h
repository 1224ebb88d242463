/* SPDX-License-Identifier: BSD-3-Clause
 * What every target does alike around a trial: a receiver for its streams, and what it counted as a
 * result. Control thread.
 */
#ifndef WF_LOAD_COLLECT_H
#define WF_LOAD_COLLECT_H

#include "wf_load.h"

/* Streams of all phases. */
uint32_t wf_load_streams(const struct wf_load_offer *o);
/* For probes that are sent from from_ns on. NULL: out of memory. */
struct wf_probe_rx *wf_load_receiver(const struct wf_load_offer *o, wf_ns_t from_ns);
/* No more will come: fills in all of *r that follows from what was received, of what each stream
 * has sent. */
void wf_load_collect(const struct wf_load_offer *o, struct wf_probe_rx *rx, const uint64_t *sent,
	struct wf_load_result *r);

#endif
