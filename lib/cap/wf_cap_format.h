/* SPDX-License-Identifier: BSD-3-Clause
 * Records of the two formats of capture files, as they stand there. One thread.
 */
#ifndef WF_CAP_FORMAT_H
#define WF_CAP_FORMAT_H

#include "wf_stream.h"

/* More captured bytes than any interface gives are damage. */
#define WF_CAP_RECORD_MAX (16u << 20)

struct wf_cap_record {
	wf_ns_t time_ns; /* since the Unix epoch */
	bool timed;      /* false: the file doesn't say when; time_ns is 0 */
	uint32_t cap_bytes, len_bytes;
	uint32_t link_type; /* LINKTYPE_ */
	uint32_t iface;     /* of a pcapng section; else 0 */
	const uint8_t *data;
};

struct wf_cap_iface {
	uint32_t link_type, snaplen;
	uint8_t resolution; /* of times, as if_tsresol has it */
	int64_t offset_s;
};

/* A file that is read: pcap, or pcapng. */
struct wf_cap_file {
	struct wf_stream *stream;
	bool big;           /* byte order of the section */
	bool nanoseconds;   /* take fractions for that, whatever the magic says */
	const char *damage; /* why there is no more; NULL at the end */
	uint64_t records;
	/* pcap: */
	uint32_t link_type;
	uint32_t header_bytes; /* of a record */
	uint32_t fractions;    /* in a second */
	uint16_t minor;
	/* pcapng: */
	uint32_t n_ifaces, ifaces_room;
	struct wf_cap_iface *iface;
	int (*next)(struct wf_cap_file *f, struct wf_cap_record *r);
};

/* Reads the header. NULL, or what is wrong with it. */
const char *wf_cap_pcap_begin(struct wf_cap_file *f);
const char *wf_cap_pcapng_begin(struct wf_cap_file *f);

static inline uint16_t
wf_cap_u16(const struct wf_cap_file *f, const uint8_t *b)
{
	return f->big ? (uint16_t)(b[0] << 8 | b[1]) : (uint16_t)(b[1] << 8 | b[0]);
}

static inline uint32_t
wf_cap_u32(const struct wf_cap_file *f, const uint8_t *b)
{
	return f->big ? (uint32_t)wf_cap_u16(f, b) << 16 | wf_cap_u16(f, b + 2)
		      : (uint32_t)wf_cap_u16(f, b + 2) << 16 | wf_cap_u16(f, b);
}

/* -1, the reason noted. */
static inline int
wf_cap_damage(struct wf_cap_file *f, const char *why)
{
	const char *error = wf_stream_error(f->stream);

	f->damage = error != NULL ? error : why;
	return -1;
}

#endif
