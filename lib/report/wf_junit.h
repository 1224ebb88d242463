/* SPDX-License-Identifier: BSD-3-Clause
 * JUnit XML, as build servers read it. Control thread.
 */
#ifndef WF_JUNIT_H
#define WF_JUNIT_H

#include <stdio.h>

#include "wf_types.h"

enum wf_junit_outcome { WF_JUNIT_PASSED, WF_JUNIT_FAILED, WF_JUNIT_ERROR, WF_JUNIT_SKIPPED };

struct wf_junit_case {
	const char *name;
	double seconds;
	uint8_t outcome;     /* enum wf_junit_outcome */
	const char *message; /* why it did not pass; NULL: there is no more to say */
};

/* One suite. 0 or -EIO. */
int wf_junit_write(const char *suite, const struct wf_junit_case *cases, uint32_t n, FILE *out);

#endif
