/* SPDX-License-Identifier: BSD-3-Clause
 * An external command as traffic: started, waited for without waiting, ended with all that it has
 * started, and what it said. Control thread.
 */
#ifndef SCENARIO_COMMAND_H
#define SCENARIO_COMMAND_H

#include <sys/types.h>

#include "wf_err.h"

#define SCENARIO_COMMAND_OUTPUT                                                                    \
	(64u << 10) /* bytes of what it said that are kept, the last ones                          \
		     */

struct scenario_command {
	pid_t pid; /* and its group; 0: not started, or over */
	int out;   /* a file without a name */
	bool over;
	int status; /* exit code, 128 + signal; -1: it had to be ended */
};

/* For the shell. SIGCHLD tells of its end. 0 or -EINVAL with a reason. */
int scenario_command_start(struct scenario_command *c, const char *text, struct wf_err *err);
/* Is it over? */
bool scenario_command_over(struct scenario_command *c);
/* Ends it if it isn't over, first by TERM. */
void scenario_command_end(struct scenario_command *c);
/* What it said. Heap; NULL: out of memory. Once, when it is over. */
char *scenario_command_output(struct scenario_command *c);

#endif
