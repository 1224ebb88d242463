/* SPDX-License-Identifier: BSD-3-Clause
 * How the bytes with which a packet left differ from those with which it came: what a decision log
 * has of packets that were damaged, rewritten or made. One thread.
 *
 *   u32 bytes with which it left; u32 bytes of what follows; and for each run that differs: u32
 *   where it begins; u32 its bytes; these bytes
 *
 * All numbers are little-endian. Where the packet that came is shorter, zeros stand in its place.
 */
#ifndef WF_FATES_PATCH_H
#define WF_FATES_PATCH_H

#include "wf_types.h"

#define WF_FATES_PATCH_HEAD 8
/* No packet is longer. */
#define WF_FATES_PATCH_MAX 262144u

struct wf_fates_patch {
	uint32_t cap_bytes; /* with which it left */
	uint32_t run_bytes;
	uint8_t runs[];
};

/* Makes `data` of `from`, as far as that goes. Heap; NULL: out of memory. */
struct wf_fates_patch *wf_fates_patch_new(
	const uint8_t *from, uint32_t from_bytes, const uint8_t *data, uint32_t cap_bytes);
/* Room for so many bytes of runs, to be read. NULL: out of memory, or no packet has so many. */
struct wf_fates_patch *wf_fates_patch_room(uint32_t cap_bytes, uint32_t run_bytes);
/* Do all runs lie within the packet, one behind the other? */
bool wf_fates_patch_is_good(const struct wf_fates_patch *p);
/* Of one that is good: p->cap_bytes into `to`. */
void wf_fates_patch_apply(
	const struct wf_fates_patch *p, const uint8_t *from, uint32_t from_bytes, uint8_t *to);

#endif
