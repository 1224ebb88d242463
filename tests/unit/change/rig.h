/* SPDX-License-Identifier: BSD-3-Clause
 * Setups from text, for tests of changes.
 */
#ifndef RIG_H
#define RIG_H

#include "wf_setup.h"

/* Link "wan" with these keys in ab and ba, and these classes; seed 42. A tree. */
struct wf_node *rig_tree(const char *ab, const char *ba, const char *classes);
/* wf_setup_next that must succeed. */
struct wf_setup *rig_next(const struct wf_setup *before, struct wf_node *base,
	const struct wf_overrides *overrides, wf_ns_t from_ns);
/* The same, and `before` is freed. */
void rig_step(struct wf_setup **s, struct wf_node *base, const struct wf_overrides *overrides,
	wf_ns_t from_ns);

/* A change of one direction ("ab", "ba" or "both") of wan, or of its class, by assignments that
 * blanks part. */
struct wf_change *rig_change(const char *class, const char *side, const char *assignments,
	wf_ns_t at_ns, wf_ns_t for_ns);
/* Adds an override that stands from from_ns for for_ns (0: until undone) to the list. */
void rig_override(struct wf_overrides *list, const char *class, const char *side,
	const char *assignments, wf_ns_t from_ns, wf_ns_t for_ns);

/* Text of the value at a dotted path below wan ("ab.delay.mean"); NULL: it is not there. Static
 * buffer. */
const char *rig_value(const struct wf_setup *s, const char *path);

#endif
