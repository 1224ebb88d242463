/* SPDX-License-Identifier: BSD-3-Clause
 * What must be looked for in the text itself, because libconfig would not tell.
 */
#ifndef WF_CONF_SCAN_H
#define WF_CONF_SCAN_H

#include "wf_err.h"

/* Refuses strings and comments without an end, integers that libconfig would wrap and numbers too
 * large for a double; @include unless it is allowed (then the included files, found from
 * `include_dir` or, when that is NULL, the working directory, are scanned as well); nesting deeper
 * than libconfig's recursion should go; groups of so many keys, and lists of so many members, that
 * libconfig would take minutes (it compares each key with all before it, and makes room for 16
 * members at a time). 0 or -EINVAL with reasons. */
int wf_conf_scan(const char *text, const char *name, bool allow_include, const char *include_dir,
	struct wf_err *err);

#define WF_CONF_MAX_FILE (4u << 20)
#define WF_CONF_MAX_KEYS 256 /* in one group; the largest of ours has a dozen */
#define WF_CONF_MAX_MEMBERS                                                                        \
	16384 /* of one list; the longest of ours is a matrix of loss states                       \
	       */

#endif
