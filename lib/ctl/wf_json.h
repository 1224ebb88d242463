/* SPDX-License-Identifier: BSD-3-Clause
 * Between our forms and JSON (jansson): the stats document, configuration trees, lists of errors.
 */
#ifndef WF_JSON_H
#define WF_JSON_H

#include <jansson.h>

#include "wf_err.h"
#include "wf_node.h"
#include "wf_snapshot.h"

/* The document "wirefault.stats/1": the same live, offline and in the final report. Offline it
 * carries virtual times only: no workers. NULL: out of memory. */
json_t *wf_json_stats(const struct wf_snapshot *snap);
/* A tree as JSON and back. NULL: out of memory, or a value that no tree holds. */
json_t *wf_json_from_node(const struct wf_node *n);
struct wf_node *wf_json_to_node(const json_t *j);
/* [{"file":..., "line":..., "path":..., "message":..., "hint":...}] */
json_t *wf_json_errors(const struct wf_err *err);

#endif
