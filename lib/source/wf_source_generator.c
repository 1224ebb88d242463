/* SPDX-License-Identifier: BSD-3-Clause
 * A generator as a source: a few frames of each size lie ready, and a packet is one of them with
 * its flow's bytes in it.
 */
#include "wf_source_generator.h"

#include <stdlib.h>

#define FRAMES 64 /* that one call may give */

struct generated {
	struct wf_source base;
	struct wf_generator *g;
	uint8_t *frame; /* [FRAMES][n_sizes][stride] */
	uint32_t stride;
};

static wf_ns_t
generated_next_ns(struct wf_source *s)
{
	const struct wf_generator *g = ((struct generated *)s)->g;

	return g->left > 0 ? g->due_ns : WF_SOURCE_END;
}

static uint32_t
generated_take(struct wf_source *s, wf_ns_t now_ns, struct wf_source_packet *p, uint32_t n)
{
	struct generated *c = (struct generated *)s;
	struct wf_generator *g = c->g;
	uint32_t i;

	n = n < FRAMES ? n : FRAMES;
	for (i = 0; i < n && wf_generator_due(g, now_ns); i++) {
		const struct wf_generator_size *size = &g->size[g->size_at];
		uint8_t *frame = c->frame + (size_t)(i * g->n_sizes + g->size_at) * c->stride;

		wf_generator_stamp(g, size, wf_generator_flow(g), frame);
		p[i] = (struct wf_source_packet){ .time_ns = g->due_ns,
			.cap_bytes = size->len_bytes,
			.len_bytes = size->len_bytes,
			.data = frame };
		wf_generator_step(g);
	}
	return i;
}

static void
generated_free(struct wf_source *s)
{
	struct generated *c = (struct generated *)s;

	wf_generator_free(c->g);
	free(c->frame);
	free(c);
}

static const struct wf_source_ops generated_ops = {
	.next_ns = generated_next_ns,
	.take = generated_take,
	.free = generated_free,
};

/* Headers and payload of every size, in every place. */
static void
lay_out(struct generated *c)
{
	const struct wf_generator *g = c->g;

	for (uint32_t i = 0; i < FRAMES * g->n_sizes; i++) {
		uint8_t *frame = c->frame + (size_t)i * c->stride;

		memcpy(frame + g->payload_at, g->payload, c->stride - g->payload_at);
		memcpy(frame, g->size[i % g->n_sizes].head, g->payload_at);
	}
}

struct wf_source *
wf_source_generator(const struct wf_generator_spec *spec, wf_ns_t start_ns)
{
	struct generated *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	c->base.ops = &generated_ops;
	c->g = wf_generator_new(spec, 0, 1, start_ns);
	if (c->g != NULL) {
		c->stride = (c->g->most_bytes + WF_CACHE_LINE - 1) / WF_CACHE_LINE * WF_CACHE_LINE;
		c->frame = aligned_alloc(WF_CACHE_LINE, (size_t)FRAMES * c->g->n_sizes * c->stride);
	}
	if (c->frame == NULL) {
		generated_free(&c->base);
		return NULL;
	}
	lay_out(c);
	return &c->base;
}
