/* SPDX-License-Identifier: BSD-3-Clause
 * Any text as the device string of a pcap port: it is refused with reasons, or what it says is
 * within bounds. libFuzzer.
 */
#include <string.h>

#include "fuzz.h"
#include "wf_replay_spec.h"

static void
check(const struct wf_replay_spec *s)
{
	char text[WF_REPLAY_PACE_TEXT];
	struct wf_replay_pace again;

	require(s->n_files >= 1 && s->n_files <= WF_REPLAY_FILES);
	require(s->burst >= 1 && s->burst <= 32);
	require(s->pace.mul >= 1 && s->pace.div >= 1);
	require(wf_replay_pace_parse(wf_replay_pace_text(&s->pace, text), &again, NULL, NULL) == 0);
	require(memcmp(&again, &s->pace, sizeof(again)) == 0);
	require(s->rewrite[0].n_maps <= WF_REWRITE_MAPS);
	require(s->loops <= wf_rewrite_loops(&s->rewrite[0]));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* A file that is there wherever this runs. */
	static const char head[] = "pcap,file=/proc/self/exe,";
	const struct wf_where where = { .path = "ports.a" };
	char *text = malloc(sizeof(head) + size), of[WF_REPLAY_NAME];
	struct wf_err *err = wf_err_new();
	struct wf_replay_spec spec;
	struct wf_rewrite rewrite;

	require(text != NULL && err != NULL);
	memcpy(text, head, sizeof(head) - 1);
	memcpy(text + sizeof(head) - 1, data, size);
	text[sizeof(head) - 1 + size] = 0;
	if (wf_replay_parse(text, &spec, &where, err) < 0)
		require(wf_err_count(err) >= 1);
	else
		check(&spec);
	wf_replay_release(&spec);
	wf_replay_of(text, of);
	wf_replay_parse_other(text, &rewrite, &where, err);
	free(text);
	wf_err_free(err);
	return 0;
}
