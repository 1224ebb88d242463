/* SPDX-License-Identifier: BSD-3-Clause
 * Captures, read and written one packet at a time: pcap (micro- and nanosecond, both byte orders)
 * and pcapng read through libpcap; nanosecond pcap (magic 0xa1b23c4d) and pcapng written here,
 * because libpcap 1.10 cannot write pcapng.
 */
#ifndef WF_CAP_H
#define WF_CAP_H

#include "wf_err.h"

struct wf_cap_packet {
	wf_ns_t time_ns;    /* since the Unix epoch */
	uint32_t cap_bytes; /* present in data */
	uint32_t len_bytes; /* on the wire */
	const uint8_t *data;
};

struct wf_cap_reader;
struct wf_cap_writer;

/* NULL with a reason in err (no such file, not a capture, not Ethernet). "-" is standard input. */
struct wf_cap_reader *wf_cap_open(const char *path, struct wf_err *err);
/* 1: *p is filled, its data valid until the next call; 0: end; -EINVAL: damaged from here on, with
 * a reason in err (what was read before is good). */
int wf_cap_read(struct wf_cap_reader *r, struct wf_cap_packet *p, struct wf_err *err);
void wf_cap_close(struct wf_cap_reader *r);
uint32_t wf_cap_snaplen(const struct wf_cap_reader *r);

/* pcapng when the name ends in .pcapng, nanosecond pcap otherwise; "-" is standard output. The
 * file's bytes depend on nothing but the packets and snaplen. */
struct wf_cap_writer *wf_cap_create(const char *path, uint32_t snaplen, struct wf_err *err);
/* 0, or -errno (disk full ...), once and for all: later writes are refused too. */
int wf_cap_write(struct wf_cap_writer *w, const struct wf_cap_packet *p);
/* Flushes and closes. 0 or -errno. */
int wf_cap_finish(struct wf_cap_writer *w);

#endif
