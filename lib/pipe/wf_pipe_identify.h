/* SPDX-License-Identifier: BSD-3-Clause
 * Who a packet is, for its flow and for rules: itself, the packet in its tunnel where that is asked
 * for, or the first fragment of its datagram. One worker's own.
 */
#ifndef WF_PIPE_IDENTIFY_H
#define WF_PIPE_IDENTIFY_H

#include "wf_parse_plain.h"
#include "wf_pipe.h"

struct wf_fragments {
	struct wf_fragment *place;
};

/* 0 or -ENOMEM. */
int wf_fragments_init(struct wf_fragments *f);
void wf_fragments_fini(struct wf_fragments *f);

/* Any packet: see wf_pipe_identify. */
const struct wf_parsed *wf_pipe_identify_any(struct wf_fragments *f, const struct wf_plan_dir *d,
	uint32_t dir, const struct wf_rx *rx, struct wf_parsed *parsed, struct wf_parsed *other,
	uint64_t *hash);

/* Parses the packet, and returns what its flow and its class follow from, its direction filled in:
 * *parsed or *other. The hash is of its key. */
static inline const struct wf_parsed *
wf_pipe_identify(struct wf_fragments *f, const struct wf_plan_dir *d, uint32_t dir,
	const struct wf_rx *rx, struct wf_parsed *parsed, struct wf_parsed *other, uint64_t *hash)
{
	if (WF_LIKELY(!d->inner &&
		      wf_parse_plain(rx->data, rx->readable_bytes, (uint16_t)dir, parsed, hash)))
		return parsed;
	return wf_pipe_identify_any(f, d, dir, rx, parsed, other, hash);
}

#endif
