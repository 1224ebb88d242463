/* SPDX-License-Identifier: BSD-3-Clause
 * Requests for texts by their names: those that came with the program can be read, those in a
 * directory of the configuration can be written too, and come first. Control thread only. Inside
 * lib/ctl.
 */
#ifndef WF_LIBRARY_H
#define WF_LIBRARY_H

#include "wf_http.h"

struct wf_library {
	const char *one, *all;     /* "profile", "profiles" */
	const char *own, *shipped; /* directories; NULL: none */
};

/* {"profiles": [{"name": "lte", "own": false}]} */
void wf_library_list(struct wf_request *r, const struct wf_library *l);
/* The text of a name, heap. 0; -ENOENT, -EINVAL: it is no name, or another -errno. */
int wf_library_read(const struct wf_library *l, const char *name, char **text);
/* Replies with that of the name in the address: as text, or as the tree that it is. */
void wf_library_show(struct wf_request *r, const struct wf_library *l);
/* The body as a text of the library's kind, heap. NULL: it is none, and the problem, with its
 * reasons in err, has been replied. */
typedef char *wf_library_check(struct wf_request *r, struct wf_err *err);
/* Saves the body under the name in the address, or replies why not. */
void wf_library_save(struct wf_request *r, const struct wf_library *l, wf_library_check *check);
/* Removes it. */
void wf_library_delete(struct wf_request *r, const struct wf_library *l);

#endif
