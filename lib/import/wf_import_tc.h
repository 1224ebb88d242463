/* SPDX-License-Identifier: BSD-3-Clause
 * tc's commands, or what `tc qdisc show` writes, as a chain of queueing disciplines.
 */
#ifndef WF_IMPORT_TC_H
#define WF_IMPORT_TC_H

#include "wf_import_script.h"

enum wf_tc_kind { WF_TC_NETEM, WF_TC_TBF, WF_TC_HTB, WF_TC_HTB_CLASS, WF_TC_PFIFO, WF_TC_BFIFO };

struct wf_tc_node {
	enum wf_tc_kind kind;
	struct wf_import_words *words; /* ->at: the first of its arguments */
	const char *dev;               /* NULL: not said */
	uint32_t id, parent;           /* major << 16 | minor; 0: not said */
	bool classful;                 /* a class, not a qdisc */
};

#define WF_TC_ROOT 0xffffffffu

struct wf_tc_tree {
	struct wf_tc_node node[WF_IMPORT_COMMANDS_MAX];
	int n;
	int chain[WF_IMPORT_COMMANDS_MAX]; /* from the root down to the leaf */
	int n_chain;
	FILE *notes;
};

/* Words that begin a command of tc, NULL at the end. */
extern const char *const wf_tc_heads[];

/* 0, or -EINVAL with a reason: what is not a chain on one interface. Comments on what is left out
 * go to tree->notes. */
int wf_tc_read(struct wf_tc_tree *tree, struct wf_import_script *s, struct wf_err *err);
/* Fills the chain. Otherwise the same. */
int wf_tc_chain(struct wf_tc_tree *tree, struct wf_err *err);

#endif
