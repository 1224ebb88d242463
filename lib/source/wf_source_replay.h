/* SPDX-License-Identifier: BSD-3-Clause
 * One side of a replay as a source, on a virtual clock: exactly what a pcap port does, but never
 * late. One thread.
 */
#ifndef WF_SOURCE_REPLAY_H
#define WF_SOURCE_REPLAY_H

#include "wf_replay.h"
#include "wf_source.h"

/* As a start: that of the capture's first packet. */
#define WF_SOURCE_OWN_TIMES UINT64_MAX

/* Of packets of side `side`; n_sides 2: the others keep their places in the schedule. Takes the
 * spec over. NULL with reasons. */
struct wf_source *wf_source_replay(struct wf_replay_spec *spec, uint32_t side, uint32_t n_sides,
	wf_ns_t start_ns, struct wf_err *err);

#endif
