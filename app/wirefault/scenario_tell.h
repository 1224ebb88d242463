/* SPDX-License-Identifier: BSD-3-Clause
 * What happens in a run of a scenario, told while it happens: lines for people, lines of JSON for
 * programs, and the same into a journal of bounded size. A run in a process of its own tells
 * through the same one. One thread of one process at a time.
 */
#ifndef SCENARIO_TELL_H
#define SCENARIO_TELL_H

#include <jansson.h>
#include <stdio.h>

#include "scenario_set.h"
#include "wf_seen.h"

#define SCENARIO_JOURNAL_BYTES (64ull << 20) /* by default */
#define SCENARIO_JOURNAL_LEAST 80            /* are kept for the last record */

struct scenario_journal; /* what processes share of it */

struct scenario_tell {
	FILE *lines, *json; /* NULL: nobody reads them */
	FILE *file;         /* the journal; NULL: none */
	const char *path;
	struct scenario_journal *journal;
	bool flows; /* are told of, too */
	/* Of the run: */
	const struct scenario *c;
	uint32_t next;    /* step of the script */
	wf_ns_t start_ns; /* of the run, by the clock of its packets */
};

/* With a journal of this many bytes at most. 0, or -EINVAL with a reason. */
int scenario_tell_open(
	struct scenario_tell *t, const char *path, uint64_t most_bytes, struct wf_err *err);
/* The last record says how many there were no room for. 0, or -EINVAL with a reason. */
int scenario_tell_close(struct scenario_tell *t, struct wf_err *err);

/* From here on it is about this one. */
void scenario_tell_begin(struct scenario_tell *t, const struct scenario *c, const char *mode);
/* All that begins before this time since the start. */
void scenario_tell_until(struct scenario_tell *t, wf_ns_t until_ns);
void scenario_tell_command(struct scenario_tell *t, wf_ns_t at_ns, const char *text);
void scenario_tell_command_over(
	struct scenario_tell *t, wf_ns_t at_ns, const char *text, int status);
/* If it is to: tells of each flow when it is over. 0, or -ENOMEM with a reason. */
int scenario_tell_flows(struct scenario_tell *t, struct wf_seen *seen, struct wf_err *err);
/* ... and at the end, of how many packets nobody knows whose they were. */
void scenario_tell_unseen(struct scenario_tell *t, wf_ns_t at_ns, uint64_t packets);
/* What was expected, and how it ended; from the report's document. */
void scenario_tell_result(struct scenario_tell *t, const json_t *doc);

#endif
