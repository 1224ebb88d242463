/* SPDX-License-Identifier: BSD-3-Clause
 * Captures, read and written one packet at a time: pcap (every precision and byte order) and
 * pcapng, as they are or gzip; zstd is read, too. Times come out in order and frames as Ethernet;
 * what that took is counted.
 */
#ifndef WF_CAP_H
#define WF_CAP_H

#include "wf_err.h"

struct wf_cap_packet {
	wf_ns_t time_ns;    /* since the Unix epoch */
	uint32_t cap_bytes; /* present in data */
	uint32_t len_bytes; /* on the wire */
	uint32_t iface;     /* of a pcapng file's section; else 0 */
	const uint8_t *data;
};

/* Which packets of a capture that has both directions. */
enum wf_cap_split {
	WF_CAP_ALL,
	WF_CAP_FIRST, /* the sender of the first frame */
	WF_CAP_MAC,
	WF_CAP_IP,
	WF_CAP_PORT,  /* who sends to this TCP or UDP port */
	WF_CAP_SYN,   /* who opened the TCP connection */
	WF_CAP_IFACE, /* what came by this interface of a pcapng file */
};

struct wf_cap_options {
	/* Times that go back by up to this are set to their predecessor's. Beyond it a packet is
	 * out of place. */
	wf_ns_t step_back_ns;
	bool nanoseconds; /* fractions of pcap files are nanoseconds, whatever the magic number says
			   */
	/* Frames of LINUX_SLL, LINUX_SLL2, RAW, NULL and LOOP become Ethernet with these addresses
	 * (source of those that have none of their own). Otherwise they are skipped. */
	bool convert;
	uint8_t src[6], dst[6];
	enum wf_cap_split split;
	uint8_t side; /* with split: 0: what the named host sends, 1: what is sent to it */
	uint8_t mac[6];
	uint8_t ip[16]; /* IPv4 as its first 4 bytes */
	uint8_t ip_version, ip_bits;
	uint32_t port_or_iface;
};
#define WF_CAP_OPTIONS                                                                             \
	{                                                                                          \
		.step_back_ns = WF_NS_PER_S, .src = { 2, 0, 0, 0, 0, 1 },                          \
		.dst = { 2,                                                                        \
			0,                                                                         \
			0,                                                                         \
			0,                                                                         \
			0,                                                                         \
			2 }                                                                        \
	}
/* "ethernet", or "ethernet,SRC,DST" with MAC addresses. 0 or -EINVAL with a reason. */
int wf_cap_options_link_type(struct wf_cap_options *o, const char *text, struct wf_err *err);
/* "first", "syn", "mac=ADDRESS", "ip=PREFIX", "port=N", "interface=N". 0 or -EINVAL with a reason.
 */
int wf_cap_options_split(struct wf_cap_options *o, const char *text, struct wf_err *err);

/* What had to be mended, or left out. */
#define WF_CAP_SKIPPED_MAX 16 /* link types told apart; the last has the rest */
struct wf_cap_notes {
	uint64_t packets;      /* given out */
	uint64_t clamped;      /* of them: times a little before their predecessor's */
	uint64_t out_of_place; /* of them: times of which nobody knows the right one */
	uint64_t untimed;      /* of them: the file has no times */
	uint64_t converted;    /* of them: from another link type */
	uint64_t other_side;   /* not given out: of the other direction */
	uint64_t no_side;      /* not given out: split doesn't say of which direction */
	uint64_t malformed;    /* not given out: too short for the headers of their link type */
	uint32_t n_skipped;
	struct {
		uint32_t link_type;
		uint64_t packets;
	} skipped[WF_CAP_SKIPPED_MAX]; /* not given out: not Ethernet */
};
/* "RAW", "LINUX_SLL"; "type 147" where we know no name. */
const char *wf_cap_link_name(uint32_t link_type, char out[32]);

struct wf_cap_reader;
struct wf_cap_writer;

/* NULL with a reason in err (no such file, not a capture, nothing of it Ethernet). "-" is standard
 * input; options NULL: WF_CAP_OPTIONS. */
struct wf_cap_reader *wf_cap_open(
	const char *path, const struct wf_cap_options *options, struct wf_err *err);
/* 1: *p is filled, its data valid until the next call; times never go backwards. 0: end; -EINVAL:
 * damaged from here on, with a reason in err (what was read before is good). */
int wf_cap_read(struct wf_cap_reader *r, struct wf_cap_packet *p, struct wf_err *err);
void wf_cap_close(struct wf_cap_reader *r);
const struct wf_cap_notes *wf_cap_notes(const struct wf_cap_reader *r);
/* How far it has come, in bytes of the file; *size 0: nobody knows its length. */
void wf_cap_progress(const struct wf_cap_reader *r, uint64_t *at, uint64_t *size);

/* pcapng when the name ends in .pcapng, nanosecond pcap otherwise, gzip with .gz behind that; "-"
 * is standard output. The file's bytes depend on nothing but the packets and snaplen. */
struct wf_cap_writer *wf_cap_create(const char *path, uint32_t snaplen, struct wf_err *err);
/* 0, or -errno (disk full; -EOVERFLOW: beyond 2106, which pcap can't say), once and for all: later
 * writes are refused too. */
int wf_cap_write(struct wf_cap_writer *w, const struct wf_cap_packet *p);
/* Flushes and closes. 0 or -errno. */
int wf_cap_finish(struct wf_cap_writer *w);

#endif
