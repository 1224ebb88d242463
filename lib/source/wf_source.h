/* SPDX-License-Identifier: BSD-3-Clause
 * A source: packets on a schedule of their own, from wherever they come. Whoever drives a clock,
 * real or virtual, asks when the next one enters, and takes what has entered by then. One thread.
 */
#ifndef WF_SOURCE_H
#define WF_SOURCE_H

#include "wf_cap.h"

/* No packet any more. */
#define WF_SOURCE_END UINT64_MAX

struct wf_source_packet {
	wf_ns_t time_ns;     /* when it enters, by the schedule; never before its predecessor */
	uint32_t cap_bytes;  /* present in data */
	uint32_t len_bytes;  /* on the wire */
	const uint8_t *data; /* until the source is asked again, whatever for */
	uint32_t input;      /* of a merge: by which of its sources; else 0 */
};

struct wf_source;

struct wf_source_ops {
	wf_ns_t (*next_ns)(struct wf_source *s);
	uint32_t (*take)(
		struct wf_source *s, wf_ns_t now_ns, struct wf_source_packet *p, uint32_t n);
	void (*free)(struct wf_source *s);
	/* NULL: it reads no capture. */
	const struct wf_cap_notes *(*notes)(const struct wf_source *s);
	void (*progress)(const struct wf_source *s, uint64_t *at, uint64_t *size);
};

struct wf_source {
	const struct wf_source_ops *ops;
	int rc; /* 0; -errno: it ended before its time. The reasons are in the err that it was made
		   with, and what it gave before is good. */
};

/* When the next packet enters; WF_SOURCE_END: there is none. */
static inline wf_ns_t
wf_source_next_ns(struct wf_source *s)
{
	return s->ops->next_ns(s);
}

/* Up to n of the packets that enter at or before now_ns, in order. It may give fewer than there
 * are, but 0 only when the next one enters later. */
static inline uint32_t
wf_source_take(struct wf_source *s, wf_ns_t now_ns, struct wf_source_packet *p, uint32_t n)
{
	return s->ops->take(s, now_ns, p, n);
}

static inline void
wf_source_free(struct wf_source *s)
{
	if (s != NULL)
		s->ops->free(s);
}

/* What had to be mended in the capture that it reads; NULL: it reads none. */
static inline const struct wf_cap_notes *
wf_source_notes(const struct wf_source *s)
{
	return s->ops->notes != NULL ? s->ops->notes(s) : NULL;
}

/* How far it has come, in bytes of a file; *size 0: nobody knows, or there is no file. */
static inline void
wf_source_progress(const struct wf_source *s, uint64_t *at, uint64_t *size)
{
	*at = *size = 0;
	if (s->ops->progress != NULL)
		s->ops->progress(s, at, size);
}

#endif
