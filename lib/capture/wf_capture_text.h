/* SPDX-License-Identifier: BSD-3-Clause
 * What became of a packet, in words. One thread.
 */
#ifndef WF_CAPTURE_TEXT_H
#define WF_CAPTURE_TEXT_H

#include "wf_capture_ring.h"

#define WF_CAPTURE_TEXT 160

/* "delay=20ms late=112ns duplicate", "dropped=loss", or "" of a packet that was received. Returns
 * out. */
const char *wf_capture_text(const struct wf_capture_record *r, char out[WF_CAPTURE_TEXT]);

#endif
