/* SPDX-License-Identifier: BSD-3-Clause
 * What an address below /v1/links names, and changes of it. Control thread only. Inside lib/ctl.
 */
#ifndef WF_TARGET_H
#define WF_TARGET_H

#include "wf_http.h"

/* One direction of a link or of a class, or both, which change together. */
struct wf_target {
	const char *link, *class; /* class: NULL for the link itself */
	bool side[2];
	char name[WF_HTTP_PARAMS * WF_NAME_MAX]; /* "wan voip ab" */
};

/* The target of .../{side}. False: 404 has been replied. */
bool wf_target_read(struct wf_request *r, bool with_class, struct wf_target *t);
/* Replies 404 with the nearest of what there is: `link` NULL: there is no such link; else it has no
 * such class. */
void wf_target_unknown(struct wf_request *r, const struct wf_target *t, const struct wf_node *link);

/* The body, an object, as JSON or as a merge patch; told in r->what. NULL: the problem has been
 * replied. */
json_t *wf_target_body(struct wf_request *r);
/* For events: what is longer than a page is left out. NULL: out of memory. */
char *wf_target_words(const json_t *j);
/* Takes "for" out of a body. 0, or -EINVAL with a reason. */
int wf_target_for(struct wf_node *body, wf_ns_t *for_ns, struct wf_err *err);

/* Adds to the change what makes that direction, as it is now, the group `want`. 0 or -ENOMEM. */
int wf_target_replace(struct wf_request *r, struct wf_change *c, const char *link,
	const char *class, enum wf_side side, const struct wf_node *want);
/* The same change of all that a link does: of its directions and of those of its classes, else a
 * class would go on as if nothing were. */
struct wf_everywhere {
	struct wf_change *c;
	bool side[2];
	/* How one direction (NULL: it is not there) is changed: heap; NULL: out of memory. */
	struct wf_node *(*make)(const struct wf_node *dir, const void *ctx);
	const void *ctx;
};
/* 0 or -ENOMEM. */
int wf_everywhere_add(struct wf_everywhere *e, struct wf_node *link);

/* Makes the change, and replies with what `config` then gives. */
void wf_target_submit(struct wf_request *r, struct wf_change *c, const char *note,
	json_t *(*config)(struct wf_request *r, const void *ctx), const void *ctx);

#endif
