/* SPDX-License-Identifier: BSD-3-Clause
 * A tcpdump expression as a program over the bytes of a frame. Made by the control thread, then
 * immutable: asked by any worker.
 */
#ifndef WF_FILTER_H
#define WF_FILTER_H

#include "wf_err.h"

struct wf_filter;

/* `text` as in pcap-filter(7), for Ethernet frames. NULL with libpcap's own words in err. */
struct wf_filter *wf_filter_new(const char *text, const struct wf_where *where, struct wf_err *err);
/* One holder more, and one less: the last one frees it. */
struct wf_filter *wf_filter_hold(struct wf_filter *f);
void wf_filter_free(struct wf_filter *f);
/* What it was made of. */
const char *wf_filter_text(const struct wf_filter *f);

/* Does it hold for the frame? `len_bytes` is its length on the wire, `readable_bytes` what is at
 * data. What asks for bytes that are not there does not hold. */
bool wf_filter_holds(const struct wf_filter *f, const uint8_t *data, uint32_t readable_bytes,
	uint32_t len_bytes);

#endif
