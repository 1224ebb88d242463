/* SPDX-License-Identifier: BSD-3-Clause
 * Who may come in over TCP: which names of this machine, which pages, which tokens. The Unix socket
 * needs none of it: the kernel asks for its mode. Control thread only. Inside lib/ctl.
 */
#ifndef WF_GUARD_H
#define WF_GUARD_H

#include "wf_http.h"
#include "wf_listen.h"
#include "wf_tokens.h"

struct wf_guard;

/* `hosts` (may be NULL) are more names that clients may call us by, with commas between them. NULL
 * with reasons. */
struct wf_guard *wf_guard_new(struct event_base *base, const struct wf_listen_address *at,
	const char *token_file, const char *hosts, struct wf_err *err);
/* Reads the file of tokens again. 0; or -EINVAL with reasons, and those from before stay. */
int wf_guard_reread(struct wf_guard *g, struct wf_err *err);
/* Forgets the requests that it still holds back; before their server is freed. */
void wf_guard_free(struct wf_guard *g);

/* What a request needs. */
enum wf_guard_need { WF_GUARD_OPEN, WF_GUARD_READ, WF_GUARD_CHANGE };

/* Fills in r->role. False: it was refused, now or in a moment, and 401 or 403 is replied. */
bool wf_guard_admits(struct wf_guard *g, struct wf_request *r, enum wf_guard_need need);

#endif
