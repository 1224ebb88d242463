/* SPDX-License-Identifier: BSD-3-Clause
 * What ends a phase before its duration is over: so much has come, replays are over, or somebody
 * says so. Control threads only.
 */
#ifndef WF_UNTIL_H
#define WF_UNTIL_H

#include "wf_param.h"

struct wf_node;
struct wf_scenario;

/* The first of them that is met. */
struct wf_until {
	uint64_t packets, bytes; /* that came since the phase began; 0: no matter */
	bool replay, trigger;
	char link[WF_NAME_MAX]; /* where they are counted */
	uint8_t side;
	unsigned line;
};

/* What has ended it. */
enum wf_until_end {
	WF_UNTIL_OPEN, /* nothing yet */
	WF_UNTIL_DURATION,
	WF_UNTIL_PACKETS,
	WF_UNTIL_BYTES,
	WF_UNTIL_REPLAY,
	WF_UNTIL_TRIGGER
};
extern const char *const wf_until_ends[];

/* Keys of it, for the manual. */
extern const struct wf_param wf_until_table[];

/* `link` is the default. 0, or -errno with all reasons. */
int wf_until_read(
	const struct wf_node *group, const char *link, struct wf_until *out, struct wf_err *err);
/* "1000 packets of ab or a trigger". Returns out. */
#define WF_UNTIL_TEXT 160
const char *wf_until_text(const struct wf_until *u, char out[WF_UNTIL_TEXT]);

/* What is known of a phase in which time has not come to its end. */
struct wf_until_seen {
	uint64_t packets, bytes; /* since it began */
	bool replays_over, triggered;
};
enum wf_until_end wf_until_met(const struct wf_until *u, const struct wf_until_seen *seen);

/* The first phase from `from` on that has such an end, which has not come; n_phases: there is none.
 */
uint32_t wf_until_next(const struct wf_scenario *s, uint32_t from);
/* That phase ends then, not later than it would have: all behind it comes so much earlier. Its
 * script is to be made again (wf_script_remake). */
void wf_until_end_phase(
	struct wf_scenario *s, uint32_t phase, wf_ns_t end_ns, enum wf_until_end by);

#endif
