/* SPDX-License-Identifier: BSD-3-Clause
 * A pcapng file of several interfaces, with a comment a packet. Whole blocks reach the file, or
 * none of them: what a full disk breaks off is cut away. One thread.
 */
#ifndef WF_CAP_LOG_H
#define WF_CAP_LOG_H

#include "wf_cap.h"

#define WF_CAP_LOG_SNAPLEN_MAX 262144u
#define WF_CAP_LOG_COMMENT_MAX 256

struct wf_cap_log_iface {
	const char *name, *about;
};

/* As pcapng's flags have it. */
enum wf_cap_log_way { WF_CAP_LOG_UNKNOWN, WF_CAP_LOG_INBOUND, WF_CAP_LOG_OUTBOUND };

struct wf_cap_log;

/* Into an open, empty file, which is its own from here. NULL: out of memory, and the file is
 * closed. */
struct wf_cap_log *wf_cap_log_new(
	int fd, uint32_t snaplen, const struct wf_cap_log_iface *iface, uint32_t n_ifaces);
/* p->cap_bytes is at most the snaplen; comment NULL or "": none. 0, or -errno, once and for all. */
int wf_cap_log_write(struct wf_cap_log *l, uint32_t iface, enum wf_cap_log_way way,
	const struct wf_cap_packet *p, const char *comment);
/* How many packets an interface has had, and how many of them were missed: for readers, at the end
 * of the file. */
int wf_cap_log_count(
	struct wf_cap_log *l, uint32_t iface, wf_ns_t time_ns, uint64_t received, uint64_t missed);
/* What has been written so far stands in the file. */
int wf_cap_log_flush(struct wf_cap_log *l);
/* Bytes of the file, with what is not there yet. */
uint64_t wf_cap_log_bytes(const struct wf_cap_log *l);
/* Calls back for each packet that has been taken and will never be in the file, after an error. */
void wf_cap_log_lost(
	const struct wf_cap_log *l, void (*lost)(void *ctx, uint32_t iface), void *ctx);
/* Flushes, closes and frees. 0 or -errno. */
int wf_cap_log_finish(struct wf_cap_log *l);

#endif
