/* SPDX-License-Identifier: BSD-3-Clause
 * Any rules on any frame: it never becomes longer than promised, nothing beyond it is touched, and
 * what had right checksums has them still. libFuzzer.
 */
#include <string.h>

#include "fuzz.h"
#include "wf_checksum.h"
#include "wf_rewrite.h"

/* Rules from bytes: whatever they are, they are rules. */
static void
make_rules(struct wf_rewrite *r, const uint8_t *b)
{
	memset(r, 0, sizeof(*r));
	r->any = true;
	r->sets_src = b[0] & 1;
	r->sets_dst = b[0] & 2;
	r->vlan = b[0] >> 2 & 3;
	r->vlan_id = (uint16_t)((b[1] << 8 | b[2]) & 0xfff);
	r->ttl = (int16_t)(b[3] - 128);
	r->n_maps = 1;
	r->map[0].version = b[4] & 1 ? 6 : 4;
	r->map[0].bits = b[5] % (b[4] & 1 ? 129 : 33);
	memcpy(r->map[0].from, b + 6, 4);
	memcpy(r->map[0].to, b + 10, 4);
	r->n_ports = 1;
	r->port[0].from = (uint16_t)(b[14] << 8 | b[15]);
	r->port[0].to = (uint16_t)(b[1] << 8 | b[3]);
	r->unique = r->map[0];
}

/* Are all its checksums as they would be if they were made anew? */
static bool
is_right(const uint8_t *f, uint32_t n)
{
	uint8_t *copy = malloc(n);
	struct wf_parsed p;
	bool same;

	require(copy != NULL);
	memcpy(copy, f, n);
	wf_parse(copy, n, &p);
	same = wf_checksum_repair(copy, n, &p) && memcmp(copy, f, n) == 0;
	free(copy);
	return same;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wf_rewrite r;
	uint32_t n = (uint32_t)size - 16, now;
	struct wf_parsed p;
	uint8_t *frame;
	bool whole;

	if (size < 17)
		return 0;
	make_rules(&r, data);
	frame = malloc(n + WF_REWRITE_GROWS);
	require(frame != NULL);
	memcpy(frame, data + 16, n);
	wf_parse(frame, n, &p);
	whole = wf_checksum_repair(frame, n, &p) && is_right(frame, n);
	wf_rewrite_unique(&r, frame, n, data[2]);
	now = wf_rewrite_apply(&r, frame, n);
	require(now <= n + WF_REWRITE_GROWS && now + WF_REWRITE_GROWS >= n);
	/* A pushed tag may be one too many for the parser, which then sees no packet. */
	if (whole && r.vlan == WF_VLAN_KEEP)
		require(is_right(frame, now));
	free(frame);
	return 0;
}
