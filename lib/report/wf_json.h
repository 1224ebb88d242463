/* SPDX-License-Identifier: BSD-3-Clause
 * Between our forms and JSON (jansson): the stats document, configuration trees, lists of errors.
 */
#ifndef WF_JSON_H
#define WF_JSON_H

#include <jansson.h>

#include "wf_err.h"
#include "wf_node.h"
#include "wf_snapshot.h"

/* How every document is printed: legible, and 0.1 stays 0.1. */
#define WF_JSON_FLAGS (JSON_INDENT(2) | JSON_REAL_PRECISION(15))

/* The document "wirefault.stats/1": the same live, offline and in the final report. Offline it
 * carries virtual times only: no workers. NULL: out of memory. */
json_t *wf_json_stats(const struct wf_snapshot *snap);
/* Adds the histograms themselves to every delay_ns and release_error_ns of it: "buckets":
 * [[lower bound, count], ...] of those that are not empty. 0 or -ENOMEM. */
int wf_json_add_buckets(json_t *stats, const struct wf_snapshot *snap);
/* One replay, which the document has with its port; and a histogram's summary in it. */
json_t *wf_json_replay(const struct wf_snap_replay *r);
json_t *wf_json_hist(const struct wf_hist *h);
/* As json_dumps, which may leave keys out when memory is short (jansson 2.14): heap, with a newline
 * at its end, or NULL. */
char *wf_json_print(const json_t *j, size_t flags);
/* A tree as JSON and back. NULL: out of memory, or a value that no tree holds. */
json_t *wf_json_from_node(const struct wf_node *n);
struct wf_node *wf_json_to_node(const json_t *j);
/* A string from a file, a name or a message: bytes that are not UTF-8 become '?'. */
json_t *wf_json_text(const char *text);
/* [{"file":..., "line":..., "path":..., "message":..., "hint":...}]; what is unknown is left out.
 * NULL: out of memory. */
json_t *wf_json_errors(const struct wf_err *err);

#endif
