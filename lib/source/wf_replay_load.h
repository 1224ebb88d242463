/* SPDX-License-Identifier: BSD-3-Clause
 * The packets of a replay's files, one after the other, as they are to be sent: rewritten, of one
 * side or the other, with their places in time. What is left out is counted by its reason. One
 * thread; the counts are read by others.
 */
#ifndef WF_REPLAY_LOAD_H
#define WF_REPLAY_LOAD_H

#include <stdatomic.h>

#include "wf_replay_spec.h"

/* Of packets that are not sent, or not as they were; of one loop. name, what it says. */
#define WF_REPLAY_NOTE_LIST(X)                                                                     \
	X(too_long, "longer than the port's MTU allows")                                           \
	X(truncated, "not captured in full")                                                       \
	X(link_type, "of a link type that is not Ethernet")                                        \
	X(malformed, "shorter than their own headers")                                             \
	X(other_side, "of the other direction, which nobody sends")                                \
	X(no_side, "of which split does not say the direction")                                    \
	X(backwards, "with times that go back: sent with their predecessor's")                     \
	X(untimed, "without a time: sent with their predecessor's")                                \
	X(mended, "not captured in full: sent all the same, as `truncated` says")                  \
	X(damaged_files, "files that end early because they are damaged")

enum wf_replay_note {
#define X(NAME, TEXT) WF_REPLAY_##NAME,
	WF_REPLAY_NOTE_LIST(X)
#undef X
		WF_REPLAY_NOTES
};

struct wf_replay_frame {
	wf_ns_t offset_ns;   /* since the loop's first packet; never back */
	uint32_t len_bytes;  /* present in data */
	uint32_t wire_bytes; /* on the wire */
	uint32_t side;
	const uint8_t *data; /* until the next one is asked for */
};

struct wf_replay_load;

/* Frames of most_bytes at most; n_sides: 1, those of the side that the spec's cap.side names, or 2.
 * Opens the first file. NULL with a reason. */
struct wf_replay_load *wf_replay_load_new(const struct wf_replay_spec *spec, uint32_t most_bytes,
	uint32_t n_sides, struct wf_err *err);
void wf_replay_load_free(struct wf_replay_load *l);
/* 1: *f. 0: the loop is over; the next call begins another. -EINVAL: a file can't be opened (any
 * more), with a reason in err (may be NULL). */
int wf_replay_load_next(struct wf_replay_load *l, struct wf_replay_frame *f, struct wf_err *err);
/* What comes next is at most so long. */
void wf_replay_load_limit(struct wf_replay_load *l, uint32_t most_bytes);
/* From the beginning. */
void wf_replay_load_again(struct wf_replay_load *l);
/* Own time of the first packet of the first loop. */
wf_ns_t wf_replay_load_first_ns(const struct wf_replay_load *l);
/* Bytes of the files read in this loop. */
uint64_t wf_replay_load_done(const struct wf_replay_load *l);
/* Counts of the first loop, by enum wf_replay_note; any thread. */
uint64_t wf_replay_load_note(const struct wf_replay_load *l, enum wf_replay_note note);

#endif
