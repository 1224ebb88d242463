/* SPDX-License-Identifier: BSD-3-Clause
 * Any bytes as a slot of a packet socket's receive ring: nothing is read outside it, and what is
 * taken for a frame has the length that is announced, its tag at its place. libFuzzer.
 */
#include <string.h>

#include "fuzz.h"
#include "wf_packet_queue.h"
#include "wf_tpacket.h"

static void
check_frame(const struct wf_tpacket *t, const uint8_t *slot, size_t size)
{
	uint32_t bytes = wf_tpacket_bytes(t), tag = t->tag ? 4 : 0;
	uint8_t *out = malloc(bytes);

	require(out != NULL && t->data >= slot && t->data + t->data_bytes <= slot + size);
	require(bytes >= 14 + tag && bytes <= size + tag);
	wf_tpacket_copy(t, out);
	require(memcmp(out, t->data, 12) == 0);
	require(tag == 0 || memcmp(out + 12, &t->tag, 4) == 0);
	require(memcmp(out + 12 + tag, t->data + 12, t->data_bytes - 12) == 0);
	free(out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *slot = malloc(size ? size : 1); /* of just this length, aligned as slots are */
	struct wf_tpacket t;
	wf_ns_t ns;

	require(slot != NULL);
	memcpy(slot, data, size);
	if (wf_tpacket_parse(slot, (uint32_t)size, &t) == WF_TPACKET_FRAME) {
		check_frame(&t, slot, size);
		ns = wf_packet_came_ns(t.realtime_ns, 1700000000 * WF_NS_PER_S, 5000, 1000);
		require(ns >= 1000 && ns <= 5000);
	}
	free(slot);
	return 0;
}
