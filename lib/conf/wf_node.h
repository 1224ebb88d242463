/* SPDX-License-Identifier: BSD-3-Clause
 * A configuration as a tree of groups, lists and scalars, each knowing its line. What libconfig
 * reads and what JSON bodies hold become the same thing here. Control threads only.
 */
#ifndef WF_NODE_H
#define WF_NODE_H

#include "wf_types.h"

enum wf_node_kind {
	WF_NODE_NULL, /* only in patches: remove the key */
	WF_NODE_BOOL,
	WF_NODE_INT,
	WF_NODE_REAL,
	WF_NODE_STRING,
	WF_NODE_GROUP, /* named children, in order */
	WF_NODE_LIST,  /* unnamed children */
};

struct wf_node {
	enum wf_node_kind kind;
	char *name; /* key in its group; NULL in a list and at the top */
	union {
		bool boolean;
		int64_t integer;
		double real;
		char *string;
	};
	struct wf_node *parent, *first, *last, *next; /* children of groups and lists */
	char *file; /* shared name is copied; NULL when the node came from JSON */
	unsigned line;
	bool copied; /* a direction whose keys were taken over from the other one by `copy` */
};

/* All return NULL when out of memory. A node owns its children and strings. */
struct wf_node *wf_node_new(enum wf_node_kind kind, const char *name);
struct wf_node *wf_node_string(const char *name, const char *value);
struct wf_node *wf_node_clone(const struct wf_node *n);
void wf_node_free(struct wf_node *n); /* unlinks it from its parent first */

void wf_node_append(struct wf_node *parent, struct wf_node *child);
void wf_node_prepend(struct wf_node *parent, struct wf_node *child);
/* Puts `with` in the place of `old`, which is freed. */
void wf_node_replace(struct wf_node *old, struct wf_node *with);
/* 0 or -ENOMEM. */
int wf_node_rename(struct wf_node *n, const char *name);
/* Takes file and line over from `like`. 0 or -ENOMEM. */
int wf_node_place(struct wf_node *n, const struct wf_node *like);
struct wf_node *wf_node_get(const struct wf_node *group, const char *name);
struct wf_node *wf_node_at(const struct wf_node *list, size_t i);
size_t wf_node_length(const struct wf_node *n);
bool wf_node_equal(const struct wf_node *a, const struct wf_node *b);
/* A scalar as the text that the units' readers take; NULL for groups and lists. */
const char *wf_node_text(const struct wf_node *n, char *buf, size_t size);
/* Dotted path from the top: "links.wan.ab.delay" (a list member goes by its `name`, else by its
 * index). Returns buf. */
const char *wf_node_path(const struct wf_node *n, char *buf, size_t size);

#endif
