/* SPDX-License-Identifier: BSD-3-Clause
 * Packets of the twin. One thread.
 */
#include "wf_twin_packet.h"

#include <stdlib.h>
#include <string.h>

struct wf_twin_packet *
wf_twin_packet_new(const struct wf_cap_packet *p)
{
	struct wf_twin_packet *q = malloc(sizeof(*q) + p->cap_bytes);

	if (q == NULL)
		return NULL;
	q->references = 1;
	q->cap_bytes = p->cap_bytes;
	q->len_bytes = p->len_bytes;
	memcpy(q->data, p->data, p->cap_bytes);
	return q;
}

void
wf_twin_packet_put(struct wf_twin_packet *p)
{
	if (--p->references == 0)
		free(p);
}

void
wf_twin_packet_free(void *ctx, void *const *pkts, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		wf_twin_packet_put(pkts[i]);
}

void *
wf_twin_packet_clone(void *ctx, void *pkt)
{
	((struct wf_twin_packet *)pkt)->references++;
	return pkt;
}
