/* SPDX-License-Identifier: BSD-3-Clause
 * Any text as a bandwidth trace: refused with a reason, or a curve that rises and whose inverse is
 * one. The first byte chooses the options. libFuzzer.
 */
#include <string.h>

#include "fuzz.h"
#include "wf_trace.h"

static void
check_curve(const struct wf_trace *t)
{
	uint32_t at[2] = { 0, 0 };
	wf_work_t work = 1, step = t->total / 7 + wf_trace_bytes(t, 1);

	for (int i = 0; i < 40; i++, work += step) {
		wf_ns_t end = wf_trace_reach(t, work, &at[1]);

		if (end == WF_TRACE_NEVER)
			return;
		require(wf_trace_work(t, end, &at[0]) >= work);
		require(end == 0 || wf_trace_work(t, end - 1, &at[0]) < work);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wf_trace_options o = { .linear = size > 0 && (data[0] & 1),
		.once = size > 0 && (data[0] & 2) };
	size_t length = size > 0 ? size - 1 : 0;
	char *text = malloc(length + 1);
	struct wf_err *err = wf_err_new();
	struct wf_trace_point *point;
	struct wf_trace t;

	memcpy(text, data + (size > 0), length);
	text[length] = 0;
	point = calloc(wf_trace_room(text), sizeof(*point));
	if (wf_trace_read(text, "fuzz", &o, point, &t, err) < 0) {
		require(wf_err_count(err) == 1);
	} else {
		require(t.n <= wf_trace_room(text) && t.id != 0);
		check_curve(&t);
	}
	wf_err_free(err);
	free(point);
	free(text);
	return 0;
}
