/* SPDX-License-Identifier: BSD-3-Clause
 * Text files into memory. Control threads only.
 */
#ifndef WF_SLURP_H
#define WF_SLURP_H

#include "wf_err.h"

/* The text of a file of at most max_bytes, with a 0 behind it and without a byte order mark; *n
 * (may be NULL) is its length. What is wrong is told of `where` (NULL: of the file itself). NULL
 * with a reason in err. */
char *wf_slurp(const char *path, size_t max_bytes, size_t *n, const struct wf_where *where,
	struct wf_err *err);
/* Does the file begin with UTF-8's byte order mark? For files that others read. */
bool wf_slurp_marked(const char *path);
/* The same as wf_slurp for a file that a configuration names: relative names are looked for in the
 * folder of where->file. */
char *wf_slurp_beside(const char *name, size_t max_bytes, size_t *n, const struct wf_where *where,
	struct wf_err *err);

#endif
