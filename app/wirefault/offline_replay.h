/* SPDX-License-Identifier: BSD-3-Clause
 * The capture of a pcap port for `wirefault offline`: on the schedule that it has live, exactly.
 */
#ifndef WF_OFFLINE_REPLAY_H
#define WF_OFFLINE_REPLAY_H

#include "wf_conf.h"
#include "wf_source.h"

/* The word for it, in the place of a file. */
#define WF_OFFLINE_PORT "port"

/* What port number `port` of the configuration sends. NULL with reasons: it has no capture. */
struct wf_source *wf_offline_replay(const struct wf_conf *conf, uint32_t port, struct wf_err *err);

#endif
