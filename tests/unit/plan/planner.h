/* SPDX-License-Identifier: BSD-3-Clause
 * Plans from configuration text, for tests of the compiler.
 */
#ifndef PLANNER_H
#define PLANNER_H

#include "wf_plan.h"

/* A configuration of one link: what stands at the top beside it, inside ab = { } and ba = { }, and
 * in classes = ( ). Returns a static buffer. */
const char *plan_text(const char *top, const char *ab, const char *ba, const char *classes);
/* Compiles; the test fails if the configuration itself does not bind. NULL with reasons in err. */
struct wf_plan *plan_try(const char *text, const struct wf_plan *before, struct wf_err *err);
/* Compiles what must be accepted. */
struct wf_plan *plan_of(const char *text, const struct wf_plan *before);
/* The same with only ab. */
struct wf_plan *plan_ab(const char *ab);
/* The class of a direction; NULL: there is none. */
const struct wf_plan_class *plan_class(const struct wf_plan *p, uint32_t dir, const char *name);

#endif
