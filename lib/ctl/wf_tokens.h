/* SPDX-License-Identifier: BSD-3-Clause
 * Who may do what over TCP: the file of tokens. Control thread only. Inside lib/ctl.
 */
#ifndef WF_TOKENS_H
#define WF_TOKENS_H

#include "wf_http.h"

#define WF_TOKEN_MIN 16
#define WF_TOKEN_MAX 256

struct wf_tokens;

/* One token a line, of 16 to 256 printable characters without spaces: bare, it may do everything;
 * behind "read:", only look. Empty lines and those that begin with # are none. NULL with reasons:
 * also when others than the file's owner and group may read it, or when there is no token. */
struct wf_tokens *wf_tokens_read(const char *path, struct wf_err *err);
void wf_tokens_free(struct wf_tokens *t);

/* What this token allows, in a time that tells nothing of how near it was. */
enum wf_role wf_tokens_role(const struct wf_tokens *t, const char *token);

/* Reads a file's text; `name` stands in errors. */
struct wf_tokens *wf_tokens_parse(const char *text, const char *name, struct wf_err *err);

#endif
