/* SPDX-License-Identifier: BSD-3-Clause
 * What the machine itself adds to a packet, as `wirefault test calibrate --save` has measured it:
 * to be shown beside what another test measures, and never taken off it. Control thread.
 */
#ifndef WF_LOAD_OWN_H
#define WF_LOAD_OWN_H

#include <jansson.h>

#include "wf_err.h"

#define WF_LOAD_OWN_TEXT 512

struct wf_load_own {
	json_t *doc; /* the file; NULL: there is none */
	bool here;   /* it was measured on this kind of processor */
};

/* Reads the file; `cpu` is this machine's. 0, or -EINVAL with reasons. */
int wf_load_own_read(
	struct wf_load_own *own, const char *path, const char *cpu, struct wf_err *err);
void wf_load_own_fini(struct wf_load_own *own);

/* As a sentence or two. Returns out. */
const char *wf_load_own_text(const struct wf_load_own *own, char out[WF_LOAD_OWN_TEXT]);
/* As a member of a report; null: there is none. NULL: out of memory. */
json_t *wf_load_own_json(const struct wf_load_own *own);

#endif
