/* SPDX-License-Identifier: BSD-3-Clause
 * The rig of a stage.
 */
#include "rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wf_rng.h"

/* A mistake of the test itself. */
static void
broken(const char *what, const char *which)
{
	fprintf(stderr, "rig: %s: %s\n", what, which);
	abort();
}

static void
assign(struct rig *r, int id, const char *key, const char *value)
{
	const struct wf_block *ops = wf_block_registry[id];
	int row = wf_param_find(ops->params, key);

	if (r->block[id] == NULL) {
		r->block[id] = calloc(1, ops->params_size);
		if (r->block[id] == NULL || wf_param_defaults(ops->params, r->block[id]) < 0)
			broken("out of memory", key);
	}
	if (key[0] == '\0')
		return;
	if (row < 0 ||
		wf_param_set(ops->params, (size_t)row, value, r->block[id], NULL, r->err) < 0)
		broken("bad assignment", key);
}

static void
read_keys(struct rig *r, int id, const char *keys)
{
	char *copy = strdup(keys), *rest = NULL;

	assign(r, id, "", "");
	for (char *word = strtok_r(copy, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
		char *value = strchr(word, '='), *dot = strchr(word, '.');
		int to = id;

		if (value == NULL)
			broken("no value", word);
		*value++ = '\0';
		if (dot != NULL && dot < value) {
			*dot++ = '\0';
			to = wf_block_find(word);
			if (to < 0)
				broken("no such stage", word);
			word = dot;
		}
		assign(r, to, word, value);
	}
	free(copy);
}

/* As lib/plan lends it. */
static void *
reserve(void *rig, size_t bytes)
{
	struct rig *r = rig;
	size_t size = (bytes + WF_CACHE_LINE - 1) / WF_CACHE_LINE * WF_CACHE_LINE;
	void *table = aligned_alloc(WF_CACHE_LINE, size);

	if (table == NULL || r->n_tables == (int)WF_ARRAY_SIZE(r->table))
		broken("no more tables", r->ops->name);
	memset(table, 0, size);
	r->table[r->n_tables++] = table;
	return table;
}

static void
free_tables(struct rig *r)
{
	while (r->n_tables > 0)
		free(r->table[--r->n_tables]);
}

static void
compile(struct rig *r, int id, const char *keys, bool flow_scope)
{
	static const struct wf_where where = { "rig", 1, "stage" };

	r->ops = wf_block_registry[id];
	read_keys(r, id, keys);
	if (r->ops->cfg_size > sizeof(r->cfg))
		broken("cfg too large", r->ops->name);
	memset(r->cfg, 0, sizeof(r->cfg));
	memset(&r->forecast, 0, sizeof(r->forecast));
	r->compile = (struct wf_block_compile){ .blocks = r->block,
		.flow_scope = flow_scope,
		.where = &where,
		.err = r->err,
		.forecast = &r->forecast,
		.reserve = reserve,
		.reserve_ctx = r };
	r->variant = r->ops->compile(r->block[id], &r->compile, r->cfg);
	if (r->ops->stage != NULL)
		r->run = r->compile.run != NULL ? r->compile.run : r->ops->stage->run;
}

static struct rig *
rig_make(enum wf_block_id id, const char *keys, bool flow_scope)
{
	struct rig *r = aligned_alloc(WF_CACHE_LINE, sizeof(*r));

	if (r == NULL)
		broken("out of memory", keys);
	memset(r, 0, sizeof(*r));
	r->err = wf_err_new();
	if (r->err == NULL || wf_arena_init(&r->env.arena, 1 << 21) < 0)
		broken("out of memory", keys);
	compile(r, id, keys, flow_scope);
	rig_flow(r, 1, 1);
	return r;
}

struct rig *
rig_new(enum wf_block_id id, const char *keys)
{
	return rig_make(id, keys, false);
}

struct rig *
rig_new_flow_scope(enum wf_block_id id, const char *keys)
{
	return rig_make(id, keys, true);
}

static void
free_blocks(struct rig *r)
{
	for (int i = 0; i < WF_BLOCK_COUNT; i++) {
		if (r->block[i] != NULL)
			wf_param_release(wf_block_registry[i]->params, r->block[i]);
		free(r->block[i]);
		r->block[i] = NULL;
	}
}

void
rig_free(struct rig *r)
{
	free_blocks(r);
	free_tables(r);
	wf_arena_fini(&r->env.arena);
	wf_err_free(r->err);
	free(r);
}

void
rig_change(struct rig *r, const char *keys)
{
	int id = wf_block_find(r->ops->name);

	free_blocks(r);
	free_tables(r);
	compile(r, id, keys, r->compile.flow_scope);
}

void
rig_flow(struct rig *r, uint64_t seed, uint64_t hash)
{
	if (r->started && r->ops->stop != NULL)
		r->ops->stop(r->state, &r->env);
	r->started = false;
	memset(&r->flow, 0, sizeof(r->flow));
	memset(r->state, 0, sizeof(r->state));
	r->flow.rng_key = wf_rng_flow(wf_rng_dir(seed, 0), hash);
	r->batch.n = 0;
}

uint16_t
rig_add(struct rig *r, wf_ns_t rx_ns, uint32_t len_bytes)
{
	struct wf_batch *b = &r->batch;
	uint16_t row;

	if (b->n > 0 && b->pkt[0] == NULL) /* has been run */
		b->n = 0;
	row = b->n++;
	if (row >= WF_BURST)
		broken("more than a burst", r->ops->name);
	b->pkt[row] = r;
	b->rx_ns[row] = b->due_ns[row] = rx_ns;
	b->rng[row] = wf_rng_packet(r->flow.rng_key, r->flow.ordinal++);
	b->flow[row] = &r->flow;
	b->state[row] = r->state;
	b->len_bytes[row] = len_bytes;
	b->drop[row] = b->copies[row] = b->flags[row] = 0;
	b->class_id[row] = 0;
	b->seq[row] = row;
	b->data[row] = NULL;
	b->readable_bytes[row] = 0;
	b->parsed[row] = NULL;
	b->edits[row] = b->forges[row] = 0;
	return row;
}

uint16_t
rig_add_frame(struct rig *r, wf_ns_t rx_ns, const uint8_t *data, uint32_t len_bytes)
{
	uint16_t row = rig_add(r, rx_ns, len_bytes);

	wf_parse(data, len_bytes, &r->parsed[row]);
	r->batch.data[row] = data;
	r->batch.readable_bytes[row] = len_bytes;
	r->batch.parsed[row] = &r->parsed[row];
	return row;
}

void
rig_run(struct rig *r)
{
	struct wf_batch *b = &r->batch;

	if (r->variant <= 0)
		broken("compiled to nothing", rig_error(r));
	if (!r->started && r->ops->start != NULL)
		r->ops->start(r->cfg, r->state, b->rng[0], b->rx_ns[0]);
	r->started = true;
	r->run(r->cfg, 0, b, 0, b->n, &r->env);
	b->pkt[0] = NULL;
}

uint16_t
rig_one(struct rig *r, wf_ns_t rx_ns, uint32_t len_bytes)
{
	r->batch.n = 0;
	rig_add(r, rx_ns, len_bytes);
	rig_run(r);
	return 0;
}

struct wf_frame
rig_edit(const struct rig *r, uint16_t row, uint8_t *data, uint32_t room_bytes)
{
	const struct wf_batch *b = &r->batch;
	struct wf_frame f = { .data = data,
		.readable_bytes = b->readable_bytes[row],
		.len_bytes = b->len_bytes[row],
		.room_bytes = room_bytes,
		.parsed = b->parsed[row],
		.rng = b->rng[row],
		.rx_ns = b->rx_ns[row] };

	if (b->edits[row] & 1u << wf_block_find(r->ops->name))
		r->ops->stage->edit(r->cfg, &f);
	return f;
}

const char *
rig_error(const struct rig *r)
{
	return wf_err_count(r->err) > 0 ? wf_err_item(r->err, 0)->message : "";
}
