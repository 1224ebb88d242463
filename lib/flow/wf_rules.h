/* SPDX-License-Identifier: BSD-3-Clause
 * The classes of one direction as rules, compiled with rte_acl. Immutable once built; needs EAL.
 */
#ifndef WF_RULES_H
#define WF_RULES_H

#include "wf_err.h"
#include "wf_match.h"
#include "wf_parse.h"

struct wf_rule {
	struct wf_match match;
	uint16_t class_id; /* what a hit returns; 1.. (0 is "no rule") */
};

struct wf_rules;

/* Rules in order of priority: the first that matches wins. `name` must be unique among those that
 * live at one time. `side` is the direction: rules with `mirror` are mirrored in WF_BA. NULL with
 * reasons in err. n = 0 is allowed. */
struct wf_rules *wf_rules_new(const char *name, enum wf_side side, const struct wf_rule *rules,
	size_t n, struct wf_err *err);
/* One holder more, and one less: the last one frees them. */
struct wf_rules *wf_rules_hold(struct wf_rules *r);
void wf_rules_free(struct wf_rules *r);

/* Class of each of n packets (0: no rule matches). */
void wf_rules_classify(const struct wf_rules *r, const struct wf_parsed *const *parsed,
	uint16_t *class_id, uint32_t n);

#endif
