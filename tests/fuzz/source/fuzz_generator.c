/* SPDX-License-Identifier: BSD-3-Clause
 * Any text as the device string of a generator: it is refused with reasons, or what it says is
 * within bounds and its first frames are what a receiver takes. libFuzzer.
 */
#include <string.h>

#include "fuzz.h"
#include "wf_generator_args.h"
#include "wf_parse.h"

/* A million flows are made in full: only few of those. */
static void
try(const struct wf_generator_spec *spec)
{
	struct wf_generator *g = spec->flows <= 4096 ? wf_generator_new(spec, 0, 1, 5) : NULL;
	uint8_t *frame;

	for (int i = 0; g != NULL && i < 40 && g->left > 0; i++) {
		uint32_t bytes = wf_generator_bytes(g);
		struct wf_parsed parsed;

		frame = malloc(bytes < WF_GENERATOR_HEAD ? WF_GENERATOR_HEAD : bytes);
		require(frame != NULL && bytes >= 60 && bytes <= 9216 && g->due_ns >= 5);
		wf_generator_write(g, frame);
		wf_parse(frame, bytes, &parsed);
		require(parsed.flags == (WF_PARSE_IP | WF_PARSE_PORTS));
		require(parsed.key.family == spec->version && parsed.key.proto == 17);
		free(frame);
	}
	wf_generator_free(g);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct wf_where where = { .path = "ports.a" };
	struct wf_err *err = wf_err_new();
	char *text = malloc(size + 1);
	static struct wf_generator_spec specs[WF_GENERATOR_MOST];
	uint32_t n;

	require(text != NULL && err != NULL);
	memcpy(text, data, size);
	text[size] = '\0';
	if (wf_generator_parse_all(text, 0, specs, &n, &where, err) < 0) {
		require(wf_err_count(err) >= 1);
	} else {
		require(wf_err_count(err) == 0 && n >= 1 && n <= WF_GENERATOR_MOST);
		for (uint32_t i = 0; i < n; i++) {
			const struct wf_generator_spec *spec = &specs[i];

			require(spec->flows >= 1 && spec->flows <= WF_GENERATOR_FLOWS);
			require(spec->n_sizes >= 1 && spec->n_sizes <= WF_GENERATOR_SIZES);
			require(spec->pps == 0 || spec->bps == 0);
			try(spec);
		}
	}
	free(text);
	wf_err_free(err);
	return 0;
}
