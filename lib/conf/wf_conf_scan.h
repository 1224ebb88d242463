/* SPDX-License-Identifier: BSD-3-Clause
 * What must be looked for in the text itself, because libconfig would not tell.
 */
#ifndef WF_CONF_SCAN_H
#define WF_CONF_SCAN_H

#include "wf_err.h"

/* Refuses integers that libconfig would wrap, and @include unless it is allowed; nesting deeper
 * than libconfig's recursion should go. 0 or -EINVAL with reasons. */
int wf_conf_scan(const char *text, const char *name, bool allow_include, struct wf_err *err);

#endif
