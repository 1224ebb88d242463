/* SPDX-License-Identifier: BSD-3-Clause
 * `wirefault scenario generate`: from a capture the standard set of scenarios, which impair its
 * largest conversations and leave everything else alone. Control thread.
 */
#ifndef SCENARIO_GENERATE_H
#define SCENARIO_GENERATE_H

#include <stdio.h>

#include "wf_err.h"

#define SCENARIO_GENERATE_MOST 64 /* conversations */

/* Writes NAME.conf of each into the folder, which is made if it isn't there, and says so. What is
 * there already stays, and is an error. 0 or -errno with reasons. */
int scenario_generate(
	const char *pcap, uint32_t flows, const char *folder, FILE *said, struct wf_err *err);

#endif
