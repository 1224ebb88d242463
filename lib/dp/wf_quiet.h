/* SPDX-License-Identifier: BSD-3-Clause
 * Keeps two habits of DPDK's drivers away from the user while ports start, first or again. Control
 * thread.
 *
 * Messages: net_tap, for one, reports features that nobody asked for as errors. What drivers say is
 * held back, and shown only when the start fails.
 *
 * Signals: net_tap reads only after a real-time signal told it that there is something, one signal
 * a packet, which go to the control thread: late for us, and an interrupted system call for it. It
 * polls where it finds no such signal free.
 */
#ifndef WF_QUIET_H
#define WF_QUIET_H

#include "wf_types.h"

/* Before EAL's start, and before a port is started again. */
void wf_quiet_begin(bool hold_messages);
/* After that: shows what was held back when `show`. */
void wf_quiet_end(bool show);

#endif
