/* SPDX-License-Identifier: BSD-3-Clause
 * Small packets on their way into the store and out of it: bytes of packets go in, whose buffers
 * are then free; packets are made of bytes that come out, many at once. One worker's own.
 *
 * What there is no buffer for waits, in order, with all that came out of the store behind it, until
 * there is one; after a while it ends as `no_buffer`, so that it holds up the rest no longer.
 */
#ifndef WF_PIPE_VALUE_H
#define WF_PIPE_VALUE_H

#include "wf_pipe_end.h"
#include "wf_store_value.h"

/* Packets that are made at once. */
#define WF_VALUE_BURST 64
/* Packets that are kept to be used again, rather than given back and asked for anew: about what
 * goes in and out in a turn of the loop, so they stay in the nearest cache. */
#define WF_VALUE_IDLE 128
/* How long a packet waits for a buffer, as long as packets wait for a device. */
#define WF_VALUE_RETRY_NS WF_NS_PER_MS

struct wf_by_value {
	struct wf_values values;
	struct wf_end *end; /* lent */
	uint32_t n_left;
	wf_ns_t failing_ns; /* since when there are no buffers; 0: there are */
	struct wf_held left[WF_VALUE_BURST];
	uint32_t n_idle;
	void *idle[WF_VALUE_IDLE];
};

void wf_by_value_init(struct wf_by_value *v, struct wf_end *end, uint32_t cut_bytes);
/* Frees what has come out of the store and not been made. What is in the store must be taken out
 * before: wf_by_value_forget. */
void wf_by_value_fini(struct wf_by_value *v);

/* Is a packet of this length held by value? */
static inline bool
wf_by_value_small(const struct wf_by_value *v, uint32_t len_bytes)
{
	return len_bytes - 1 < v->values.cut_bytes; /* and not empty */
}

/* Copies n <= WF_BURST small packets, as far as there are buffers and bytes are all that there is
 * to them. pkt[] and len_bytes[] become those of records. Returns how many, the first of them. The
 * packets stay the caller's, and wf_by_value_idle is for those whose copy has found its place. */
uint32_t wf_by_value_in(struct wf_by_value *v, void *const *from, const uint32_t *from_bytes,
	uint32_t n, void **pkt, uint32_t *len_bytes);
/* n <= WF_BURST packets whose bytes have been copied are needed no more. */
void wf_by_value_idle(struct wf_by_value *v, void *const *pkt, uint32_t n);
/* The copy of a record is needed no more. */
static inline void
wf_by_value_forget(struct wf_by_value *v, void *pkt, uint32_t len_bytes)
{
	wf_value_free(&v->values, pkt, len_bytes);
}

/* Of n <= WF_VALUE_BURST records from the store, those by value become packets. Returns how many of
 * the first are packets now; what could not be made, and all behind it, is kept, and comes from
 * wf_by_value_again. */
uint32_t wf_by_value_out(struct wf_by_value *v, struct wf_held *h, uint32_t n, wf_ns_t now_ns);
/* Up to max of what is kept. Returns how many there are in h, to be given to wf_by_value_out. */
uint32_t wf_by_value_again(struct wf_by_value *v, struct wf_held *h, uint32_t max);

/* May records by value come out of the store, or have come? */
static inline bool
wf_by_value_any(const struct wf_by_value *v)
{
	return v->values.held > 0 || v->n_left > 0;
}

/* When something becomes of what is kept, of which there is some. */
static inline wf_ns_t
wf_by_value_next(const struct wf_by_value *v)
{
	return v->failing_ns + WF_VALUE_RETRY_NS + 1;
}

#endif
