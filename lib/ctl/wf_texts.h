/* SPDX-License-Identifier: BSD-3-Clause
 * Texts by name in a directory: profiles. A name is no path, so nothing outside the directory is
 * ever named. Control thread only. Inside lib/ctl.
 */
#ifndef WF_TEXTS_H
#define WF_TEXTS_H

#include <jansson.h>

#include "wf_err.h"

#define WF_TEXTS_NAME_MAX  64
#define WF_TEXTS_BYTES_MAX (1u << 20)

/* 1 to 63 letters, digits, - and _, the first a letter or digit. */
bool wf_texts_is_name(const char *name);

/* All return -errno: -ENOENT when there is none of that name, -EINVAL when it is no name; links are
 * not followed. */
/* The text, heap. */
int wf_texts_get(const char *dir, const char *name, char **text);
/* Replaces it as a whole, or not at all. */
int wf_texts_put(const char *dir, const char *name, const char *text);
int wf_texts_remove(const char *dir, const char *name);
/* Adds each name, in order, with fn. A directory that is not there has none. */
int wf_texts_list(const char *dir, int (*fn)(void *ctx, const char *name), void *ctx);

#endif
