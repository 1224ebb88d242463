/* SPDX-License-Identifier: BSD-3-Clause
 * Pcap ports for `wirefault offline`: their captures on the schedule that they have live, exactly,
 * and the files that they write.
 */
#ifndef WF_OFFLINE_REPLAY_H
#define WF_OFFLINE_REPLAY_H

#include "wf_conf.h"
#include "wf_source.h"

/* The word for it, in the place of a file. */
#define WF_OFFLINE_PORT "port"

/* What port number `port` of the configuration sends. NULL with reasons: it has no capture. */
struct wf_source *wf_offline_replay(const struct wf_conf *conf, uint32_t port, struct wf_err *err);
/* Where it writes what is sent to it, heap. NULL with reasons: nowhere, or to what a port reads. */
char *wf_offline_replay_to(const struct wf_conf *conf, uint32_t port, struct wf_err *err);

#endif
