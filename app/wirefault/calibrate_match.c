/* SPDX-License-Identifier: BSD-3-Clause
 * Which packet came back: its mark tells, as the next of the same mark leaves long after. What is
 * lost on the way spoils no other's time. Control thread.
 */
#include "test_calibrate.h"

uint64_t
wf_calibrate_match(const struct wf_calibrate_seen *left, uint64_t n_left,
	const struct wf_calibrate_seen *came, uint64_t n_came, struct wf_hist *path)
{
	const struct wf_calibrate_seen *last[WF_CALIBRATE_MARKS] = { NULL };
	uint64_t at = 0, matched = 0;

	for (uint64_t i = 0; i < n_came; i++) {
		const struct wf_calibrate_seen **of = &last[came[i].mark];

		for (; at < n_left && left[at].ns <= came[i].ns; at++)
			last[left[at].mark] = &left[at];
		if (*of == NULL)
			continue;
		wf_hist_add(path, came[i].ns - (*of)->ns);
		*of = NULL; /* a second one would be somebody else's */
		matched++;
	}
	return matched;
}
