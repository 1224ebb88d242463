/* SPDX-License-Identifier: BSD-3-Clause
 * A source that ends at a time.
 */
#include "wf_source_until.h"

#include <stdlib.h>

struct until {
	struct wf_source base;
	struct wf_source *inner;
	wf_ns_t end_ns;
};

static wf_ns_t
until_next_ns(struct wf_source *s)
{
	struct until *u = (struct until *)s;
	wf_ns_t ns = wf_source_next_ns(u->inner);

	s->rc = u->inner->rc;
	return ns < u->end_ns ? ns : WF_SOURCE_END;
}

static uint32_t
until_take(struct wf_source *s, wf_ns_t now_ns, struct wf_source_packet *p, uint32_t n)
{
	struct until *u = (struct until *)s;
	uint32_t taken = 0;

	if (u->end_ns > 0)
		taken = wf_source_take(u->inner, now_ns < u->end_ns ? now_ns : u->end_ns - 1, p, n);
	s->rc = u->inner->rc;
	return taken;
}

static void
until_free(struct wf_source *s)
{
	wf_source_free(((struct until *)s)->inner);
	free(s);
}

static const struct wf_cap_notes *
until_notes(const struct wf_source *s)
{
	return wf_source_notes(((const struct until *)s)->inner);
}

static void
until_progress(const struct wf_source *s, uint64_t *at, uint64_t *size)
{
	wf_source_progress(((const struct until *)s)->inner, at, size);
}

static const struct wf_source_ops until_ops = {
	.next_ns = until_next_ns,
	.take = until_take,
	.free = until_free,
	.notes = until_notes,
	.progress = until_progress,
};

struct wf_source *
wf_source_until(struct wf_source *inner, wf_ns_t end_ns)
{
	struct until *u = inner != NULL ? calloc(1, sizeof(*u)) : NULL;

	if (u == NULL) {
		wf_source_free(inner);
		return NULL;
	}
	*u = (struct until){ .base.ops = &until_ops, .inner = inner, .end_ns = end_ns };
	return &u->base;
}
