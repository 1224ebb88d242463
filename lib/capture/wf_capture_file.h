/* SPDX-License-Identifier: BSD-3-Clause
 * The files of a capture: one, or one after the other by size or time. One thread.
 */
#ifndef WF_CAPTURE_FILE_H
#define WF_CAPTURE_FILE_H

#include "wf_cap_log.h"
#include "wf_capture_name.h"
#include "wf_capture_ring.h"
#include "wf_conf.h"

struct wf_capture_options {
	const char *directory; /* where the file is to be; NULL: name is a path */
	const char *name;
	const char *filter;                       /* as in pcap-filter(7); NULL: all packets */
	const char *link;                         /* of one link; NULL: of all */
	struct wf_where filter_where, link_where; /* of their keys, for errors */
	uint32_t snaplen;
	uint64_t size_bytes;   /* a file has so many, and another follows; 0: as many as come */
	wf_ns_t time_ns;       /* the same by the times of packets; 0 */
	uint32_t files;        /* that are kept, the last ones; 0: all */
	uint64_t memory_bytes; /* of rings, in all */
	/* NULL: interfaces are the directions of the configuration. Else there is this one alone,
	 * of packets that leave, and a record's dir is 0 and its point WF_CAPTURE_IN: it has no
	 * story. Then there need not be a configuration. */
	const struct wf_cap_log_iface *iface;
	/* NULL: files. Else there is neither file nor thread: who calls wf_capture_take is told. */
	void (*put)(void *ctx, const struct wf_capture_record *r);
	void *ctx;
};
#define WF_CAPTURE_SNAPLEN 65535
#define WF_CAPTURE_MEMORY  (64ull << 20)
#define WF_CAPTURE_OPTIONS                                                                         \
	{                                                                                          \
		.snaplen = WF_CAPTURE_SNAPLEN, .memory_bytes = WF_CAPTURE_MEMORY                   \
	}
/* What a configuration says, whose strings are used. */
struct wf_capture_options wf_capture_options_of(const struct wf_conf_capture *c);
/* Bounds of the above. */
#define WF_CAPTURE_SNAPLEN_MIN 14
#define WF_CAPTURE_SIZE_MIN    (64ull << 10)
#define WF_CAPTURE_TIME_MIN    (10 * WF_NS_PER_MS)
#define WF_CAPTURE_MEMORY_MIN  (1ull << 20)
#define WF_CAPTURE_MEMORY_MAX  (16ull << 30)

/* Are they within bounds, and fit together? 0, or -EINVAL with all reasons. */
int wf_capture_check(const struct wf_capture_options *o, struct wf_err *err);
/* Its directions. 0, or -EINVAL with a reason. */
int wf_capture_dirs(const struct wf_capture_options *o, const struct wf_conf *conf, uint32_t *first,
	uint32_t *end, struct wf_err *err);

struct wf_capture_file;

/* Opens the first one. base_ns: of records' time 0, since 1970. NULL with reasons. */
struct wf_capture_file *wf_capture_file_new(const struct wf_capture_options *o,
	const struct wf_conf *conf, wf_ns_t base_ns, struct wf_err *err);
/* Its captured bytes are at data. 0, or -errno, once and for all. */
int wf_capture_file_put(
	struct wf_capture_file *f, const struct wf_capture_record *r, const uint8_t *data);
int wf_capture_file_flush(struct wf_capture_file *f);
/* Which of a record's interfaces it is: 0 .. 3 * 2 * WF_CONF_MAX_LINKS. */
static inline uint32_t
wf_capture_iface(uint32_t dir, uint32_t point)
{
	return dir * WF_CAPTURE_POINTS + point;
}
/* What stands in files, or will, and what they could not take: by interface. Any thread may ask. */
uint64_t wf_capture_file_captured(const struct wf_capture_file *f, uint32_t iface);
uint64_t wf_capture_file_lost(const struct wf_capture_file *f, uint32_t iface);
uint32_t wf_capture_file_ifaces(const struct wf_capture_file *f);
/* Bytes of all files, how many there have been, and the name of the last. Any thread. */
uint64_t wf_capture_file_bytes(const struct wf_capture_file *f);
uint32_t wf_capture_file_number(const struct wf_capture_file *f);
/* Ends the last one, which says how many of each interface were missed (NULL: none). 0 or -errno:
 * then what could not be written counts as lost. */
int wf_capture_file_end(struct wf_capture_file *f, const uint64_t *missed);
void wf_capture_file_free(struct wf_capture_file *f);

#endif
