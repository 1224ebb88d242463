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
/* The same of the name in the address. NULL: the problem has been replied. */
char *wf_library_get(struct wf_request *r, const struct wf_library *l);
/* False: it is nobody's to write, and 409 has been replied. */
bool wf_library_may_write(struct wf_request *r, const struct wf_library *l);
/* Saves the text under the name in the address. */
void wf_library_put(struct wf_request *r, const struct wf_library *l, const char *text);
/* Removes it. */
void wf_library_delete(struct wf_request *r, const struct wf_library *l);

#endif
