/* SPDX-License-Identifier: BSD-3-Clause
 * Verdicts: words that a filter of Wireshark finds (frame.comment contains "dropped=loss"). One
 * thread.
 */
#include "wf_capture_text.h"

#include <stdio.h>
#include <string.h>

#include "wf_drop.h"
#include "wf_units.h"

const char *
wf_capture_text(const struct wf_capture_record *r, char out[WF_CAPTURE_TEXT])
{
	char delay[WF_UNITS_TEXT], late[WF_UNITS_TEXT];
	size_t n = 0;

	out[0] = '\0';
	if (r->point == WF_CAPTURE_IN)
		return out;
	if (r->point == WF_CAPTURE_LOST) {
		const char *cause = r->cause < WF_DROP_COUNT ? wf_drop_info[r->cause].name : "?";

		n = (size_t)snprintf(out, WF_CAPTURE_TEXT, "dropped=%s", cause);
	} else {
		n = (size_t)snprintf(out, WF_CAPTURE_TEXT, "delay=%s late=%s",
			wf_units_format_duration(
				r->due_ns > r->rx_ns ? r->due_ns - r->rx_ns : 0, delay),
			wf_units_format_duration(
				r->time_ns > r->due_ns ? r->time_ns - r->due_ns : 0, late));
	}
	snprintf(out + n, WF_CAPTURE_TEXT - n, "%s%s%s%s",
		r->marks & WF_CAPTURE_COPY ? " duplicate" : "",
		r->marks & WF_CAPTURE_CORRUPTED ? " corrupted"
		: r->marks & WF_CAPTURE_CHANGED ? " changed"
						: "",
		r->marks & WF_CAPTURE_MADE ? " made" : "", r->cap_bytes == 0 ? " no-bytes" : "");
	return out;
}
