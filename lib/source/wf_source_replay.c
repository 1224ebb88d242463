/* SPDX-License-Identifier: BSD-3-Clause
 * A replay as a source. What it gives lies in the replay's store; only addresses that differ from
 * loop to loop need a copy.
 */
#include "wf_source_replay.h"

#include <errno.h>
#include <stdlib.h>

#define MOST_BYTES 65535
#define AT_ONCE    32

struct replayed {
	struct wf_source base;
	struct wf_replay *r;
	uint32_t side;
	wf_ns_t start_ns;
	struct wf_cap_notes notes;
	uint8_t *copy; /* [MOST_BYTES + WF_REWRITE_GROWS]; NULL: no need */
};

static wf_ns_t
replayed_next_ns(struct wf_source *s)
{
	struct replayed *c = (struct replayed *)s;
	wf_ns_t at_ns = wf_replay_next_ns(c->r, c->side, c->start_ns);

	if (c->r->state == WF_REPLAY_FAILED)
		c->base.rc = -EINVAL;
	return at_ns;
}

static uint32_t
replayed_take(struct wf_source *s, wf_ns_t now_ns, struct wf_source_packet *p, uint32_t n)
{
	struct replayed *c = (struct replayed *)s;
	struct wf_replay_item item[AT_ONCE];
	wf_ns_t next_ns = replayed_next_ns(s);

	if (next_ns > now_ns || next_ns == WF_SOURCE_END)
		return 0;
	n = n < AT_ONCE ? n : AT_ONCE;
	n = wf_replay_take(c->r, c->side, now_ns, item, c->copy != NULL && n > 1 ? 1 : n);
	for (uint32_t i = 0; i < n; i++) {
		const struct wf_replay_record *r = item[i].record;

		p[i] = (struct wf_source_packet){ .time_ns = item[i].due_ns,
			.cap_bytes = r->len_bytes,
			.len_bytes = r->wire_bytes,
			.data = r->data };
		if (c->copy != NULL) {
			wf_replay_write(c->r, &item[i], c->copy);
			p[i].data = c->copy;
		}
	}
	c->notes.packets += n;
	return n;
}

static void
replayed_free(struct wf_source *s)
{
	struct replayed *c = (struct replayed *)s;

	wf_replay_free(c->r);
	free(c->copy);
	free(c);
}

static const struct wf_cap_notes *
replayed_notes(const struct wf_source *s)
{
	return &((const struct replayed *)s)->notes;
}

static const struct wf_source_ops replayed_ops = {
	.next_ns = replayed_next_ns,
	.take = replayed_take,
	.free = replayed_free,
	.notes = replayed_notes,
};

struct wf_source *
wf_source_replay(struct wf_replay_spec *spec, uint32_t side, uint32_t n_sides, wf_ns_t start_ns,
	struct wf_err *err)
{
	struct replayed *c = calloc(1, sizeof(*c));

	if (c == NULL) {
		wf_replay_release(spec);
		wf_err_add(err, NULL, NULL, "out of memory");
		return NULL;
	}
	c->base.ops = &replayed_ops;
	c->side = side;
	c->start_ns = start_ns;
	c->r = wf_replay_new(spec, MOST_BYTES, n_sides, err);
	if (c->r != NULL) {
		if (start_ns == WF_SOURCE_OWN_TIMES)
			c->start_ns = wf_replay_load_first_ns(c->r->store->load);
		c->r->twin = true;
		if (c->r->spec.rewrite[side].unique.version != 0)
			c->copy = malloc(MOST_BYTES + WF_REWRITE_GROWS);
		if (c->copy != NULL || c->r->spec.rewrite[side].unique.version == 0)
			return &c->base;
		wf_err_add(err, NULL, NULL, "out of memory");
	}
	replayed_free(&c->base);
	return NULL;
}
