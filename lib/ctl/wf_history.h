/* SPDX-License-Identifier: BSD-3-Clause
 * The last ten minutes, a second a sample: what each direction did in it. Control thread only.
 * Inside lib/ctl.
 */
#ifndef WF_HISTORY_H
#define WF_HISTORY_H

#include <jansson.h>

#include "wf_snapshot.h"

#define WF_HISTORY_SAMPLES 600

struct wf_history;

/* NULL: out of memory. */
struct wf_history *wf_history_new(void);
void wf_history_free(struct wf_history *h);
/* Takes a snapshot over, in every case, until the next one comes: with the one before it, it makes
 * a sample. false: there was none to compare it with, or no memory. */
bool wf_history_add(struct wf_history *h, struct wf_snapshot *snap);
/* The samples of the last `seconds`, the oldest first, of one link or (NULL) all; NULL: out of
 * memory. */
json_t *wf_history_json(const struct wf_history *h, uint32_t seconds, const char *link);

#endif
