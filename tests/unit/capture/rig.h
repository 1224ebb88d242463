/* SPDX-License-Identifier: BSD-3-Clause
 * What the tests of captures share: a configuration of two links, records, and what stands in a
 * file.
 */
#ifndef RIG_H
#define RIG_H

#include "wf_capture.h"

struct wf_conf *rig_conf(void);
/* A record of n captured bytes of a frame of `len`, and its bytes, which say its number. */
struct wf_capture_record rig_record(enum wf_capture_point point, wf_ns_t time_ns, uint32_t n);
extern uint8_t rig_bytes[65536];
/* Packets of a file, by our own reader; the last time in *last_ns. -1: it can't be read. */
int64_t rig_read(const char *path, wf_ns_t *last_ns);

#endif
