/* SPDX-License-Identifier: BSD-3-Clause
 * The buffers of packets by value. Worker threads.
 */
#include "wf_store_value.h"

static void
values_give_back(struct wf_values *v, struct wf_value_chunk *c)
{
	void *buffer = c->buffer;

	v->chunks--;
	v->source.put(v->source.ctx, &buffer, 1);
}

void
wf_values_fini(struct wf_values *v)
{
	assert(v->held == 0);
	while (v->n_spare > 0)
		values_give_back(v, v->spare[--v->n_spare]);
	if (v->open != NULL)
		values_give_back(v, v->open);
	v->open = NULL;
}

bool
wf_values_open(struct wf_values *v)
{
	struct wf_value_chunk *c;
	uint8_t *memory;
	uint32_t bytes;
	void *buffer;

	if (v->n_spare > 0) {
		c = v->spare[--v->n_spare];
	} else {
		buffer = v->source.get(v->source.ctx, &memory, &bytes);
		if (buffer == NULL)
			return false;
		assert((uintptr_t)memory % WF_CACHE_LINE == 0);
		assert(bytes / WF_CACHE_LINE > WF_VALUE_LINES && bytes <= UINT16_MAX);
		c = (struct wf_value_chunk *)(void *)memory;
		*c = (struct wf_value_chunk){ .buffer = buffer, .end = bytes / WF_CACHE_LINE };
		v->chunks++;
	}
	/* What has been open until now still has packets: else it would have begun anew. */
	v->open = c;
	v->at = 1;
	return true;
}

void
wf_values_empty(struct wf_values *v, struct wf_value_chunk *c)
{
	if (c == v->open)
		v->at = 1;
	else if (v->n_spare < WF_VALUE_SPARE)
		v->spare[v->n_spare++] = c;
	else
		values_give_back(v, c);
}
