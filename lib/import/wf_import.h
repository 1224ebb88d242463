/* SPDX-License-Identifier: BSD-3-Clause
 * Other emulators' settings as a configuration of ours, as text. Control threads only.
 */
#ifndef WF_IMPORT_H
#define WF_IMPORT_H

#include <stdio.h>

#include "wf_err.h"

/* The arguments of `tc qdisc ... netem` (iproute2 6.1), words parted by blanks; all up to a word
 * "netem" may be there or not. Writes a whole configuration, with comments where the meaning is not
 * quite netem's. 0, or -EINVAL with reasons in err and nothing written. */
int wf_import_netem(const char *words, FILE *out, struct wf_err *err);

/* tc's units, as text of ours; false: it is no such value. */
/* "10ms", "1.5s", "100us"; a bare number is microseconds. */
bool wf_import_time(const char *text, double *ns);
/* "1%" or "1": percent, as a share of 1. */
bool wf_import_percent(const char *text, double *share);
/* "1mbit", "100kbps" (bytes), "1gibit"; a bare number is bit/s. */
bool wf_import_rate(const char *text, double *bps);

#endif
