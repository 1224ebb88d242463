/* SPDX-License-Identifier: BSD-3-Clause
 * What a class of one direction compiles to: steps, queue, and the tables and files that they stand
 * on. Const once made; plans in which the class is the same share it. Control threads only.
 */
#ifndef WF_PLAN_PACK_H
#define WF_PLAN_PACK_H

#include "wf_plan.h"

/* Of all that a class is compiled from, files by what stat(2) says of them; and of its keys alone,
 * whatever has become of its files. All zero: it can't be told. */
struct wf_plan_print {
	uint64_t whole[2];
	uint64_t keys[2];
};

struct wf_plan_pack {
	uint32_t holders;
	struct wf_plan_print print;
	uint32_t needs; /* enum wf_stage_need */
	uint8_t copies; /* of a packet, at most */
	void *memory;   /* see wf_plan_block */
};

/* NULL: out of memory. */
struct wf_plan_pack *wf_plan_pack_new(const struct wf_plan_print *print);
struct wf_plan_pack *wf_plan_pack_hold(struct wf_plan_pack *p);
void wf_plan_pack_free(struct wf_plan_pack *p);

struct wf_plan_print wf_plan_print(const struct wf_conf_dir *conf, bool flow_scope, bool shares);
/* In all; and in the keys. */
bool wf_plan_print_same(const struct wf_plan_print *a, const struct wf_plan_print *b);
bool wf_plan_print_same_keys(const struct wf_plan_print *a, const struct wf_plan_print *b);

/* One more block in a list of them: zeroed, aligned to a cache line. NULL: out of memory. */
void *wf_plan_block(void **list, size_t bytes);
void wf_plan_blocks_free(void *list);

#endif
