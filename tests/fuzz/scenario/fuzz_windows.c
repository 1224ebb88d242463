/* SPDX-License-Identifier: BSD-3-Clause
 * Any text as a schedule: refused with a reason, or windows that lie within the whole. libFuzzer.
 */
#include <string.h>

#include "fuzz.h"
#include "wf_windows.h"

static void
try_with(const char *text, wf_ns_t total_ns)
{
	struct wf_err *err = wf_err_new();
	struct wf_windows w;
	int rc = wf_windows_parse(text, total_ns, &w, NULL, err);

	if ((rc < 0) != (wf_err_count(err) > 0) || (rc < 0) != (w.n == 0))
		abort();
	for (uint32_t i = 0; i < w.n; i++)
		if (w.at[i].start_ns >= w.at[i].end_ns ||
			(total_ns != 0 && w.at[i].end_ns > total_ns) ||
			!wf_windows_have(&w, w.at[i].start_ns))
			abort();
	wf_windows_fini(&w);
	wf_err_free(err);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	memcpy(text, data, size);
	text[size] = 0;
	try_with(text, 0);
	try_with(text, 60 * WF_NS_PER_S);
	free(text);
	return 0;
}
